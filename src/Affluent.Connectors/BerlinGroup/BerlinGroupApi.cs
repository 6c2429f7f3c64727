using System.Text;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>
/// The bank's interface during one step: sends requests with the tokens that the bank wants.
/// </summary>
internal sealed class BerlinGroupApi(StepContext context, BerlinGroupSettings settings)
    : OAuthAccess<BerlinGroupSession>(context, settings.Client, BerlinGroupSession.Read(context.Session))
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

    /// <summary>Reads a resource under the consent.</summary>
    /// <param name="account">Whose it is, by reference; empty: the list of them.</param>
    /// <param name="rows">Reads the rows of lists of transactions.</param>
    public Task<BerlinGroupAnswer> Get(
        Uri address,
        BankResource resource,
        CancellationToken cancellation,
        string account = "",
        RowReader? rows = null
    ) =>
        Ask(
            HttpMethod.Get,
            address,
            json: null,
            resource == BankResource.Transactions ? BankCall.Transactions : BankCall.Data,
            callback: null,
            settings.ClientTokenForData,
            cancellation,
            resource,
            account,
            rows
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
            Context.Callback,
            settings.ClientTokenForConsents,
            cancellation
        );

    private async Task<BerlinGroupAnswer> Ask(
        HttpMethod method,
        Uri address,
        string? json,
        BankCall call,
        BankCallback? callback,
        bool ours,
        CancellationToken cancellation,
        BankResource resource = BankResource.Consents,
        string account = "",
        RowReader? rows = null
    )
    {
        var (answer, ended) = await Exchange(
            ours,
            () => Send(method, address, json, call, callback, ours, Session.ConsentOf(account), cancellation),
            cancellation
        );
        if (answer is null)
        {
            return new BerlinGroupAnswer.Ended(ended!);
        }
        return
            Judge(answer, resource, Session.AccountConsents.ContainsKey(account), rows) is var judged
            && judged is BerlinGroupAnswer.Ended { Result: var result }
            && call == BankCall.Transactions
            && answer is { IsSuccess: true, Body: { IsEmpty: false } body }
            ? new BerlinGroupAnswer.Report($"{body}", result)
            : judged;
    }

    private async Task<BankAnswer<JsonBody>> Send(
        HttpMethod method,
        Uri address,
        string? json,
        BankCall call,
        BankCallback? callback,
        bool ours,
        string? consent,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(method, address);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }
        var values = settings
            .Values(Context)
            .Set("access_token", ours ? Session.ClientToken : Session.AccessToken)
            .Set("consent_id", consent)
            .Set("redirect_uri", callback?.RedirectUri.OriginalString)
            .Set("return_uri", callback is null ? null : ReturnAddress(callback));
        await settings.Requests.Dress(
            request,
            call,
            call is BankCall.Data or BankCall.Transactions ? Usual : UsualOfConsents,
            values,
            Context,
            cancellation
        );
        return await Context.Http.Exchange(request, Json.Read, cancellation);
    }

    private static string ReturnAddress(BankCallback callback)
    {
        var address = callback.RedirectUri.OriginalString;
        return $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}state={Uri.EscapeDataString(callback.State)}";
    }

    private BerlinGroupAnswer Judge(
        BankAnswer<JsonBody> answer,
        BankResource resource,
        bool isOfAccount,
        RowReader? rows
    )
    {
        var session = Session.Write();
        var meaning = settings.Errors.Of(resource, answer);
        if (meaning == ErrorMeaning.Nothing)
        {
            return new BerlinGroupAnswer.Empty();
        }
        if (meaning == ErrorMeaning.ConsentExpired && isOfAccount)
        {
            // The consents of the others stand.
            return new BerlinGroupAnswer.Denied(
                answer.Status,
                "CONSENT_EXPIRED",
                answer.Unavailable(session, Context.Now)
            );
        }
        if (Explained(meaning, resource, answer) is { } explained)
        {
            return new BerlinGroupAnswer.Ended(explained);
        }
        var page = answer.Body?.Page(rows);
        var code = BerlinGroupRefusal.Code(page?.Json);
        if (answer.RetryLater(session, Context.Now) is { } later)
        {
            return new BerlinGroupAnswer.Ended(later);
        }
        switch (answer.Status)
        {
            case 204:
                return new BerlinGroupAnswer.Empty();
            case >= 400 and < 500 when code is "ACCESS_EXCEEDED":
                return new BerlinGroupAnswer.Ended(answer.Limited(session, Context.Now));
            case >= 400 and < 500:
                return new BerlinGroupAnswer.Denied(answer.Status, code, answer.Unavailable(session, Context.Now))
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
                return new BerlinGroupAnswer.Ended(answer.Unavailable(session, Context.Now));
        }
        return page is { } found
            ? new BerlinGroupAnswer.Found(found, answer.Address, answer.Status)
            {
                Pages = settings.Interface.PagesOf(answer),
            }
            : new BerlinGroupAnswer.Ended(answer.Unavailable(session, Context.Now));
    }
}

/// <summary>What a request of the interface comes to.</summary>
internal abstract record BerlinGroupAnswer
{
    private BerlinGroupAnswer() { }

    /// <summary>2xx with JSON.</summary>
    public sealed record Found(JsonPage Page, Uri Address, int Status) : BerlinGroupAnswer
    {
        /// <inheritdoc cref="JsonPage.Json"/>
        public JsonElement Json => Page.Json;

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
