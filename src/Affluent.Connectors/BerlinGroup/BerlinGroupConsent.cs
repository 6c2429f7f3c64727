using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>
/// The user's authorization: a consent, and the tokens that some banks want before or after it. Where it stands is in the session, so that any node goes on
/// from there.
/// </summary>
internal sealed class BerlinGroupConsent(StepContext context, BerlinGroupSettings settings, BerlinGroupApi api)
{
    /// <summary>For so long a bank may not know yet what its own page has just said.</summary>
    private static readonly TimeSpan LongestUnknown = TimeSpan.FromMinutes(2);

    /// <summary>A consent to which nobody has agreed for so long may be forgotten at the bank.</summary>
    private static readonly TimeSpan LongestUnused = TimeSpan.FromMinutes(10);

    private readonly BerlinGroupSca _sca = new(context, settings, api);

    public bool IsAnybodyThere =>
        context.Channel.Mode == ChannelMode.Redirect ? context.Callback is not null : context.User is not null;

    /// <summary>What is still to be done before data can be read; null: nothing.</summary>
    public async Task<StepResult?> Missing(CancellationToken cancellation)
    {
        if (settings.OAuth is OAuthPlace.BeforeConsent or OAuthPlace.InsteadOfConsent && !api.Session.HasTokens)
        {
            return await Authorize(cancellation);
        }
        if (settings.OAuth == OAuthPlace.InsteadOfConsent)
        {
            return null;
        }
        if (api.Session.HasListed)
        {
            // Each account has a consent of its own, or is asked for by itself.
            return null;
        }
        if (api.Session.ConsentId is null)
        {
            return await Create(account: null, cancellation);
        }
        if (settings.OAuth == OAuthPlace.AfterConsent && !api.Session.HasTokens)
        {
            // The user went away, and nothing came of it.
            if (context.Now - api.Session.AskedAt < LongestUnused)
            {
                return await Authorize(cancellation);
            }
            api.Session = api.Session.WithoutAccess();
            return await Create(account: null, cancellation);
        }
        if (api.Session is { ConsentState: not null, ReturnedAt: null } or { Sca: not null } && IsAnybodyThere)
        {
            // Sent away and not back, or asked in vain, and here again: another consent leads there anew.
            api.Session = api.Session.WithoutConsent();
            return await Create(account: null, cancellation);
        }
        // A token that came after a consent is for that one alone.
        return settings.OAuth == OAuthPlace.AfterConsent || api.Session.IsValid ? null : await Look(cancellation);
    }

    /// <summary>Asks for the consents of accounts that want one of their own: one at a time, since the user agrees to each.</summary>
    public async Task<StepResult> Share(IReadOnlyList<BankAccount> accounts, CancellationToken cancellation)
    {
        foreach (var account in accounts.Where(a => settings.AccountConsents && api.Session.IsUnasked(a.Reference)))
        {
            if (await Create(account, cancellation) is { } asked)
            {
                return asked;
            }
            api.Session = api.Session.Agreed();
        }
        return api.Done();
    }

    /// <summary>The user came back from the bank.</summary>
    public async Task<StepResult> AcceptReturn(Uri address, CancellationToken cancellation)
    {
        if (api.Session.ConsentState is { } state)
        {
            if (!IsReturn(address, state))
            {
                return api.Refused(
                    Refusal.NotUnderstood,
                    "the bank's answer does not bear the state of this authorization"
                );
            }
            api.Session = api.Session with { ReturnedAt = api.Session.ReturnedAt ?? context.Now };
            return await Look(cancellation) ?? api.Done();
        }
        return await api.AcceptReturn(address, () => Missing(cancellation), cancellation);
    }

    /// <summary>The user has answered a question of the bank's authentication.</summary>
    public async Task<StepResult> AcceptAnswer(
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    ) => await _sca.Accept(values, cancellation) ?? api.Done();

    /// <summary>Looks whether the user has agreed in the bank's app.</summary>
    public async Task<StepResult> Poll(CancellationToken cancellation) =>
        api.Session.ConsentId is null
            ? api.Refused(Refusal.NotUnderstood, "no consent was asked for")
            : await Look(cancellation) ?? api.Done();

    private Task<StepResult> Authorize(CancellationToken cancellation) =>
        new BerlinGroupAuthorization(context, settings, api).Begin(cancellation);

