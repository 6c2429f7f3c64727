using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>What an application wants of a user, read and found to be possible. Pure.</summary>
/// <param name="PsuId">What the application calls the user; null: it does not say.</param>
internal sealed partial record FacadeAuthRequest(
    Provider Bank,
    PsuType PsuType,
    string State,
    string RedirectUrl,
    long ValidUntil,
    string? PsuId
)
{
    private const int LongestState = 2000;

    /// <summary>What is wanted, or what is wrong with it.</summary>
    /// <param name="now">UTC seconds.</param>
    public static (FacadeAuthRequest? Request, FacadeError? Error) Read(
        FacadeAuthMessage message,
        FacadeApplication application,
        Aspsps banks,
        long now
    )
    {
        if (message.Aspsp is not { Name: { } name, Country: { } country })
        {
            return Wrong("'aspsp' must hold 'name' and 'country'.");
        }
        if (message.State is not { Length: > 0 and <= LongestState } state)
        {
            return Wrong(
                string.Create(CultureInfo.InvariantCulture, $"'state' must have 1 to {LongestState} characters.")
            );
        }
        if (message.RedirectUrl is not { } redirect)
        {
            return Wrong("'redirect_url' is missing.");
        }
        if (!application.Redirects.Contains(redirect, StringComparer.Ordinal))
        {
            return (
                null,
                new FacadeError(
                    422,
                    FacadeErrorCode.RedirectUriNotAllowed,
                    "'redirect_url' is not, letter by letter, one that was registered for this application."
                )
            );
        }
        if (message.Credentials is not null || message.AuthMethod is not (null or "widget"))
        {
            return Wrong(
                "'credentials' and 'auth_method' are not taken: users sign in on the pages that 'url' leads to."
            );
        }
        if (Aspsp.Read(message.PsuType ?? "personal") is not { } kind)
        {
            return Wrong("'psu_type' must be personal or business.");
        }
        if (banks.Find(name, country)?.Kinds.GetValueOrDefault(kind) is not { } bank)
        {
            return (
                null,
                new FacadeError(
                    422,
                    FacadeErrorCode.WrongAspspProvided,
                    "No bank of GET /aspsps has this name, country and psu_type."
                )
            );
        }
        if (Moment(message.Access?.ValidUntil) is not { } until)
        {
            return Wrong(
                "'access.valid_until' must be a time in RFC 3339 with its offset, such as 2026-03-01T00:00:00Z."
            );
        }
        var longest = Aspsp.LongestConsent(bank);
        return until > now && until <= now + longest
            ? (new FacadeAuthRequest(bank, kind, state, redirect, until, message.PsuId), null)
            : Wrong(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'access.valid_until' must lie ahead, by at most the maximum_consent_validity of the bank: {longest} seconds."
                )
            );
    }

    /// <summary>A time as the interface writes it.</summary>
    public static string Moment(long seconds) =>
        DateTimeOffset
            .FromUnixTimeSeconds(seconds)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);

    // Parts of a second count for nothing. The runtime alone would take offsets of other forms, and no more than seven digits.
    private static long? Moment(string? text) =>
        Rfc3339().Match(text ?? "") is { Success: true, Groups: var parts }
        && DateTimeOffset.TryParseExact(
            $"{parts["day"].Value} {parts["time"].Value} {parts["offset"].Value}".TrimEnd('Z', 'z'),
            ["yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-dd HH:mm:ss "],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? time.ToUnixTimeSeconds()
            : null;

    [GeneratedRegex(
        @"^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Rfc3339();

    private static (FacadeAuthRequest?, FacadeError?) Wrong(string why) => (null, FacadeError.Wrong(why));
}
