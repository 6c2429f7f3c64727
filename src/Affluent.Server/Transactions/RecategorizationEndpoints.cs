using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Users;

namespace Affluent.Server.Transactions;

/// <summary>Deciding the categories of stored transactions anew.</summary>
internal static class RecategorizationEndpoints
{
    private static readonly Parameter<UserId?> OnlyUser = Parameter.Id<UserId>(
        "user_id",
        "Only this user's transactions; absent: those of all users of the client."
    );

    public static IServiceCollection AddRecategorization(this IServiceCollection services, Settings settings)
    {
        services
            .AddSingleton<Recategorizer>()
            .AddPeriodicTask("recategorizations", TimeSpan.FromHours(1), RecategorizationStore.Prune);
        return settings.Runs(Roles.Worker) ? services.AddHostedService<RecategorizerLoop>() : services;
    }

    public static void MapRecategorization(this IEndpointRouteBuilder app)
    {
        var categories = app.MapGroup("/api/v2.1/categories").WithTags("Categories").ForClients();
        categories
            .MapPost("/recategorize", Ask)
            .Needs(Scope.AccountsManage)
            .Takes(OnlyUser)
            .Describe(
                "recategorize",
                "Decide categories anew",
                """
                Decides the categories of transactions that are there by the rules, the directory and the model of today, in the background: the answer
                names the work, whose progress can be read. What a user or client has said of a transaction itself is not touched, and what a user has
                said of others holds. Transactions that change are told to those who follow the changes. Of a client one such work is done at a time,
                the next waits; one that waits for the same already is given again.
                """
            )
            .Produces<RecategorizationMessage>(202)
            .Gives(202, AnswerHeader.Location)
            .Answers(400, 404);
        categories
            .MapGet("/recategorizations/{id}", Show)
            .Needs(Scope.TransactionsRead, Scope.AccountsManage)
            .Describe(
                "getRecategorization",
                "Read how far a recategorization is",
                "One of the client; for 30 days after its end."
            )
            .Answers<RecategorizationMessage>(404);
    }

    private static async Task<IResult> Ask(
        HttpRequest request,
        Caller caller,
        Database database,
        Ids ids,
        Addresses addresses,
        ApiVersion version,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(request);
        var only = parameters.Read(OnlyUser);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        var asked = await database.Write(
            async db =>
            {
                if (only is { } userId && await UserStore.ClientOf(db, userId) != caller.ClientId)
                {
                    return null;
                }
                var id = await RecategorizationStore.Ask(db, caller.ClientId, only, ids, time.Seconds());
                return await RecategorizationStore.Find(db, caller.ClientId, id);
            },
            cancellation
        );
        return asked is null
            ? Problem.NotFound("user")
            : TypedResults.Accepted(
                addresses.ApiOf(version) + Links.Recategorization(asked.Id),
                RecategorizationMessage.Of(asked)
            );
    }

    private static async Task<IResult> Show(
        string id,
        Caller caller,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<RecategorizationId>(id, out var key)
        && await database.Read(db => RecategorizationStore.Find(db, caller.ClientId, key), cancellation) is { } found
            ? TypedResults.Json(RecategorizationMessage.Of(found), TransactionsJson.Default.RecategorizationMessage)
            : Problem.NotFound("recategorization");
}

/// <summary>Work that decides categories anew, and how far it is.</summary>
internal sealed record RecategorizationMessage
{
    /// <summary>Id of the work.</summary>
    public required RecategorizationId Id { get; init; }

    /// <summary>The one user whose transactions are meant; absent: all of the client.</summary>
    public UserId? UserId { get; init; }

    /// <summary>WAITING, RUNNING or DONE.</summary>
    public required RecategorizationState State { get; init; }

    /// <summary>How many users are to be done; absent until it has begun.</summary>
    public long? UsersTotal { get; init; }

    /// <summary>How many are done.</summary>
    public required long UsersDone { get; init; }

    /// <summary>How many transactions were looked at.</summary>
    public required long TransactionsChecked { get; init; }

    /// <summary>How many of them have another category now, or the same for another reason.</summary>
    public required long TransactionsChanged { get; init; }

    /// <summary>When it was asked for; UTC seconds.</summary>
    public required long CreationDate { get; init; }

    /// <summary>When it was done; UTC seconds.</summary>
    public long? EndDate { get; init; }

    public static RecategorizationMessage Of(Recategorization work) =>
        new()
        {
            Id = work.Id,
            UserId = work.OnlyUserId,
            State = work.State,
            UsersTotal = work.UsersTotal,
            UsersDone = work.UsersDone,
            TransactionsChecked = work.Checked,
            TransactionsChanged = work.Changed,
            CreationDate = work.CreatedAt,
            EndDate = work.EndedAt,
        };
}
