using System.Globalization;
using System.Text.RegularExpressions;

namespace Affluent.Server.Widget;

/// <summary>
/// The look that a client chose: names of fonts and two colors, each taken apart and written anew, so that nothing else can get
/// into the style sheet. A color counts as far as the pages stay readable with it (WCAG 2.2 AA).
/// </summary>
internal sealed partial record Theme
{
    private const int MostFonts = 8;

    // WCAG 2.2: 1.4.3 for text, 1.4.11 for what is no text.
    private const double TextContrast = 4.5;
    private const double MarkContrast = 3;

    /// <summary>The darkest of the grounds that text stands on, but for the tint of chosen things: --ground of widget.css.</summary>
    private static readonly CssColor Ground = new(0xf1, 0xf5, 0xf5);

    /// <summary>As --tint of widget.css.</summary>
    private const double TintOpacity = 0.08;

    /// <summary>Names of fonts by preference, without quotes; empty: the standard.</summary>
    public IReadOnlyList<string> Fonts { get; init; } = [];

    /// <summary>Color of the text: six hexadecimal digits.</summary>
    public string? FontColor { get; init; }

    /// <summary>Color of buttons and marks: six hexadecimal digits.</summary>
    public string? ElementsColor { get; init; }

    public bool IsStandard => Fonts.Count == 0 && FontColor is null && ElementsColor is null;

    /// <summary>Reads CSS values; the second value names the parameters that hold something else, which is left out.</summary>
    public static (Theme Theme, IReadOnlyList<WidgetParameter> Ignored) Read(
        string? font,
        string? fontColor,
        string? elementsColor
    )
    {
        List<WidgetParameter> ignored = [];
        var given = (font ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => name.Trim('"', '\'').Trim())
            .ToList();
        var fonts = given.Where(name => FontName().IsMatch(name)).Take(MostFonts).ToList();
        if (fonts.Count < given.Count)
        {
            ignored.Add(WidgetParameter.Font);
        }
        var theme = new Theme
        {
            Fonts = fonts,
            FontColor = Color(fontColor, WidgetParameter.FontColor),
            ElementsColor = Color(elementsColor, WidgetParameter.ElementsColor),
        };
        return (theme, ignored);

        string? Color(string? text, WidgetParameter name)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return null;
            }
            if (CssColor.TryRead(text, out var color))
            {
                return color.Digits;
            }
            ignored.Add(name);
            return null;
        }
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
        var darkest = Ground;
        if (ElementsColor is not null && CssColor.TryRead(ElementsColor, out var accent))
        {
            var tint = accent.Over(CssColor.White, TintOpacity);
            darkest = tint.Luminance < Ground.Luminance ? tint : Ground;
            var onAccent =
                accent.ContrastWith(CssColor.Black) > accent.ContrastWith(CssColor.White)
                    ? CssColor.Black
                    : CssColor.White;
            values.Add($"--accent: #{accent.Digits};");
            values.Add($"--on-accent: #{onAccent.Digits};");
            values.Add($"--mark: #{accent.DarkenedTo(MarkContrast, darkest).Digits};");
        }
        if (FontColor is not null && CssColor.TryRead(FontColor, out var ink))
        {
            values.Add($"--ink: #{ink.DarkenedTo(TextContrast, darkest).Digits};");
        }
        return $":root {{ {string.Join(' ', values)} }}";
    }

    // Generic families are keywords and stop being so in quotes.
    private static string Quote(string name) =>
        name is "serif" or "sans-serif" or "monospace" or "cursive" or "fantasy" or "system-ui" ? name : $"\"{name}\"";

    [GeneratedRegex(
        "^[A-Za-z0-9][A-Za-z0-9 _-]{0,60}\\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex FontName();
}
