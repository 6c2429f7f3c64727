using Affluent.Server.Storage;
using Npgsql;

namespace Affluent.Bench;

/// <summary>A PostgreSQL database for one benchmark, migrated, dropped at the end.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private readonly string _server;
    private readonly string _name;

    private BenchDatabase(string server, string name)
    {
        (_server, _name) = (server, name);
        Address = new UriBuilder(server) { Path = name }.Uri.ToString();
        Database = Database.Open(Address);
        Source = NpgsqlDataSource.Create(PostgresDatabase.ConnectionString(new Uri(Address)));
    }

    public string Address { get; }

    /// <summary>As the platform uses it.</summary>
    public Database Database { get; }

    /// <summary>The raw driver, for floors.</summary>
    public NpgsqlDataSource Source { get; }

    public static async Task<BenchDatabase> Create(string server)
    {
        var made = new BenchDatabase(server, $"affluent_bench_{Guid.NewGuid():N}");
        await OnServer(server, $"create database {made._name}");
        await Migrator.Migrate(made.Database, TimeProvider.System, CancellationToken.None);
        return made;
    }

    public async Task Execute(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> Scalar(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Source.DisposeAsync();
        await OnServer(_server, $"drop database {_name} with (force)");
    }

    private static async Task OnServer(string server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(
            PostgresDatabase.ConnectionString(new Uri(server)) + ";Pooling=false"
        );
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
