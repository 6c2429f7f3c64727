using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Affluent.Connectors.Contract;

namespace Affluent.Server.Widget.Pages;

/// <summary>Finds banks by name, as people type them: without regard to case, accents and order of words.</summary>
internal static class BankSearch
{
    private const CompareOptions Loosely = CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace;

    /// <summary>The banks of these countries whose name has all words of the search, in order of their names.</summary>
    /// <param name="countries">ISO 3166-1 codes of two or three letters; empty: all.</param>
    public static IReadOnlyList<Provider> Find(
        IReadOnlyList<Provider> banks,
        string search,
        IReadOnlyList<string> countries,
        CultureInfo culture
    )
    {
        var compare = culture.CompareInfo;
        var words = search.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. Ordered(banks, culture)
                .Where(bank => countries.Count == 0 || countries.Any(country => IsIn(bank, country)))
                .Where(bank => words.All(word => compare.IndexOf(bank.Name, word, Loosely) >= 0)),
        ];
    }

    // Putting thousands of names in order takes longer than finding one among them: once for each list.
    private static Provider[] Ordered(IReadOnlyList<Provider> banks, CultureInfo culture) =>
        Orders
            .GetOrCreateValue(banks)
            .GetOrAdd(
                culture.Name,
                _ =>
                {
                    var compare = culture.CompareInfo;
                    return
                    [
                        .. banks
                            .Select(bank => (Bank: bank, Key: compare.GetSortKey(bank.Name, Loosely)))
                            .OrderBy(one => one.Key, Comparer<SortKey>.Create(SortKey.Compare))
                            .ThenBy(one => one.Bank.Id.Value, StringComparer.Ordinal)
                            .Select(one => one.Bank),
                    ];
                }
            );

    private static readonly ConditionalWeakTable<
        IReadOnlyList<Provider>,
        ConcurrentDictionary<string, Provider[]>
    > Orders = [];

    private static bool IsIn(Provider bank, string country) =>
        country.Length == 3 ? bank.CountryCode == country : TwoLetters(bank.CountryCode) == country;

    /// <summary>The alpha-2 code of an alpha-3 code (ISO 3166-1); null: it has none.</summary>
    public static string? TwoLetters(string threeLetters) => Regions.GetValueOrDefault(threeLetters);

    private static Dictionary<string, string> Regions { get; } =
        CultureInfo
            .GetCultures(CultureTypes.SpecificCultures)
            .Select(culture => new RegionInfo(culture.Name))
            .Where(region => region.ThreeLetterISORegionName.Length == 3 && region.TwoLetterISORegionName.Length == 2)
            .DistinctBy(region => region.ThreeLetterISORegionName)
            .ToDictionary(
                region => region.ThreeLetterISORegionName,
                region => region.TwoLetterISORegionName,
                StringComparer.Ordinal
            );
}
