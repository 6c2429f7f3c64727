using System.Text.Json.Serialization;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>What a user has given applications that speak Enable Banking, for the user to see and to take back.</summary>
internal static class FacadeSessionEndpoints
{
    public static void MapFacadeSessions(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup("/api/v2.1/enable_banking/sessions").WithTags("Enable Banking");
        sessions
            .MapGet("", List)
            .Needs(Scope.TransactionsRead, Scope.AccountsRead, Scope.AccountsManage)
            .Describe(
                "listEnableBankingSessions",
                "List what applications were given",
                """
                The sessions that the user has given applications that speak Enable Banking, each about one connection, oldest first. Those that are over, that the
                application has ended, or whose connection was deleted, are not among them.
                """
            )
            .Answers<IReadOnlyList<FacadeUserSessionMessage>>();
        sessions
            .MapDelete("/{id}", Delete)
            .Needs(Scope.TransactionsRead, Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<FacadeSessionId>("id", FacadeStore.OwnerOf)
            .Describe(
                "deleteEnableBankingSession",
                "Take back what an application was given",
                "The application reads nothing of this connection any more, from its next request on: it is answered `REVOKED_SESSION`. The connection stays."
            )
            .Answers(204, 404);
    }

    private static async Task<IResult> List(
        ActingUser user,
        FacadeSessions sessions,
        Database database,
        CancellationToken cancellation
    ) =>
        TypedResults.Json(
            [
                .. (await database.Read(db => sessions.OfUser(db, user.UserId), cancellation)).Select(
                    FacadeUserSessionMessage.Of
                ),
            ],
            FacadeUserSessionJson.Default.IReadOnlyListFacadeUserSessionMessage
        );

    private static async Task<IResult> Delete(
        string id,
        ActingUser user,
        FacadeSessions sessions,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<FacadeSessionId>(id, out var key)
        && await database.Write(db => sessions.Revoke(db, user, key), cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("session of an application");
}

/// <summary>What a user has given an application.</summary>
internal sealed record FacadeUserSessionMessage
{
    /// <summary>Id of the session here.</summary>
    public required FacadeSessionId Id { get; init; }

    /// <summary>A UUID: the session's id, as the application knows it.</summary>
    public required string SessionId { get; init; }

    /// <summary>The application, a UUID.</summary>
    public required string ApplicationId { get; init; }

    /// <summary>How it is called.</summary>
    public required string ApplicationName { get; init; }

    /// <summary>The connection whose shared accounts it reads.</summary>
    public required ConnectionId ConnectionId { get; init; }

    /// <summary>When the user agreed and the application began, in UTC seconds.</summary>
    public required long CreationDate { get; init; }

    /// <summary>Until when it may read, in UTC seconds.</summary>
    public required long ExpirationDate { get; init; }

    /// <summary>When the application read last, in UTC seconds and up to five minutes early; absent while it never did.</summary>
    public long? LastUseDate { get; init; }

    public static FacadeUserSessionMessage Of(FacadeSession session) =>
        new()
        {
            Id = session.Id,
            SessionId = FacadeUuid.Of(session.Id),
            ApplicationId = FacadeUuid.Of(session.ApplicationId),
            ApplicationName = session.ApplicationName,
            ConnectionId = session.ConnectionId,
            CreationDate = session.CreatedAt,
            ExpirationDate = session.ValidUntil,
            LastUseDate = session.UsedAt,
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(IReadOnlyList<FacadeUserSessionMessage>))]
internal sealed partial class FacadeUserSessionJson : JsonSerializerContext;
