using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Reading and deleting connections.</summary>
internal static class ConnectionsEndpoints
{
    private static readonly Paging Pages = new(Standard: 100, Maximum: 500);

    public static void AddConnectionViews(this IServiceCollection services) =>
        services.AddSingleton<ConnectionView>().AddSingleton<RefreshOnRead>().AddExpiringConsents();

    public static void MapConnections(this IEndpointRouteBuilder app)
    {
        var connections = app.MapGroup("/api/v2.1/connections").WithTags("Connections");
        connections
            .MapGet("", List)
            .Needs(Scope.ConnectionsManage, Scope.ConnectionsSync, Scope.AccountsRead, Scope.AccountsManage)
            .Takes(Pages.Parameters)
            .Describe("listConnections", "List connections", "The user's connections, oldest first.")
            .Answers<IReadOnlyList<ConnectionMessage>>(400);
        connections
            .MapGet("/{id}", Show)
            .Needs(Scope.ConnectionsManage, Scope.ConnectionsSync, Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Describe(
                "getConnection",
                "Read a connection",
                "Poll this to follow a synchronization: it is over when `status` is no longer RUNNING."
            )
            .Answers<ConnectionMessage>(404);
        connections
            .MapDelete("/{id}", Delete)
            .Needs(Scope.ConnectionsManage)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Describe(
                "deleteConnection",
                "Delete a connection",
                "Erases the connection for good, with its stored credentials, its accounts and their transactions."
            )
            .Answers(204, 404);
        var v3 = app.MapGroup("/api/v3/connections").WithTags("Connections").NamesUser();
        v3.MapGet("", List)
            .Needs(Scope.ConnectionsManage, Scope.ConnectionsSync, Scope.AccountsRead, Scope.AccountsManage)
            .Takes(Pages.Parameters)
            .Describe("listConnectionsV3", "List connections (v3)", "A user's connections, oldest first.")
            .ShownAs<IReadOnlyList<ConnectionMessage>, ConnectionsV3Message>(
                ConnectionsV3Message.Of,
                () => ConnectionsV3Json.Default.ConnectionsV3Message,
                400,
                404
            );
        v3.MapGet("/{id}", Show)
            .Needs(Scope.ConnectionsManage, Scope.ConnectionsSync, Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Describe(
                "getConnectionV3",
                "Read a connection (v3)",
                "Poll this to follow a synchronization: it is over when `status` is no longer RUNNING."
            )
            .ShownAs<ConnectionMessage, ConnectionV3Message>(
                ConnectionV3Message.Of,
                () => ConnectionsV3Json.Default.ConnectionV3Message,
                404
            );
    }

    private static async Task<IResult> List(
        HttpRequest request,
        ActingUser user,
        Database database,
        ConnectionView view,
        ApiVersion version,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(request);
        var page = parameters.Page(Pages);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        return TypedResults.Json(
            await database.Read(db => view.List(db, user.UserId, page, version), cancellation),
            ConnectionsJson.Default.IReadOnlyListConnectionMessage
        );
    }

    private static async Task<IResult> Show(
        string id,
        ActingUser user,
        Database database,
        ConnectionView view,
        ApiVersion version,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<ConnectionId>(id, out var key)
        && await database.Read(db => view.Find(db, user.UserId, key, version), cancellation) is { } connection
            ? TypedResults.Json(connection, ConnectionsJson.Default.ConnectionMessage)
            : Problem.NotFound("connection");

    private static async Task<IResult> Delete(
        string id,
        ActingUser user,
        UserDatabase users,
        BankRevocations revocations,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<ConnectionId>(id, out var key)
        && await users.Write(
            user.UserId,
            user.ClientId,
            work => ConnectionEdits.Delete(work, revocations, key),
            cancellation
        )
            ? TypedResults.NoContent()
            : Problem.NotFound("connection");
}
