using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Affluent.Server.Storage;

/// <summary>
/// A script of <c>migrations/</c>, named <c>NNN_what.sql</c>. It runs in one transaction, unless its first line says
/// <c>-- no transaction</c>: then each statement (up to a <c>;</c> at the end of a line) runs by itself, and the script begins anew after an
/// interruption, so it must bear that. An index beside running nodes is made so:
/// <code>
/// -- no transaction
/// drop index {concurrently} if exists things_by_name;
/// create index {concurrently} things_by_name on things (name);
/// </code>
/// A script is never changed, only followed by another one (decision 15). Where a list of words has grown, one says for each table that keeps
/// them <c>{allow things.kind ThingKind};</c>: the words that the older scripts name are always those of today.
/// </summary>
internal sealed record Migration(int Version, string Name, string Sql)
{
    private const string NoTransaction = "-- no transaction";

    /// <summary>Those of this program, in order.</summary>
    public static IReadOnlyList<Migration> Shipped { get; } = Load();

    /// <summary>Tells this text from any other.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Plain(Sql))));

    /// <summary>Whether all of it happens or nothing.</summary>
    public bool InTransaction => !Plain(Sql).StartsWith(NoTransaction + "\n", StringComparison.Ordinal);

    /// <summary>The statements, for a script without a transaction.</summary>
    public IReadOnlyList<string> Statements =>
        [.. Plain(Sql).Split(";\n").Select(statement => statement.Trim()).Where(statement => statement.Length > 0)];

    // A checkout may bring other ends of lines.
    private static string Plain(string sql) => sql.ReplaceLineEndings("\n");

    private static Migration[] Load()
    {
        const string Folder = ".Storage.migrations.";
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(name => name.Contains(Folder, StringComparison.Ordinal))
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    var file = name[(name.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..^".sql".Length];
                    return new Migration(int.Parse(file[..3], CultureInfo.InvariantCulture), file, reader.ReadToEnd());
                })
                .OrderBy(migration => migration.Version),
        ];
    }
}
