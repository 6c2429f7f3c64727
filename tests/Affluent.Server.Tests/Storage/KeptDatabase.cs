using System.Text.Encodings.Web;
using System.Text.Json;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Storage;

/// <summary>
/// A database as a version of the program left it, kept in <c>released/</c>: the tables in the words of that day, all rows, the keys beside it, and
/// what its user read. Numbers, texts and bytes (Base64) are the same on both databases.
/// </summary>
internal sealed record KeptDatabase
{
    /// <summary>The version of its tables.</summary>
    public required int Version { get; init; }

    /// <summary>The statements that made its tables, by kind of database.</summary>
    public required IReadOnlyDictionary<string, string[]> Scripts { get; init; }

    /// <summary>The rows, by table.</summary>
    public required IReadOnlyDictionary<string, KeptTable> Tables { get; init; }

    /// <summary>The files beside it, as Base64.</summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    /// <summary>Who could sign in, and how.</summary>
    public required KeptUser User { get; init; }

    /// <summary>What the user read, by address.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Answers { get; init; }

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string Folder => Path.Combine(Repository.Root, "tests/Affluent.Server.Tests/Storage/released");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>All that are kept, by version.</summary>
    public static IReadOnlyList<int> Versions { get; } =
    [
        .. Directory
            .EnumerateFiles(Folder, "*.json")
            .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file), null))
            .Order(),
    ];

    public static KeptDatabase Read(int version) =>
        JsonSerializer.Deserialize<KeptDatabase>(File.ReadAllText(FileOf(version)), Json)!;

    /// <summary>Writes the file, a row on a line.</summary>
    public void Keep()
    {
        var text = JsonSerializer.Serialize(this, Json);
        // Rows begin with a number, and lists of rows are the only lists in lists.
        File.WriteAllText(FileOf(Version), text.Replace("],[", "],\n[", StringComparison.Ordinal) + "\n");
    }

    /// <summary>All rows of a database.</summary>
    public static async Task<IReadOnlyDictionary<string, KeptTable>> TablesOf(Database database)
    {
        Dictionary<string, KeptTable> tables = [];
        foreach (var name in await SchemaOf.TableNames(database))
        {
            var rows = await database.Read(db => db.Query<dynamic>($"select * from {name}"), Stop);
            var all = rows.Select(row => (IDictionary<string, object?>)row).ToList();
            if (all.Count > 0)
            {
                tables[name] = new(
                    [.. all[0].Keys],
                    [
                        .. all.Select(row =>
                            row.Values.Select(value => JsonSerializer.SerializeToElement(value)).ToArray()
                        ),
                    ]
                );
            }
        }
        return tables;
    }

    /// <summary>The database as it was, of a kind.</summary>
    public async Task<TestDatabase> Restore(DatabaseKind kind)
    {
        var test = await TestDatabase.CreateEmpty(kind);
        foreach (var (name, key) in Keys)
        {
            var path = Path.Combine(test.Folder, name);
            await File.WriteAllBytesAsync(path, Convert.FromBase64String(key), Stop);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
        await test.Database.Write(
            async db =>
            {
                foreach (var script in Scripts[test.Database.Kind])
                {
                    await db.Execute(script);
                }
                // Some scripts write rows of their own; those that are kept come in their place.
                var made = string.Join('\n', Scripts[test.Database.Kind]);
                // What numbers the rows of a table is a table itself on SQLite, and a sequence on PostgreSQL.
                var sequences = Tables
                    .Where(t => made.Contains($"create sequence {t.Key} ", StringComparison.Ordinal))
                    .ToList();
                var inOrder = Tables
                    .Except(sequences)
                    .OrderBy(t => made.IndexOf($"create table {t.Key} (", StringComparison.Ordinal))
                    .ToList();
                foreach (var (name, _) in inOrder.AsEnumerable().Reverse())
                {
                    await db.Execute($"delete from {name}");
                }
                foreach (var (name, table) in inOrder)
                {
                    var types = await SchemaOf.Types(db, name);
                    foreach (var row in table.Rows)
                    {
                        await Insert(db, name, types, table.Columns, row);
                    }
                }
                foreach (var (name, table) in sequences)
                {
                    await db.Execute($"select setval('{name}', {table.Rows.Single().Single().GetInt64()})");
                }
            },
            Stop
        );
        return test;
    }

    private static async Task Insert(
        DbWork db,
        string table,
        IReadOnlyDictionary<string, string> types,
        string[] columns,
        JsonElement[] row
    )
    {
        await using var command = db.Connection.CreateCommand();
        command.Transaction = db.Transaction;
        command.CommandText =
            $"insert into {table} ({string.Join(", ", columns)}) values ({string.Join(", ", columns.Select((_, i) => $"@c{i}"))})";
        for (var i = 0; i < columns.Length; i++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"c{i}", Value(types[columns[i]], row[i]));
            command.Parameters.Add(parameter);
        }
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static object Value(string type, JsonElement value) =>
        (type, value.ValueKind) switch
        {
            (_, JsonValueKind.Null) => DBNull.Value,
            ("boolean", JsonValueKind.Number) => value.GetInt64() != 0,
            ("boolean", _) => value.GetBoolean(),
            ("blob" or "bytea", _) => value.GetBytesFromBase64(),
            (_, JsonValueKind.Number) => value.GetInt64(),
            _ => value.GetString()!,
        };

    private static string FileOf(int version) => Path.Combine(Folder, $"{version:000}.json");
}

/// <summary>The rows of a table.</summary>
internal sealed record KeptTable(string[] Columns, JsonElement[][] Rows);

/// <summary>A user, and the client that the user came by.</summary>
internal sealed record KeptUser(
    string ClientId,
    string ClientSecret,
    string Email,
    string Password,
    string RefreshToken
);
