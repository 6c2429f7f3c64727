using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Affluent.Server.Users;

/// <summary>
/// What attackers try first: of the 30,000 passwords seen most often in leaks (as zxcvbn 4.4.2 counts them, MIT licence), those that the
/// other rules would let pass; and words that people choose, French ones first, with a few digits or signs before or behind.
/// </summary>
internal static class CommonPasswords
{
    // A longer number may be one that nobody guesses.
    private const int FewSigns = 4;

    private static readonly Lazy<FrozenSet<string>> All = new(() => Read("common-passwords.txt"));
    private static readonly Lazy<FrozenSet<string>> Words = new(() => Read("common-words.txt"));

    /// <summary>Capitals and accents make a common password no better.</summary>
    public static bool Contain(string password)
    {
        var typed = WithoutAccents(password.Trim());
        return All.Value.Contains(typed) || Words.Value.Contains(Word(typed));
    }

    /// <summary>The letters between the few digits and signs around them.</summary>
    private static string Word(string typed)
    {
        var begin = Array.FindIndex(typed.ToCharArray(), char.IsLetter);
        var end = Array.FindLastIndex(typed.ToCharArray(), char.IsLetter) + 1;
        return begin < 0 || begin + typed.Length - end > FewSigns ? "" : typed[begin..end];
    }

    private static string WithoutAccents(string typed) =>
        string.Concat(
            // Half a surrogate pair and U+FFFE, which is no character, cannot be normalized.
            string.Concat(typed.EnumerateRunes())
                .Replace('\uFFFE', '\uFFFD')
                .Normalize(NormalizationForm.FormD)
                .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
        );

    private static FrozenSet<string> Read(string name)
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
