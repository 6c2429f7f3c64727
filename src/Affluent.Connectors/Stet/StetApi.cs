using System.Text;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.Stet;

/// <summary>
/// The bank's interface during one step: sends requests with the user's token and renews it when it has to. The session
/// is replaced as soon as tokens change, so that every result carries the newest.
/// </summary>
internal sealed class StetApi(StepContext context, StetSettings settings)
{
    private static readonly IReadOnlyList<Field> Usual =
    [
        new("Authorization", "Bearer $access_token"),
        new("Accept", "application/hal+json, application/json"),
        new("X-Request-ID", "$uuid"),
        new("PSU-IP-Address", "$psu_ip"),
        new("PSU-User-Agent", "$psu_user_agent"),
        new("PSU-Accept-Language", "$psu_language"),
    ];

    private bool _renewed;

    public StetSession Session { get; set; } = StetSession.Read(context.Session);

    public StepResult.Refused Refused(Refusal reason, string detail) =>
        new(reason, detail) { Session = Session.Write() };

    /// <summary>Reads a resource.</summary>
    public Task<StetAnswer> Get(Uri address, BankResource resource, CancellationToken cancellation) =>
        Ask(HttpMethod.Get, address, null, resource, cancellation);

    /// <summary>
    /// Who authorized us, by the list of accounts, or by what it links to (end-user identity). A bank that says neither, or refuses, is asked for nothing
    /// more: the name is a gift.
    /// </summary>
    public async Task<string?> Holder(StetAnswer.Found accounts, bool firstPage, CancellationToken cancellation)
    {
        if (accounts.Json.Text("connectedPsu") is { } beside)
        {
            return beside;
        }
        if (!firstPage)
        {
            return Session.Holder;
        }
        return
            (BankLinks.Href(accounts.Json, "endUserIdentity") ?? BankLinks.Href(accounts.Json, "end-user-identity"))
                is { } href
            && BankLinks.Resolve(href, accounts.Address, settings.Interface) is { } address
            && await Get(address, BankResource.Accounts, cancellation) is StetAnswer.Found identity
            ? identity.Json.Text("connectedPsu")
            : null;
    }

    /// <summary>The bank takes our word no longer: tokens are thrown away.</summary>
    public StepResult.Refused Expired(string detail)
    {
        Session = Session.WithoutAccess();
        return Refused(Refusal.ConsentExpired, detail);
    }

    /// <summary>Tells the bank which accounts the user shares; replaces what was told before.</summary>
    public Task<StetAnswer> Put(Uri address, string json, CancellationToken cancellation) =>
        Ask(HttpMethod.Put, address, json, BankResource.Consents, cancellation);

    /// <summary>Exchanges the code that the user brought back; null = the session now holds tokens.</summary>
    public async Task<StepResult?> TakeCode(string code, CancellationToken cancellation)
    {
        var request = Session.Request!;
        // A code counts once (RFC 6749, section 4.1.2). Whether one without an answer has counted, nobody knows: it is spent from here on.
        await Keep(Session with { Request = request with { Verifier = null } });
        var tokens = await OAuthFlow.Exchange(context, settings.Client, request, code, cancellation);
        switch (tokens)
        {
            case OAuthTokens.Granted:
                Session = Session.WithoutAccess();
                break;
            case OAuthTokens.Denied:
                Session = Session.WithoutAccess() with { Request = null };
                break;
            case OAuthTokens.Unavailable { Answer.IsUnsent: true }:
                await Keep(Session with { Request = request });
                break;
        }
        return await Take(tokens, "the code");
    }

    private Task Keep(StetSession session)
    {
        Session = session;
        return context.Keep(session.Write());
    }

    private async Task<StetAnswer> Ask(
        HttpMethod method,
        Uri address,
        string? json,
        BankResource resource,
        CancellationToken cancellation
    )
    {
        if (AccessIsOver && Session.RefreshToken is not null && await Renew(cancellation) is { } failure)
        {
            return new StetAnswer.Ended(failure);
        }
        var answer = await Send(method, address, json, cancellation);
        if (answer.Status == 401 && !_renewed && Session.RefreshToken is not null)
        {
            if (await Renew(cancellation) is { } refused)
            {
                return new StetAnswer.Ended(refused);
            }
            answer = await Send(method, address, json, cancellation);
        }
        return Judge(answer, resource, bodyWanted: method == HttpMethod.Get);
    }

    private bool AccessIsOver => Session.AccessToken is null || (Session.RenewAccessAt <= context.Now && !_renewed);

