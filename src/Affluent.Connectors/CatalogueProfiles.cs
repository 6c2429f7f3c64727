using System.Text.Json;
using System.Text.RegularExpressions;

namespace Affluent.Connectors;

/// <summary>How platforms speak their family, by name: what the channels of their brands share.</summary>
internal sealed partial class CatalogueProfiles
{
    /// <summary>Names the profile of a bank in whose place the test bank stands.</summary>
    public const string Like = "like";

    /// <summary>What a channel of the test bank says where that demands signatures.</summary>
    public const string Strict = "strict";

    // What tells the channels of a bank apart.
    private static readonly string[] OfBrands = ["id", "mode", Like, Strict];

    private readonly Dictionary<string, CatalogueFile> _files = new(StringComparer.Ordinal);

    /// <param name="files">Of the catalogue; those that are no profiles are passed over.</param>
    /// <param name="faults">Those of profiles are added. What a profile leaves open its brands say, so its values are checked with them.</param>
    public CatalogueProfiles(IEnumerable<CatalogueFile> files, List<CatalogueFault> faults)
    {
        List<(CatalogueEntry Channel, CatalogueReader Reader)> channels = [];
        foreach (var file in files.Where(f => f.IsProfile))
        {
            var reader = new CatalogueReader(file.Name, new Dictionary<string, string>(), this);
            var entry = new CatalogueEntry(reader, file.Root, new(file.Name, ""));
            var name = entry.Text("profile", required: true);
            if (!ProfileName().IsMatch(name))
            {
                entry.Fault("profile", "is no name of lower-case letters, digits and hyphens");
            }
            else if (!_files.TryAdd(name, file))
            {
                entry.Fault("profile", $"{name} is taken by {_files[name].Name}");
            }
            if (!entry.Has("channel"))
            {
                entry.Fault("channel", "is missing");
            }
            if (entry.Inner("channel") is { } channel)
            {
                channels.Add((channel, reader));
            }
            _ = entry.Has("$schema");
            entry.NoMore(CatalogueObject.Profile);
            faults.AddRange(reader.Faults);
        }
        foreach (var (channel, reader) in channels)
        {
            var before = reader.Faults.Count;
            foreach (var own in OfBrands.Where(channel.Says))
            {
                channel.Fault(own, "is said by each brand, not by a profile");
            }
            if (TryPutBelow(channel, reader, out var whole))
            {
                var family = whole.Text("connector", required: true);
                if (family != "" && Families.Find(family) is null)
                {
                    whole.Fault("connector", Families.Unknown(family));
                }
            }
            faults.AddRange(reader.Faults.Skip(before));
        }
    }

    /// <summary>Puts the profile that a channel names below it, and below that the one that it names.</summary>
    /// <returns>False, and a fault, when there is no such profile.</returns>
    public bool TryPutBelow(CatalogueEntry channel, CatalogueReader reader, out CatalogueEntry whole)
    {
        List<CatalogueEntry> layers = [channel];
        HashSet<string> seen = new(StringComparer.Ordinal);
        whole = channel;
        if (channel.Says(Like) && channel.Says("profile"))
        {
            channel.Fault(Like, "names a profile, and stands in the place of 'profile'");
            return false;
        }
        while (MemberOf(layers[^1]) is { } member)
        {
            var layer = layers[^1];
            var name = layer.Text(member, required: true);
            if (name == "")
            {
                return false;
            }
            if (layer.Says("connector"))
            {
                layer.Fault("connector", "is the profile's to say");
                return false;
            }
            if (!_files.TryGetValue(name, out var file))
            {
                layer.Fault(
                    member,
                    $"'{name}' is none of: {string.Join(", ", _files.Keys.Order(StringComparer.Ordinal))}"
                );
                return false;
            }
            if (!seen.Add(name))
            {
                layer.Fault(member, $"'{name}' comes back to itself");
                return false;
            }
            if (!file.Root.TryGetProperty("channel", out var shared) || shared.ValueKind != JsonValueKind.Object)
            {
                // Which is a fault of the profile's file.
                layer.Fault(member, $"'{name}' has no channel");
                return false;
            }
            layers.Add(new CatalogueEntry(reader, shared, new(file.Name, "channel")));
        }
        for (var i = layers.Count - 2; i >= 0; i--)
        {
            layers[i] = layers[i].Above(layers[i + 1]);
        }
        whole = layers[0];
        _ = whole.Has("profile");
        _ = whole.Has(Like);
        return true;
    }

    private static string? MemberOf(CatalogueEntry layer) =>
        layer.Says("profile") ? "profile"
        : layer.Says(Like) ? Like
        : null;

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex ProfileName();
}
