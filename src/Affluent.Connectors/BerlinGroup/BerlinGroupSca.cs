using System.Diagnostics;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>
/// The strong authentication of a consent, whichever way the bank wants it: on its page, in its app, or by questions of ours. Where it stands is in the
/// session.
/// </summary>
internal sealed class BerlinGroupSca(StepContext context, BerlinGroupSettings settings, BerlinGroupApi api)
{
    /// <summary>How often an app is asked whether the user has agreed in it.</summary>
    public static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(3);

    /// <summary>Identification, password, method, code: no bank takes more.</summary>
    private const int MostMoves = 6;

    /// <summary>After so many wrong codes banks lock their customers out.</summary>
    private const int MostCodes = 3;

    private bool IsRedirect => context.Channel.Mode == ChannelMode.Redirect;

    /// <summary>Goes on from the bank's answer to the consent, as far as it is possible without the user; null: the consent is valid.</summary>
    public async Task<StepResult?> Follow(BerlinGroupAnswer.Found answer, CancellationToken cancellation)
    {
        var isPasswordGiven = false;
        for (var moves = 0; moves < MostMoves; moves++)
        {
            JsonObject body = [];
            ScaLink link;
            switch (ScaMove.Of(answer.Json, IsRedirect))
            {
                case ScaMove.Finished:
                    api.Session = api.Session.Agreed();
                    return null;
                case ScaMove.Failed:
                    return Over(Refusal.ChallengeFailed, "the bank gives the authentication up");
                case ScaMove.Redirect redirect:
                    return SendTo(redirect.Href);
                case ScaMove.Unsupported unsupported:
                    return Over(Refusal.OperatorFault, $"the bank wants {unsupported.What}, which is not supported");
                case ScaMove.Approve:
                    api.Session = api.Session with { Sca = null };
                    return api.Ask(new Question.AppApproval(answer.Json.Text("psuMessage"), PollEvery, null));
                case ScaMove.Choose choose:
                    return Place(choose.Link, answer) is { } choice
                        ? AskMethod(choose, choice, answer.Json.Text("psuMessage"))
                        : Lost();
                case ScaMove.Code code:
                    return Place(code.Link, answer) is { } entry ? AskCode(code, entry) : Lost();
                case ScaMove.Password when isPasswordGiven:
                    return Over(Refusal.WrongCredentials, "the bank asks for the password again");
                case ScaMove.Password password:
                    if (LoginFields.Of(context).Password is not { } typed)
                    {
                        return Over(
                            Refusal.OperatorFault,
                            "the bank wants the user's password, and its entry has no credential 'password'"
                        );
                    }
                    (isPasswordGiven, link) = (true, password.Link);
                    body["psuData"] = new JsonObject { ["password"] = typed };
                    break;
                case ScaMove.Identify identify:
                    link = identify.Link;
                    break;
                default:
                    throw new UnreachableException();
            }
            if (Place(link, answer) is not { } place)
            {
                return Lost();
            }
            switch (await api.AboutSca(link.IsStart, place, body.ToJsonString(), cancellation))
            {
                case BerlinGroupAnswer.Found found:
                    answer = found;
                    break;
                case BerlinGroupAnswer.Denied { IsUnproven: false } denied when isPasswordGiven && IsWrong(denied):
                    return Over(Refusal.WrongCredentials, $"the bank does not take name or password: {denied.Words}");
                case var other:
                    return Ended(other);
            }
        }
        return Over(Refusal.NotUnderstood, "the bank's authentication goes round in a circle");
    }

    /// <summary>The user has chosen a method, or typed a code.</summary>
    public async Task<StepResult?> Accept(IReadOnlyDictionary<string, string> values, CancellationToken cancellation)
    {
        if (
            api.Session.Sca is not { } sca
            || BankLinks.Kept(sca.Address, settings.Interface) is not { } place
            || !values.TryGetValue(sca.IsCode ? Question.OneTimePassword.Field : Question.Choice.Field, out var value)
        )
        {
            return api.Refused(Refusal.NotUnderstood, "no answer to the bank was under way");
        }
        var member = sca.IsCode ? "scaAuthenticationData" : "authenticationMethodId";
        var body = new JsonObject { [member] = value }.ToJsonString();
        switch (await api.AboutSca(sca.IsStart, place, body, cancellation))
        {
            case BerlinGroupAnswer.Found found:
                return await Follow(found, cancellation);
            case BerlinGroupAnswer.Denied { IsUnproven: false } denied when sca.IsCode && IsWrong(denied):
                sca = sca with { Codes = sca.Codes + 1 };
                if (sca.Codes >= MostCodes)
                {
                    return Over(Refusal.ChallengeFailed, $"the bank does not take the code: {denied.Words}");
                }
                api.Session = api.Session with { Sca = sca };
                return api.Ask(new Question.OneTimePassword(sca.SentTo, null, sca.Digits, null, Retry: true));
            case var other:
                return Ended(other);
        }
    }

