using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>What came of the last runs over a connection.</summary>
internal static class RunEndpoints
{
    private static readonly Paging Pages = new(Standard: 20, Maximum: 100);

    public static void MapRuns(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v2.1/connections/{id}/runs")
            .WithTags("Connections")
            .MapGet("", List)
            .Needs(Scope.ConnectionsManage, Scope.ConnectionsSync)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Takes(Pages.Parameters)
            .Describe(
                "listRuns",
                "List synchronizations",
                "What came of the last synchronizations of a connection and why, the latest first; for as long as the operator keeps it (30 days)."
            )
            .Answers<IReadOnlyList<RunMessage>>(400, 404);

    private static async Task<IResult> List(
        string id,
        HttpRequest request,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(request);
        var page = parameters.Page(Pages);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        if (!Ids.TryRead<ConnectionId>(id, out var connectionId))
        {
            return Problem.NotFound("connection");
        }
        var runs = await database.Read(
            async db =>
                await ConnectionsStore.Find(db, user.UserId, connectionId) is null
                    ? null
                    : await RunRecordStore.List(db, user.UserId, connectionId, page),
            cancellation
        );
        return runs is null
            ? Problem.NotFound("connection")
            : TypedResults.Json([.. runs.Select(RunMessage.Of)], RunJson.Default.IReadOnlyListRunMessage);
    }
}
