using Affluent.Connectors.Contract;

namespace Affluent.Connectors;

/// <summary>The banks of an installation: those that ship with the product and those of the operator's own folder.</summary>
public static class Catalogue
{
    /// <summary>The variable with which channels of the test bank say what they say where it demands signatures.</summary>
    public const string StrictTestBank = "test_bank_strictness";

    // Read once: they are part of the program.
    private static readonly Lazy<IReadOnlyList<CatalogueFile>> Shipped = new(() => [.. ReadShipped()]);

    /// <summary>
    /// Reads the banks that ship with the product and then the operator's. All faults are found at once; an entry with a fault
    /// is not part of the catalogue. A shipped bank, or a test bank, whose variables are not set is left out without a fault: this installation
    /// does not have it.
    /// </summary>
    /// <param name="variables">Values for the placeholders in addresses and settings: <c>{test_bank}</c> …</param>
    /// <param name="folder">The operator's folder of *.json files, not searched deeper; null = none.</param>
    public static CatalogueLoad Load(IReadOnlyDictionary<string, string> variables, string? folder = null)
    {
        List<CatalogueFault> faults = [];
        return Read([.. Shipped.Value, .. OfFolder(folder, faults)], variables, faults);
    }

    /// <summary>All banks, with what their profiles and their own variables say, and the installation's variables as they are written: <c>{name}</c>.</summary>
    /// <param name="folder">As for the load.</param>
    public static IReadOnlyList<Provider> Unfilled(string? folder = null)
    {
        List<CatalogueFault> faults = [];
        CatalogueFile[] files = [.. Shipped.Value, .. OfFolder(folder, faults)];
        var profiles = new CatalogueProfiles(files, faults);
        return
        [
            .. files
                .Where(f => !f.IsProfile)
                .SelectMany(f => f.Read(variables: null, profiles, faults))
                .OfType<CatalogueBank.Usable>()
                .Select(b => b.Provider)
                .OrderBy(p => p.Id.Value.Length)
                .ThenBy(p => p.Id.Value, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Reads the catalogue with one file more, or with one of its folder in its place: the banks and the faults that are there because of that file.
    /// </summary>
    /// <param name="file">A bank, a list of brands or a profile; its faults are then those of its brands, too.</param>
    /// <param name="variables">As for the load.</param>
    /// <param name="folder">As for the load.</param>
    public static CatalogueLoad Check(string file, IReadOnlyDictionary<string, string> variables, string? folder = null)
    {
        List<CatalogueFault> faults = [];
        var path = Path.GetFullPath(file);
        var ofFolder = OfFolder(folder, faults, exceptFor: path);
        var without = Read([.. Shipped.Value, .. ofFolder], variables, [.. faults]);
        var with = Read([.. Shipped.Value, .. ofFolder, .. OfFiles([path], faults)], variables, faults);
        return new CatalogueLoad(
            [.. with.Providers.Where(p => without.Providers.All(other => other.Id != p.Id))],
            [.. with.Faults.Where(f => without.Faults.All(other => (other.File, other.Place) != (f.File, f.Place)))]
        );
    }

    /// <summary>Reads the files of a catalogue, profiles first whatever their order.</summary>
    /// <param name="texts">The files by name.</param>
    /// <param name="variables">Values for the placeholders.</param>
    /// <param name="faults">That there are already.</param>
    internal static CatalogueLoad Read(
        IEnumerable<(string File, string Text)> texts,
        IReadOnlyDictionary<string, string> variables,
        List<CatalogueFault> faults
    ) =>
        Read(
            [.. texts.Select(t => CatalogueFile.Parse(t.File, t.Text, faults)).OfType<CatalogueFile>()],
            variables,
            faults
        );

    private static CatalogueLoad Read(
        IReadOnlyList<CatalogueFile> files,
        IReadOnlyDictionary<string, string> variables,
        List<CatalogueFault> faults
    )
    {
        var profiles = new CatalogueProfiles(files, faults);
        var providers = new Dictionary<ProviderId, (Provider Provider, string File)>();
        List<UnconfiguredBank> unconfigured = [];
        foreach (var file in files.Where(f => !f.IsProfile))
        {
            foreach (var bank in file.Read(variables, profiles, faults))
            {
                switch (bank)
                {
                    case CatalogueBank.Usable(var provider, var placeOfId):
                        if (!providers.TryAdd(provider.Id, (provider, file.Name)))
                        {
                            faults.Add(
                                new(file.Name, placeOfId, $"{provider.Id} is taken by {providers[provider.Id].File}")
                            );
                        }
                        break;
                    case CatalogueBank.NotConfigured(var provider, var missing):
                        unconfigured.Add(new(provider.Id, provider.Name, provider.Test, missing));
                        break;
                    case CatalogueBank.Faulty:
                        break;
                }
            }
        }
        return new CatalogueLoad(
            [
                .. providers
                    .Values.Select(p => p.Provider)
                    .OrderBy(p => p.Id.Value.Length)
                    .ThenBy(p => p.Id.Value, StringComparer.Ordinal),
            ],
            // What is wrong with a profile is found by each of its brands.
            [.. faults.Distinct()]
        )
        {
            Unconfigured = unconfigured,
        };
    }

    /// <summary>Reads rules of reconciliation from a file of their own, in the form of an entry's <c>shadow_reconciliation</c>.</summary>
    /// <param name="file">Named in the faults.</param>
    /// <param name="text">Of the file.</param>
    /// <param name="inForce">Stand where the file says nothing.</param>
    /// <returns>Null and what is wrong, or the rules and nothing.</returns>
    public static (ShadowReconciliation? Rules, IReadOnlyList<CatalogueFault> Faults) ReadRules(
        string file,
        string text,
        ShadowReconciliation inForce
    )
    {
        List<CatalogueFault> faults = [];
        if (CatalogueFile.Parse(file, text, faults) is not { } parsed)
        {
            return (null, faults);
        }
        var reader = new CatalogueReader(file, new Dictionary<string, string>(), new CatalogueProfiles([], faults));
        return (reader.ReadShadow(parsed.Root, inForce.TransactionIds, inForce.Settings), reader.Faults);
    }

    private static IEnumerable<CatalogueFile> ReadShipped()
    {
        var assembly = typeof(Catalogue).Assembly;
        List<CatalogueFault> faults = [];
        foreach (var name in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (
                CatalogueFile.Parse(name, reader.ReadToEnd(), faults)
                ?? throw new InvalidDataException($"A file that ships with the product is broken: {faults[0]}")
            ) with
            {
                Shipped = true,
            };
        }
    }

    private static List<CatalogueFile> OfFolder(string? folder, List<CatalogueFault> faults, string? exceptFor = null)
    {
        if (folder is null)
        {
            return [];
        }
        if (!Directory.Exists(folder))
        {
            faults.Add(new(folder, "", "the folder does not exist"));
            return [];
        }
        string[] paths;
        try
        {
            paths = Directory.GetFiles(folder, "*.json");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new(folder, "", e.Message));
            return [];
        }
        return OfFiles(paths.Where(path => Path.GetFullPath(path) != exceptFor).Order(StringComparer.Ordinal), faults);
    }

    private static List<CatalogueFile> OfFiles(IEnumerable<string> paths, List<CatalogueFault> faults)
    {
        List<CatalogueFile> files = [];
        foreach (var file in paths)
        {
            try
            {
                if (CatalogueFile.Parse(file, File.ReadAllText(file), faults) is { } parsed)
                {
                    files.Add(parsed);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                faults.Add(new(file, "", e.Message));
            }
        }
        return files;
    }
}

/// <summary>The banks of a catalogue in the order of their ids, and everything that is wrong with its files.</summary>
public sealed record CatalogueLoad(IReadOnlyList<Provider> Providers, IReadOnlyList<CatalogueFault> Faults)
{
    /// <summary>Banks that ship with the product and that this installation has not: their variables are not set.</summary>
    public IReadOnlyList<UnconfiguredBank> Unconfigured { get; init; } = [];
}

/// <summary>A bank that ships with the product, and the variables that the operator would have to set.</summary>
public sealed record UnconfiguredBank(ProviderId Id, string Name, bool Test, IReadOnlyList<string> Missing);

/// <summary>One thing wrong with one entry.</summary>
/// <param name="File">Path, or the name of the shipped file.</param>
/// <param name="Place">Path of the member ("channels[0].settings.api_url"), "line 3" for broken JSON, or empty for the file.</param>
/// <param name="Reason">In words for the author of the entry. Never repeats the value of a setting.</param>
public sealed record CatalogueFault(string File, string Place, string Reason)
{
    /// <summary>The variable without a value, when that is the fault.</summary>
    public string? UnsetVariable { get; init; }

    /// <inheritdoc />
    public override string ToString() => Place == "" ? $"{File}: {Reason}" : $"{File}: {Place}: {Reason}";
}
