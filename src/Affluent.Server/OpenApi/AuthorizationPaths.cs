using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Affluent.Server.OpenApi;

/// <summary>
/// The endpoints of the authorization server in the document. OpenIddict answers them before routes do, so that no route tells of them.
/// </summary>
internal sealed class AuthorizationPaths(OpenApiDocument document, OpenApiDocumentTransformerContext context)
{
    /// <summary>The security scheme of a client that sends its id and secret by HTTP Basic.</summary>
    public const string ClientScheme = "client";

    private const string Tag = "Authorization";
    private const string Json = "application/json";

    /// <summary>Adds them, below an address of their own.</summary>
    public async Task Add(OpenApiPaths paths, string server, CancellationToken cancellation)
    {
        var error = await Schema<AuthorizationErrorMessage>("AuthorizationError", cancellation);
        var page = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        await Schema<KeyMessage>("Key", cancellation);

        var token = Operation(
            "createToken",
            "Get tokens",
            "RFC 6749. Each grant is a right of the client; what it may ask, says the reference of the authorization server.",
            await Schema<TokenMessage>("Token", cancellation),
            await Schema<TokenRequestMessage>("TokenRequest", cancellation)
        );
        Refuse(
            token,
            error,
            (
                400,
                "The request, a password, a code or a refresh token is not good. `Retry-After` is there while guesses are braked."
            )
        );
        Refuse(token, error, (401, "The client is unknown, or its secret is wrong."));
        Refuse(token, error, (429, "More sign-ins than the limits allow."));
        Add(paths, server, "/token", HttpMethod.Post, token, new GivenHeader(400, AnswerHeader.RetryAfter));

        var one = await Schema<OneTokenMessage>("OneToken", cancellation);
        var revoke = Operation(
            "revokeToken",
            "End a token",
            "RFC 7009. An access token ends alone; with a refresh token ends all that came from the same sign-in.",
            new OpenApiSchema { Type = JsonSchemaType.Object },
            one
        );
        var introspect = Operation(
            "introspectToken",
            "Look at a token",
            "RFC 7662. Whether a token is still valid, and for whom.",
            await Schema<IntrospectionMessage>("Introspection", cancellation),
            one
        );
        foreach (var (path, operation) in new[] { ("/revoke", revoke), ("/introspect", introspect) })
        {
            Refuse(operation, error, (400, "The request cannot be used."));
            Refuse(operation, error, (401, "The client is unknown, or its secret is wrong."));
            Add(paths, server, path, HttpMethod.Post, operation);
        }

        var names = new[] { "signIn", "authorize" };
        foreach (var (path, name) in AuthorizationServer.AuthorizationPaths.Zip(names))
        {
            var signIn = Operation(
                name,
                "The page in which a user signs in",
                "RFC 6749, section 4.1, with PKCE: for the user's browser, not for programs. It comes back to `redirect_uri` with `code`, `state` and `iss`.",
                answer: null
            );
            signIn.Parameters = [.. SignInParameters().Select(parameter => (IOpenApiParameter)parameter)];
            signIn.Responses!["200"] = Html("The page.");
            signIn.Responses["303"] = new OpenApiResponse
            {
                Description = "Back to the application with an `error`, without a page.",
            };
            signIn.Responses["400"] = Html("Words for the user: the client or the redirect address is unknown.");
            Add(paths, server, path, HttpMethod.Get, signIn, new GivenHeader(303, AnswerHeader.Location));
        }

        Add(
            paths,
            server,
            "/.well-known/jwks",
            HttpMethod.Get,
            Operation(
                "getKeys",
                "Read the keys",
                "RFC 7517. With these, access tokens and id tokens are checked.",
                await Schema<KeySetMessage>("KeySet", cancellation)
            )
        );
        foreach (
            var (path, name) in new[]
            {
                ("/.well-known/openid-configuration", "getOpenIdConfiguration"),
                ("/.well-known/oauth-authorization-server", "getServerMetadata"),
            }
        )
        {
            Add(
                paths,
                server,
                path,
                HttpMethod.Get,
                Operation(
                    name,
                    "Read what the server can do",
                    "OpenID Connect Discovery and RFC 8414: issuer, addresses, grants, scopes.",
                    new OpenApiSchema { Type = JsonSchemaType.Object }
                )
            );
        }

        OpenApiResponse Html(string meaning) =>
            new()
            {
                Description = meaning,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["text/html"] = page },
            };
    }

    private static IEnumerable<OpenApiParameter> SignInParameters()
    {
        yield return Query("response_type", "Always `code`.", required: true);
        yield return Query("client_id", "The client's id.", required: true);
        yield return Query("redirect_uri", "One that the client has registered, letter by letter.", required: true);
        yield return Query("scope", "Scopes, separated by blanks.");
        yield return Query("state", "Comes back unchanged: compare it.");
        yield return Query("code_challenge", "PKCE: the SHA-256 of the verifier, in Base64url.");
        yield return Query("code_challenge_method", "PKCE: always `S256`.");
        yield return Query("nonce", "Comes back in the id token.");
        yield return Query("login_hint", "The user's e-mail.");
        yield return Query("ui_locales", "`en` or `fr`.");

        static OpenApiParameter Query(string name, string meaning, bool required = false) =>
            new()
            {
                Name = name,
                In = ParameterLocation.Query,
                Description = meaning,
                Required = required,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
    }

    private OpenApiOperation Operation(
        string id,
        string summary,
        string description,
        IOpenApiSchema? answer,
        IOpenApiSchema? body = null
    )
    {
        var operation = new OpenApiOperation
        {
            OperationId = id,
            Summary = summary,
            Description = description,
            Tags = new HashSet<OpenApiTagReference> { new(Tag, document) },
            Responses = [],
        };
        if (answer is not null)
        {
            operation.Responses["200"] = Answer(ReasonPhrases.GetReasonPhrase(200), answer);
        }
        if (body is not null)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/x-www-form-urlencoded"] = new() { Schema = body },
                    [Json] = new() { Schema = body },
                },
            };
            // By HTTP Basic, or in the body.
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ClientScheme, document)] = [] },
                [],
            ];
        }
        return operation;
    }

    private static void Refuse(OpenApiOperation operation, IOpenApiSchema error, (int Status, string Meaning) answer) =>
        operation.Responses![$"{answer.Status}"] = Answer(answer.Meaning, error);

    private static OpenApiResponse Answer(string meaning, IOpenApiSchema schema) =>
        new()
        {
            Description = meaning,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [Json] = new() { Schema = schema },
            },
        };

    private void Add(
        OpenApiPaths paths,
        string server,
        string path,
        HttpMethod verb,
        OpenApiOperation operation,
        params GivenHeader[] headers
    )
    {
        ApiOperations.AddHeaders(operation, document, headers);
        paths.Add(
            path,
            new OpenApiPathItem
            {
                Servers = [new OpenApiServer { Url = server, Description = "Authorization server" }],
                Operations = new Dictionary<HttpMethod, OpenApiOperation> { [verb] = operation },
            }
        );
    }

    private async Task<IOpenApiSchema> Schema<T>(string name, CancellationToken cancellation)
    {
        document.AddComponent(name, await context.GetOrCreateSchemaAsync(typeof(T), null, cancellation));
        return new OpenApiSchemaReference(name, document);
    }
}
