using System.Globalization;
using System.Text;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>
/// The bank's interface during one step: sends requests with the user's token or with our own, and renews them when it has to. The session is replaced as soon
/// as they change.
/// </summary>
internal sealed class OpenBankingApi(StepContext context, OpenBankingSettings settings)
{
    private static readonly IReadOnlyList<Field> Usual =
    [
        new("Authorization", "Bearer $access_token"),
        new("Accept", "application/json"),
        new("x-fapi-interaction-id", "$uuid"),
        new("x-fapi-auth-date", "$auth_date"),
        new("x-fapi-customer-ip-address", "$psu_ip"),
        new("x-customer-user-agent", "$psu_user_agent"),
    ];

    private bool _renewed;

    public OpenBankingSession Session { get; private set; } = OpenBankingSession.Read(context.Session);

    public StepResult.Refused Refused(Refusal reason, string detail) =>
        new(reason, detail) { Session = Session.Write() };

    public StepResult.Refused Nobody() =>
        Refused(Refusal.ConsentExpired, "there is no authorization, and nobody to ask for one");

    public StepResult.Done Done() => new() { Session = Session.Write() };

    public StepResult.AskUser Send(OAuthRequest request, Uri address)
    {
        Session = Session with { Request = request };
        return new StepResult.AskUser(new Question.Redirect(address)) { Session = Session.Write() };
    }

    /// <summary>The user did not agree, or the bank takes our word no longer: consent and tokens are thrown away.</summary>
    public StepResult.Refused Over(Refusal reason, string detail)
    {
        Session = Session.WithoutAccess();
        return Refused(reason, detail);
    }

    /// <summary>What a request may say of itself and of us.</summary>
    public RequestValues Values() =>
        settings
            .Client.Values(context)
            .Set("consent_id", Session.ConsentId)
            .Set("auth_date", Session.AuthorizedAt?.ToString("r", CultureInfo.InvariantCulture));

    /// <summary>Reads a resource with the user's token.</summary>
    public Task<OpenBankingAnswer> Get(Uri address, CancellationToken cancellation) =>
        Ask(HttpMethod.Get, address, json: null, BankCall.Data, cancellation);

    /// <summary>A request about consents themselves, with our own token.</summary>
    public Task<OpenBankingAnswer> AboutConsent(
        HttpMethod method,
        Uri address,
        string? json,
        CancellationToken cancellation
    ) => Ask(method, address, json, BankCall.Consent, cancellation);

    /// <summary>Exchanges the code that the user brought back; null = the session now holds tokens.</summary>
    public async Task<StepResult?> TakeCode(string code, CancellationToken cancellation)
    {
        var request = Session.Request!;
        // A code counts once (RFC 6749, section 4.1.2). Whether one without an answer has counted, nobody knows: it is spent from here on.
        await Keep(Session with { Request = request with { Verifier = null } });
        var tokens = await OAuthFlow.Exchange(context, settings.Client, request, code, cancellation);
        if (tokens is OAuthTokens.Unavailable { Answer.IsUnsent: true })
        {
            await Keep(Session with { Request = request });
        }
        if (tokens is OAuthTokens.Granted)
        {
            Session = Session with { RedirectUri = request.RedirectUri, AuthorizedAt = context.Now };
        }
        return await Take(tokens, "the code");
    }

    /// <summary>Keeps what the bank says only once, before anything else is sent.</summary>
    public Task Keep(OpenBankingSession session)
    {
        Session = session;
        return context.Keep(session.Write());
    }

    private async Task<OpenBankingAnswer> Ask(
        HttpMethod method,
        Uri address,
        string? json,
        BankCall call,
        CancellationToken cancellation
    )
    {
        var ours = call == BankCall.Consent;
        if (await Open(ours, again: false, cancellation) is { } failure)
        {
            return new OpenBankingAnswer.Ended(failure);
        }
        var answer = await Send(method, address, json, call, ours, cancellation);
        if (answer.Status == 401 && !_renewed && (ours || Session.RefreshToken is not null))
        {
            if (await Open(ours, again: true, cancellation) is { } refused)
            {
                return new OpenBankingAnswer.Ended(refused);
            }
            answer = await Send(method, address, json, call, ours, cancellation);
        }
        return Judge(answer);
    }

