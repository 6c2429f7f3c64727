using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary>
/// A bank's entry as it comes out of its profile and its own variables, for a terminal. What the installation's variables hold is not
/// there: they stand as <c>{name}</c>. Secrets that an entry says itself are not shown, wherever they stand.
/// </summary>
internal static partial class BankEntryText
{
    private const string NotShown = "(not shown)";

    /// <param name="bank">As the catalogue gives it unfilled.</param>
    public static IEnumerable<string> Lines(Provider bank)
    {
        var bic = bank.Bic is null ? "" : $", BIC {bank.Bic}";
        yield return $"    {bank.CountryCode}{bic}, days of {bank.TimeZone}, {bank.BaseUrl}";
        yield return $"    verified: {bank.Verified.Word()} ({Meaning(bank.Verified)})";
        foreach (var channel in bank.Channels)
        {
            var profile =
                channel.Profile is null ? ""
                : channel.Imitated ? $", the test bank like {channel.Profile}"
                : $", profile {channel.Profile}";
            yield return $"    entry of channel {channel.Id}: {channel.Connector}{profile}";
            yield return $"        account types: {string.Join(", ", channel.AccountTypes.Select(type => type.Word()))}";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"        an authorization lasts {channel.ConsentDays} days; transaction ids: {channel.TransactionIds.Word()}"
            );
            if (channel.ClientCertificate)
            {
                yield return "        the bank wants to see your certificate";
            }
            foreach (var line in Settings(channel))
            {
                yield return $"        {line}";
            }
        }
    }

    private static string Meaning(Verification verified) =>
        verified switch
        {
            Verification.Replay => "recorded exchanges of its platform were replayed",
            Verification.Specification => "what is public of its platform was read",
            Verification.None => "nothing proves it: compare it with what the bank publishes",
        };

    private static IEnumerable<string> Settings(ChannelDefinition channel)
    {
        var kinds = (Families.Find(channel.Connector)?.Manifest.Settings ?? []).ToDictionary(s => s.Name, s => s.Kind);
        bool IsSecret(string name) => kinds.GetValueOrDefault(name) == SettingKind.Secret;

        var secrets = channel
            .Settings.Where(s => IsSecret(s.Key) && s.Value != "" && !IsVariable(s.Value))
            .Select(s => s.Value)
            .OrderByDescending(value => value.Length)
            .ToArray();
        foreach (var (name, value) in channel.Settings.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (IsSecret(name))
            {
                yield return $"{name}: {(value == "" || IsVariable(value) ? value : NotShown)}";
            }
            else if (kinds.GetValueOrDefault(name) == SettingKind.Fields)
            {
                foreach (var line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    yield return $"{name}: {Masked(Field(line), secrets)}";
                }
            }
            else
            {
                yield return $"{name}: {Masked(value, secrets)}";
            }
        }
    }

    private static string Field(string line)
    {
        var cut = line.IndexOf(':', StringComparison.Ordinal);
        var (name, value) = (line[..cut], line[(cut + 1)..].Trim());
        return $"{name} = {(SoundsSecret().IsMatch(name) && !Reference().IsMatch(value) ? NotShown : value)}";
    }

    private static string Masked(string value, IEnumerable<string> secrets) =>
        secrets.Aggregate(value, (text, secret) => text.Replace(secret, NotShown, StringComparison.Ordinal));

    private static bool IsVariable(string value) => Variable().IsMatch(value);

    [GeneratedRegex(@"^\{[a-z][a-z0-9_]*\}$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Variable();

    // Nothing, a variable, or what a request knows: none of them is a secret that stands in the entry.
    [GeneratedRegex(
        @"^(?:[A-Za-z]+ )?(?:\{[a-z][a-z0-9_]*\}|\$[a-z_]+)?$",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Reference();

    [GeneratedRegex(
        "secret|password|token|key|authorization|signature",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex SoundsSecret();
}
