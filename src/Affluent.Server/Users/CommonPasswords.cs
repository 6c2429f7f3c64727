using System.Collections.Frozen;

namespace Affluent.Server.Users;

/// <summary>
/// What attackers try first: of the 30,000 passwords seen most often in leaks (as zxcvbn 4.4.2 counts them, MIT licence), those that the
/// other rules would let pass.
/// </summary>
internal static class CommonPasswords
{
    private static readonly Lazy<FrozenSet<string>> All = new(Read);

    /// <summary>Capitals make a common password no better.</summary>
    public static bool Contain(string password) => All.Value.Contains(password.Trim());

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
