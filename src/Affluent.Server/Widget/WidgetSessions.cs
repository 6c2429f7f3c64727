using Affluent.Server.Authorization;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>Makes sessions: the client's server calls it with its secret and the token of the user who is to link a bank.</summary>
internal sealed class WidgetSessions(
    Database database,
    Vault vault,
    Ids ids,
    AccessTokens tokens,
    Addresses addresses,
    TimeProvider time
)
{
    /// <summary>What the flow does for the user.</summary>
    private static readonly Scope[] NeededScopes =
    [
        Scope.ConnectionsManage,
        Scope.ConnectionsSync,
        Scope.AccountsManage,
        Scope.Profile,
    ];

    public async Task<IResult> Create(HttpContext context, string version)
    {
        var (request, problem) = await Read(context.Request);
        problem ??= Check(request!);
        if (problem is not null)
        {
            return problem;
        }
        var client = await database.Read(
            db => ClientStore.Authenticate(db, request!.ClientId!, new Secret(request.ClientSecret!)),
            context.RequestAborted
        );
        if (client is null)
        {
            return new Problem(401, "invalid_client", "The client is unknown, or its secret is wrong.");
        }
        var token = await tokens.Validate(request!.AccessToken!, context.RequestAborted);
        if (token is null || token.Caller.ClientId != client.Id)
        {
            return Problem.Unauthorized("The access token is expired, revoked, or not one of this client.");
        }
        if (token.Caller.UserId is not { } userId)
        {
            return Problem.BadParameter(
                "access_token",
                "is the client's own token; the widget needs the token of the user who links a bank"
            );
        }
        if (NeededScopes.Except(token.Caller.Scopes).ToArray() is [var missing, ..])
        {
            return Problem.MissingScope(missing.Word());
        }
        // Older integrations put the parameters of the pages here.
        var (parameters, wrong) = WidgetParameters.Read(context.Request.Query, client.AllowsRedirect);
        if (parameters is null)
        {
            return Problem.BadParameter(wrong!.Value.Word(), "cannot be used; see the reference of the widget");
        }
        return await Make(context, version, client.Id, userId, request.RefreshToken is { Length: > 0 }, parameters);
    }

    private async Task<IResult> Make(
        HttpContext context,
        string version,
        ClientId clientId,
        UserId userId,
        bool lasting,
        WidgetParameters parameters
    )
    {
        var now = time.Seconds();
        var session = await database.Write(
            async db =>
            {
                var queue = ids.Next<QueueId>();
                await QueueStore.Insert(db, userId, queue, now);
                var made = new WidgetSession
                {
                    Id = WidgetSession.NewId(),
                    UserId = userId,
                    ClientId = clientId,
                    Version = 0,
                    ExpiresAt = now + (lasting ? WidgetSession.LongLifetime : WidgetSession.Lifetime),
                    State = new WidgetState { Parameters = parameters, QueueId = queue },
                };
                await WidgetStore.Insert(db, vault, made, now);
                return made;
            },
            context.RequestAborted
        );
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new WidgetSessionMessage
            {
                SessionId = session.Id,
                ExpiresAt = session.ExpiresAt,
                QueueId = session.State.QueueId!.Value,
                Links = Enum.GetValues<WidgetPurpose>()
                    .ToDictionary(
                        purpose => purpose,
                        purpose =>
                            $"{addresses.Embed}{version}/widget/{WidgetEndpoints.Path(purpose)}?session_id={session.Id}"
                    ),
            },
            WidgetJson.Default.WidgetSessionMessage,
            statusCode: StatusCodes.Status201Created
        );
    }

    private static async Task<(WidgetSessionRequest? Request, Problem? Problem)> Read(HttpRequest request)
    {
        if (!request.HasFormContentType)
        {
            return await Body.Read(request, WidgetJson.Default.WidgetSessionRequest);
        }
        var (form, problem) = await Body.ReadForm(request);
        return form is null
            ? (null, problem)
            : (
                new WidgetSessionRequest
                {
                    AccessToken = form["access_token"],
                    ClientId = form["client_id"],
                    ClientSecret = form["client_secret"],
                    RefreshToken = form["refresh_token"],
                },
                null
            );
    }

    private static Problem? Check(WidgetSessionRequest request)
    {
        string[] missing =
        [
            .. new[]
            {
                (Name: "access_token", Value: request.AccessToken),
                (Name: "client_id", Value: request.ClientId),
                (Name: "client_secret", Value: request.ClientSecret),
            }
                .Where(field => string.IsNullOrEmpty(field.Value))
                .Select(field => field.Name),
        ];
        return missing.Length == 0 ? null : Problem.BadBody($"missing: {string.Join(", ", missing)}", missing[0]);
    }
}
