using Affluent.Server.Storage;
using Xunit;

namespace Affluent.Server.Tests.Storage;

/// <summary>What a database says of its own tables.</summary>
internal static class SchemaOf
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The names of its tables.</summary>
    public static Task<IReadOnlyList<string>> TableNames(Database database) =>
        database.Read(
            db =>
                db.Query<string>(
                    database.Kind == "sqlite"
                        ? "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name"
                        : "select tablename from pg_tables where schemaname = 'public' order by tablename"
                ),
            Stop
        );

    /// <summary>The type of each column of a table, in the words of the scripts: <c>bigint</c>, <c>boolean</c>, <c>blob</c> or <c>bytea</c>.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> Types(DbWork db, string table)
    {
        var columns = await db.Query<Column>(
            db.Database.Kind == "sqlite"
                ? "select name, lower(type) as type from pragma_table_info(@Table)"
                : "select column_name as name, data_type as type from information_schema.columns where table_schema = 'public' and table_name = @Table",
            new { Table = table }
        );
        return columns.ToDictionary(c => c.Name, c => c.Type);
    }

    /// <summary>Every table, column, check and index in words, to be compared.</summary>
    public static async Task<IReadOnlyList<string>> Words(Database database)
    {
        var words = await database.Read(
            db => db.Query<string>(database.Kind == "sqlite" ? OfSqlite : OfPostgres),
            Stop
        );
        return
        [
            .. words
                .Select(text => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
                .Order(StringComparer.Ordinal),
        ];
    }

    private const string OfSqlite = "select name || ': ' || sql from sqlite_schema where sql is not null";

    private const string OfPostgres = """
        select table_name || '.' || column_name || ': ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
        from information_schema.columns where table_schema = 'public'
        union all
        select conrelid::regclass || ': ' || conname || ' ' || pg_get_constraintdef(oid)
        from pg_constraint where connamespace = 'public'::regnamespace
        union all
        select indexdef from pg_indexes where schemaname = 'public'
        """;

    private sealed record Column
    {
        public string Name { get; init; } = "";
        public string Type { get; init; } = "";
    }
}
