using System.Text;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>
/// The bank's interface during one step: sends requests with the tokens that the bank wants, and renews them when it has to. The session is replaced as soon
/// as they change.
/// </summary>
internal sealed class BerlinGroupApi(StepContext context, BerlinGroupSettings settings)
{
    private static readonly IReadOnlyList<Field> Usual =
    [
        new("Authorization", "Bearer $access_token"),
        new("Accept", "application/json"),
        new("X-Request-ID", "$uuid"),
        new("Consent-ID", "$consent_id"),
        new("PSU-IP-Address", "$psu_ip"),
        new("PSU-User-Agent", "$psu_user_agent"),
        new("PSU-Accept-Language", "$psu_language"),
    ];

    private static readonly IReadOnlyList<Field> UsualOfConsents =
    [
        .. Usual.Where(field => field.Name != "Consent-ID"),
        new("PSU-ID", "$psu_id"),
        new("PSU-Corporate-ID", "$psu_corporate_id"),
        new("TPP-Redirect-URI", "$return_uri"),
    ];

    private bool _renewed;

    public BerlinGroupSession Session { get; set; } = BerlinGroupSession.Read(context.Session);

    public StepResult.Refused Refused(Refusal reason, string detail) =>
        new(reason, detail) { Session = Session.Write() };

    public StepResult.Refused Nobody() =>
        Refused(Refusal.ConsentExpired, "there is no authorization, and nobody to ask for one");

    public StepResult.AskUser Ask(Question question) => new(question) { Session = Session.Write() };

    /// <summary>The bank takes our word no longer: consent and tokens are thrown away.</summary>
    public StepResult.Refused Expired(string detail)
    {
        Session = Session.WithoutAccess();
        return Refused(Refusal.ConsentExpired, detail);
    }

    /// <summary>Reads a resource under the consent.</summary>
    public Task<BerlinGroupAnswer> Get(Uri address, BankResource resource, CancellationToken cancellation) =>
        Ask(
            HttpMethod.Get,
            address,
            json: null,
            resource == BankResource.Transactions ? BankCall.Transactions : BankCall.Data,
            callback: null,
            settings.ClientTokenForData,
            cancellation,
            resource
        );

    /// <summary>Asks the bank for something that is no user's.</summary>
    public Task<BerlinGroupAnswer> GetAsOurselves(Uri address, CancellationToken cancellation) =>
        Ask(HttpMethod.Get, address, json: null, BankCall.Consent, callback: null, ours: true, cancellation);

    /// <summary>A request about consents themselves.</summary>
    /// <param name="callback">Where the bank is to send the user back.</param>
    public Task<BerlinGroupAnswer> AboutConsent(
        HttpMethod method,
        Uri address,
        string? json,
        BankCallback? callback,
        CancellationToken cancellation
    ) => Ask(method, address, json, BankCall.Consent, callback, settings.ClientTokenForConsents, cancellation);

    /// <summary>A step of the strong authentication of a consent.</summary>
    /// <param name="isStart">Whether it begins an authorisation, or goes on with one.</param>
    public Task<BerlinGroupAnswer> AboutSca(bool isStart, Uri address, string json, CancellationToken cancellation) =>
        Ask(
            isStart ? HttpMethod.Post : HttpMethod.Put,
            address,
            json,
            isStart ? BankCall.Consent : BankCall.Sca,
            context.Callback,
            settings.ClientTokenForConsents,
            cancellation
        );

    /// <summary>Exchanges the code that the user brought back; null = the session now holds tokens.</summary>
    public async Task<StepResult?> TakeCode(OAuthClient client, string code, CancellationToken cancellation)
    {
        if (settings.ClientTokenForTokens && await OwnToken(cancellation) is { } failure)
        {
            return failure;
        }
        client = Bearing(client);
        var request = Session.Request!;
        // A code counts once (RFC 6749, section 4.1.2). Whether one without an answer has counted, nobody knows: it is spent from here on.
        await Keep(Session with { Request = request with { Verifier = null } });
        var tokens = await OAuthFlow.Exchange(context, client, request, code, cancellation);
        if (tokens is OAuthTokens.Unavailable { Answer.IsUnsent: true })
        {
            await Keep(Session with { Request = request });
        }
        return await Take(tokens, "the code");
    }

