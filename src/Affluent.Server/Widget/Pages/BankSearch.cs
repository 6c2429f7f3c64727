using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Server.Widget.Pages;

/// <summary>Finds banks by name, as people type them: without regard to case, accents and order of words.</summary>
internal static class BankSearch
{
    private const CompareOptions Loosely = CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace;

    /// <summary>The banks of these countries whose name has all words of the search, in order of their names.</summary>
    /// <param name="countries">ISO 3166-1 codes of two or three letters; empty: all.</param>
    public static IEnumerable<Provider> Find(
        IEnumerable<Provider> banks,
        string search,
        IReadOnlyList<string> countries,
        CultureInfo culture
    )
    {
        var compare = culture.CompareInfo;
        var words = search.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return banks
            .Where(bank => countries.Count == 0 || countries.Any(country => IsIn(bank, country)))
            .Where(bank => words.All(word => compare.IndexOf(bank.Name, word, Loosely) >= 0))
            .OrderBy(bank => bank.Name, Comparer<string>.Create((a, b) => compare.Compare(a, b, Loosely)))
            .ThenBy(bank => bank.Id.Value, StringComparer.Ordinal);
    }

    private static bool IsIn(Provider bank, string country) =>
        country.Length == 3 ? bank.CountryCode == country : TwoLetters(bank.CountryCode) == country;

    private static string? TwoLetters(string threeLetters) => Regions.GetValueOrDefault(threeLetters);

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