    private StepResult SendTo(string href)
    {
        if (context.Callback is not { } callback)
        {
            return IsRedirect
                ? api.Nobody()
                : Over(
                    Refusal.OperatorFault,
                    "the bank sends users to a page of its own: its channel is to be REDIRECT"
                );
        }
        if (
            !Uri.TryCreate(href, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != settings.Interface.Address.Scheme)
        )
        {
            return api.Refused(Refusal.NotUnderstood, "the bank sends the user to an address that is none");
        }
        api.Session = api.Session with { ConsentState = callback.State, IsValid = false, Sca = null };
        return api.Ask(new Question.Redirect(address) { Account = api.Session.AccountAskedFor });
    }

    private StepResult AskMethod(ScaMove.Choose choose, Uri place, string? message)
    {
        if (choose.Methods.Count == 0)
        {
            return Over(Refusal.NotUnderstood, "the bank wants a method chosen, and names none");
        }
        api.Session = api.Session with { Sca = new BerlinGroupScaPlace(place.AbsoluteUri, choose.Link.IsStart) };
        return api.Ask(new Question.Choice(message, choose.Methods));
    }

    private StepResult.AskUser AskCode(ScaMove.Code code, Uri place)
    {
        api.Session = api.Session with
        {
            Sca = new BerlinGroupScaPlace(place.AbsoluteUri, code.Link.IsStart)
            {
                IsCode = true,
                SentTo = code.Question.SentTo,
                Digits = code.Question.Digits,
            },
        };
        return api.Ask(code.Question);
    }

    /// <summary>Where to answer: where the link leads, or where the standard says, if the bank's links are wrong.</summary>
    private Uri? Place(ScaLink link, BerlinGroupAnswer.Found answer)
    {
        if (!settings.Interface.StandardPaths)
        {
            return BankLinks.Resolve(link.Href, answer.Address, settings.Interface);
        }
        if (link.IsStart)
        {
            return settings.Consent(api.Session.ConsentId!, "/authorisations");
        }
        // What is under way keeps its place.
        return api.Session.Sca is { IsStart: false } sca
            ? BankLinks.Kept(sca.Address, settings.Interface)
            : settings.Consent(
                api.Session.ConsentId!,
                $"/authorisations/{Uri.EscapeDataString(answer.Json.Text("authorisationId") ?? link.Href.TrimEnd('/').Split('/')[^1])}"
            );
    }

    private static bool IsWrong(BerlinGroupAnswer.Denied denied) =>
        denied.Code is "PSU_CREDENTIALS_INVALID" or "SCA_INVALID" || denied is { Status: 401, Code: null };

    private StepResult Ended(BerlinGroupAnswer answer) =>
        answer switch
        {
            BerlinGroupAnswer.Ended ended => ended.Result,
            BerlinGroupAnswer.Denied { IsUnproven: true } denied => denied.Unavailable,
            BerlinGroupAnswer.Denied denied => BerlinGroupRefusal.Of(denied.Code) switch
            {
                Refusal.OperatorFault => api.Refused(Refusal.OperatorFault, $"the bank refuses us: {denied.Words}"),
                Refusal.ConsentExpired => api.Over(Refusal.ConsentExpired, $"the consent is over: {denied.Words}"),
                _ when denied.Status is 401 or 403 => Over(
                    Refusal.ChallengeFailed,
                    $"the bank refuses the authentication: {denied.Words}"
                ),
                _ => Over(Refusal.NotUnderstood, $"the bank refuses a step of the authentication: {denied.Words}"),
            },
            BerlinGroupAnswer.Found or BerlinGroupAnswer.Empty => Over(
                Refusal.NotUnderstood,
                "the bank does not tell how the authentication goes on"
            ),
            _ => throw new UnreachableException(),
        };

    private StepResult.Refused Lost() =>
        Over(Refusal.NotUnderstood, "the bank's authentication goes on at an address that is broken or not the bank's");

    private StepResult.Refused Over(Refusal reason, string detail)
    {
        api.Session = api.Session.WithoutConsent();
        return api.Refused(reason, detail);
    }
}