    /// <summary>Keeps what the bank says only once, before anything else is sent.</summary>
    public Task Keep(BerlinGroupSession session)
    {
        Session = session;
        return context.Keep(session.Write());
    }

    private async Task<BerlinGroupAnswer> Ask(
        HttpMethod method,
        Uri address,
        string? json,
        BankCall call,
        BankCallback? callback,
        bool ours,
        CancellationToken cancellation,
        BankResource resource = BankResource.Consents
    )
    {
        if (
            (
                ours ? await OwnToken(cancellation)
                : IsOver ? await Renew(cancellation)
                : null
            ) is
            { } failure
        )
        {
            return new BerlinGroupAnswer.Ended(failure);
        }
        var answer = await Send(method, address, json, call, callback, ours, cancellation);
        if (answer.Status == 401 && !ours && !_renewed && Session.RefreshToken is not null)
        {
            if (await Renew(cancellation) is { } refused)
            {
                return new BerlinGroupAnswer.Ended(refused);
            }
            answer = await Send(method, address, json, call, callback, ours, cancellation);
        }
        return
            Judge(answer, resource) is var judged
            && judged is BerlinGroupAnswer.Ended { Result: var result }
            && call == BankCall.Transactions
            && answer is { IsSuccess: true, Body: { IsEmpty: false } body }
            ? new BerlinGroupAnswer.Report($"{body}", result)
            : judged;
    }

    private bool IsOver =>
        Session.RefreshToken is not null
        && !_renewed
        && (Session.AccessToken is null || Session.RenewAccessAt <= context.Now);

    private async Task<StepResult?> Renew(CancellationToken cancellation)
    {
        _renewed = true;
        if (settings.Client is not { } client)
        {
            return null;
        }
        if (settings.ClientTokenForTokens && await OwnToken(cancellation) is { } failure)
        {
            return failure;
        }
        return await Take(
            await OAuthFlow.Refresh(context, Bearing(client), Session.RefreshToken!, cancellation),
            "the refresh token"
        );
    }

    private OAuthClient Bearing(OAuthClient client) =>
        settings.ClientTokenForTokens ? client with { ClientToken = Session.ClientToken } : client;

