using Affluent.TestBank.Authorization;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>The face of the Berlin Group: NextGenPSD2 1.3, account information, with an interface for each way of strong authentication.</summary>
internal static class BerlinGroupFace
{
    public static IServiceCollection AddBerlinGroup(this IServiceCollection services) =>
        services
            .AddSingleton<ConsentAuthorisations>()
            .AddSingleton<UnattendedReads>()
            .AddSingleton<BerlinGroupRequests>()
            .AddSingleton<ConsentEndpoints>()
            .AddSingleton<ScaEndpoints>()
            .AddSingleton<AccountEndpoints>();

    public static void MapBerlinGroup(this IEndpointRouteBuilder app)
    {
        foreach (var server in new[] { BerlinGroupPaths.Server, BerlinGroupPaths.Beforehand, BerlinGroupPaths.Prestep })
        {
            AuthorizationPages.Map(app, server);
            TokenEndpoint.Map(app, server);
            RevocationEndpoint.Map(app, server);
        }

        app.MapGet(BerlinGroupPaths.Metadata, Metadata);
        foreach (var at in BerlinGroupPaths.Interfaces)
        {
            ConsentEndpoints.Map(app, at);
            ScaEndpoints.Map(app, at);
            AccountEndpoints.Map(app, at);
        }
    }

    private static IResult Metadata(HttpContext http)
    {
        var server = BerlinGroupPaths.Server;
        var options = http.RequestServices.GetRequiredService<TestBankOptions>();
        var origin = options.AddressOf(http.Request);
        return Results.Json(
            new ServerMetadata(
                origin + server.Root,
                origin + server.Authorize,
                origin + server.Token,
                origin + server.Revoke,
                ["code"],
                ["authorization_code", "refresh_token"],
                ["S256"],
                [
                    "client_secret_basic",
                    "client_secret_post",
                    .. options.Strictness == Strictness.Off ? [] : (string[])["private_key_jwt"],
                ]
            ),
            MetadataJson.Default.ServerMetadata
        );
    }
}
