using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>
/// The user's authorization (API reference 1.0.0, "User sessions"): asked for at <c>POST /auth</c>, agreed to on the bank's pages, and made a session of at
/// <c>POST /sessions</c> by the code with which the user comes back.
/// </summary>
internal sealed class EnableBankingAuthorization(StepContext context, EnableBankingApi api)
{
    /// <summary>So much earlier than the bank's maximum: clocks differ.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    /// <summary>What banks grant, where one does not grant what was asked for: so many days.</summary>
    private static readonly int[] UsualDays = [180, 90, 45, 30];

    /// <summary>An authorization to which nobody has agreed for so long may be forgotten.</summary>
    private static readonly TimeSpan LongestUnused = TimeSpan.FromMinutes(10);

    /// <summary>What is still to be done before data can be read; null: nothing.</summary>
    public async Task<StepResult?> Missing(CancellationToken cancellation)
    {
        if (api.Session is { SessionId: not null, IsUnusable: false })
        {
            return null;
        }
        if (await EndUnusable(cancellation) is { } later)
        {
            return later;
        }
        if (context.Callback is not { } callback)
        {
            return api.Refused(Refusal.ConsentExpired, "there is no session, and nobody to ask for one");
        }
        if (api.Session.Request is { } asked && asked.State == callback.State)
        {
            // A state counts for one authorization (RFC 6749, section 10.12).
            if (asked.IsSpent)
            {
                return api.Refused(Refusal.ConsentExpired, "the code of this authorization has brought no session");
            }
            if (asked.Page is { } known && context.Now - asked.AskedAt < LongestUnused)
            {
                return Send(known);
            }
        }
        EnableBankingAnswer answer;
        var lives = new Queue<TimeSpan>(Lives(api.Settings.Consent));
        do
        {
            answer = await api.Ask(HttpMethod.Post, "auth", Wanted(callback, lives.Dequeue()), cancellation);
        } while (
            answer is EnableBankingAnswer.Denied { Meaning: EnableBankingMeaning.WrongParameters } && lives.Count > 0
        );
        switch (answer)
        {
            case EnableBankingAnswer.Ended ended:
                return ended.Result;
            case EnableBankingAnswer.Denied denied:
                return api.Refused(denied.Reason, $"the authorization cannot be asked for: {denied.Words}");
            case EnableBankingAnswer.Found found when PageOf(found.Json.Text("url")) is { } page:
                await api.Keep(api.Session with { Request = new(callback.State, page, context.Now) });
                return Send(page);
            case EnableBankingAnswer.Found:
                return api.Refused(Refusal.NotUnderstood, "the answer to the authorization names no page");
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The user came back.</summary>
    public async Task<StepResult> AcceptReturn(Uri address, CancellationToken cancellation)
    {
        var values = OAuthFlow.QueryOf(address);
        if (api.Session.Request is not { } request)
        {
            return api.Refused(Refusal.NotUnderstood, "no authorization was under way");
        }
        if (
            !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(values.GetValueOrDefault("state") ?? ""),
                Encoding.UTF8.GetBytes(request.State)
            )
        )
        {
            return api.Refused(Refusal.NotUnderstood, "the answer does not bear the state of this authorization");
        }
        if (request.IsSpent)
        {
            // The same answer a second time: did its code bring nothing, the user is asked for another.
            return await Missing(cancellation) ?? api.Done();
        }
        if (values.TryGetValue("error", out var error))
        {
            return NotAuthorized(OAuthFlow.OAuthCode(error));
        }
        return values.GetValueOrDefault("code") is { Length: > 0 } code
            ? await Open(request, code, cancellation)
            : api.Refused(Refusal.NotUnderstood, "the answer holds neither a code nor an error");
    }

    private StepResult NotAuthorized(string error) =>
        error switch
        {
            "access_denied" or "cancelled" or "canceled" or "user_cancelled" => api.Over(
                Refusal.ConsentDenied,
                "the user did not agree at the bank"
            ),
            "invalid_request" or "unauthorized_client" or "invalid_scope" or "unsupported_response_type" => api.Over(
                Refusal.OperatorFault,
                $"the bank refuses our authorization: {error}"
            ),
            // What went wrong is the bank's: the user goes there once more, later.
            _ => new StepResult.Later(context.Now.AddMinutes(15), LaterReason.BankUnavailable)
            {
                Session = api.Session.Write(),
            },
        };

    private async Task<StepResult> Open(EnableBankingRequest request, string code, CancellationToken cancellation)
    {
        // A code counts once. Whether one without an answer has counted, nobody knows: it is spent from here on.
        await api.Keep(api.Session with { Request = request with { IsSpent = true } });
        switch (await api.Ask(HttpMethod.Post, "sessions", new JsonObject { ["code"] = code }, cancellation))
        {
            case EnableBankingAnswer.Ended { IsUnsent: true } ended:
                await api.Keep(api.Session with { Request = request });
                return ended.Result with { Session = api.Session.Write() };
            case EnableBankingAnswer.Ended ended:
                return ended.Result;
            case EnableBankingAnswer.Denied { Meaning: EnableBankingMeaning.CodeSpent } denied:
                return api.Over(Refusal.ConsentExpired, $"the code is not taken: {denied.Words}");
            case EnableBankingAnswer.Denied denied:
                return api.Over(denied.Reason, $"no session comes for the code: {denied.Words}");
            case EnableBankingAnswer.Found found:
                return await Begin(found.Json, cancellation);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<StepResult> Begin(JsonElement json, CancellationToken cancellation)
    {
        if (json.Text("session_id") is not { } id)
        {
            return api.Over(Refusal.NotUnderstood, "what comes for the code is no session");
        }
        if (json.Item("accounts") is not { ValueKind: JsonValueKind.Array } listed)
        {
            return await Unusable(id, "what comes for the code is no session with its accounts", cancellation);
        }
        var count = listed.GetArrayLength();
        if (count > BankLimits.MostAccounts)
        {
            return await Unusable(id, "the session has too many accounts", cancellation);
        }
        var accounts = EnableBankingReading.Accounts(listed);
        if (accounts.Count == 0 && count > 0)
        {
            return await Unusable(
                id,
                "no account of the session has an identification_hash and a currency",
                cancellation
            );
        }
        await api.Keep(
            new EnableBankingSession
            {
                Request = api.Session.Request,
                SessionId = id,
                Accounts = accounts,
                LeftOut = count - accounts.Count,
            }
        );
        return api.Done();
    }

    /// <summary>A session that was opened and cannot be used: it is known by its id until it is ended there.</summary>
    private async Task<StepResult> Unusable(string id, string detail, CancellationToken cancellation)
    {
        await api.Keep(api.Session with { SessionId = id, IsUnusable = true });
        await EndUnusable(cancellation);
        return api.Refused(Refusal.NotUnderstood, detail);
    }

    /// <summary>Ends a session that cannot be used, before another one is opened; not null: not now.</summary>
    private async Task<StepResult.Later?> EndUnusable(CancellationToken cancellation)
    {
        if (api.Session is not { SessionId: { } id, IsUnusable: true })
        {
            return null;
        }
        switch (await api.End(id, cancellation))
        {
            case EnableBankingAnswer.Found:
                await api.Keep(new EnableBankingSession());
                return null;
            case EnableBankingAnswer.Ended { Result: StepResult.Later later }:
                return later;
            default:
                return null;
        }
    }

    private StepResult.AskUser Send(Uri page) => new(new Question.Redirect(page)) { Session = api.Session.Write() };

    // In plain text a page is read by whoever is in between.
    private Uri? PageOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var page)
        && (
            page.Scheme == Uri.UriSchemeHttps
            || (page.Scheme == Uri.UriSchemeHttp && api.Settings.Address.Scheme == Uri.UriSchemeHttp)
        )
            ? page
            : null;

    /// <summary>For how long the user is asked to agree, the longest first. Pure.</summary>
    public static IEnumerable<TimeSpan> Lives(TimeSpan longest) =>
        UsualDays
            .Select(days => TimeSpan.FromDays(days))
            .Where(life => life < longest)
            .Prepend(longest)
            .Select(life => life - Margin);

    private JsonObject Wanted(BankCallback callback, TimeSpan life)
    {
        var wanted = new JsonObject
        {
            ["access"] = new JsonObject { ["valid_until"] = Moment(context.Now + life) },
            ["aspsp"] = new JsonObject { ["name"] = api.Settings.BankName, ["country"] = api.Settings.BankCountry },
            ["state"] = callback.State,
            ["redirect_url"] = callback.RedirectUri.OriginalString,
            ["psu_type"] = api.Settings.PsuType,
        };
        if (api.Settings.AuthMethod is { } method)
        {
            wanted["auth_method"] = method;
        }
        if (Language(context.User?.AcceptLanguage) is { } language)
        {
            wanted["language"] = language;
        }
        return wanted;
    }

    // RFC 9110, section 12.5.4: the first is mostly the one that is liked best.
    private static string? Language(string? accepted) =>
        accepted is [>= 'a' and <= 'z', >= 'a' and <= 'z', ..]
        && (accepted.Length == 2 || accepted[2] is '-' or ',' or ';')
            ? accepted[..2]
            : null;

    private static string Moment(DateTimeOffset moment) =>
        moment.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture);
}
