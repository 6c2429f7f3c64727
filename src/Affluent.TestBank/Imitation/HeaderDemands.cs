namespace Affluent.TestBank.Imitation;

/// <summary>The headers that a bank wants, by what a request is about. Pure.</summary>
internal static class HeaderDemands
{
    // In a redirect the bank must know where to send its customer back, and elsewhere nobody comes back.
    private static readonly IReadOnlyList<string> Returns = ["redirect_uri", "return_uri"];

    /// <summary>What is wrong with the headers; null: nothing.</summary>
    /// <param name="asksForOwnToken">Whether the request is for the token that others bear.</param>
    public static string? FaultOf(
        HttpRequest request,
        LikeRoute route,
        Manner manner,
        SaidValues values,
        bool asksForOwnToken = false
    )
    {
        var opensConsent = route.Call == LikeCall.Consents && HttpMethods.IsPost(request.Method);
        foreach (var (name, wanted) in Of(route.Call, manner))
        {
            var given = string.Join(", ", request.Headers[name].ToArray());
            if (wanted.Length == 0 ? given.Length > 0 : given.Length == 0)
            {
                if (wanted.Length == 0)
                {
                    return $"the header {name} is not wanted";
                }

                if (
                    SaidValues.IsOfCustomer(wanted)
                    || (!opensConsent && SaidValues.Names(wanted, Returns))
                    || (asksForOwnToken && SaidValues.Names(wanted, "client_token"))
                )
                {
                    continue;
                }

                return $"the header {name} is missing";
            }

            // The third party's own signature may stand where its token will.
            var isBefore = asksForOwnToken && SaidValues.Names(wanted, "client_token");
            // Which has no case (RFC 9110, section 7.6.1), and is rewritten on the way.
            if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            {
                given = given.Equals(wanted, StringComparison.OrdinalIgnoreCase) ? wanted : given;
            }

            if (wanted.Length > 0 && !isBefore && values.Fault(wanted, given) is { } fault)
            {
                return $"the header {name} {fault}";
            }
        }

        return null;
    }

    // What is said for fewer requests counts before what is said for more.
    private static IReadOnlyList<Said> Of(LikeCall call, Manner manner)
    {
        var data = manner.Fields("data_headers");
        var consent = Said.Instead(data, manner.Fields("consent_headers"));
        return call switch
        {
            LikeCall.Token or LikeCall.Revocation or LikeCall.Push => manner.Fields("token_headers"),
            LikeCall.Consents or LikeCall.Lookup => consent,
            LikeCall.Sca => Said.Instead(consent, manner.Fields("sca_headers")),
            LikeCall.Transactions => Said.Instead(data, manner.Fields("transactions_headers")),
            LikeCall.Accounts or LikeCall.Balances or LikeCall.Data => data,
            LikeCall.Page or LikeCall.Keys => [],
        };
    }
}
