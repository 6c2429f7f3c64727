using System.Text.RegularExpressions;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>The address of a database as it may be shown: its passwords stand before the host, and among the options.</summary>
internal static partial class MaskedAddress
{
    /// <summary>The address with stars in place of passwords.</summary>
    public static string Of(string address)
    {
        var text = UserPassword().Replace(address, "${before}***@");
        return text.Contains("://", StringComparison.Ordinal)
            ? Option()
                .Replace(
                    text,
                    option =>
                        PostgresDatabase.IsPassword(Uri.UnescapeDataString(option.Groups["name"].Value))
                            ? $"{option.Groups["before"].Value}***"
                            : option.Value
                )
            : text;
    }

    // As it was typed: what an address makes of it may be written otherwise.
    [GeneratedRegex(@"^(?<before>[^:/?#]+://[^:/?#]*:)[^/?#]*@", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex UserPassword();

    [GeneratedRegex(@"(?<before>[?&](?<name>[^?=&#]*)=)[^&#]*", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Option();
}
