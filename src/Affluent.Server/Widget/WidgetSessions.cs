using System.Net;
using Affluent.Server.Authorization;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Widget;

/// <summary>Makes sessions: the client's server calls it with its secret and the token of the user who is to link a bank.</summary>
internal sealed class WidgetSessions(
    Database database,
    Ids ids,
    WidgetFlow flow,
    AccessTokens tokens,
    RequestLimits limits,
    SecurityLog security,
    Addresses addresses,
    TimeProvider time,
    ILogger<WidgetSessions> log
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
            db => ClientStore.Authenticate(db, request!.ClientId!, new Secret(request.ClientSecret!), time.Seconds()),
            context.RequestAborted
        );
        if (client is null)
        {
            var named = await database.Read(
                db => ClientStore.FindByClientId(db, request!.ClientId!),
                context.RequestAborted
            );
            security.ClientRefused(new(named?.Id));
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
        var address = context.Connection.RemoteIpAddress;
        if (limits.Take(LimitedAction.WidgetSession, client.Id, userId.ToString(), address) is { } seconds)
        {
            return Problem.RateLimited(seconds);
        }
        if (NeededScopes.Except(token.Caller.Scopes).ToArray() is [var missing, ..])
        {
            return Problem.MissingScope(missing.Word());
        }
        // Older integrations put the parameters of the pages here.
        var (parameters, wrong, ignored) = WidgetParameters.Read(context.Request.Query, client.AllowsRedirect);
        WidgetLog.LookIgnored(log, client.Id, ignored);
        if (parameters is null)
        {
            return Problem.BadParameter(wrong!.Value.Word(), "cannot be used; see the reference of the widget");
        }
        var ends = time.Seconds() + WidgetSession.Lifetime;
        if (request.RefreshToken is { Length: > 0 } refreshToken)
        {
            // Resolved here: what stores tokens lives as long as a request.
            var refreshTokens = context.RequestServices.GetRequiredService<RefreshTokenCheck>();
            if (await refreshTokens.Find(refreshToken, token, context.RequestAborted) is not { } refreshEnds)
            {
                return Problem.Unauthorized(
                    "The refresh token is used, expired, revoked, or not of the same sign-in as the access token."
                );
            }
            ends = Math.Min(time.Seconds() + WidgetSession.LongLifetime, refreshEnds);
        }
        var session = new WidgetSession
        {
            Id = request.SessionId ?? WidgetSession.NewId(),
            UserId = userId,
            ClientId = client.Id,
            TokenId = token.Id,
            AuthorizationId = token.AuthorizationId,
            Version = 0,
            ExpiresAt = ends,
            State = new WidgetState { Parameters = parameters, QueueId = ids.Next<QueueId>() },
        };
        return request.SessionId is null
            ? await Make(context, version, session)
            : await Prolong(context, version, session);
    }

    /// <summary>Makes one for a user who has just signed in on a page of ours, to link a bank; the address of its page.</summary>
    public async Task<string> Begin(UserWork work, WidgetParameters parameters)
    {
        // There is no token that could be revoked: it ends with its time, the user's password or the client.
        var session = OfOurPages(
            new ActingUser(work.ClientId, work.UserId),
            work.Ids.Next<TokenId>(),
            new WidgetState { Parameters = parameters }
        );
        await WidgetStore.Insert(work.Db, session, work.Now);
        return $"{addresses.Embed}{ApiVersion.V21.Path}/widget/{WidgetEndpoints.Path(WidgetPurpose.AddConnection)}?session_id={session.Id}";
    }

    /// <summary>Opens a session for a user who is signed in to pages of our own; null: more than the limits allow.</summary>
    /// <param name="token">By which the session ends when that is revoked.</param>
    /// <param name="address">Where the user is; null: not known.</param>
    public async Task<WidgetSession?> Open(
        ActingUser user,
        TokenId token,
        WidgetParameters parameters,
        IPAddress? address,
        CancellationToken cancellation
    )
    {
        if (limits.Take(LimitedAction.WidgetSession, user.ClientId, user.UserId.ToString(), address) is not null)
        {
            return null;
        }
        var session = OfOurPages(
            user,
            token,
            new WidgetState { Parameters = parameters, QueueId = ids.Next<QueueId>() }
        );
        await Store(session, cancellation);
        return session;
    }

    private WidgetSession OfOurPages(ActingUser user, TokenId token, WidgetState state) =>
        new()
        {
            Id = WidgetSession.NewId(),
            UserId = user.UserId,
            ClientId = user.ClientId,
            TokenId = token,
            AuthorizationId = null,
            Version = 0,
            ExpiresAt = time.Seconds() + WidgetSession.Lifetime,
            State = state,
        };

    private async Task<IResult> Make(HttpContext context, string version, WidgetSession session)
    {
        await Store(session, context.RequestAborted);
        return Answer(session, version, session.State.QueueId, StatusCodes.Status201Created);
    }

    private Task Store(WidgetSession session, CancellationToken cancellation)
    {
        var now = time.Seconds();
        return database.Write(
            async db =>
            {
                await QueueStore.Insert(db, session.UserId, session.State.QueueId!.Value, now);
                await WidgetStore.Insert(db, session, now);
            },
            cancellation
        );
    }

    /// <summary>The user stays where they are; a session that has ended stays so.</summary>
    private async Task<IResult> Prolong(HttpContext context, string version, WidgetSession session)
    {
        var isOpen = await flow.Find(session.Id, context.RequestAborted) is not null;
        var state = isOpen
            ? await database.Write(db => WidgetStore.Prolong(db, session, time.Seconds()), context.RequestAborted)
            : null;
        return state is null
            ? Problem.NotFound("session of this user")
            : Answer(session, version, state.QueueId, StatusCodes.Status200OK);
    }

    private JsonHttpResult<WidgetSessionMessage> Answer(
        WidgetSession session,
        string version,
        QueueId? queue,
        int status
    ) =>
        TypedResults.Json(
            new WidgetSessionMessage
            {
                SessionId = session.Id,
                ExpiresAt = session.ExpiresAt,
                QueueId = queue!.Value,
                Links = Enum.GetValues<WidgetPurpose>()
                    .ToDictionary(
                        purpose => purpose,
                        purpose =>
                            $"{addresses.Embed}{version}/widget/{WidgetEndpoints.Path(purpose)}?session_id={session.Id}"
                    ),
            },
            WidgetJson.Default.WidgetSessionMessage,
            statusCode: status
        );

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
                    SessionId = form["session_id"],
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
