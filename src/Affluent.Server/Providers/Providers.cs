using System.Globalization;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Providers;

/// <summary>Which banks a caller asks for.</summary>
internal sealed record ProviderFilter(IReadOnlyList<string>? Countries, string? Text)
{
    public bool Accepts(Provider provider) =>
        (Countries is null || Countries.Contains(provider.CountryCode, StringComparer.OrdinalIgnoreCase))
        && (Text is null || SearchText.Contains(provider.Name, Text));
}

/// <summary>Search as people type: neither case nor accents count.</summary>
internal static class SearchText
{
    private const CompareOptions Loose = CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace;

    public static bool Contains(string? text, string part) =>
        text is not null && CultureInfo.InvariantCulture.CompareInfo.IndexOf(text, part, Loose) >= 0;
}

/// <summary>
/// The logo that stands for a bank until its operator has its own: two letters on a colour, always the same for the same bank. Drawn
/// here, so that showing a list of banks tells no other site who looks at it.
/// </summary>
internal static class ProviderLogo
{
    // Dark enough for white letters (contrast above 4.5).
    private static readonly string[] Colours =
    [
        "#1f4e79",
        "#7a2e2e",
        "#2e6b3a",
        "#5b3a8c",
        "#8a4b08",
        "#0f6674",
        "#7b1f5c",
        "#3d4852",
    ];

    /// <summary>Where the logo is served, as <c>logo_url</c> shows it.</summary>
    public static string Address(Addresses addresses, ApiVersion version, ProviderId id) =>
        $"{addresses.ApiOf(version)}/providers/{id}/logo";

    /// <summary>An SVG image of 96 by 96.</summary>
    public static string Draw(Provider provider)
    {
        var number = provider.Id.Value.Aggregate(0, (sum, digit) => ((sum * 31) + digit) & 0xFFFF);
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 96 96" role="img">
              <rect width="96" height="96" rx="20" fill="{Colours[number % Colours.Length]}"/>
              <text x="48" y="50" fill="#ffffff" font-family="sans-serif" font-size="40" font-weight="600" text-anchor="middle" dominant-baseline="middle">{Initials(
                provider.Name
            )}</text>
            </svg>
            """;
    }

    /// <summary>First letters of the first two words; of a single word, its first two letters.</summary>
    public static string Initials(string name)
    {
        var words = new string([.. name.Select(c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(
            ' ',
            StringSplitOptions.RemoveEmptyEntries
        );
        var letters = words switch
        {
            [] => "?",
            [var only] => Letters(only, 2),
            [var first, var second, ..] => Letters(first, 1) + Letters(second, 1),
        };
        return letters.ToUpperInvariant();

        // By runes: half of a surrogate pair would make the image invalid.
        static string Letters(string word, int count) =>
            word.EnumerateRunes()
                .Take(count)
                .Aggregate(new StringBuilder(), (text, rune) => text.Append(rune))
                .ToString();
    }
}
