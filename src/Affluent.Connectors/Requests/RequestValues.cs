using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Requests;

/// <summary>What headers and fields of one request may refer to by <c>$name</c>. Each is the same wherever the request says it.</summary>
internal sealed partial class RequestValues
{
    /// <summary>Those of every request, explained.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfEach = new Dictionary<string, string>
    {
        ["uuid"] = "a new UUID for each request",
        ["uuid_plain"] = "the same without hyphens",
        ["date"] = "the time as HTTP writes it (Tue, 24 Nov 2026 09:00:00 GMT)",
        ["utc_date"] = "the same with UTC in the place of GMT",
        ["local_date"] = "the time in time_zone, with its letters (Tue, 24 Nov 2026 10:00:00 CET)",
        ["unix_time"] = "seconds since 1970",
        ["client_id"] = "client_id",
        ["client_secret"] = "client_secret",
        ["certificate"] = "the seal's certificate, base64 in one line",
        ["access_token"] = "the token of the user, or of us where the bank gives users none",
        ["client_token"] = "our own token, where client_token names the request (berlin_group)",
        ["consent_id"] = "the bank's id of the consent (berlin_group, open_banking_uk)",
        ["auth_date"] = "when the user last agreed at the bank, as HTTP writes it (open_banking_uk)",
        ["redirect_uri"] = "the address to which the bank sends users back",
        ["return_uri"] = "the same with the state of this connection",
        ["psu_id"] = "what the user typed into the field psu_id: the name for the bank (berlin_group)",
        ["psu_corporate_id"] = "the same of the field psu_corporate_id",
        ["psu_ip"] = "the user's address, when the user is there",
        ["psu_user_agent"] = "the user's browser, when the user is there",
        ["psu_language"] = "the languages of the user's browser, when the user is there",
    };

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public RequestValues(StepContext context, TimeZoneInfo zone, string clientId, string clientSecret)
    {
        var id = Guid.NewGuid();
        Set("uuid", id.ToString());
        Set("uuid_plain", id.ToString("N"));
        Set("date", context.Now.ToString("r", CultureInfo.InvariantCulture));
        Set(
            "utc_date",
            context.Now.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)
        );
        Set("local_date", Local(context.Now, zone));
        Set("unix_time", context.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        Set("client_id", clientId);
        Set("client_secret", clientSecret);
        Set("certificate", context.Seal is { } seal ? Convert.ToBase64String(seal.Certificate.RawData) : null);
        foreach (var field in context.Channel.Credentials.Where(f => f.Name is "psu_id" or "psu_corporate_id"))
        {
            Set(field.Name, context.Credentials.GetValueOrDefault(field.Id)?.Trim());
        }
        Set("psu_ip", context.User?.IpAddress);
        Set("psu_user_agent", context.User?.UserAgent);
        Set("psu_language", context.User?.AcceptLanguage);
    }

    /// <summary>Adds a value, or takes it away.</summary>
    public RequestValues Set(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            _values.Remove(name);
        }
        else
        {
            _values[name] = value;
        }
        return this;
    }

    /// <summary>The text with its values; null when it refers to one that there is not.</summary>
    public string? Fill(string text)
    {
        var whole = true;
        var filled = Reference()
            .Replace(
                text,
                match =>
                {
                    if (match.Groups["name"] is not { Length: > 0 } name)
                    {
                        return "$";
                    }
                    whole &= _values.TryGetValue(name.Value, out var value);
                    return value ?? "";
                }
            );
        return whole ? filled : null;
    }

    private static string Local(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone);
        var summer = zone.IsDaylightSavingTime(local);
        var letters = zone.BaseUtcOffset.TotalHours switch
        {
            0 when zone.Id is "UTC" or "Etc/UTC" => "GMT",
            0 when zone.Id is "Europe/London" or "Europe/Dublin" => summer ? "BST" : "GMT",
            0 => summer ? "WEST" : "WET",
            1 => summer ? "CEST" : "CET",
            2 => summer ? "EEST" : "EET",
            _ => local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal),
        };
        return local.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + letters;
    }

    [GeneratedRegex(@"\$(?:(?<name>[a-z][a-z_]*)|\$)", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Reference();
}