    private async Task<StepResult?> Create(BankAccount? account, CancellationToken cancellation)
    {
        if (!IsAnybodyThere)
        {
            return api.Nobody();
        }
        var fields = LoginFields.Of(context);
        if (!fields.IsComplete)
        {
            return api.Ask(new Question.Credentials());
        }
        if (ConsentRequest.Body(context, settings, fields, account) is not { } wanted)
        {
            return api.Refused(
                Refusal.OperatorFault,
                "the bank wants a consent that names accounts, and its entry has no credential 'iban'"
            );
        }
        switch (await api.AboutConsent(HttpMethod.Post, settings.Consents, wanted, context.Callback, cancellation))
        {
            case BerlinGroupAnswer.Ended ended:
                return ended.Result;
            case BerlinGroupAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            // The token of the pre-step is over.
            case BerlinGroupAnswer.Denied denied
                when settings.OAuth == OAuthPlace.BeforeConsent
                    && (
                        BerlinGroupRefusal.Of(denied.Code) == Refusal.ConsentExpired
                        || denied is { Status: 401, Code: null }
                    ):
                return api.Over(Refusal.ConsentExpired, $"the bank takes the token for no consent: {denied.Words}");
            case BerlinGroupAnswer.Denied denied
                when denied.Code is "PSU_CREDENTIALS_INVALID"
                    || (
                        settings.Access == ConsentAccess.Dedicated
                        && denied is { Status: 400, Code: null or "FORMAT_ERROR" }
                    ):
                return api.Refused(
                    Refusal.WrongCredentials,
                    $"the bank does not take what the user has typed: {denied.Words}"
                );
            case BerlinGroupAnswer.Denied denied:
                return api.Refused(
                    Refusal.OperatorFault,
                    $"the bank refuses to be asked for a consent: {denied.Words}"
                );
            case BerlinGroupAnswer.Found found when found.Json.Text("consentId") is { } id && !id.Any(char.IsControl):
                await api.Keep(
                    api.Session with
                    {
                        ConsentId = id,
                        AskedAt = context.Now,
                        IsValid = IsValid(found.Json),
                        ConsentFor = account?.Reference,
                        ListConsentId =
                            account is null ? null
                            : api.Session.ConsentFor is null ? api.Session.ConsentId ?? api.Session.ListConsentId
                            : api.Session.ListConsentId,
                    }
                );
                return await Next(found, cancellation);
            case BerlinGroupAnswer.Found or BerlinGroupAnswer.Empty:
                return api.Refused(Refusal.NotUnderstood, "the bank's answer to the consent names none");
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Goes on from the bank's answer to the consent; null: it is valid.</summary>
    private async Task<StepResult?> Next(BerlinGroupAnswer.Found found, CancellationToken cancellation) =>
        settings.OAuth == OAuthPlace.AfterConsent ? await Authorize(cancellation)
        // Some call a consent valid to which the user has yet to agree.
        : api.Session.IsValid && BankLinks.Href(found.Json, "scaRedirect") is null ? null
        : await _sca.Follow(found, cancellation);

    /// <summary>Asks the bank where the consent stands; null: it is valid.</summary>
    private async Task<StepResult?> Look(CancellationToken cancellation)
    {
        var address = settings.Consent(api.Session.ConsentId!, settings.StatusIsOfConsent ? "" : "/status");
        switch (await api.AboutConsent(HttpMethod.Get, address, json: null, callback: null, cancellation))
        {
            case BerlinGroupAnswer.Ended ended:
                return ended.Result;
            case BerlinGroupAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            case BerlinGroupAnswer.Denied denied
                when BerlinGroupRefusal.Of(denied.Code) == Refusal.ConsentExpired || denied.Status is 401 or 403 or 404:
                return Over(Refusal.ConsentExpired, $"the bank no longer knows the consent: {denied.Words}");
            case BerlinGroupAnswer.Denied denied:
                return api.Refused(Refusal.NotUnderstood, $"the bank does not tell of the consent: {denied.Words}");
            case BerlinGroupAnswer.Found found when IsValid(found.Json):
                api.Session = api.Session.Agreed();
                return null;
            case BerlinGroupAnswer.Found found:
                return Unfinished(StatusOf(found.Json), found.Json.Text("psuMessage"));
            case BerlinGroupAnswer.Empty:
                return api.Refused(Refusal.NotUnderstood, "the bank does not tell where the consent stands");
            default:
                throw new UnreachableException();
        }
    }

    private StepResult Unfinished(string status, string? message)
    {
        switch (status)
        {
            // The bank's own page has sent the user back, and its interface may not know yet.
            case "RECEIVED" or "RCVD" or "PENDING" or "PARTIALLYAUTHORISED" when api.Session.ReturnedAt is { } at:
                if (context.Now - at < LongestUnknown)
                {
                    return new StepResult.Later(context.Now, LaterReason.Working) { Session = api.Session.Write() };
                }
                return Over(Refusal.ConsentDenied, "the bank does not say that the user agreed");
            // Sent away, and not back.
            case "RECEIVED" or "RCVD" or "PENDING" or "PARTIALLYAUTHORISED" when api.Session.ConsentState is not null:
                return Over(Refusal.ConsentExpired, "the user did not come back from the bank");
            case "RECEIVED" or "RCVD" or "PENDING" or "PARTIALLYAUTHORISED":
                return context.User is null
                    ? api.Nobody()
                    : api.Ask(new Question.AppApproval(message, BerlinGroupSca.PollEvery, null));
            case "REJECTED":
                return Over(Refusal.ConsentDenied, "the user did not agree at the bank");
            default:
                return Over(
                    Refusal.ConsentExpired,
                    $"the consent is over: {(status.All(char.IsAsciiLetter) ? status : "?")}"
                );
        }
    }

    /// <summary>Nothing comes of the consent: of all, or of one account, which the others do without.</summary>
    private StepResult Over(Refusal reason, string detail)
    {
        if (api.Session.ConsentFor is not { } account)
        {
            return api.Over(reason, detail);
        }
        api.Session = api.Session.WithoutConsent() with { Withheld = [.. api.Session.Withheld, account] };
        return api.Done();
    }

    private static bool IsValid(JsonElement json) => StatusOf(json) is "VALID" or "ACTV";

    private static string StatusOf(JsonElement json) => json.Text("consentStatus")?.ToUpperInvariant() ?? "";

    private static bool IsReturn(Uri address, string state) =>
        OAuthFlow.QueryOf(address).TryGetValue("state", out var returned)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(returned), Encoding.UTF8.GetBytes(state));
}
