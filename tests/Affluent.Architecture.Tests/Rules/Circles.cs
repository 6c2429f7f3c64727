using Affluent.Architecture.Tests.Model;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>Folders of the server know each other in one direction.</summary>
internal static class Circles
{
    public static IEnumerable<Offence> Offences(Sources sources)
    {
        // The root puts the folders together and is none of them.
        var uses = sources
            .Uses.Where(u => u.By.Folder.Length > 0 && u.Of.Folder.Length > 0)
            .ToLookup(u => (By: u.By.Folder, Of: u.Of.Folder));
        var knows = uses.Select(g => g.Key).ToLookup(edge => edge.By, edge => edge.Of);
        return uses.Select(g => Shortest(g.Key, knows))
            .OfType<string[]>()
            .DistinctBy(circle => string.Join(' ', circle))
            .Select(circle =>
            {
                var lightest = circle.Zip([.. circle.Skip(1), circle[0]]).MinBy(edge => uses[edge].Count());
                return new Offence(string.Join(" -> ", circle), "know each other in a circle", 0)
                {
                    Detail =
                        $"{lightest.First} knows {lightest.Second} least: "
                        + string.Join(", ", uses[lightest].Select(u => $"{u.Type.Name} in {u.By.Name}").Distinct()),
                };
            });
    }

    // The shortest circle through an edge, told from its first folder in the alphabet on; null when there is none.
    private static string[]? Shortest((string By, string Of) edge, ILookup<string, string> knows)
    {
        Dictionary<string, string> cameFrom = new() { [edge.Of] = edge.By };
        Queue<string> next = new([edge.Of]);
        while (next.TryDequeue(out var folder))
        {
            if (folder == edge.By)
            {
                List<string> circle = [folder];
                for (var at = cameFrom[folder]; at != folder; at = cameFrom[at])
                {
                    circle.Insert(0, at);
                }
                var first = circle.IndexOf(circle.Min(StringComparer.Ordinal)!);
                return [.. circle[first..], .. circle[..first]];
            }
            foreach (var other in knows[folder].Where(other => cameFrom.TryAdd(other, folder)))
            {
                next.Enqueue(other);
            }
        }
        return null;
    }
}
