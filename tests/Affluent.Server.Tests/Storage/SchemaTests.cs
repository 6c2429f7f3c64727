using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Storage;

/// <summary>What the catalogue of each database says of the tables (decision 6).</summary>
public sealed class SchemaTests
{
    // Sessions and authorizations are found by hashes, before their users are known; deliveries belong to a client's webhook; a household has one machine.
    private static readonly string[] SpreadOtherwise =
    [
        "widget_sessions",
        "deliveries",
        "enable_banking_authorizations",
        "household_sessions",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task No_unique_index_of_a_table_of_users_rows_leaves_the_user_out(DatabaseKind kind)
    {
        var indexes = await Indexes(kind);

        Assert.Contains(indexes, i => i is { Table: "transactions", IsUnique: true });
        Assert.Equal(
            [],
            indexes
                .Where(i =>
                    i is { IsUnique: true, OfUsers: true } && !SpreadOtherwise.Contains(i.Table) && !i.Of("user_id")
                )
                .Select(i => $"{i.Table} ({i.Columns})")
        );
    }

    [Theory, OnBothDatabases]
    public async Task Rows_of_a_client_are_found_by_an_index(DatabaseKind kind)
    {
        var byClient = (await Indexes(kind)).Where(i => i.Columns.StartsWith("client_id,", StringComparison.Ordinal));

        Assert.Superset(new HashSet<string> { "connections", "events" }, byClient.Select(i => i.Table).ToHashSet());
    }

    private static async Task<IReadOnlyList<Index>> Indexes(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var catalogue = test.Database.Kind == "sqlite" ? Sqlite : Postgres;
        return await test.Database.Read(db => db.Query<Index>(catalogue), Stop);
    }

    private const string Sqlite = """
        select t.name as "table", i."unique" as is_unique,
            (select group_concat(c.name) from pragma_index_info(i.name) c) as columns,
            exists (select 1 from pragma_table_info(t.name) c where c.name = 'user_id') as of_users
        from sqlite_master t, pragma_index_list(t.name) i where t.type = 'table'
        """;

    private const string Postgres = """
        select t.relname as "table", i.indisunique as is_unique,
            (select string_agg(c.attname, ',' order by k.place)
                from unnest(i.indkey) with ordinality k (number, place)
                join pg_attribute c on c.attrelid = i.indrelid and c.attnum = k.number) as columns,
            exists (select 1 from pg_attribute c where c.attrelid = i.indrelid and c.attname = 'user_id') as of_users
        from pg_index i join pg_class t on t.oid = i.indrelid
        where t.relnamespace = 'public'::regnamespace
        """;

    private sealed record Index
    {
        public string Table { get; init; } = "";
        public string Columns { get; init; } = "";
        public bool IsUnique { get; init; }
        public bool OfUsers { get; init; }

        public bool Of(string column) => Columns.Split(',').Contains(column, StringComparer.Ordinal);
    }
}
