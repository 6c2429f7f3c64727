using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;

namespace Affluent.Connectors.Requests;

/// <summary>Where a bank's interface is, and how it is asked for lists.</summary>
internal sealed record BankInterface
{
    /// <summary>The settings that it is read from.</summary>
    public static readonly IReadOnlyList<ConnectorSetting> Settings =
    [
        new("api_url", SettingKind.Address, true, "base of the interface, its version included, as before /accounts"),
        new(
            "link_hosts",
            SettingKind.Text,
            false,
            "hosts, split by blanks, that the bank's links may name beside the one of api_url"
        ),
        new(
            "standard_paths",
            SettingKind.Switch,
            false,
            "true where the links in the account list are wrong: accounts/{id}/… is used instead"
        ),
        new(
            "history_days",
            SettingKind.Number,
            false,
            "how far back the bank gives transactions, in days (berlin_group asks for 730 at first unless said)"
        ),
        new(
            "date_format",
            SettingKind.DateFormat,
            false,
            "how dateFrom is written, as a .NET date format (yyyy-MM-dd unless said; fromBookingDateTime in open_banking_uk, yyyy-MM-ddTHH:mm:ss)"
        ),
        new("date_escaped", SettingKind.Switch, false, "true where a colon in dateFrom is to be sent as %3A"),
        new("send_date_to", SettingKind.Switch, false, "true where dateTo is compulsory (tomorrow is sent)"),
        new(
            "page_parameter",
            SettingKind.Text,
            false,
            "the parameter by which pages of a list are numbered, from 1 on, where the bank does not link to the next"
        ),
        new(
            "page_count_header",
            SettingKind.Text,
            false,
            "the header that says how many numbered pages there are; unless said, a list ends with a page without rows"
        ),
        new(
            "currency",
            SettingKind.Text,
            false,
            "currency of accounts that name none (EUR unless said; GBP in open_banking_uk)"
        ),
        new(
            "time_zone",
            SettingKind.TimeZone,
            false,
            "zone of the bank's days (Europe/Paris unless said; Europe/London in open_banking_uk)"
        ),
    ];

    /// <summary>Ends with a slash.</summary>
    public required Uri Address { get; init; }
    public IReadOnlyList<string> LinkHosts { get; init; } = [];
    public bool StandardPaths { get; init; }
    public int? HistoryDays { get; init; }

    /// <summary>How many days are asked for when all are wanted of a bank that does not say how far it goes; null: the first day is left out.</summary>
    public int? FirstDays { get; init; }
    public required string DateFormat { get; init; }
    public bool DateEscaped { get; init; }
    public bool SendDateTo { get; init; }

    /// <summary>By which pages are numbered; null: they link on.</summary>
    public string? PageParameter { get; init; }
    public string? PageCountHeader { get; init; }
    public required string Currency { get; init; }
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>Reads settings that the catalogue has checked.</summary>
    /// <param name="dateFormat">How banks of the family write days.</param>
    /// <param name="currency">Of most of their accounts.</param>
    /// <param name="zone">Of most of them.</param>
    /// <param name="firstDays">See <see cref="FirstDays"/>.</param>
    public static BankInterface Of(
        ChannelDefinition channel,
        string dateFormat = "yyyy-MM-dd",
        string currency = "EUR",
        string zone = "Europe/Paris",
        int? firstDays = null
    )
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        return new BankInterface
        {
            Address = new Uri(channel.Settings["api_url"].TrimEnd('/') + "/"),
            LinkHosts = (Text("link_hosts") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            StandardPaths = Text("standard_paths") == "true",
            HistoryDays = Text("history_days") is { } days ? int.Parse(days, CultureInfo.InvariantCulture) : null,
            FirstDays = firstDays,
            DateFormat = Text("date_format") ?? dateFormat,
            DateEscaped = Text("date_escaped") == "true",
            SendDateTo = Text("send_date_to") == "true",
            PageParameter = Text("page_parameter"),
            PageCountHeader = Text("page_count_header"),
            Currency = Text("currency") ?? currency,
            Zone = TimeZoneInfo.FindSystemTimeZoneById(Text("time_zone") ?? zone),
        };
    }

    /// <summary>A place of the interface.</summary>
    public Uri Path(string path) => new(Address, path);

    /// <summary>How many numbered pages there are, as the answer says; null: it does not.</summary>
    public int? PagesOf(BankAnswer answer) =>
        PageCountHeader is { } name
        && int.TryParse(answer.Header(name), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : null;

    /// <summary>The page of this number of a list; unchanged where pages link on.</summary>
    public Uri Page(Uri list, int number)
    {
        if (PageParameter is not { } name)
        {
            return list;
        }
        var others = list
            .Query.TrimStart('?')
            .Split('&')
            .Where(q => q != "" && !q.StartsWith($"{name}=", StringComparison.Ordinal));
        return new UriBuilder(list)
        {
            Query = string.Join('&', [.. others, string.Create(CultureInfo.InvariantCulture, $"{name}={number}")]),
        }.Uri;
    }

    /// <summary>A day as the bank wants it in a query.</summary>
    public string Day(DateOnly day)
    {
        var escaped = Uri.EscapeDataString(
            day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).ToString(DateFormat, CultureInfo.InvariantCulture)
        );
        // A query may hold it (RFC 3986, section 3.4), and most banks sign and compare it so.
        return DateEscaped ? escaped : escaped.Replace("%3A", ":", StringComparison.Ordinal);
    }

    /// <summary>The first day to ask for, and whether that is later than wanted.</summary>
    public (DateOnly? From, DateOnly? CompleteFrom) First(DateOnly? wanted, DateOnly today)
    {
        DateOnly? Before(int? days) => days is { } some && some < today.DayNumber ? today.AddDays(-some) : null;

        var first =
            wanted is null ? Before(HistoryDays ?? FirstDays)
            : Before(HistoryDays) is { } earliest && wanted < earliest ? earliest
            : wanted;
        return (first, first == wanted ? null : first);
    }
}
