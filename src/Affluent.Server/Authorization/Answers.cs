using Affluent.Server.Platform;
using Affluent.Server.Security;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Affluent.Server.Authorization;

/// <summary>Where OpenIddict answers otherwise than the RFCs or the published API say.</summary>
internal static class Answers
{
    /// <summary>The error of more requests than the limits allow: RFC 6749 has none, RFC 6585 has the status.</summary>
    public const string RateLimited = "rate_limited";

    public static void Adjust(OpenIddictServerBuilder server)
    {
        server.AddEventHandler<ApplyTokenResponseContext>(handler =>
            handler
                .UseInlineHandler(WriteStatus)
                .SetOrder(
                    OpenIddictServerAspNetCoreHandlers
                        .AttachHttpResponseCode<ApplyTokenResponseContext>
                        .Descriptor
                        .Order + 1
                )
        );
        server.AddEventHandler<ProcessSignInContext>(handler =>
            handler.UseInlineHandler(WriteIssuer).SetOrder(PrepareUserCodePrincipal.Descriptor.Order + 1)
        );
        server.AddEventHandler<ApplyTokenResponseContext>(handler =>
            handler.UseInlineHandler(WriteLifetime).SetOrder(int.MinValue)
        );
        server.AddEventHandler<ApplyAuthorizationResponseContext>(handler =>
            handler.UseInlineHandler(WriteIssuer).SetOrder(Authentication.AttachIssuer.Descriptor.Order + 1)
        );
        server.AddEventHandler<ApplyAuthorizationResponseContext>(handler =>
            handler.UseInlineHandler(WithoutErrorPage).SetOrder(int.MinValue)
        );
        server.AddEventHandler<ApplyConfigurationResponseContext>(handler =>
            handler.UseInlineHandler(DescribeServer).SetOrder(int.MinValue)
        );
        server.AddEventHandler<ApplyIntrospectionResponseContext>(handler =>
            handler.UseInlineHandler(WriteIssuer).SetOrder(int.MinValue)
        );
        server.AddEventHandler<ProcessErrorContext>(handler =>
            handler.UseInlineHandler(Complete).SetOrder(AttachErrorParameters.Descriptor.Order + 1)
        );
        server.AddEventHandler<ValidateTokenRequestContext>(handler =>
            handler
                .UseInlineHandler(context => RequireClient(context, context.Request))
                .SetOrder(Exchange.ValidateGrantType.Descriptor.Order + 1)
        );
        server.AddEventHandler<ValidateIntrospectionRequestContext>(handler =>
            handler.UseInlineHandler(context => RequireClient(context, context.Request)).SetOrder(int.MinValue)
        );
        server.AddEventHandler<ValidateRevocationRequestContext>(handler =>
            handler.UseInlineHandler(context => RequireClient(context, context.Request)).SetOrder(int.MinValue)
        );
    }

    /// <summary>An issuer that is a bare host has no slash at its end, as in the published API.</summary>
    private static ValueTask WriteIssuer(ProcessSignInContext context)
    {
        context.AccessTokenPrincipal?.SetClaim(Claims.Private.Issuer, Issuer(context.Options));
        context.IdentityTokenPrincipal?.SetClaim(Claims.Private.Issuer, Issuer(context.Options));
        return ValueTask.CompletedTask;
    }

    /// <summary>Which server answers (RFC 9207), spelled as everywhere else.</summary>
    private static ValueTask WriteIssuer(ApplyAuthorizationResponseContext context)
    {
        if (context.Response.Iss is not null)
        {
            context.Response.Iss = Issuer(context.Options);
        }
        return ValueTask.CompletedTask;
    }

    private static ValueTask WriteIssuer(ApplyIntrospectionResponseContext context)
    {
        if (context.Response.HasParameter(Claims.Issuer))
        {
            context.Response[Claims.Issuer] = Issuer(context.Options);
        }
        return ValueTask.CompletedTask;
    }

    private static ValueTask WriteStatus(ApplyTokenResponseContext context)
    {
        if (context.Response.Error == RateLimited)
        {
            context.Transaction.GetHttpRequest()!.HttpContext.Response.StatusCode =
                StatusCodes.Status429TooManyRequests;
        }
        return ValueTask.CompletedTask;
    }

    private static ValueTask WithoutErrorPage(ApplyAuthorizationResponseContext context)
    {
        context.Response.ErrorUri = null;
        return ValueTask.CompletedTask;
    }

    /// <summary>OpenIddict says a second less when the clock is between two seconds.</summary>
    private static ValueTask WriteLifetime(ApplyTokenResponseContext context)
    {
        if (context.Response.ExpiresIn is not null)
        {
            context.Response.ExpiresIn = (long)AuthorizationServer.AccessTokenLifetime.TotalSeconds;
        }
        return ValueTask.CompletedTask;
    }

    private static ValueTask DescribeServer(ApplyConfigurationResponseContext context)
    {
        if (context.Response is { Error: null } response)
        {
            response[Metadata.Issuer] = Issuer(context.Options);
            response[Metadata.PromptValuesSupported] = null;
            response[Metadata.RequirePushedAuthorizationRequests] = null;
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>No link to a site that is not ours; the trace, as in problems, under which the log tells of it; and a client that is refused is told to the security log.</summary>
    private static async ValueTask Complete(ProcessErrorContext context)
    {
        context.Response.ErrorUri = null;
        if (
            context.EndpointType == OpenIddictServerEndpointType.Authorization
            // No error: such a token is told to be inactive, or revoked already (RFC 7662 §2.2, RFC 7009 §2.2).
            || (
                context.EndpointType
                    is OpenIddictServerEndpointType.Introspection
                        or OpenIddictServerEndpointType.Revocation
                && context.Response.Error == Errors.InvalidToken
            )
            || context.Transaction.GetHttpRequest()?.HttpContext is not { } http
        )
        {
            return;
        }
        context.Response["trace_id"] = Problem.TraceOf(http);
        var error = context.Response.Error ?? "";
        // The status is chosen after this.
        http.Response.OnStarting(() =>
        {
            ApiErrors.LogAnswer(http, error);
            return Task.CompletedTask;
        });
        if (context.Response.Error == Errors.InvalidClient)
        {
            var clients = http.RequestServices.GetRequiredService<IOpenIddictApplicationManager>();
            var client = context.Transaction.Request?.ClientId is { Length: > 0 } id
                ? (ClientRow?)await clients.FindByClientIdAsync(id, context.CancellationToken)
                : null;
            http.RequestServices.GetRequiredService<SecurityLog>()
                .ClientRefused(new(client is null ? null : new ClientId(client.Id)));
        }
    }

    /// <summary>RFC 6749 §5.2: no client authentication at all is an invalid client, too.</summary>
    private static ValueTask RequireClient(BaseValidatingContext context, OpenIddictRequest request)
    {
        if (string.IsNullOrEmpty(request.ClientId) || string.IsNullOrEmpty(request.ClientSecret))
        {
            context.Reject(
                Errors.InvalidClient,
                "Send the client's id and secret, as client_id and client_secret or by HTTP Basic."
            );
        }
        return ValueTask.CompletedTask;
    }

    private static string Issuer(OpenIddictServerOptions options) => options.Issuer!.AbsoluteUri.TrimEnd('/');
}
