using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website;

namespace Affluent.TestBank.Authorization;

/// <summary>Takes tokens back (RFC 7009): the consent behind a token ends with it, and all of its tokens.</summary>
internal sealed class RevocationEndpoint(
    Bank bank,
    ConsentBook consents,
    AccessTokens tokens,
    FaultInjection faults,
    ClientRequests clients,
    TestBankOptions options
)
{
    public static void Map(IEndpointRouteBuilder app, AuthorizationServer server)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<RevocationEndpoint>();
        app.MapPost(
            server.Revoke,
            (HttpContext http, CancellationToken cancellation) => endpoint.Revoke(server, http, cancellation)
        );
    }

    private async Task<IResult> Revoke(AuthorizationServer server, HttpContext http, CancellationToken cancellation)
    {
        var (form, refused) = await clients.Read(server, http, cancellation);
        if (form is null)
        {
            return refused!;
        }

        if (form["token"].ToString() is not { Length: > 0 } token)
        {
            return ClientRequests.Error("invalid_request", "token is missing");
        }

        // The hint may be wrong (section 2.1), and a token that is over or unknown is as good as revoked (section 2.2).
        var consent =
            consents.ByRefreshToken(token, options.ClientId)
            ?? (
                tokens.Open(token, http.Connection.ClientCertificate) is { } id ? consents.Live(id, server.Face) : null
            );
        if (consent is null || consent.Face != server.Face)
        {
            return Results.Ok();
        }

        if (await bank.Find(consent.Visitor!, cancellation) is { } customer)
        {
            if (customer.Person.Faults.Contains(Fault.RevocationFails))
            {
                return Failure(StatusCodes.Status503ServiceUnavailable);
            }

            switch (await faults.Apply(http, customer, accountId: null))
            {
                case FaultEffect.MaintenancePage:
                    return WebsiteEndpoints.Notice(http, "maintenance", StatusCodes.Status200OK);
                case FaultEffect.Failure:
                    return Failure(StatusCodes.Status500InternalServerError);
                case FaultEffect.None:
                    break;
            }
        }

        consents.Revoke(consent.Id);
        return Results.Ok();
    }

    private static IResult Failure(int status) => ClientRequests.Error("server_error", "the bank has failed", status);
}
