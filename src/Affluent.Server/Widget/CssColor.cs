using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Affluent.Server.Widget;

/// <summary>An opaque color; what was given half transparent stands on white paper, as all pages of the widget do. Pure.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct CssColor(byte Red, byte Green, byte Blue)
{
    public static readonly CssColor White = new(255, 255, 255);
    public static readonly CssColor Black = new(0, 0, 0);

    /// <summary>Six hexadecimal digits.</summary>
    public string Digits => string.Create(CultureInfo.InvariantCulture, $"{Red:x2}{Green:x2}{Blue:x2}");

    /// <summary>Reads names, hexadecimal digits, <c>rgb()</c> and <c>hsl()</c> with or without opacity (CSS Color 4).</summary>
    public static bool TryRead(string text, out CssColor color)
    {
        color = default;
        var value = text.Trim().ToLowerInvariant();
        if (Hex().Match(value) is { Success: true } hex)
        {
            var digits = hex.Groups["digits"].Value;
            color = OfDigits(digits.Length <= 4 ? string.Concat(digits.Select(d => new string(d, 2))) : digits);
            return true;
        }
        if (Function().Match(value) is { Success: true } function)
        {
            var parts = function
                .Groups["arguments"]
                .Value.Split([' ', ',', '/'], StringSplitOptions.RemoveEmptyEntries);
            return parts.Length is 3 or 4
                && TryPart(parts.ElementAtOrDefault(3) ?? "1", whole: 1, out var opacity)
                && (
                    function.Groups["name"].Value == "rgb"
                        ? TryRgb(parts, opacity, out color)
                        : TryHsl(parts, opacity, out color)
                );
        }
        var named = System.Drawing.Color.FromName(value);
        color = new(named.R, named.G, named.B);
        return named.IsKnownColor && !named.IsSystemColor && named.A == 255;
    }

    /// <summary>This color so thinly over another: 0 leaves the other, 1 hides it.</summary>
    public CssColor Over(CssColor other, double opacity)
    {
        byte Mix(byte above, byte below) => (byte)Math.Round((above * opacity) + (below * (1 - opacity)));
        return new(Mix(Red, other.Red), Mix(Green, other.Green), Mix(Blue, other.Blue));
    }

    /// <summary>Contrast ratio of WCAG 2.2: 1 for the same color, 21 for black on white.</summary>
    public double ContrastWith(CssColor other)
    {
        var (a, b) = (Luminance, other.Luminance);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>This color, darker by as much as it takes to reach the contrast with a light ground.</summary>
    public CssColor DarkenedTo(double contrast, CssColor ground)
    {
        var color = this;
        for (var light = 0.98; light > 0 && color.ContrastWith(ground) < contrast; light -= 0.02)
        {
            color = Over(Black, light);
        }
        return color.ContrastWith(ground) < contrast ? Black : color;
    }

    /// <summary>Relative luminance of WCAG 2.2.</summary>
    public double Luminance
    {
        get
        {
            static double Linear(byte channel)
            {
                var value = channel / 255d;
                return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
            }
            return (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));
        }
    }

    // Six digits, or eight of which the last two are the opacity.
    private static CssColor OfDigits(string digits)
    {
        var parts = Convert.FromHexString(digits);
        var color = new CssColor(parts[0], parts[1], parts[2]);
        return parts.Length == 4 ? color.Over(White, parts[3] / 255d) : color;
    }

    private static bool TryRgb(string[] parts, double opacity, out CssColor color)
    {
        color = default;
        if (
            !TryPart(parts[0], 255, out var red)
            || !TryPart(parts[1], 255, out var green)
            || !TryPart(parts[2], 255, out var blue)
        )
        {
            return false;
        }
        color = Of(red / 255, green / 255, blue / 255).Over(White, opacity);
        return true;
    }

    private static bool TryHsl(string[] parts, double opacity, out CssColor color)
    {
        color = default;
        var hueText = parts[0].EndsWith("deg", StringComparison.Ordinal) ? parts[0][..^3] : parts[0];
        if (
            !TryNumber(hueText, out var hue)
            || !TryPart(parts[1], 100, out var saturation)
            || !TryPart(parts[2], 100, out var lightness)
        )
        {
            return false;
        }
        var (s, l) = (saturation / 100, lightness / 100);
        var turned = ((hue % 360) + 360) % 360;
        double Channel(int n)
        {
            var k = (n + (turned / 30)) % 12;
            return l - (s * Math.Min(l, 1 - l) * Math.Max(-1, Math.Min(Math.Min(k - 3, 9 - k), 1)));
        }
        color = Of(Channel(0), Channel(8), Channel(4)).Over(White, opacity);
        return true;
    }

    private static CssColor Of(double red, double green, double blue)
    {
        static byte Byte(double part) => (byte)Math.Round(Math.Clamp(part, 0, 1) * 255);
        return new(Byte(red), Byte(green), Byte(blue));
    }

    // A number of the whole, or a percentage; what lies beyond counts as the end, as browsers do.
    private static bool TryPart(string text, double whole, out double part)
    {
        var percent = text.EndsWith('%');
        var read = TryNumber(percent ? text[..^1] : text, out part);
        part = Math.Clamp(percent ? part / 100 * whole : part, 0, whole);
        return read;
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(
            text,
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out number
        ) && double.IsFinite(number);

    [GeneratedRegex(
        "^#?(?<digits>[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Hex();

    [GeneratedRegex(
        @"^(?<name>rgb|hsl)a?\((?<arguments>[^()]{1,100})\)\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Function();
}
