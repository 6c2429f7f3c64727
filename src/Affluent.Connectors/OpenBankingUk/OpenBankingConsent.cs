using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>
/// The user's authorization: a consent that we ask for under our own token, and to which the user agrees by OAuth2. Where it stands is in the session, so that any
/// node goes on from there.
/// </summary>
internal sealed class OpenBankingConsent(StepContext context, OpenBankingSettings settings, OpenBankingApi api)
{
    /// <summary>A consent to which nobody has agreed for so long may be forgotten at the bank.</summary>
    private static readonly TimeSpan LongestUnused = TimeSpan.FromMinutes(10);

    /// <summary>What is still to be done before data can be read; null: nothing.</summary>
    public async Task<StepResult?> Missing(CancellationToken cancellation)
    {
        if (api.Session.HasTokens)
        {
            return null;
        }
        if (context.Callback is not { } callback)
        {
            return api.Nobody();
        }
        if (api.Session.ConsentId is null || context.Now - api.Session.AskedAt >= LongestUnused)
        {
            if (await Create(cancellation) is { } failure)
            {
                return failure;
            }
        }
        var (request, parameters) = await settings.Request.Parameters(
            settings.Client,
            callback,
            api.Values(),
            context,
            cancellation
        );
        var (page, ended) = await api.PageOf(settings.Client, parameters, page: null, cancellation);
        return page is null ? ended : api.Send(request, page);
    }

    private async Task<StepResult?> Create(CancellationToken cancellation)
    {
        switch (await api.AboutConsent(HttpMethod.Post, settings.Consents, Wanted(), cancellation))
        {
            case OpenBankingAnswer.Ended ended:
                return ended.Result;
            case OpenBankingAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            case OpenBankingAnswer.Denied denied:
                return api.Refused(
                    Refusal.OperatorFault,
                    $"the bank refuses to be asked for a consent: {denied.Words}"
                );
            case OpenBankingAnswer.Found found
                when found.Json.Item("Data")?.Text("ConsentId") is { } id && !id.Any(char.IsControl):
                await api.Keep(api.Session with { ConsentId = id, AskedAt = context.Now });
                return null;
            case OpenBankingAnswer.Found or OpenBankingAnswer.Empty:
                return api.Refused(Refusal.NotUnderstood, "the bank's answer to the consent names none");
            default:
                throw new UnreachableException();
        }
    }

    private string Wanted()
    {
        var data = new JsonObject
        {
            ["Permissions"] = new JsonArray([.. settings.Asked.Select(permission => JsonValue.Create(permission))]),
        };
        if (settings.ConsentExpires)
        {
            data["ExpirationDateTime"] = Moment(context.Now.AddDays(context.Channel.ConsentDays));
        }
        if (settings.ConsentHistoryDays is { } days)
        {
            data["TransactionFromDateTime"] = Moment(context.Now.AddDays(-days));
        }
        return new JsonObject { ["Data"] = data, ["Risk"] = new JsonObject() }.ToJsonString();
    }

    private static string Moment(DateTimeOffset moment) =>
        moment.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss+00:00", CultureInfo.InvariantCulture);
}
