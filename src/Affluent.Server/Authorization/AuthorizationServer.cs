using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Affluent.Server.Authorization;

/// <summary>
/// The authorization server: OpenIddict, told what Affluent wants. Endpoints are under /auth: signin, token, revoke, introspect,
/// .well-known/openid-configuration and .well-known/jwks.
/// </summary>
internal static class AuthorizationServer
{
    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromSeconds(3600);
    public static readonly TimeSpan RefreshTokenLifetime = TimeSpan.FromDays(90);

    /// <summary>However often it is refreshed, a sign-in ends: as late as the longest consent of a bank.</summary>
    public static readonly TimeSpan SignInLifetime = TimeSpan.FromDays(180);

    /// <summary>
    /// For how long a used refresh token may come again: the answer to its use was lost, and the client repeats its request.
    /// </summary>
    public static readonly TimeSpan RefreshGrace = TimeSpan.FromSeconds(60);

    /// <summary>Until the application has fetched its tokens: at once.</summary>
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);

    /// <summary>Where users sign in: as the published API says, and as libraries guess.</summary>
    public static readonly string[] AuthorizationPaths = ["/signin", "/authorize"];

    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(5);

    public static void AddAuthorizationServer(this IServiceCollection services, Settings settings, MasterKey masterKey)
    {
        var signingKeys = SigningKeys.Load(settings);
        services.AddSingleton(signingKeys);
        services.AddSingleton<AccessTokens>();
        services.AddScoped<SignInEnd>();
        services.AddScoped<RefreshTokenCheck>();
        services.AddSingleton<RequestLimits>();
        services.AddScoped<AuthorizationRequests>();
        services.AddSingleton<Revocations>();
        services.AddHostedService(provider => provider.GetRequiredService<Revocations>());
        services.AddPeriodicTask("tokens", PruneEvery, TokenStore.Prune);
        services.AddPeriodicTask("revocations", PruneEvery, Revocations.Prune);
        services.AddDbContext<AuthorizationDb>(AuthorizationDb.Configure);
        services.Configure<KeyManagementOptions>(keys =>
            (keys.XmlRepository, keys.XmlEncryptor) = (new MemoryKeys(), new NullXmlEncryptor())
        );
        services
            .AddOpenIddict()
            .AddCore(core =>
            {
                core.UseEntityFrameworkCore()
                    .UseDbContext<AuthorizationDb>()
                    .ReplaceDefaultEntities<ClientRow, AuthorizationRow, ScopeRow, TokenRow, long>();
                core.ReplaceApplicationManager<ClientRow, ClientManager>();
                core.ReplaceTokenManager<TokenRow, TokenManager>();
            })
            .AddServer(server =>
            {
                server
                    .AllowClientCredentialsFlow()
                    .AllowPasswordFlow()
                    .AllowAuthorizationCodeFlow()
                    .AllowRefreshTokenFlow()
                    .SetAccessTokenLifetime(AccessTokenLifetime)
                    .SetRefreshTokenLifetime(RefreshTokenLifetime)
                    .SetAuthorizationCodeLifetime(CodeLifetime)
                    // Whoever brings a used refresh token back later ends its whole family; TokenRequests judges what comes sooner.
                    .SetRefreshTokenReuseLeeway(RefreshGrace)
                    // Short enough for the widget's query string.
                    .UseReferenceRefreshTokens()
                    .DisableAccessTokenEncryption()
                    // TokenRequests checks them, with the error that RFC 6749 names.
                    .DisableScopeValidation()
                    .IgnoreScopePermissions()
                    .RegisterScopes([.. Vocabulary<Scope>.Words]);
                // The first signs, the others check.
                foreach (var key in signingKeys.All)
                {
                    server.AddSigningKey(key);
                }
                server.UseTokenKeys(masterKey);
                // Plain http comes only from this machine: from a sandbox's tools, or from the proxy that ends TLS (ProductionRules).
                server
                    .UseAspNetCore()
                    .SetRealm("Affluent")
                    .SuppressJsonResponseIndentation()
                    // The page is ours (SignInPages), in good cases and bad.
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableErrorPassthrough()
                    .DisableTransportSecurityRequirement();
                server.RemoveEventHandler(OpenIddictServerHandlers.Exchange.ValidateGrantedScopes.Descriptor);
                server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseScopedHandler<TokenRequests>());
                server.AddEventHandler<ProcessSignInContext>(handler =>
                    handler
                        .UseScopedHandler<RefreshTokens>()
                        .SetOrder(OpenIddictServerHandlers.EvaluateGeneratedTokens.Descriptor.Order + 1)
                );
                server.AddEventHandler<ValidateTokenContext>(handler =>
                    handler
                        .UseScopedHandler<RefreshTokensOfEndedSignIns>()
                        .SetOrder(OpenIddictServerHandlers.Protection.ValidateAuthorizationEntry.Descriptor.Order + 1)
                );
                Answers.Adjust(server);
            });
        // The issuer is known once the server listens, before its first request.
        services
            .AddOptions<OpenIddictServerOptions>()
            .Configure<Addresses>(
                (options, addresses) =>
                {
                    options.Issuer = new Uri(addresses.Auth);
                    // Clients have secrets, not keys.
                    options.ClientAuthenticationMethods.Remove(
                        OpenIddictConstants.ClientAuthenticationMethods.PrivateKeyJwt
                    );
                    options.ClientAssertionTypes.Clear();
                    // RFC 7636 §7.2, RFC 9700 §2.1.1.
                    options.CodeChallengeMethods.Clear();
                    options.CodeChallengeMethods.Add(OpenIddictConstants.CodeChallengeMethods.Sha256);
                    options.ResponseModes.Clear();
                    options.ResponseModes.Add(OpenIddictConstants.ResponseModes.Query);
                    Uri[] At(string path) => [new(addresses.Auth + path), new("auth" + path, UriKind.Relative)];
                    options.AuthorizationEndpointUris.AddRange(AuthorizationPaths.SelectMany(At));
                    options.TokenEndpointUris.AddRange(At("/token"));
                    options.RevocationEndpointUris.AddRange(At("/revoke"));
                    options.IntrospectionEndpointUris.AddRange(At("/introspect"));
                    options.JsonWebKeySetEndpointUris.Clear();
                    options.JsonWebKeySetEndpointUris.AddRange(At("/.well-known/jwks"));
                    options.ConfigurationEndpointUris.Clear();
                    options.ConfigurationEndpointUris.AddRange(At("/.well-known/openid-configuration"));
                    options.ConfigurationEndpointUris.AddRange(At("/.well-known/oauth-authorization-server"));
                    // RFC 8414 §3.1 puts the well-known part before the issuer's path.
                    options.ConfigurationEndpointUris.Add(
                        new Uri(".well-known/oauth-authorization-server/auth", UriKind.Relative)
                    );
                }
            );
    }

    /// <summary>Answers the authorization server's requests, and checks the token of each request to a route that says what it needs.</summary>
    public static void UseAuthorizationServer(this WebApplication app)
    {
        app.Use(JsonBodies.ReadAsForm);
        app.UseAuthentication();
        app.Use(Access.Check);
    }
}
