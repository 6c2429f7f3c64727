using System.Globalization;
using Affluent.TestBank.Consents;

namespace Affluent.TestBank.Imitation;

/// <summary>An answer in the place of the one that the standard has.</summary>
internal sealed record OtherAnswer(int Status, string Word);

/// <summary>The errors by which a bank goes its own way: what the face says in the standard's words, as this bank's entry explains its own. Pure.</summary>
internal static class ErrorManner
{
    private const string Any = "*";

    /// <summary>Null: the bank says what the standard says.</summary>
    /// <param name="status">The face's answer.</param>
    /// <param name="isEmpty">Whether that is that there is nothing.</param>
    public static OtherAnswer? Of(Manner manner, LikeCall call, int status, string text, bool isEmpty)
    {
        if (MeaningOf(manner.Face, call, status, text, isEmpty) is not { } meaning)
        {
            return null;
        }

        foreach (var (rule, said) in manner.Fields("error_meanings"))
        {
            if (
                said == meaning
                && rule.Split('/', 3) is [var resource, var code, var word]
                && (resource == Any || resource == ResourceOf(call))
            )
            {
                var own = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : Math.Max(status, StatusCodes.Status400BadRequest);
                return new OtherAnswer(own, word == Any ? "" : word);
            }
        }

        return null;
    }

    private static string? MeaningOf(Face face, LikeCall call, int status, string text, bool isEmpty) =>
        status switch
        {
            _ when isEmpty => "NOTHING",
            StatusCodes.Status429TooManyRequests => "RATE_LIMITED",
            >= 500 => "BANK_UNAVAILABLE",
            StatusCodes.Status404NotFound when call is LikeCall.Balances or LikeCall.Transactions => "ACCOUNT_REFUSED",
            StatusCodes.Status401Unauthorized when face != Face.BerlinGroup => "CONSENT_EXPIRED",
            StatusCodes.Status400BadRequest
            or StatusCodes.Status401Unauthorized
            or StatusCodes.Status403Forbidden
                when text.Contains(
                    face == Face.BerlinGroup ? "CONSENT_" : "InvalidConsentStatus",
                    StringComparison.Ordinal
                ) => "CONSENT_EXPIRED",
            _ => null,
        };

    private static string ResourceOf(LikeCall call) =>
        call switch
        {
            LikeCall.Consents or LikeCall.Sca => "consents",
            LikeCall.Accounts or LikeCall.Data => "accounts",
            LikeCall.Balances => "balances",
            LikeCall.Transactions => "transactions",
            LikeCall.Page
            or LikeCall.Lookup
            or LikeCall.Token
            or LikeCall.Revocation
            or LikeCall.Push
            or LikeCall.Keys => "",
        };
}
