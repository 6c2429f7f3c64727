using System.Diagnostics;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.OAuth;

/// <summary>
/// The way to a bank during one step: the session with its tokens, which are asked for, renewed and thrown away here. The session is replaced as soon as they
/// change, so that every result carries the newest. A family adds its requests.
/// </summary>
/// <param name="client">Who we are at the bank's authorization server; null: it has none.</param>
internal abstract class OAuthAccess<TSession>(StepContext context, OAuthClient? client, TSession session)
    where TSession : OAuthSession<TSession>
{
    private bool _renewed;

    protected StepContext Context { get; } = context;

    public TSession Session { get; set; } = session;

    public StepResult.Refused Refused(Refusal reason, string detail) =>
        new(reason, detail) { Session = Session.Write() };

    public StepResult.Refused Nobody() =>
        Refused(Refusal.ConsentExpired, "there is no authorization, and nobody to ask for one");

    public StepResult.AskUser Ask(Question question) => new(question) { Session = Session.Write() };

    public StepResult.Done Done() => new() { Session = Session.Write() };

    /// <summary>The user did not agree, or the bank takes our word no longer: consent and tokens are thrown away.</summary>
    public StepResult.Refused Over(Refusal reason, string detail)
    {
        Session = Session.WithoutAccess();
        return Refused(reason, detail);
    }

    /// <summary>What an id_token of the bank must say beside, where it says it.</summary>
    protected virtual IReadOnlyDictionary<string, string> IdTokenClaims => new Dictionary<string, string>();

    /// <summary>The bank's page for users with what it is told, by the user or by us before (RFC 9126).</summary>
    /// <param name="page">The page, where that is not the client's.</param>
    public async Task<(Uri? Page, StepResult? Ended)> PageOf(
        OAuthClient at,
        IReadOnlyList<Field> parameters,
        Uri? page,
        CancellationToken cancellation
    )
    {
        page ??= at.Authorize!;
        if (at.Token.PushAddress is null)
        {
            return (OAuthFlow.Address(page, parameters), null);
        }
        var answer = await at.Token.Send(
            Context,
            at.Requests,
            TokenGrant.Push,
            at.Values(Context),
            cancellation,
            parameters
        );
        if (answer.RetryLater(Session.Write(), Context.Now) is { } later)
        {
            return (null, later);
        }
        var json = answer.Body?.Parse();
        if (answer.IsSuccess)
        {
            return json?.Text("request_uri") is { } reference
                ? (OAuthFlow.Address(page, [new("client_id", at.Id), new("request_uri", reference)]), null)
                : (null, Refused(Refusal.NotUnderstood, "the bank does not name the request that was pushed"));
        }
        return answer.Status is < 400 || GatewayWords.IsOfGateway(answer.Status, answer.Body)
            ? (null, answer.Unavailable(Session.Write(), Context.Now))
            : (
                null,
                Refused(
                    Refusal.OperatorFault,
                    $"the bank refuses our authorization request: {answer.Status} {OAuthFlow.OAuthCode(json?.Text("error"))}".TrimEnd()
                )
            );
    }

    /// <summary>Sends the user to the bank.</summary>
    public StepResult.AskUser Send(OAuthRequest request, Uri address)
    {
        Session = Session with { Request = request };
        return Ask(new Question.Redirect(address));
    }

    /// <summary>Keeps what the bank says only once, before anything else is sent.</summary>
    public Task Keep(TSession session)
    {
        Session = session;
        return Context.Keep(session.Write());
    }

    /// <summary>The user came back from the bank's authorization server.</summary>
    /// <param name="missing">What is still to be done before data can be read; null: nothing.</param>
    public async Task<StepResult> AcceptReturn(
        Uri address,
        Func<Task<StepResult?>> missing,
        CancellationToken cancellation
    )
    {
        if (client is null)
        {
            return Refused(Refusal.NotUnderstood, "no authorization was under way");
        }
        switch (OAuthFlow.Read(address, client, Session.Request))
        {
            case OAuthReturn.Authorized authorized:
                return await TakeCode(client, authorized, cancellation) ?? Done();
            case OAuthReturn.Repeated:
                // Its code is spent: did it bring nothing, the user is asked for another.
                return Session.HasTokens ? Done() : await missing() ?? Done();
            case OAuthReturn.Denied { Error: "access_denied" }:
                return Over(Refusal.ConsentDenied, "the user did not agree at the bank");
            case OAuthReturn.Denied { Error: "server_error" or "temporarily_unavailable" }:
                // The same answer says the same again: the user goes there once more, later.
                return new StepResult.Later(Context.Now.AddMinutes(15), LaterReason.BankUnavailable)
                {
                    Session = Session.Write(),
                };
            case OAuthReturn.Denied denied:
                return Over(Refusal.OperatorFault, $"the bank refuses our authorization request: {denied.Error}");
            case OAuthReturn.Invalid invalid:
                return Refused(Refusal.NotUnderstood, invalid.Reason);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Sends a request with a token that is good, and once more with another when the bank refuses it.</summary>
    /// <param name="ours">Whether the token is our own, and no user's.</param>
    protected async Task<(BankAnswer<JsonBody>? Answer, StepResult? Ended)> Exchange(
        bool ours,
        Func<Task<BankAnswer<JsonBody>>> send,
        CancellationToken cancellation
    )
    {
        if (await Open(ours, again: false, cancellation) is { } failure)
        {
            return (null, failure);
        }
        var answer = await send();
        if (answer.Status == 401 && !_renewed && (ours || Session.RefreshToken is not null))
        {
            if (await Open(ours, again: true, cancellation) is { } refused)
            {
                return (null, refused);
            }
            answer = await send();
        }
        return (answer, null);
    }

    /// <summary>What a step comes to by what the bank's entry says of an error; null: that depends on more.</summary>
    protected StepResult? Explained(ErrorMeaning? meaning, BankResource resource, BankAnswer answer) =>
        meaning switch
        {
            ErrorMeaning.ConsentExpired => Over(Refusal.ConsentExpired, $"the consent is over: {answer.Status}"),
            ErrorMeaning.OperatorFault => Refused(Refusal.OperatorFault, $"the bank refuses us: {answer.Status}"),
            ErrorMeaning.AccountRefused when resource == BankResource.Transactions => Refused(
                Refusal.AccountRefused,
                $"the bank refuses an account: {answer.Status}"
            ),
            ErrorMeaning.Unavailable => answer.Unavailable(Session.Write(), Context.Now),
            ErrorMeaning.RateLimited => answer.Limited(Session.Write(), Context.Now),
            ErrorMeaning.Nothing or ErrorMeaning.AccountRefused or null => null,
        };

    /// <summary>Exchanges the code that the user brought back; null = the session now holds tokens.</summary>
    private async Task<StepResult?> TakeCode(
        OAuthClient at,
        OAuthReturn.Authorized returned,
        CancellationToken cancellation
    )
    {
        if (await OwnTokenForTokens(at, cancellation) is { } failure)
        {
            return failure;
        }
        var request = Session.Request!;
        // Asked for before the code is spent: without them, what comes for it could not be judged.
        var (keys, unavailable) = await KeysOf(at, cancellation);
        if (unavailable is not null)
        {
            return unavailable;
        }
        var expected = new IdToken
        {
            Issuer = at.Issuer ?? "",
            Client = at.Id,
            Nonce = request.Nonce,
            Now = Context.Now,
            Claims = IdTokenClaims,
            Code = returned.Code,
            State = request.State,
        };
        if (keys is { } known && returned.IdToken is { } brought)
        {
            if ((expected with { CameWithUser = true }).Fault(brought, known) is { } fault)
            {
                return Over(Refusal.NotUnderstood, $"the id_token that the user brought is not good: {fault}");
            }
            // Both are of one user, or somebody's code has been put into another's answer.
            expected = expected with
            {
                Subject = IdToken.SubjectOf(brought),
            };
        }
        // A code counts once (RFC 6749, section 4.1.2). Whether one without an answer has counted, nobody knows: it is spent from here on.
        await Keep(Session with { Request = request with { Verifier = null } });
        var tokens = await OAuthFlow.Exchange(Context, Bearing(at), request, returned.Code, cancellation);
        if (tokens is OAuthTokens.Unavailable { Answer.IsUnsent: true })
        {
            await Keep(Session with { Request = request });
        }
        if (tokens is OAuthTokens.Granted granted)
        {
            if (keys is { } own && granted.IdToken is { } given)
            {
                if ((expected with { AccessToken = granted.Access }).Fault(given, own) is { } fault)
                {
                    return Over(Refusal.NotUnderstood, $"the id_token that came for the code is not good: {fault}");
                }
            }
            Session = Session with
            {
                RefreshToken = null,
                RedirectUri = request.RedirectUri,
                AuthorizedAt = Context.Now,
            };
        }
        // The user has just agreed: it is what we say of the code that the bank does not take.
        return tokens is OAuthTokens.Denied { Error: "invalid_request" } malformed
            ? Over(
                Refusal.OperatorFault,
                $"token endpoint refuses the request for the code: {malformed.Status} {malformed.Error}"
            )
            : await Take(tokens, "the code");
    }

    /// <summary>The bank's keys; neither: its id_token are not looked at.</summary>
    private async Task<(JsonElement? Keys, StepResult? Unavailable)> KeysOf(
        OAuthClient at,
        CancellationToken cancellation
    )
    {
        if (at.Keys is not { } address)
        {
            return (null, null);
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Accept", "application/json");
        var answer = await Context.Http.Exchange(request, Json.Read, cancellation);
        return answer.IsSuccess && answer.Body?.Parse() is { } keys
            ? (keys, null)
            : (null, answer.Unavailable(Session.Write(), Context.Now));
    }

    /// <summary>Sees to it that there is a token; null: there is, or the bank wants none.</summary>
    /// <param name="again">Whether the bank refuses the one that there is.</param>
    private async Task<StepResult?> Open(bool ours, bool again, CancellationToken cancellation)
    {
        if (ours)
        {
            _renewed |= again;
            return await OwnToken(again, cancellation);
        }
        var isDue = Session.AccessToken is null || Session.RenewAccessAt <= Context.Now;
        if (client is null || _renewed || Session.RefreshToken is not { } refresh || !(isDue || again))
        {
            return null;
        }
        _renewed = true;
        return await OwnTokenForTokens(client, cancellation)
            ?? await Take(
                await OAuthFlow.Refresh(Context, Bearing(client), refresh, cancellation, Session.RedirectUri),
                "the refresh token"
            );
    }

    private async Task<StepResult?> OwnTokenForTokens(OAuthClient at, CancellationToken cancellation) =>
        at.ShowsOwnToken ? await OwnToken(again: false, cancellation) : null;

    private OAuthClient Bearing(OAuthClient at) =>
        at.ShowsOwnToken ? at with { ClientToken = Session.ClientToken } : at;

    private async Task<StepResult?> OwnToken(bool again, CancellationToken cancellation)
    {
        if (!again && Session.ClientToken is not null && !(Session.RenewClientTokenAt <= Context.Now))
        {
            return null;
        }
        if (client is null)
        {
            return Refused(Refusal.OperatorFault, "the bank's entry wants a token of our own and names no token_url");
        }
        var tokens = await OAuthFlow.OfClient(Context, client, cancellation);
        if (tokens is OAuthTokens.Granted granted)
        {
            await Keep(Session with { ClientToken = granted.Access, RenewClientTokenAt = granted.RenewAt });
            return null;
        }
        return tokens.Failure(Session.Write(), Context.Now, "our own credentials") switch
        {
            // It is no user's.
            StepResult.Refused refused => Refused(Refusal.OperatorFault, refused.Detail),
            var later => later,
        };
    }

    private async Task<StepResult?> Take(OAuthTokens tokens, string what)
    {
        if (tokens is OAuthTokens.Granted granted)
        {
            // A bank that gives a new refresh token may take the old one no longer.
            await Keep(
                Session with
                {
                    AccessToken = granted.Access,
                    RenewAccessAt = granted.RenewAt,
                    RefreshToken = granted.Refresh ?? Session.RefreshToken,
                }
            );
            return null;
        }
        return tokens.Failure(Session.Write(), Context.Now, what) switch
        {
            StepResult.Refused { Reason: Refusal.ConsentExpired } over => Over(Refusal.ConsentExpired, over.Detail),
            var failure => failure,
        };
    }
}
