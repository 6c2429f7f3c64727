using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Connections;

/// <summary>What the bank asks of the user, and the answer.</summary>
internal static class UserInputEndpoints
{
    public static void MapUserInput(this IEndpointRouteBuilder app)
    {
        var userInput = app.MapGroup("/api/v2.1/connections/{id}/user_input").WithTags("Connections");
        userInput
            .MapGet("", ShowQuestion)
            .Needs(Scopes.ConnectionsSync, Scopes.ConnectionsManage)
            .OwnedBy("id", RequestStore.OwnerOf)
            .Describe(
                "getUserInput",
                "Read what the bank asks",
                "The open question to the user; 204 when there is none."
            )
            .Answers<UserInputMessage>(204, 404);
        userInput
            .MapPost("", Answer)
            .Needs(Scopes.ConnectionsSync, Scopes.ConnectionsManage)
            .OwnedBy("id", RequestStore.OwnerOf)
            .Describe(
                "answerUserInput",
                "Answer the bank",
                "Hands the user's answer over; the synchronization goes on by itself."
            )
            .Accepts<ValuesMessage>("application/json")
            .Answers(204, 400, 404, 409, 415);
        userInput
            .MapDelete("", Cancel)
            .Needs(Scopes.ConnectionsSync, Scopes.ConnectionsManage)
            .OwnedBy("id", RequestStore.OwnerOf)
            .Describe("cancelUserInput", "Give up a question", "The user will not answer: the synchronization ends.")
            .Answers(204, 404);
    }

    private static async Task<IResult> ShowQuestion(
        string id,
        ActingUser user,
        Database database,
        Questions questions,
        Banks banks,
        CancellationToken cancellation
    )
    {
        if (!Ids.TryRead(id, out var connectionId))
        {
            return Problem.NotFound("connection");
        }
        var (owner, open) = await database.Read(
            async db =>
                (await RequestStore.OwnerOf(db, connectionId), await questions.Find(db, user.UserId, connectionId)),
            cancellation
        );
        if (owner != user.UserId)
        {
            return Problem.NotFound("connection");
        }
        return open is null
            ? TypedResults.NoContent()
            : TypedResults.Json(
                Message(open, banks.Channel(open.DefinitionId)?.Definition),
                ConnectionEditJson.Default.UserInputMessage
            );
    }

    private static UserInputMessage Message(OpenQuestion open, ChannelDefinition? channel)
    {
        var content = QuestionContent.Of(open.Question);
        return new UserInputMessage
        {
            Id = Ids.Text(open.Id),
            ConnectionId = Ids.Text(open.ConnectionId),
            ChannelDefinitionId = open.DefinitionId,
            Kind = content.Kind,
            Message = content.Message,
            Address = content.Address?.AbsoluteUri,
            Retry = content.Retry,
            Answered = open.Answered,
            Date = open.AskedAt,
            Expires = open.ExpiresAt,
            Fields = UserInputField.Of(open.Question, channel),
        };
    }

    private static async Task<IResult> Answer(
        string id,
        HttpContext context,
        ActingUser user,
        Database database,
        Questions questions,
        Banks banks,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(context.Request, ConnectionEditJson.Default.ValuesMessage);
        if (message is null)
        {
            return problem!;
        }
        var (values, badValues) = GivenValues.Read(message.Values, "values");
        if (badValues is not null)
        {
            return badValues;
        }
        if (!Ids.TryRead(id, out var connectionId))
        {
            return Problem.NotFound("connection");
        }
        var (owner, result) = await database.Write(
            async db =>
                (
                    await RequestStore.OwnerOf(db, connectionId),
                    await questions.Answer(
                        db,
                        user.UserId,
                        connectionId,
                        definition => banks.Channel(definition)?.Definition,
                        values,
                        Presence.Of(context),
                        time.Seconds()
                    )
                ),
            cancellation
        );
        if (owner != user.UserId)
        {
            return Problem.NotFound("connection");
        }
        return result.Outcome switch
        {
            AnswerOutcome.Taken => TypedResults.NoContent(),
            AnswerOutcome.NoQuestion => Problem.Conflict("no_question", "The bank asks nothing, or has its answer."),
            AnswerOutcome.Expired => Problem.Conflict(
                "question_expired",
                "The answer comes too late. Synchronize again to be asked anew."
            ),
            AnswerOutcome.WrongField => result.Problem!,
            _ => throw new NotSupportedException(result.Outcome.ToString()),
        };
    }

    private static async Task<IResult> Cancel(
        string id,
        ActingUser user,
        Database database,
        Questions questions,
        TimeProvider time,
        CancellationToken cancellation
    ) =>
        Ids.TryRead(id, out var connectionId)
        && await database.Write(db => questions.Cancel(db, user.UserId, connectionId, time.Seconds()), cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("question");
}