    private async Task<StepResult?> OwnToken(CancellationToken cancellation)
    {
        if (Session.ClientToken is not null && !(Session.RenewClientTokenAt <= context.Now))
        {
            return null;
        }
        if (settings.Client is not { } client)
        {
            return Refused(Refusal.OperatorFault, "the bank's entry wants a token of our own and names no token_url");
        }
        var tokens = await OAuthFlow.OfClient(context, client, cancellation);
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
            StepResult.Refused { Reason: Refusal.ConsentExpired } over => Expired(over.Detail),
            var failure => failure,
        };
    }

    private async Task<BankAnswer<JsonBody>> Send(
        HttpMethod method,
        Uri address,
        string? json,
        BankCall call,
        BankCallback? callback,
        bool ours,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(method, address);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }
        var values = settings
            .Values(context)
            .Set("access_token", ours ? Session.ClientToken : Session.AccessToken)
            .Set("consent_id", Session.ConsentId)
            .Set("redirect_uri", callback?.RedirectUri.OriginalString)
            .Set("return_uri", callback is null ? null : ReturnAddress(callback));
        await settings.Requests.Dress(
            request,
            call,
            call is BankCall.Data or BankCall.Transactions ? Usual : UsualOfConsents,
            values,
            context,
            cancellation
        );
        return await context.Http.Exchange(request, Json.Read, cancellation);
    }

    private static string ReturnAddress(BankCallback callback)
    {
        var address = callback.RedirectUri.OriginalString;
        return $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}state={Uri.EscapeDataString(callback.State)}";
    }

    private BerlinGroupAnswer? ByEntry(BankAnswer<JsonBody> answer, BankResource resource, string session) =>
        settings.Errors.Of(resource, answer) switch
        {
            ErrorMeaning.ConsentExpired => new BerlinGroupAnswer.Ended(
                Expired($"the consent is over: {answer.Status}")
            ),
            ErrorMeaning.OperatorFault => new BerlinGroupAnswer.Ended(
                Refused(Refusal.OperatorFault, $"the bank refuses us: {answer.Status}")
            ),
            ErrorMeaning.AccountRefused when resource == BankResource.Transactions => new BerlinGroupAnswer.Ended(
                Refused(Refusal.AccountRefused, $"the bank refuses an account: {answer.Status}")
            ),
            ErrorMeaning.Unavailable => new BerlinGroupAnswer.Ended(answer.Unavailable(session, context.Now)),
            ErrorMeaning.RateLimited => new BerlinGroupAnswer.Ended(answer.Limited(session, context.Now)),
            ErrorMeaning.Nothing => new BerlinGroupAnswer.Empty(),
            ErrorMeaning.AccountRefused or null => null,
        };

    private BerlinGroupAnswer Judge(BankAnswer<JsonBody> answer, BankResource resource)
    {
        var session = Session.Write();
        if (ByEntry(answer, resource, session) is { } explained)
        {
            return explained;
        }
        var json = answer.Body?.Parse();
        var code = BerlinGroupRefusal.Code(json);
        if (answer.RetryLater(session, context.Now) is { } later)
        {
            return new BerlinGroupAnswer.Ended(later);
        }
        switch (answer.Status)
        {
            case 204:
                return new BerlinGroupAnswer.Empty();
            case >= 400 and < 500 when code is "ACCESS_EXCEEDED":
                return new BerlinGroupAnswer.Ended(answer.Limited(session, context.Now));
            case >= 400 and < 500:
                return new BerlinGroupAnswer.Denied(answer.Status, code, answer.Unavailable(session, context.Now))
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
                return new BerlinGroupAnswer.Ended(answer.Unavailable(session, context.Now));
        }
        return json is { } found
            ? new BerlinGroupAnswer.Found(found, answer.Address, answer.Status)
            {
                Pages = settings.Interface.PagesOf(answer),
            }
            : new BerlinGroupAnswer.Ended(answer.Unavailable(session, context.Now));
    }
}

/// <summary>What a request of the interface comes to.</summary>
internal abstract record BerlinGroupAnswer
{
    private BerlinGroupAnswer() { }

    /// <summary>2xx with JSON.</summary>
    public sealed record Found(JsonElement Json, Uri Address, int Status) : BerlinGroupAnswer
    {
        /// <summary>How many numbered pages the list has; null: the bank does not say.</summary>
        public int? Pages { get; init; }
    }

    /// <summary>2xx with something that is no JSON.</summary>
    /// <param name="Unavailable">What to return when it is no account report either.</param>
    public sealed record Report(string Text, StepResult Unavailable) : BerlinGroupAnswer
    {
        /// <inheritdoc />
        public override string ToString() => "***";
    }

    /// <summary>204: there is nothing.</summary>
    public sealed record Empty : BerlinGroupAnswer;

    /// <summary>A refusal (4xx) whose meaning depends on the resource, unless its code says all.</summary>
    /// <param name="Unavailable">What to return when it is not the bank that refuses.</param>
    public sealed record Denied(int Status, string? Code, StepResult Unavailable) : BerlinGroupAnswer
    {
        /// <summary>Nothing says that the bank refuses: a gateway speaks, or nobody says a word.</summary>
        public bool IsUnproven { get; init; }

        /// <summary>For the operator.</summary>
        public string Words =>
            $"{Status} {(Code is { Length: <= 60 } code && code.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? code : "")}".TrimEnd();
    }

    /// <summary>The step ends here.</summary>
    public sealed record Ended(StepResult Result) : BerlinGroupAnswer;
}
