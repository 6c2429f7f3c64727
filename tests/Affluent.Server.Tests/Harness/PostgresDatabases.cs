using System.Collections.Concurrent;
using System.Text;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresDatabases))]

namespace Affluent.Server.Tests.Harness;

/// <summary>
/// The databases of the tests on PostgreSQL. They are copies of a migrated one, and a test that leaves its tables as they were hands
/// its database on to another, emptied: to make and to drop a database takes longer than most tests.
/// </summary>
public sealed class PostgresDatabases : IAsyncDisposable
{
    private static readonly ConcurrentBag<string> Free = [];
    private static readonly ConcurrentBag<string> Made = [];
    private static readonly Lazy<Task<Template>> Migrated = new(MakeTemplate);

    /// <summary>Where tests make their databases; null: nowhere.</summary>
    public static string? Server { get; } = System.Environment.GetEnvironmentVariable("AFFLUENT_TEST_POSTGRES");

    /// <summary>As --database takes it.</summary>
    internal static string AddressOf(string name) =>
        new UriBuilder(
            Server
                ?? throw new InvalidOperationException(
                    "In CI the tests need PostgreSQL: AFFLUENT_TEST_POSTGRES is not set."
                )
        )
        {
            Path = name,
        }.Uri.ToString();

    /// <summary>A migrated database without users.</summary>
    internal static async Task<string> Take()
    {
        var template = await Migrated.Value;
        return Free.TryTake(out var name) ? name : await Create(template.Name);
    }

    /// <summary>Empties a database for the next test; one whose tables are no longer those of the template is dropped.</summary>
    internal static async Task Return(string name)
    {
        var template = await Migrated.Value;
        await using (var connection = await Open(AddressOf(name)))
        {
            // Whoever is still connected has been left behind by the test.
            await Scalar(
                connection,
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            );
            if (await Scalar(connection, Tables) as string == template.Tables)
            {
                await Scalar(connection, template.Emptying);
                Free.Add(name);
                return;
            }
        }
        await Drop(name);
    }

    /// <summary>Empties a database in which nobody is at anything.</summary>
    internal static async Task Empty(string name)
    {
        var template = await Migrated.Value;
        await using var connection = await Open(AddressOf(name));
        await Scalar(connection, template.Emptying);
    }

    internal static async Task<string> Create(string? template)
    {
        var name = $"affluent_test_{Guid.NewGuid():N}";
        await using var connection = await Open(AddressOf("postgres"));
        await Scalar(connection, $"create database {name} template {template ?? "template1"}");
        Made.Add(name);
        return name;
    }

    internal static async Task Drop(string name)
    {
        await using var connection = await Open(AddressOf("postgres"));
        await Scalar(connection, $"drop database if exists {name} with (force)");
    }

    /// <summary>Whether it has no table.</summary>
    internal static async Task<bool> IsEmpty(string address)
    {
        await using var connection = await Open(address);
        return await Scalar(connection, Tables) is DBNull;
    }

    /// <summary>Every byte of its rows, as Latin-1 text.</summary>
    internal static async Task<string> StoredText(string address)
    {
        await using var connection = await Open(address);
        var tables = (string)
            (
                await Scalar(
                    connection,
                    "select string_agg(quote_ident(tablename), ' ') from pg_tables where schemaname = 'public'"
                )
            )!;
        using var all = new MemoryStream();
        foreach (var table in tables.Split(' '))
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync($"copy {table} to stdout (format binary)");
            await rows.CopyToAsync(all);
        }
        return Encoding.Latin1.GetString(all.ToArray());
    }

    /// <summary>Drops what is left, at the end of all tests.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in Made)
        {
            await Drop(name);
        }
    }

    /// <summary>The name of a migrated database, its tables, and the statements that bring a copy of it back to how it was.</summary>
    private sealed record Template(string Name, string Tables, string Emptying);

    private const string Tables = """
        select string_agg(format('%I.%I', table_schema, table_name) || ' ' || column_name, ', '
            order by table_schema, table_name, ordinal_position)
        from information_schema.columns where table_schema in ('public', 'seed')
        """;

    private static async Task<Template> MakeTemplate()
    {
        var name = await Create(template: null);
        await using (var database = Database.Open(AddressOf(name)))
        {
            Assert.IsType<MigrationOutcome.UpToDate>(
                await Migrator.Migrate(database, new FakeTimeProvider(), CancellationToken.None)
            );
        }
        await using var connection = await Open(AddressOf(name));
        // What the migration itself has written is kept aside, to be put back after each test. All rows go in one statement, so
        // that no order among the tables has to be known.
        await Scalar(
            connection,
            """
            do $$ declare t text; filled boolean; begin
                create schema seed;
                for t in select tablename from pg_tables where schemaname = 'public' loop
                    execute format('select exists (select 1 from public.%I)', t) into filled;
                    if filled then
                        execute format('create table seed.%I as table public.%I', t, t);
                    end if;
                end loop;
            end $$
            """
        );
        var emptying = await Scalar(
            connection,
            """
            select 'with ' || string_agg(format('%I as (delete from public.%I)', 'gone_' || tablename, tablename), ', ')
                || ' select 1; '
                || (select string_agg(format('insert into public.%I table seed.%I; ', tablename, tablename), '')
                    from pg_tables where schemaname = 'seed')
            from pg_tables where schemaname = 'public'
            """
        );
        return new(name, (string)(await Scalar(connection, Tables))!, (string)emptying!);
    }

    private static async Task<NpgsqlConnection> Open(string address)
    {
        var connection = new NpgsqlConnection(PostgresDatabase.ConnectionString(new Uri(address)) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<object?> Scalar(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }
}
