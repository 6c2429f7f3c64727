using System.Globalization;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Contract;

/// <summary>A family of connectors, described as data.</summary>
/// <param name="Family">Name that catalogue entries refer to ("stet", "website").</param>
/// <param name="Mode">Channel that it serves, unless an entry says another of <see cref="Modes"/>.</param>
/// <param name="Capabilities">What it can do: exactly the capability interfaces that it implements.</param>
/// <param name="Settings">What each bank of the family must or may state.</param>
public sealed record ConnectorManifest(
    string Family,
    ChannelMode Mode,
    IReadOnlyList<Capability> Capabilities,
    IReadOnlyList<ConnectorSetting> Settings
)
{
    /// <summary>All channels that it can serve.</summary>
    public IReadOnlyList<ChannelMode> Modes
    {
        get => field ?? [Mode];
        init;
    }

    /// <summary>What settings and credentials that are good by themselves lack together, in words for the author of an entry ("'a' needs 'b'"); null: nothing can be.</summary>
    public Func<ChannelDefinition, IEnumerable<string>>? Together { get; init; }

    /// <summary>
    /// The names of fields of a channel that the family can use, on the channel REDIRECT, too: the user is asked for them before going to the bank. Null: any
    /// name, on EMBEDDED alone.
    /// </summary>
    public IReadOnlyList<string>? CredentialNames { get; init; }

    /// <summary>Whether a bank with these settings wants messages that bear the operator's seal; null: none of the family does.</summary>
    public Func<IReadOnlyDictionary<string, string>, bool>? WantsSeal { get; init; }

    /// <summary>
    /// Whether a bank is told of a user who is there; null: it always is. A reading of which the bank is not told counts there as one without the user.
    /// </summary>
    public Func<ChannelDefinition, PresentUser, bool>? TellsOfUser { get; init; }

    /// <summary>What is wrong with a catalogue entry, in words for its author; empty when it fits.</summary>
    public IReadOnlyList<string> Check(ChannelDefinition channel)
    {
        List<string> faults = [];
        if (!Modes.Contains(channel.Mode))
        {
            faults.Add(
                $"channel {channel.Id}: connector '{Family}' serves the channel {string.Join(", ", Modes)}, not {channel.Mode}"
            );
        }
        foreach (var setting in Settings.Where(s => s.Required && !channel.Settings.ContainsKey(s.Name)))
        {
            faults.Add($"channel {channel.Id}: setting '{setting.Name}' is missing ({setting.Meaning})");
        }
        foreach (var name in channel.Settings.Keys.Where(name => Settings.All(s => s.Name != name)))
        {
            faults.Add($"channel {channel.Id}: setting '{name}' is not known to connector '{Family}'");
        }
        foreach (var field in channel.Credentials.Where(field => CredentialNames?.Contains(field.Name) == false))
        {
            faults.Add(
                $"channel {channel.Id}: credential '{field.Name}' is not known to connector '{Family}' ({string.Join(", ", CredentialNames!)})"
            );
        }
        foreach (var setting in Settings)
        {
            if (channel.Settings.TryGetValue(setting.Name, out var value) && setting.Fault(value) is { } fault)
            {
                faults.Add($"channel {channel.Id}: setting '{setting.Name}' {fault}");
            }
        }
        if (faults.Count == 0 && Together is { } together)
        {
            faults.AddRange(together(channel).Select(fault => $"channel {channel.Id}: {fault}"));
        }
        return faults;
    }
}

/// <summary>A value that a bank of the family states.</summary>
/// <param name="Meaning">One line for the author of a catalogue entry.</param>
/// <param name="Choices">The only values (of <see cref="SettingKind.Words"/>, the only words) allowed; null = any value of the kind.</param>
public sealed partial record ConnectorSetting(
    string Name,
    SettingKind Kind,
    bool Required,
    string Meaning,
    IReadOnlyList<string>? Choices = null
)
{
    /// <summary>What values of <see cref="SettingKind.Fields"/> may refer to by <c>$name</c>.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>What is wrong with a value ("is not …"), never the value itself; null when it fits.</summary>
    public string? Fault(string value) =>
        Choices is not null
        && (Kind == SettingKind.Words ? value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [value]).Any(word =>
            !Choices.Contains(word, StringComparer.Ordinal)
        )
            ? $"is none of: {string.Join(", ", Choices)}"
            : Kind switch
            {
                SettingKind.Address => IsAddress(value) ? null : "is not an absolute http(s) address",
                SettingKind.Switch => value is "true" or "false" ? null : "is neither true nor false",
                // .NET takes zeros (U+0000) behind a number for nothing.
                SettingKind.Number => value.All(char.IsAsciiDigit)
                && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                    ? null
                    : "is not a whole number",
                // Nothing is as good as not said.
                SettingKind.TimeZone => value == "" || TimeZoneInfo.TryFindSystemTimeZoneById(value, out _)
                    ? null
                    : "is no IANA time zone (Europe/Paris …)",
                SettingKind.DateFormat => value == "" || IsDateFormat(value)
                    ? null
                    : "is no .NET date format (yyyy-MM-dd …)",
                SettingKind.Fields => FaultOfFields(value),
                SettingKind.Text or SettingKind.Secret or SettingKind.Words => null,
            };

    private string? FaultOfFields(string value)
    {
        foreach (var line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = line.IndexOf(':', StringComparison.Ordinal);
            if (cut <= 0 || line[..cut].Any(c => c is <= ' ' or > '~') || line.Any(char.IsControl))
            {
                return "is not an object of names and texts, each on one line";
            }
            foreach (Match reference in Reference().Matches(line))
            {
                if (reference.Groups["name"] is { Length: > 0 } name && !Values.Contains(name.Value))
                {
                    return $"refers to ${name.Value}, which is none of: {string.Join(", ", Values)}";
                }
            }
        }
        return null;
    }

    [GeneratedRegex(@"\$(?:(?<name>[a-z][a-z_]*)|\$)", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Reference();

    private static bool IsDateFormat(string value)
    {
        try
        {
            return DateTime.UnixEpoch.ToString(value, CultureInfo.InvariantCulture) != "";
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsAddress(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}

/// <summary>What a setting holds.</summary>
public enum SettingKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>An absolute address.</summary>
    Address,

    /// <summary>A secret: masked wherever settings are shown.</summary>
    Secret,

    /// <summary>true or false.</summary>
    Switch,

    /// <summary>A whole number, zero or more.</summary>
    Number,

    /// <summary>The IANA name of a time zone.</summary>
    TimeZone,

    /// <summary>How a day is written, as a .NET format.</summary>
    DateFormat,

    /// <summary>Words, split by blanks.</summary>
    Words,

    /// <summary>Names and their texts: an object in the entry, lines of <c>Name: value</c> here.</summary>
    Fields,
}
