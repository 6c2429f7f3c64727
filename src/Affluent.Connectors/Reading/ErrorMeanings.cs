using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.Reading;

/// <summary>What was asked for, as an entry names it.</summary>
internal enum BankResource
{
    /// <summary>Consents, and the users' authentication for them.</summary>
    Consents,

    /// <summary>The list of accounts.</summary>
    Accounts,

    /// <summary>The balances of an account.</summary>
    Balances,

    /// <summary>The transactions of an account.</summary>
    Transactions,
}

/// <summary>What an error means where its standard says something else, or nothing.</summary>
internal enum ErrorMeaning
{
    /// <summary>The user has to agree anew.</summary>
    ConsentExpired,

    /// <summary>Our certificate, registration or request is refused.</summary>
    OperatorFault,

    /// <summary>This account alone is refused.</summary>
    AccountRefused,

    /// <summary>The bank is down.</summary>
    Unavailable,

    /// <summary>The bank counts our calls.</summary>
    RateLimited,

    /// <summary>It is no error: there is nothing.</summary>
    Nothing,
}

/// <summary>A bank's errors by resource, status and word, as its entry explains them. The one that says most of an error counts.</summary>
internal sealed class ErrorMeanings
{
    private const string Any = "*";

    private static readonly Dictionary<string, ErrorMeaning> Words = new()
    {
        ["CONSENT_EXPIRED"] = ErrorMeaning.ConsentExpired,
        ["OPERATOR_FAULT"] = ErrorMeaning.OperatorFault,
        ["ACCOUNT_REFUSED"] = ErrorMeaning.AccountRefused,
        ["BANK_UNAVAILABLE"] = ErrorMeaning.Unavailable,
        ["RATE_LIMITED"] = ErrorMeaning.RateLimited,
        ["NOTHING"] = ErrorMeaning.Nothing,
    };

    private static readonly Dictionary<string, BankResource> Resources = Enum.GetValues<BankResource>()
        .ToDictionary(resource => $"{resource}".ToLowerInvariant());

    private readonly Rule[] _rules;

    private ErrorMeanings(IEnumerable<Rule> rules) =>
        _rules = [.. rules.OrderByDescending(rule => rule.Word is not null).ThenByDescending(rule => rule.Says)];

    public static readonly ConnectorSetting Setting = new(
        "error_meanings",
        SettingKind.Fields,
        false,
        $"what errors mean where the bank goes its own way, by resource/status/word, each of which may be * (transactions/403/NO_DATA): {string.Join(", ", Words.Keys)}"
    );

    /// <summary>What is wrong with a setting, in words for the author of the entry.</summary>
    public static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> settings) =>
        Field
            .Read(settings.GetValueOrDefault(Setting.Name))
            .Where(field => field.Value != "" && Rule.Of(field) is null)
            .Select(field =>
                $"setting '{Setting.Name}': {field.Name} is not resource/status/word ({string.Join(", ", Resources.Keys)}), or its meaning is none of: {string.Join(", ", Words.Keys)}"
            );

    /// <summary>Reads settings that the catalogue has checked.</summary>
    public static ErrorMeanings Of(ChannelDefinition channel) =>
        new(Field.Read(channel.Settings.GetValueOrDefault(Setting.Name)).Select(Rule.Of).OfType<Rule>());

    /// <summary>Null: what the standard says.</summary>
    public ErrorMeaning? Of(BankResource resource, BankAnswer<JsonBody> answer)
    {
        if (_rules.Length == 0 || answer.IsSuccess || answer.Status == 0)
        {
            return null;
        }
        var text = $"{answer.Body}";
        return _rules.FirstOrDefault(rule => rule.Fits(resource, answer.Status, text))?.Meaning;
    }

    private sealed record Rule(BankResource? Resource, int? Status, string? Word, ErrorMeaning Meaning)
    {
        public int Says => (Resource is null ? 0 : 1) + (Status is null ? 0 : 1);

        public static Rule? Of(Field field)
        {
            if (field.Name.Split('/', 3) is not [var resource, var status, var word] || word == "")
            {
                return null;
            }
            var code = 0;
            return
                (resource == Any || Resources.ContainsKey(resource))
                && (
                    status == Any
                    || (
                        int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out code)
                        && code is >= 300 and < 600
                    )
                )
                && Words.TryGetValue(field.Value, out var meaning)
                ? new Rule(
                    resource == Any ? null : Resources[resource],
                    status == Any ? null : code,
                    word == Any ? null : word,
                    meaning
                )
                : null;
        }

        public bool Fits(BankResource resource, int status, string text) =>
            (Resource is null || Resource == resource)
            && (Status is null || Status == status)
            && (Word is null || text.Contains(Word, StringComparison.OrdinalIgnoreCase));
    }
}
