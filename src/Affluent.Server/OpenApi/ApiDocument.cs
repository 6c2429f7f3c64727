using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Affluent.Server.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document of the API, made from the routes and what they say of themselves, at /docs/openapi.json; and the
/// interactive reference at /docs/api, which loads nothing from another site. A copy is kept in docs/reference/openapi.json.
/// </summary>
internal static class ApiDocument
{
    private const string Api = "/api";
    private static readonly string Prefix = Api + ApiVersion.V21.Path;
    private static readonly string PrefixV3 = Api + ApiVersion.V3.Path;

    // The reference starts itself by a script in the page, and styles itself as it goes.
    private const string OnlyOurs =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void AddApiDocument(this IServiceCollection services)
    {
        // How messages look on the wire, for the schemas; the routes themselves say it by their own contexts.
        services.Configure<JsonOptions>(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Converters.Add(new WordConverters());
        });
        services.AddOpenApi(options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = route =>
                route.RelativePath is { } path
                && (
                    path.StartsWith(Prefix[1..], StringComparison.Ordinal)
                    || path.StartsWith(PrefixV3[1..], StringComparison.Ordinal)
                );
            options.CreateSchemaReferenceId = type =>
                !ApiSchemas.IsValue(type.Type) && OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } name
                    ? ApiSchemas.Name(name)
                    : null;
            options.AddSchemaTransformer(ApiSchemas.Describe);
            options.AddOperationTransformer(ApiOperations.Describe);
            options.AddDocumentTransformer(Describe);
        });
    }

    public static void MapApiDocument(this IEndpointRouteBuilder app)
    {
        var settings = app.ServiceProvider.GetRequiredService<Settings>();
        var document = (settings.DocsUrl?.AbsoluteUri.TrimEnd('/') ?? "/docs") + "/openapi.json";
        app.MapOpenApi("/docs/openapi.json");
        app.MapScalarApiReference(
                "/docs/api",
                reference =>
                {
                    reference.Title = "Affluent API";
                    reference.AddDocument("v1", "Affluent API", document);
                    reference.DefaultFonts = false;
                    reference.ProxyUrl = null;
                    reference.Telemetry = false;
                    reference.ShowDeveloperTools = DeveloperToolsVisibility.Never;
                    reference.AddPreferredSecuritySchemes(ApiOperations.Scheme);
                    reference.Agent = new() { Disabled = true };
                    reference.Mcp = new() { Disabled = true };
                    reference.DefaultHttpClient = new(ScalarTarget.Shell, ScalarClient.Curl);
                }
            )
            .ExcludeFromDescription()
            .Add(endpoint =>
            {
                var page = endpoint.RequestDelegate!;
                endpoint.RequestDelegate = context =>
                {
                    context.Response.Headers.ContentSecurityPolicy = OnlyOurs;
                    return page(context);
                };
            });
    }

    private static Task Describe(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken cancellation
    )
    {
        var settings = context.ApplicationServices.GetRequiredService<Settings>();
        document.Info = new OpenApiInfo
        {
            Title = "Affluent API",
            Version = "2.1",
            Description = """
                Accounts and transactions of users' banks. Ids are decimal strings, times are Unix seconds, amounts are JSON numbers in
                units of their currency, lists are bare arrays; what is not known is left out. Pages count from 1, and a page past the
                end is empty. With a client's own token (client mode) name the user by `user_id`. Errors are RFC 9457 problem details
                with a stable `code`.
                """,
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        // Relative unless the operator gave the hosts a name: so the document is the same on every port.
        var api = settings.ApiUrl?.AbsoluteUri.TrimEnd('/') ?? Api;
        document.Servers =
        [
            new OpenApiServer { Url = api + ApiVersion.V21.Path, Description = "This installation" },
            new OpenApiServer { Url = api + ApiVersion.V2.Path, Description = "The same under the name of version 2" },
        ];
        var paths = new OpenApiPaths();
        foreach (var (path, item) in document.Paths.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (path.StartsWith(Prefix, StringComparison.Ordinal))
            {
                paths.Add(path[Prefix.Length..].TrimEnd('/'), item);
            }
            else
            {
                ((OpenApiPathItem)item).Servers = [new OpenApiServer { Url = api, Description = "Version 3" }];
                paths.Add(path[Api.Length..].TrimEnd('/'), item);
            }
        }
        document.Paths = paths;
        document.Components ??= new OpenApiComponents();
        ApiSchemas.Finish(document);
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [ApiOperations.Scheme] = SecurityScheme(settings),
        };
        document.Tags = document.Tags?.OrderBy(tag => tag.Name, StringComparer.Ordinal).ToHashSet();
        return Task.CompletedTask;
    }

    private static OpenApiSecurityScheme SecurityScheme(Settings settings)
    {
        var auth = settings.AuthUrl?.AbsoluteUri.TrimEnd('/') ?? "/auth";
        OpenApiOAuthFlow Flow(Func<Authorization.Scope, bool> scopes) =>
            new()
            {
                TokenUrl = new Uri(auth + "/token", UriKind.RelativeOrAbsolute),
                Scopes = Enum.GetValues<Authorization.Scope>()
                    .Where(scopes)
                    .ToDictionary(scope => scope.Word(), ScopeMeanings.Of, StringComparer.Ordinal),
            };
        return new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.OAuth2,
            Description =
                "Access tokens of the authorization server, sent as `Authorization: Bearer …`. They live 3600 seconds.",
            Flows = new OpenApiOAuthFlows
            {
                ClientCredentials = Flow(_ => true),
                Password = Flow(scope => scope != Authorization.Scope.UsersCreate),
            },
        };
    }
}

/// <summary>Every enum goes over the wire as a word of its vocabulary.</summary>
internal sealed class WordConverters : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(WordConverter<>).MakeGenericType(typeToConvert))!;
}
