using System.Diagnostics;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;

namespace Affluent.Server.Connections;

/// <summary>What the bank asks of the user, and the answer.</summary>
internal static class UserInputEndpoints
{
    public static void MapUserInput(this IEndpointRouteBuilder app)
    {
        var userInput = app.MapGroup("/api/v2.1/connections/{id}/user_input").WithTags("Connections");
        userInput
            .MapGet("", ShowQuestion)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Describe(
                "getUserInput",
                "Read what the bank asks",
                "The open question to the user; 204 when there is none."
            )
            .Answers<UserInputMessage>(204, 404);
        userInput
            .MapPost("", Answer)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .Limited(LimitedAction.Answer)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Describe(
                "answerUserInput",
                "Answer the bank",
                "Hands the user's answer over; the synchronization goes on by itself."
            )
            .Accepts<ValuesMessage>("application/json")
            .Answers(204, 400, 404, 409, 415);
        userInput.MapStatementFiles();
        userInput
            .MapDelete("", Cancel)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Describe("cancelUserInput", "Give up a question", "The user will not answer: the synchronization ends.")
            .Answers(204, 404);
    }

    private static async Task<IResult> ShowQuestion(
        string id,
        ActingUser user,
        UserDatabase users,
        Banks banks,
        Addresses addresses,
        ApiVersion version,
        CancellationToken cancellation
    )
    {
        if (!Ids.TryRead<ConnectionId>(id, out var connectionId))
        {
            return Problem.NotFound("connection");
        }
        var (exists, open) = await users.Read(
            user.UserId,
            user.ClientId,
            async work =>
                await Questions.Find(work, connectionId) is { } question
                    ? (true, question)
                    : (await ConnectionsStore.Find(work.Db, work.UserId, connectionId) is not null, null),
            cancellation
        );
        if (open is null)
        {
            return exists ? TypedResults.NoContent() : Problem.NotFound("connection");
        }
        var message = Message(open, banks.Channel(open.DefinitionId)?.Definition);
        if (open is { Answered: false, Question: Question.Redirect })
        {
            // Never the bank's own address: the browser must leave by us, who know it again when it comes back.
            var secret = await users.Write(
                user.UserId,
                user.ClientId,
                work => AuthorizeLink.Open(work, connectionId),
                cancellation
            );
            message = message with { Address = AuthorizeLink.Address(addresses, version, secret) };
        }
        return TypedResults.Json(message, ConnectionEditJson.Default.UserInputMessage);
    }

    private static UserInputMessage Message(OpenQuestion open, ChannelDefinition? channel)
    {
        var content = QuestionContent.Of(open.Question);
        return new UserInputMessage
        {
            Id = open.Id,
            ConnectionId = open.ConnectionId,
            ChannelDefinitionId = open.DefinitionId,
            Kind = content.Kind,
            Message = content.Message,
            Address = open.Question is Question.Redirect ? null : content.Address?.AbsoluteUri,
            Image =
                content.Image is { } image && content.ImageType is { } type
                    ? new UserInputImage(type, Convert.ToBase64String(image))
                    : null,
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
        Caller caller,
        ActingUser user,
        UserDatabase users,
        Banks banks,
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
        if (!Ids.TryRead<ConnectionId>(id, out var connectionId))
        {
            return Problem.NotFound("connection");
        }
        var outcome = await users.Write(
            user.UserId,
            user.ClientId,
            work =>
                Questions.Answer(
                    work,
                    connectionId,
                    definition => banks.Channel(definition)?.Definition,
                    values,
                    Presence.Of(context, caller)
                ),
            cancellation
        );
        return Of(outcome);
    }

    /// <summary>What an answer comes to, as the API says it.</summary>
    public static IResult Of(AnswerOutcome outcome) =>
        outcome switch
        {
            AnswerOutcome.Taken => TypedResults.NoContent(),
            AnswerOutcome.NoConnection => Problem.NotFound("connection"),
            AnswerOutcome.NoQuestion => Problem.Conflict("no_question", "The bank asks nothing, or has its answer."),
            AnswerOutcome.Expired => Problem.Conflict(
                "question_expired",
                "The answer comes too late. Synchronize again to be asked anew."
            ),
            AnswerOutcome.WrongField wrong => FieldFaults.Problem(wrong.Fault),
            AnswerOutcome.WrongFile wrong => StatementProblems.Of(wrong.Refused),
            _ => throw new UnreachableException(),
        };

    private static async Task<IResult> Cancel(
        string id,
        ActingUser user,
        UserDatabase users,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<ConnectionId>(id, out var connectionId)
        && await users.Write(user.UserId, user.ClientId, work => Questions.Cancel(work, connectionId), cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("question");
}
