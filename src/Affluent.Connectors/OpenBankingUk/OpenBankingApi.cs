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
/// The bank's interface during one step: sends requests with the user's token or with our own.
/// </summary>
internal sealed class OpenBankingApi(StepContext context, OpenBankingSettings settings)
    : OAuthAccess<OpenBankingSession>(context, settings.Client, OpenBankingSession.Read(context.Session))
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

    protected override IReadOnlyDictionary<string, string> IdTokenClaims =>
        Session.ConsentId is { } consent
            ? new Dictionary<string, string> { ["openbanking_intent_id"] = consent }
            : base.IdTokenClaims;

    /// <summary>What a request may say of itself and of us.</summary>
    public RequestValues Values() =>
        settings
            .Client.Values(Context)
            .Set("consent_id", Session.ConsentId)
            .Set("auth_date", Session.AuthorizedAt?.ToString("r", CultureInfo.InvariantCulture));

    /// <summary>Reads a resource with the user's token.</summary>
    /// <param name="rows">Reads the rows of a list of transactions.</param>
    public Task<OpenBankingAnswer> Get(
        Uri address,
        BankResource resource,
        CancellationToken cancellation,
        RowReader? rows = null
    ) => Ask(HttpMethod.Get, address, json: null, BankCall.Data, cancellation, resource, rows);

    /// <summary>A request about consents themselves, with our own token.</summary>
    public Task<OpenBankingAnswer> AboutConsent(
        HttpMethod method,
        Uri address,
        string? json,
        CancellationToken cancellation
    ) => Ask(method, address, json, BankCall.Consent, cancellation);

    private async Task<OpenBankingAnswer> Ask(
        HttpMethod method,
        Uri address,
        string? json,
        BankCall call,
        CancellationToken cancellation,
        BankResource resource = BankResource.Consents,
        RowReader? rows = null
    )
    {
        var ours = call == BankCall.Consent;
        var (answer, ended) = await Exchange(
            ours,
            () => Send(method, address, json, call, ours, cancellation),
            cancellation
        );
        return answer is null ? new OpenBankingAnswer.Ended(ended!) : Judge(answer, resource, rows);
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
        await settings.Client.Requests.Dress(request, call, Usual, values, Context, cancellation);
        return await Context.Http.Exchange(request, Json.Read, cancellation);
    }

    private OpenBankingAnswer Judge(BankAnswer<JsonBody> answer, BankResource resource, RowReader? rows)
    {
        var session = Session.Write();
        var meaning = settings.Errors.Of(resource, answer);
        if (meaning == ErrorMeaning.Nothing)
        {
            return new OpenBankingAnswer.Empty();
        }
        if (Explained(meaning, resource, answer) is { } explained)
        {
            return new OpenBankingAnswer.Ended(explained);
        }
        if (answer.RetryLater(session, Context.Now) is { } later)
        {
            return new OpenBankingAnswer.Ended(later);
        }
        var page = answer.Body?.Page(rows);
        var unavailable = answer.Unavailable(session, Context.Now);
        switch (answer.Status)
        {
            case 204:
                return new OpenBankingAnswer.Empty();
            case >= 400 and < 500:
                var code = OpenBankingRefusal.Code(page?.Json);
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
        return page is { } found
            ? new OpenBankingAnswer.Found(found, answer.Address)
            : new OpenBankingAnswer.Ended(unavailable);
    }
}

/// <summary>What a request of the interface comes to.</summary>
internal abstract record OpenBankingAnswer
{
    private OpenBankingAnswer() { }

    /// <summary>2xx with JSON.</summary>
    public sealed record Found(JsonPage Page, Uri Address) : OpenBankingAnswer
    {
        /// <inheritdoc cref="JsonPage.Json"/>
        public JsonElement Json => Page.Json;
    }

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
