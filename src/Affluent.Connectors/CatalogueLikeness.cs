using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors;

/// <summary>Channels of banks in whose place the test bank stands.</summary>
internal static partial class CatalogueLikeness
{
    /// <summary>What the test bank cannot do, in words for the author of the entry.</summary>
    public static IEnumerable<string> Faults(ConnectorManifest manifest)
    {
        if (manifest.Settings.All(setting => setting.Name != "api_url"))
        {
            yield return $"the test bank imitates no bank of the family '{manifest.Family}'";
        }
    }

    /// <summary>The channel with each address as one of the test bank, whatever host it names.</summary>
    /// <param name="testBank">Where that is.</param>
    public static ChannelDefinition AtTheTestBank(
        ChannelDefinition channel,
        ConnectorManifest manifest,
        string testBank
    ) =>
        channel with
        {
            Settings = channel.Settings.ToDictionary(
                setting => setting.Key,
                setting =>
                    setting.Value != ""
                    && !OtherScheme().IsMatch(setting.Value)
                    && manifest.Settings.Any(s => s.Name == setting.Key && s.Kind == SettingKind.Address)
                        ? $"{testBank.TrimEnd('/')}/like/{channel.Id}/{Scheme().Replace(setting.Value, "")}"
                        : setting.Value
            ),
        };

    [GeneratedRegex("^https?://", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Scheme();

    // What is no address stays none, and is told as a fault of the entry.
    [GeneratedRegex("^(?!https?:)[A-Za-z][A-Za-z0-9+.-]*://", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex OtherScheme();
}
