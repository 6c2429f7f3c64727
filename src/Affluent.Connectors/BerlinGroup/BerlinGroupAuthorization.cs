using System.Diagnostics;
using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>Sends the user to the bank's authorization server, where some banks must be asked first where that is.</summary>
internal sealed class BerlinGroupAuthorization(StepContext context, BerlinGroupSettings settings, BerlinGroupApi api)
{
    public async Task<StepResult> Begin(CancellationToken cancellation)
    {
        if (settings.Client is not { } client)
        {
            return api.Refused(Refusal.OperatorFault, "the bank's entry says oauth and names no token_url");
        }
        if (context.Callback is not { } callback)
        {
            return api.Nobody();
        }
        var scope = client.Scope.Replace("$consent_id", api.Session.ConsentId ?? "", StringComparison.Ordinal);
        Uri? page = null;
        if (client.AuthorizeLookup is { } lookup)
        {
            (page, var ended) = await AskForPage(lookup, scope, callback, cancellation);
            if (ended is not null)
            {
                return ended;
            }
        }
        var (request, parameters) = OAuthFlow.Parameters(
            client,
            callback,
            scope,
            client.Values(context).Set("consent_id", api.Session.ConsentId)
        );
        var (address, refused) = await api.PageOf(client, parameters, page, cancellation);
        if (address is null)
        {
            return refused!;
        }
        if (client.LooksUpAuthorize)
        {
            (page, var ended) = await AskWhereTo(address, cancellation);
            if (page is null)
            {
                return ended!;
            }
            request = request with
            {
                RequestId =
                    OAuthFlow.QueryOf(page).GetValueOrDefault("requestId")
                    ?? OAuthFlow.QueryOf(page).GetValueOrDefault("request_id"),
            };
            address = page;
        }
        api.Session = api.Session with { ConsentState = null };
        return api.Send(request, address);
    }

    /// <summary>Asks the interface, with our own token, for the address of the page.</summary>
    private async Task<(Uri? Page, StepResult? Ended)> AskForPage(
        string lookup,
        string scope,
        BankCallback callback,
        CancellationToken cancellation
    )
    {
        var values = settings
            .Values(context)
            .Set("scope", WebUtility.UrlEncode(scope))
            .Set("redirect_uri", WebUtility.UrlEncode(callback.RedirectUri.OriginalString));
        if (!Uri.TryCreate(values.Fill(lookup), UriKind.Absolute, out var address))
        {
            return (null, api.Refused(Refusal.OperatorFault, "authorize_lookup_url is no address once it is filled"));
        }
        switch (await api.GetAsOurselves(address, cancellation))
        {
            case BerlinGroupAnswer.Ended ended:
                return (null, ended.Result);
            case BerlinGroupAnswer.Denied { IsUnproven: true } denied:
                return (null, denied.Unavailable);
            case BerlinGroupAnswer.Denied denied:
                return (
                    null,
                    api.Refused(Refusal.OperatorFault, $"the bank does not tell where users agree: {denied.Words}")
                );
            case BerlinGroupAnswer.Found found when PageOf(found.Json.Text("location")) is { } page:
                return (page, null);
            case BerlinGroupAnswer.Found or BerlinGroupAnswer.Empty:
                return (null, api.Refused(Refusal.NotUnderstood, "the bank tells no address where users agree"));
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Asks the page itself, which sends us where the user is to go.</summary>
    private async Task<(Uri? Page, StepResult? Ended)> AskWhereTo(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var answer = await context.Http.Exchange(request, Json.Read, cancellation);
        if (answer.RetryLater(api.Session.Write(), context.Now) is { } later)
        {
            return (null, later);
        }
        return answer is { Status: >= 300 and < 400, Location: { } location } && PageOf(location) is { } page
                ? (page, null)
            : answer.Status is >= 400 and < 500 && !GatewayWords.IsOfGateway(answer.Status, answer.Body)
                ? (
                    null,
                    api.Refused(Refusal.OperatorFault, $"the bank refuses our authorization request: {answer.Status}")
                )
            : (null, answer.Unavailable(api.Session.Write(), context.Now));
    }

    private Uri? PageOf(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == settings.Interface.Address.Scheme)
            ? address
            : null;
}