    /// <summary>Sees to it that there is a token; null: there is.</summary>
    /// <param name="ours">Whether it is to be our own.</param>
    /// <param name="again">Whether the bank refuses the one that there is.</param>
    private async Task<StepResult?> Open(bool ours, bool again, CancellationToken cancellation)
    {
        if (ours)
        {
            var isOver = Session.ClientToken is null || Session.RenewClientTokenAt <= context.Now;
            return isOver || again ? await OwnToken(cancellation) : null;
        }
        var isDue = Session.AccessToken is null || Session.RenewAccessAt <= context.Now;
        if (_renewed || Session.RefreshToken is not { } refresh || !(isDue || again))
        {
            return null;
        }
        _renewed = true;
        var client = settings.Client;
        return await Take(
            await OAuthFlow.Refresh(context, client, refresh, cancellation, Session.RedirectUri),
            "the refresh token"
        );
    }

    private async Task<StepResult?> OwnToken(CancellationToken cancellation)
    {
        _renewed = true;
        var tokens = await OAuthFlow.OfClient(context, settings.Client, cancellation);
        if (tokens is OAuthTokens.Granted granted)
        {
            await Keep(Session with { ClientToken = granted.Access, RenewClientTokenAt = granted.RenewAt });
            return null;
        }
        return tokens.Failure(Session.Write(), context.Now, "our own credentials") switch
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
                    Request = null,
                    AccessToken = granted.Access,
                    RenewAccessAt = granted.RenewAt,
                    RefreshToken = granted.Refresh ?? Session.RefreshToken,
                }
            );
            return null;
        }
        return tokens.Failure(Session.Write(), context.Now, what) switch
        {
            StepResult.Refused { Reason: Refusal.ConsentExpired } over => Over(Refusal.ConsentExpired, over.Detail),
            var failure => failure,
        };
    }

    private async Task<BankAnswer<JsonBody>> Send(
        HttpMethod method,
        Uri address,
        string? json,
        BankCall call,
        bool ours,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(method, address);
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }
        var values = Values().Set("access_token", ours ? Session.ClientToken : Session.AccessToken);
        await settings.Client.Requests.Dress(request, call, Usual, values, context, cancellation);
        return await context.Http.Exchange(request, Json.Read, cancellation);
    }

    private OpenBankingAnswer Judge(BankAnswer<JsonBody> answer)
    {
        var session = Session.Write();
        if (answer.RetryLater(session, context.Now) is { } later)
        {
            return new OpenBankingAnswer.Ended(later);
        }
        var json = answer.Body?.Parse();
        var unavailable = answer.Unavailable(session, context.Now);
        switch (answer.Status)
        {
            case 204:
                return new OpenBankingAnswer.Empty();
            case >= 400 and < 500:
                var code = OpenBankingRefusal.Code(json);
                return new OpenBankingAnswer.Denied(answer.Status, code, unavailable)
                {
                    IsUnproven =
                        code is null
                        && (
                            GatewayWords.IsOfGateway(answer.Status, answer.Body)
                            || (answer.Status is 403 or 404 && answer.Body is not { IsEmpty: false })
                        ),
                };
            case not (>= 200 and < 300):
                // A redirect of an interface leads to a maintenance page, and would take the token along.
                return new OpenBankingAnswer.Ended(unavailable);
        }
        return json is { } found
            ? new OpenBankingAnswer.Found(found, answer.Address)
            : new OpenBankingAnswer.Ended(unavailable);
    }
}

/// <summary>What a request of the interface comes to.</summary>
internal abstract record OpenBankingAnswer
{
    private OpenBankingAnswer() { }

    /// <summary>2xx with JSON.</summary>
    public sealed record Found(JsonElement Json, Uri Address) : OpenBankingAnswer;

    /// <summary>204: there is nothing.</summary>
    public sealed record Empty : OpenBankingAnswer;

    /// <summary>A refusal (4xx) whose meaning depends on the resource, unless its code says all.</summary>
    /// <param name="Unavailable">What to return when it is not the bank that refuses.</param>
    public sealed record Denied(int Status, string? Code, StepResult Unavailable) : OpenBankingAnswer
    {
        /// <summary>Nothing says that the bank refuses: a gateway speaks, or nobody says a word.</summary>
        public bool IsUnproven { get; init; }

        /// <summary>For the operator.</summary>
        public string Words =>
            $"{Status} {(Code is { Length: <= 60 } code && code.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_') ? code : "")}".TrimEnd();
    }

    /// <summary>The step ends here.</summary>
    public sealed record Ended(StepResult Result) : OpenBankingAnswer;
}
