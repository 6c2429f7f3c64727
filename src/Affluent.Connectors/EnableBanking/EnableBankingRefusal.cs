using System.Text.Json;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>What an error of the interface means.</summary>
internal enum EnableBankingMeaning
{
    /// <summary>The session ended, or was ended: the user has to agree anew.</summary>
    SessionOver,

    /// <summary>The code with which the user came back counts no longer, or never did.</summary>
    CodeSpent,

    /// <summary>The account asked for is refused; the others may be fine.</summary>
    AccountRefused,

    /// <summary>Application, key, entry or request: the operator's to mend.</summary>
    OperatorFault,

    /// <summary>The bank, or what leads to it, cannot be asked now.</summary>
    Unavailable,

    /// <summary>Our calls are counted, and there were enough.</summary>
    RateLimited,

    /// <summary>The user has to settle something at the bank.</summary>
    UserAction,

    /// <summary>The bank gives fewer days than were asked for.</summary>
    WrongPeriod,

    /// <summary>A parameter is not as it should be; at the beginning of an authorization mostly its length.</summary>
    WrongParameters,

    /// <summary>What was said of the user who is there is not what this bank wants.</summary>
    PsuHeaders,
}

/// <summary>What errors mean, by their code (API reference 1.0.0, "ErrorCode"). Pure.</summary>
internal static class EnableBankingRefusal
{
    /// <summary>Some banks' own word for too many days comes through within the error.</summary>
    private const string WrongPeriodOfBanks = "PERIOD_INVALID";

    /// <summary>The code of an error; null: there is none.</summary>
    public static string? Code(JsonElement? body) =>
        body?.Text("error") is { Length: <= 60 } code && code.All(c => char.IsAsciiLetterUpper(c) || c == '_')
            ? code
            : null;

    /// <summary>What an error says; null: its code is none that is known, or there is none.</summary>
    /// <param name="text">The whole error.</param>
    public static EnableBankingMeaning? Of(string? code, string text) =>
        Of(code) switch
        {
            null
            or EnableBankingMeaning.Unavailable
            or EnableBankingMeaning.WrongParameters when text.Contains(WrongPeriodOfBanks, StringComparison.Ordinal) =>
                EnableBankingMeaning.WrongPeriod,
            var meaning => meaning,
        };

    /// <summary>The first day that the bank would give, where an error names it.</summary>
    public static DateOnly? FirstDay(JsonElement? body) =>
        Dates.Read(body?.Item("detail", "date_from")?.AsText(), TimeZoneInfo.Utc);

    private static EnableBankingMeaning? Of(string? code) =>
        code switch
        {
            "CLOSED_SESSION"
            or "EXPIRED_SESSION"
            or "REVOKED_SESSION"
            or "SESSION_DOES_NOT_EXIST"
            or "WRONG_SESSION_STATUS" => EnableBankingMeaning.SessionOver,
            "ALREADY_AUTHORIZED" or "EXPIRED_AUTHORIZATION_CODE" or "WRONG_AUTHORIZATION_CODE" =>
                EnableBankingMeaning.CodeSpent,
            "ACCOUNT_DOES_NOT_EXIST" or "ASPSP_ACCOUNT_NOT_ACCESSIBLE" or "INVALID_ACCOUNT_ID" =>
                EnableBankingMeaning.AccountRefused,
            // A key to go on with is good in its session alone, and not for ever: the list is read anew.
            "ASPSP_ERROR" or "ASPSP_TIMEOUT" or "WRONG_CONTINUATION_KEY" => EnableBankingMeaning.Unavailable,
            "ASPSP_RATE_LIMIT_EXCEEDED" => EnableBankingMeaning.RateLimited,
            "ASPSP_PSU_ACTION_REQUIRED" => EnableBankingMeaning.UserAction,
            "WRONG_TRANSACTIONS_PERIOD" => EnableBankingMeaning.WrongPeriod,
            "WRONG_REQUEST_PARAMETERS" => EnableBankingMeaning.WrongParameters,
            "PSU_HEADER_NOT_PROVIDED" or "PSU_HEADER_INVALID" => EnableBankingMeaning.PsuHeaders,
            "ACCESS_DENIED"
            or "AUTHORIZATION_NOT_PROVIDED"
            or "INVALID_HOST"
            or "NO_ACCOUNTS_ADDED"
            or "REDIRECT_URI_NOT_ALLOWED"
            or "UNAUTHORIZED_ACCESS"
            or "UNAUTHORIZED_IP"
            or "WEBHOOK_URI_NOT_ALLOWED"
            or "WRONG_ASPSP_PROVIDED"
            or "WRONG_CREDENTIALS_PROVIDED"
            // Of days: the bank's day is another only where our clock is wrong.
            or "DATE_FROM_IN_FUTURE"
            or "DATE_TO_WITHOUT_DATE_FROM"
            or "WRONG_DATE_INTERVAL"
            // Of services that are never asked for.
            or "ASPSP_PAYMENT_NOT_ACCESSIBLE"
            or "INVALID_PAYMENT"
            or "PAYMENT_LIMIT_EXCEEDED"
            or "PAYMENT_NOT_FINALIZED"
            or "PAYMENT_NOT_FOUND"
            or "TRANSACTION_DOES_NOT_EXIST"
            or "UNTRUSTED_PAYMENT_PARTY" => EnableBankingMeaning.OperatorFault,
            _ => null,
        };
}
