using System.Text;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.Stet;

/// <summary>
/// The bank's interface during one step.
/// </summary>
internal sealed class StetApi(StepContext context, StetSettings settings)
    : OAuthAccess<StetSession>(context, settings.Client, StetSession.Read(context.Session))
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

    /// <summary>Reads a resource.</summary>
    /// <param name="rows">Reads the rows of a list of transactions.</param>
    public Task<StetAnswer> Get(
        Uri address,
        BankResource resource,
        CancellationToken cancellation,
        RowReader? rows = null
    ) => Ask(HttpMethod.Get, address, null, resource, cancellation, rows);

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

    /// <summary>Tells the bank which accounts the user shares; replaces what was told before.</summary>
    public Task<StetAnswer> Put(Uri address, string json, CancellationToken cancellation) =>
        Ask(HttpMethod.Put, address, json, BankResource.Consents, cancellation);

    private async Task<StetAnswer> Ask(
        HttpMethod method,
        Uri address,
        string? json,
        BankResource resource,
        CancellationToken cancellation,
        RowReader? rows = null
    )
    {
        var (answer, ended) = await Exchange(
            ours: false,
            () => Send(method, address, json, cancellation),
            cancellation
        );
        return answer is null ? new StetAnswer.Ended(ended!) : Judge(answer, resource, method == HttpMethod.Get, rows);
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
            settings.Client.Values(Context).Set("access_token", Session.AccessToken),
            Context,
            cancellation
        );
        return await Context.Http.Exchange(request, Json.Read, cancellation);
    }

    private StetAnswer Judge(BankAnswer<JsonBody> answer, BankResource resource, bool bodyWanted, RowReader? rows)
    {
        var session = Session.Write();
        var meaning = settings.Errors.Of(resource, answer);
        if (meaning == ErrorMeaning.Nothing)
        {
            return new StetAnswer.Empty();
        }
        if (Explained(meaning, resource, answer) is { } explained)
        {
            return new StetAnswer.Ended(explained);
        }
        if (answer.RetryLater(session, Context.Now) is { } later)
        {
            return new StetAnswer.Ended(later);
        }
        switch (answer.Status)
        {
            case 204:
            case >= 200 and < 300 when !bodyWanted:
                return new StetAnswer.Empty();
            case >= 400 and < 500:
                return new StetAnswer.Denied(answer.Status, $"{answer.Body}", answer.Unavailable(session, Context.Now))
                {
                    IsInFront = GatewayWords.IsOfGateway(answer.Status, answer.Body),
                };
            case not (>= 200 and < 300):
                // A redirect of an interface leads to a maintenance page, and would take the token along.
                return new StetAnswer.Ended(answer.Unavailable(session, Context.Now));
        }
        return answer.Body is { IsEmpty: true } && settings.EmptyIsNone ? new StetAnswer.Empty()
            : answer.Body?.Page(rows) is { } found
                ? new StetAnswer.Found(found, answer.Address) { Pages = settings.Interface.PagesOf(answer) }
            : new StetAnswer.Ended(answer.Unavailable(session, Context.Now));
    }
}

/// <summary>What a request of the interface comes to.</summary>
internal abstract record StetAnswer
{
    private StetAnswer() { }

    /// <summary>200 with JSON.</summary>
    public sealed record Found(JsonPage Page, Uri Address) : StetAnswer
    {
        /// <inheritdoc cref="JsonPage.Json"/>
        public JsonElement Json => Page.Json;

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
