using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.SimpleFin;

/// <summary>Setup tokens for applications that speak SimpleFIN, and what came of them.</summary>
internal static class SimpleFinAccessEndpoints
{
    public static void MapSimpleFinAccesses(this IEndpointRouteBuilder app)
    {
        var accesses = app.MapGroup("/api/v2.1/simplefin/accesses").WithTags("SimpleFIN");
        accesses
            .MapPost("", Create)
            .Needs(Scope.TransactionsRead)
            .Describe(
                "createSimpleFinAccess",
                "Make a setup token",
                """
                The user pastes `setup_token` into an application that speaks SimpleFIN (Actual, Firefly III, Sure and others), which reads the user's shared
                accounts from then on, until the access is deleted. It is good for one use within 24 hours, and shown in this answer only. Needs the scope
                `accounts_read` or `accounts_manage`, too.
                """
            )
            .Accepts<CreateSimpleFinAccessMessage>("application/json")
            .Produces<SimpleFinAccessMessage>(201)
            .Gives(201, AnswerHeader.Location)
            .Answers(400, 409, 415);
        accesses
            .MapGet("", List)
            .Needs(Scope.TransactionsRead, Scope.AccountsRead, Scope.AccountsManage)
            .Describe(
                "listSimpleFinAccesses",
                "List accesses over SimpleFIN",
                "The applications that read the user's accounts, and those that still may begin to, oldest first."
            )
            .Answers<IReadOnlyList<SimpleFinAccessMessage>>();
        accesses
            .MapGet("/{id}", Show)
            .Needs(Scope.TransactionsRead, Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<SimpleFinAccessId>("id", SimpleFinStore.OwnerOf)
            .Describe("getSimpleFinAccess", "Read an access over SimpleFIN", "One of the user's accesses.")
            .Answers<SimpleFinAccessMessage>(404);
        accesses
            .MapDelete("/{id}", Delete)
            .Needs(Scope.TransactionsRead, Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<SimpleFinAccessId>("id", SimpleFinStore.OwnerOf)
            .Describe(
                "deleteSimpleFinAccess",
                "Revoke an access over SimpleFIN",
                "The application reads nothing any more, from its next request on; a setup token that nobody used is worth nothing."
            )
            .Answers(204, 404);
    }

    private static async Task<IResult> Create(
        HttpRequest request,
        Caller caller,
        ActingUser user,
        SimpleFinGate gate,
        UserDatabase users,
        Addresses addresses,
        ApiVersion version,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, SimpleFinAccessJson.Default.CreateSimpleFinAccessMessage);
        if (problem is not null)
        {
            return problem;
        }
        if (!SimpleFinGate.MayRead(caller.Scopes))
        {
            return Problem.MissingScope(Scope.AccountsRead.Word());
        }
        if (message!.Name?.Trim() is not { } name || !ShownName.IsFit(name, SimpleFinAccess.LongestName))
        {
            return Problem.BadBody(
                $"'name' must say for which application it is, in 1 to {SimpleFinAccess.LongestName} characters on one line",
                "name"
            );
        }
        return
            await users.Write(user.UserId, user.ClientId, work => gate.Offer(work, name), cancellation)
                is var (access, code)
            ? TypedResults.Created(
                addresses.ApiOf(version) + Links.SimpleFinAccess(access.Id),
                SimpleFinAccessMessage.Of(access) with
                {
                    SetupToken = SimpleFinSecrets.SetupToken(addresses.SimpleFin, code),
                }
            )
            : Problem.Conflict(
                "too_many_simplefin_accesses",
                $"The user has {SimpleFinAccess.Most} accesses over SimpleFIN, as many as a user may have. Delete those that are no longer used."
            );
    }

    private static async Task<IResult> List(ActingUser user, Database database, CancellationToken cancellation) =>
        TypedResults.Json(
            [
                .. (await database.Read(db => SimpleFinStore.List(db, user.UserId), cancellation)).Select(
                    SimpleFinAccessMessage.Of
                ),
            ],
            SimpleFinAccessJson.Default.IReadOnlyListSimpleFinAccessMessage
        );

    private static async Task<IResult> Show(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<SimpleFinAccessId>(id, out var key)
        && await database.Read(db => SimpleFinStore.Find(db, user.UserId, key), cancellation) is { } access
            ? TypedResults.Json(SimpleFinAccessMessage.Of(access), SimpleFinAccessJson.Default.SimpleFinAccessMessage)
            : Problem.NotFound("access over SimpleFIN");

    private static async Task<IResult> Delete(
        string id,
        ActingUser user,
        SimpleFinGate gate,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<SimpleFinAccessId>(id, out var key) && await gate.Revoke(user, key, cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("access over SimpleFIN");
}
