using System.Globalization;
using System.Text.RegularExpressions;

namespace Affluent.Server.Widget;

/// <summary>
/// The look that a client chose: names of fonts and two colors, each taken apart and written anew, so that nothing else can get
/// into the style sheet.
/// </summary>
internal sealed partial record Theme
{
    private static readonly string[] Channels = ["r", "g", "b"];

    /// <summary>Names of fonts by preference, without quotes; empty: the standard.</summary>
    public IReadOnlyList<string> Fonts { get; init; } = [];

    /// <summary>Color of the text: six hexadecimal digits.</summary>
    public string? FontColor { get; init; }

    /// <summary>Color of buttons and marks: six hexadecimal digits.</summary>
    public string? ElementsColor { get; init; }

    public bool IsStandard => Fonts.Count == 0 && FontColor is null && ElementsColor is null;

    /// <summary>Reads CSS values; the second value names the parameter that is none.</summary>
    public static (Theme Theme, WidgetParameter? Wrong) Read(string? font, string? fontColor, string? elementsColor)
    {
        var fonts = (font ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => name.Trim('"', '\'').Trim())
            .ToList();
        if (fonts.Count > 8 || fonts.Any(name => !FontName().IsMatch(name)))
        {
            return (new Theme(), WidgetParameter.Font);
        }
        if (!TryColor(fontColor, out var text))
        {
            return (new Theme(), WidgetParameter.FontColor);
        }
        return TryColor(elementsColor, out var elements)
            ? (
                new Theme
                {
                    Fonts = fonts,
                    FontColor = text,
                    ElementsColor = elements,
                },
                null
            )
            : (new Theme(), WidgetParameter.ElementsColor);
    }

    /// <summary>The address of the style sheet of this look, beside the page.</summary>
    public string Address =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"theme.css?font={Uri.EscapeDataString(string.Join(',', Fonts))}&font_color={FontColor}&elements_color={ElementsColor}"
        );

    /// <summary>The style sheet: values for the custom properties that widget.css is written with.</summary>
    public string Css()
    {
        List<string> values = [];
        if (Fonts.Count > 0)
        {
            values.Add($"--font: {string.Join(", ", Fonts.Select(Quote))}, system-ui, sans-serif;");
        }
        if (FontColor is not null)
        {
            values.Add($"--ink: #{FontColor};");
        }
        if (ElementsColor is not null)
        {
            values.Add($"--accent: #{ElementsColor};");
            values.Add($"--on-accent: {(Luminance(ElementsColor) > 0.179 ? "#000" : "#fff")};");
        }
        return $":root {{ {string.Join(' ', values)} }}";
    }

    // Generic families are keywords and stop being so in quotes.
    private static string Quote(string name) =>
        name is "serif" or "sans-serif" or "monospace" or "cursive" or "fantasy" or "system-ui" ? name : $"\"{name}\"";

    private static bool TryColor(string? text, out string? color)
    {
        color = null;
        var value = text?.Trim().ToLowerInvariant() ?? "";
        if (value.Length == 0)
        {
            return true;
        }
        if (Hex().Match(value) is { Success: true } hex)
        {
            var digits = hex.Groups["digits"].Value;
            color = digits.Length == 3 ? string.Concat(digits.Select(d => new string(d, 2))) : digits;
            return true;
        }
        if (Rgb().Match(value) is { Success: true } rgb)
        {
            var parts = Array.ConvertAll(
                Channels,
                name => int.Parse(rgb.Groups[name].Value, CultureInfo.InvariantCulture)
            );
            color = string.Concat(parts.Select(p => p.ToString("x2", CultureInfo.InvariantCulture)));
            return Array.TrueForAll(parts, part => part <= 255);
        }
        var named = System.Drawing.Color.FromName(value);
        if (!named.IsKnownColor || named.IsSystemColor || named.A != 255)
        {
            return false;
        }
        color = string.Create(CultureInfo.InvariantCulture, $"{named.R:x2}{named.G:x2}{named.B:x2}");
        return true;
    }

    // Relative luminance of WCAG 2.2: above 0.179 black text has the better contrast.
    private static double Luminance(string color)
    {
        double Channel(int start)
        {
            var value = int.Parse(color.AsSpan(start, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255d;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return (0.2126 * Channel(0)) + (0.7152 * Channel(2)) + (0.0722 * Channel(4));
    }

    [GeneratedRegex(
        "^[A-Za-z0-9][A-Za-z0-9 _-]{0,60}\\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex FontName();

    [GeneratedRegex(
        "^#?(?<digits>[0-9a-f]{6}|[0-9a-f]{3})\\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Hex();

    [GeneratedRegex(
        @"^rgb\(\s*(?<r>[0-9]{1,3})\s*,\s*(?<g>[0-9]{1,3})\s*,\s*(?<b>[0-9]{1,3})\s*\)\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Rgb();
}
