using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;

namespace Affluent.Server.Providers;

/// <summary>The banks that users can connect.</summary>
internal static class ProvidersEndpoints
{
    private static readonly Paging Pages = new(Standard: 1000, Maximum: 1000);
    private static readonly Parameter<string?> Text = Parameter.Text(
        "q",
        "Only those whose name contains this text; neither case nor accents count."
    );
    private static readonly Parameter<IReadOnlyList<string>?> Countries = Parameter.Countries(
        "countries",
        "Only those of these countries: ISO 3166-1 alpha-3 codes, separated by commas."
    );

    public static void MapProviders(this IEndpointRouteBuilder app)
    {
        var providers = app.MapGroup("/api/v2.1/providers").WithTags("Providers");
        providers
            .MapGet("", List)
            .NeedsAnyToken()
            .Takes([Text, Countries, .. Pages.Parameters])
            .Describe("listProviders", "List providers", "The banks that users can connect, in the order of their ids.")
            .Answers<IReadOnlyList<ProviderMessage>>(400);
        providers
            .MapGet("/{id}", Show)
            .NeedsAnyToken()
            .Describe("getProvider", "Read a provider", "One bank with the ways to its data.")
            .Answers<ProviderMessage>(404);
        MapLogo(providers, "getProviderLogo", "Logo of a provider");
        MapLogo(
            app.MapGroup("/api/v3/providers").WithTags("Providers"),
            "getProviderLogoV3",
            "Logo of a provider (v3)"
        );
    }

    // No token: pages show it as an image.
    private static void MapLogo(RouteGroupBuilder providers, string operation, string summary) =>
        providers
            .MapGet("/{id}/logo", Logo)
            .Describe(operation, summary, "An SVG image. Needs no token, so that a page can show it.")
            .Produces(200, contentType: "image/svg+xml")
            .Answers(404);

    private static IResult List(HttpRequest request, Banks banks, Addresses addresses, ApiVersion version)
    {
        var parameters = new ParameterSource(request);
        var page = parameters.Page(Pages);
        var filter = new ProviderFilter(parameters.Read(Countries), parameters.Read(Text));
        return parameters.Problem is { } problem
            ? problem
            : TypedResults.Json(
                [
                    .. banks
                        .All.Where(filter.Accepts)
                        .Skip((int)Math.Min(page.Skip, int.MaxValue))
                        .Take(page.Limit)
                        .Select(provider => ProviderMessage.Of(provider, addresses, version)),
                ],
                ProvidersJson.Default.IReadOnlyListProviderMessage
            );
    }

    private static IResult Show(string id, Banks banks, Addresses addresses, ApiVersion version) =>
        banks.Provider(new ProviderId(id)) is { } provider
            ? TypedResults.Json(ProviderMessage.Of(provider, addresses, version), ProvidersJson.Default.ProviderMessage)
            : Problem.NotFound("provider");

    private static IResult Logo(string id, HttpResponse response, Banks banks)
    {
        if (banks.Provider(new ProviderId(id)) is not { } provider)
        {
            return Problem.NotFound("provider");
        }
        response.Headers.CacheControl = "public, max-age=86400";
        // Opened as a page of its own, the image may do nothing.
        response.Headers.ContentSecurityPolicy = "default-src 'none'";
        return TypedResults.Text(ProviderLogo.Draw(provider), "image/svg+xml");
    }
}
