using Affluent.Architecture.Tests.Model;

namespace Affluent.Architecture.Tests;

/// <summary>
/// What still breaks a rule, one offence a line in <c>KnownOffences.txt</c>: the rules hold for everything else from the first day. The
/// list only shrinks: what is mended must leave it.
/// </summary>
internal static class KnownOffences
{
    private static readonly string[] Listed =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests", "Affluent.Architecture.Tests", "KnownOffences.txt"))
            .Where(line => line.Length > 0),
    ];

    /// <summary>Fails for an offence that is not listed, and for a listed one that is no more.</summary>
    public static void AssertNoOthers(string rule, IEnumerable<Offence> offences)
    {
        var found = offences.ToLookup(o => $"{o.File}: {o.What} [{rule}]");
        var listed = Listed.Where(line => line.EndsWith($" [{rule}]", StringComparison.Ordinal)).ToArray();
        string[] complaints =
        [
            .. found.Where(g => !listed.Contains(g.Key)).SelectMany(g => g).Select(o => $"{o} [{rule}]"),
            .. listed.Where(line => !found.Contains(line)).Select(line => $"Mended, take it off the list: {line}"),
        ];
        Assert.True(complaints.Length == 0, string.Join('\n', complaints));
    }
}
