using Affluent.TestBank.Consents;
using Affluent.TestBank.People;

namespace Affluent.TestBank.Imitation;

/// <summary>The way of customers to the pages of banks that are imitated, told by their browsers or by the third party before.</summary>
internal sealed class LikePages(ConsentBook consents, TestBankOptions options, BankClock clock)
{
    private readonly LikePushes pushes = new(clock);

    /// <summary>Keeps what a customer is about to come for, as the fields say; the fault: it would be refused then.</summary>
    public LikeFault? Push(LikeRequest request, Dictionary<string, string> fields)
    {
        var said = LikePushes.RequestOf(fields, request.Manner);
        request.Ask(said);
        var (query, malformed) = DemandsOf(request).Read(request.Http.Request);
        if (query is null)
        {
            return LikeFault.Malformed(malformed!);
        }

        request.Pushed = pushes.Keep(request.Manner, said);
        return null;
    }

    private PageDemands DemandsOf(LikeRequest request) => new(request.Manner, request.Values, consents, options, clock);

    /// <summary>Looks at what the page is told, and puts it into the words of the face behind.</summary>
    public LikeFault? Ask(LikeRequest request)
    {
        var manner = request.Manner;
        if (manner.Text("pushed_authorization_url") is not null)
        {
            var asked = request.Http.Request.Query;
            if (asked.Count != 2 || asked["client_id"] != manner.Text("client_id"))
            {
                return LikeFault.Malformed(
                    "client_id and request_uri are all that is wanted: the rest is pushed before"
                );
            }

            if (pushes.Take(manner, asked["request_uri"].ToString()) is not { } said)
            {
                return LikeFault.Malformed("request_uri is unknown, over, or was used before");
            }

            request.Ask(said);
        }

        var (query, fault) = DemandsOf(request).Read(request.Http.Request);
        if (query is null)
        {
            return LikeFault.Malformed(fault!);
        }

        request.Ask(query);
        request.Translated = new Translated
        {
            Issuer = manner.Text("issuer"),
            ClientId = manner.Text("client_id"),
            RequestId = manner.Is("authorize_lookup", "true") ? Visits.NewSecret() : null,
            AccountsFollow = manner.Is("consent_required", "true"),
        };
        return null;
    }
}