    private async Task<StepResult?> Renew(CancellationToken cancellation)
    {
        _renewed = true;
        var tokens = await OAuthFlow.Refresh(context, settings.Client, Session.RefreshToken!, cancellation);
        return await Take(tokens, "the refresh token");
    }

    private async Task<StepResult?> Take(OAuthTokens tokens, string what)
    {
        switch (tokens)
        {
            case OAuthTokens.Granted granted:
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
            default:
                return tokens.Failure(Session.Write(), context.Now, what) switch
                {
                    StepResult.Refused { Reason: Refusal.ConsentExpired } over => Expired(over.Detail),
                    var failure => failure,
                };
        }
    }

    private async Task<BankAnswer<JsonBody>> Send(
        HttpMethod method,
        Uri address,
        string? json,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(method, address);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }
        await settings.Client.Requests.Dress(
            request,
            method == HttpMethod.Get ? BankCall.Data : BankCall.Consent,
            Usual,
            settings.Client.Values(context).Set("access_token", Session.AccessToken),
            context,
            cancellation
        );
        return await context.Http.Exchange(request, Json.Read, cancellation);
    }

    private StetAnswer Judge(BankAnswer<JsonBody> answer, BankResource resource, bool bodyWanted)
    {
        var session = Session.Write();
        switch (settings.Errors.Of(resource, answer))
        {
            case ErrorMeaning.ConsentExpired:
                return new StetAnswer.Ended(Expired($"the consent is over: {answer.Status}"));
            case ErrorMeaning.OperatorFault:
                return new StetAnswer.Ended(Refused(Refusal.OperatorFault, $"the bank refuses us: {answer.Status}"));
            case ErrorMeaning.AccountRefused when resource == BankResource.Transactions:
                return new StetAnswer.Ended(
                    Refused(Refusal.AccountRefused, $"the bank refuses an account: {answer.Status}")
                );
            case ErrorMeaning.Unavailable:
                return new StetAnswer.Ended(answer.Unavailable(session, context.Now));
            case ErrorMeaning.RateLimited:
                return new StetAnswer.Ended(answer.Limited(session, context.Now));
            case ErrorMeaning.Nothing:
                return new StetAnswer.Empty();
            case ErrorMeaning.AccountRefused or null:
                break;
        }
        if (answer.RetryLater(session, context.Now) is { } later)
        {
            return new StetAnswer.Ended(later);
        }
        switch (answer.Status)
        {
            case 204:
            case >= 200 and < 300 when !bodyWanted:
                return new StetAnswer.Empty();
            case >= 400 and < 500:
                return new StetAnswer.Denied(answer.Status, $"{answer.Body}", answer.Unavailable(session, context.Now))
                {
                    IsInFront = GatewayWords.IsOfGateway(answer.Status, answer.Body),
                };
            case not (>= 200 and < 300):
                // A redirect of an interface leads to a maintenance page, and would take the token along.
                return new StetAnswer.Ended(answer.Unavailable(session, context.Now));
        }
        return answer.Body is { IsEmpty: true } && settings.EmptyIsNone ? new StetAnswer.Empty()
            : answer.Body?.Parse() is { } found
                ? new StetAnswer.Found(found, answer.Address) { Pages = settings.Interface.PagesOf(answer) }
            : new StetAnswer.Ended(answer.Unavailable(session, context.Now));
    }
}

/// <summary>What a request of the interface comes to.</summary>
internal abstract record StetAnswer
{
    private StetAnswer() { }

    /// <summary>200 with JSON.</summary>
    public sealed record Found(JsonElement Json, Uri Address) : StetAnswer
    {
        /// <summary>How many numbered pages the list has; null: the bank does not say.</summary>
        public int? Pages { get; init; }
    }

    /// <summary>204: there is nothing.</summary>
    public sealed record Empty : StetAnswer;

    /// <summary>A refusal (4xx) whose meaning depends on the resource.</summary>
    /// <param name="Unavailable">What to return when it is not the bank that refuses.</param>
    public sealed record Denied(int Status, string Text, StepResult Unavailable) : StetAnswer
    {
        /// <summary>A firewall or a gateway speaks: the bank has refused nothing.</summary>
        public bool IsInFront { get; init; }

        /// <summary>Nothing says that the bank refuses the consent: a gateway speaks, or a 403 comes without a word.</summary>
        public bool IsUnproven => IsInFront || (Status == 403 && string.IsNullOrWhiteSpace(Text));
    }

    /// <summary>The step ends here.</summary>
    public sealed record Ended(StepResult Result) : StetAnswer;
}
