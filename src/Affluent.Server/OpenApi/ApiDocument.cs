using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Affluent.Server.Docs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Affluent.Server.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document of the API, made from the routes and what they say of themselves, at /docs/openapi.json; and the
/// reference at /docs/api, which is made of it. A copy is kept in docs/reference/openapi.json.
/// </summary>
internal static class ApiDocument
{
    private const string Api = "/api";
    private static readonly string Prefix = Api + ApiVersion.V21.Path;
    private static readonly string PrefixV3 = Api + ApiVersion.V3.Path;
    private static readonly string Widget = "/embed" + ApiVersion.V21.Path;

    // The reference starts itself by a script in the page, and styles itself as it goes.
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
                    || path == $"{Widget[1..]}/widget/widget_session"
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
        app.MapOpenApi("/docs/openapi.json");
        app.MapGet("/docs/reference.js", () => DocsEndpoints.Embedded("reference.js", "text/javascript; charset=utf-8"))
            .ExcludeFromDescription();
        ReferencePage? page = null;
        app.MapGet(
                "/docs/api",
                async (
                    HttpContext context,
                    Addresses addresses,
                    [FromKeyedServices("v1")] IOpenApiDocumentProvider documents
                ) =>
                {
                    page ??= new ReferencePage(await Json(documents, context.RequestAborted), addresses.Docs);
                    var root = context.Request.Path.Value!.EndsWith('/') ? "../" : "";
                    return DocsEndpoints.Show(
                        context,
                        200,
                        "Affluent API",
                        page.Html(root),
                        root,
                        // Requests are tried where the roles are.
                        $"script-src 'self'; connect-src {string.Join(' ', page.Origins.Prepend("'self'"))}; ",
                        "reference.js"
                    );
                }
            )
            .ExcludeFromDescription();
    }

    private static async Task<JsonNode> Json(IOpenApiDocumentProvider documents, CancellationToken cancellation)
    {
        var document = await documents.GetOpenApiDocumentAsync(cancellation);
        return JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellation))!;
    }

    private static async Task Describe(
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
        // Relative unless the operator gave a host a name: so the document is the same on every port.
        var addresses = context.ApplicationServices.GetRequiredService<Addresses>();
        string Role(Uri? url, string address, string path) =>
            url is null && settings.DocsAddress is null ? path : address;
        var api = Role(settings.ApiUrl, addresses.Api, Api);
        var auth = Role(settings.AuthUrl, addresses.Auth, "/auth");
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
            else if (path.StartsWith(PrefixV3, StringComparison.Ordinal))
            {
                ((OpenApiPathItem)item).Servers = [new OpenApiServer { Url = api, Description = "Version 3" }];
                paths.Add(path[Api.Length..].TrimEnd('/'), item);
            }
            else
            {
                var widget = Role(settings.EmbedUrl, addresses.Embed, "/embed") + ApiVersion.V21.Path;
                ((OpenApiPathItem)item).Servers = [new OpenApiServer { Url = widget, Description = "The widget" }];
                paths.Add(path[Widget.Length..], item);
            }
        }
        document.Paths = paths;
        document.Components ??= new OpenApiComponents();
        document.Components.Headers = AnswerHeader.All.ToDictionary(
            header => header.Name,
            IOpenApiHeader (header) =>
                new OpenApiHeader
                {
                    Description = header.Meaning,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            StringComparer.Ordinal
        );
        await new AuthorizationPaths(document, context).Add(paths, auth, cancellation);
        ApiSchemas.Finish(document);
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [ApiOperations.Scheme] = SecurityScheme(auth),
            [AuthorizationPaths.ClientScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "basic",
                Description = "The client's id and secret.",
            },
        };
        document.Tags = document.Tags?.OrderBy(tag => tag.Name, StringComparer.Ordinal).ToHashSet();
    }

    private static OpenApiSecurityScheme SecurityScheme(string auth)
    {
        OpenApiOAuthFlow Flow(Func<Authorization.Scope, bool> scopes, string? page = null) =>
            new()
            {
                AuthorizationUrl = page is null ? null : new Uri(page, UriKind.RelativeOrAbsolute),
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
                AuthorizationCode = Flow(
                    scope => scope != Authorization.Scope.UsersCreate,
                    auth + Authorization.AuthorizationServer.AuthorizationPaths[0]
                ),
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
