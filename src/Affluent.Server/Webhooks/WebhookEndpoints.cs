using Affluent.Server.Authorization;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>Webhooks: a client's addresses to which the events of its users are sent.</summary>
internal static class WebhookEndpoints
{
    private const int LongestOverlapHours = 168;
    private const int UsualOverlapHours = 24;

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var webhooks = app.MapGroup("/api/v2.1/webhooks").WithTags("Webhooks").ForClients();
        webhooks
            .MapGet("", List)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .Describe("listWebhooks", "List webhooks", "The client's webhooks, oldest first.")
            .Answers<IReadOnlyList<WebhookMessage>>();
        webhooks
            .MapPost("", Create)
            .Needs(Scope.ConnectionsManage)
            .Describe(
                "createWebhook",
                "Make a webhook",
                """
                Events of the client's users are sent there from now on, each as a signed POST, those of a connection in their order, again until the
                receiver answers 2xx. `secret` is shown in this answer only: verify messages with it (Standard Webhooks).
                """
            )
            .Accepts<EditWebhookMessage>("application/json")
            .Produces<WebhookMessage>(201)
            .Gives(201, AnswerHeader.Location)
            .Answers(400, 409, 415);
        webhooks
            .MapGet("/{id}", Show)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .Describe("getWebhook", "Read a webhook", "One of the client's webhooks, and how it does.")
            .Answers<WebhookMessage>(404);
        webhooks
            .MapPut("/{id}", Replace)
            .Needs(Scope.ConnectionsManage)
            .Describe(
                "replaceWebhook",
                "Replace a webhook",
                """
                The webhook is as the body says, whole; secret and signature stay. With `status` DISABLED nothing is sent any more, and what is on its way
                is dropped. Switched on again it gets what comes then: the rest by `POST /webhooks/{id}/redeliveries`.
                """
            )
            .Accepts<EditWebhookMessage>("application/json")
            .Answers<WebhookMessage>(400, 404, 415);
        webhooks
            .MapDelete("/{id}", Delete)
            .Needs(Scope.ConnectionsManage)
            .Describe(
                "deleteWebhook",
                "Delete a webhook",
                "Nothing is sent there any more; its attempts are forgotten."
            )
            .Answers(204, 404);
        webhooks
            .MapPost("/{id}/secret", Rotate)
            .Needs(Scope.ConnectionsManage)
            .Describe(
                "rotateWebhookSecret",
                "Change the secret of a webhook",
                "Messages are signed with the new secret, which this answer shows, and for `overlap_hours` with the old one, too."
            )
            .Accepts<RotateSecretMessage>("application/json")
            .Answers<WebhookMessage>(400, 404, 415);
        webhooks
            .MapPost("/{id}/test", Test)
            .Needs(Scope.ConnectionsManage)
            .Limited(LimitedAction.WebhookTest)
            .Describe(
                "testWebhook",
                "Try a webhook",
                "Sends an event WEBHOOK_TEST at once, also while it is disabled, and says what came of it. It is not in the log, and not sent again."
            )
            .Answers<WebhookTestMessage>(404);
        webhooks.MapWebhookDeliveries();
    }

    private static async Task<IResult> List(
        Caller caller,
        Database database,
        WebhookSecrets secrets,
        CancellationToken cancellation
    )
    {
        var rows = await database.Read(db => WebhookStore.List(db, caller.ClientId), cancellation);
        return TypedResults.Json(
            [.. rows.Select(row => WebhookMessage.Of(row, secrets.Public(row)))],
            WebhooksJson.Default.IReadOnlyListWebhookMessage
        );
    }

    private static async Task<IResult> Create(
        HttpRequest request,
        Caller caller,
        WebhookCheck check,
        WebhookEdits edits,
        WebhookSecrets secrets,
        Settings settings,
        Addresses addresses,
        ApiVersion version,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, WebhooksJson.Default.EditWebhookMessage);
        if (problem is not null)
        {
            return problem;
        }
        var (asked, wrong) = await check.Of(message!, signature: null, cancellation);
        if (wrong is not null)
        {
            return wrong;
        }
        return await edits.Create(caller.ClientId, asked!, cancellation) is { } row
            ? TypedResults.Created(
                addresses.ApiOf(version) + Links.Webhook(row.Id),
                WebhookMessage.Of(row, secrets.Shown(row))
            )
            : Problem.Conflict(
                "too_many_webhooks",
                $"The client has {settings.Webhooks} webhooks, as many as it may have. Delete one, or replace it."
            );
    }

    private static async Task<IResult> Show(
        string id,
        Caller caller,
        Database database,
        WebhookSecrets secrets,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (!Ids.TryRead<WebhookId>(id, out var key))
        {
            return Problem.NotFound("webhook");
        }
        var now = time.Seconds();
        return
            await database.Read(
                async db =>
                    await WebhookStore.Find(db, caller.ClientId, key) is { } row
                        ? WebhookMessage.Of(row, secrets.Public(row)) with
                        {
                            Health = WebhookHealthMessage.Of(
                                row,
                                await WebhookAttemptStore.Figures(db, key, now - 86_400),
                                await Deliveries.Count(db, key, WebhookHealthMessage.MostCounted),
                                now
                            ),
                        }
                        : null,
                cancellation
            )
                is { } shown
            ? TypedResults.Json(shown, WebhooksJson.Default.WebhookMessage)
            : Problem.NotFound("webhook");
    }

    private static async Task<IResult> Replace(
        string id,
        HttpRequest request,
        Caller caller,
        Database database,
        WebhookCheck check,
        WebhookEdits edits,
        WebhookSecrets secrets,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, WebhooksJson.Default.EditWebhookMessage);
        if (problem is not null)
        {
            return problem;
        }
        if (
            !Ids.TryRead<WebhookId>(id, out var key)
            || await database.Read(db => WebhookStore.Find(db, caller.ClientId, key), cancellation) is not { } before
        )
        {
            return Problem.NotFound("webhook");
        }
        var (asked, wrong) = await check.Of(message!, before.Signature, cancellation);
        return wrong is not null ? wrong
            : await edits.Replace(caller.ClientId, key, asked!, cancellation) is { } row
                ? Shown(row, secrets.Public(row))
            : Problem.NotFound("webhook");
    }

    private static async Task<IResult> Delete(
        string id,
        Caller caller,
        WebhookEdits edits,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<WebhookId>(id, out var key) && await edits.Delete(caller.ClientId, key, cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("webhook");

    private static async Task<IResult> Rotate(
        string id,
        HttpRequest request,
        Caller caller,
        WebhookEdits edits,
        WebhookSecrets secrets,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, WebhooksJson.Default.RotateSecretMessage);
        if (problem is not null)
        {
            return problem;
        }
        if (message!.OverlapHours is < 0 or > LongestOverlapHours)
        {
            return Problem.BadBody(
                $"'overlap_hours' must be a whole number from 0 to {LongestOverlapHours}",
                "overlap_hours"
            );
        }
        return
            Ids.TryRead<WebhookId>(id, out var key)
            && await edits.Rotate(caller.ClientId, key, message.OverlapHours ?? UsualOverlapHours, cancellation)
                is { } row
            ? Shown(row, secrets.Shown(row))
            : Problem.NotFound("webhook");
    }

    private static async Task<IResult> Test(
        string id,
        Caller caller,
        Database database,
        WebhookTools tools,
        CancellationToken cancellation
    )
    {
        if (
            !Ids.TryRead<WebhookId>(id, out var key)
            || await database.Read(db => WebhookStore.Find(db, caller.ClientId, key), cancellation) is not { } row
        )
        {
            return Problem.NotFound("webhook");
        }
        var now = tools.Time.Seconds();
        var message = tools.Payloads.Test(row, tools.Ids.Next<EventId>(), now);
        var result = await tools.Sender.Send(new Uri(row.Url), tools.Secrets.SignerOf(row, now), message, cancellation);
        return TypedResults.Json(
            new WebhookTestMessage
            {
                Delivered = result.Error is null,
                MessageId = message.Id,
                HttpStatus = result.HttpStatus,
                Error = result.Error,
                Response = result.Response,
                DurationMs = result.Milliseconds,
            },
            WebhooksJson.Default.WebhookTestMessage
        );
    }

    private static Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<WebhookMessage> Shown(
        WebhookRow row,
        string? secret
    ) => TypedResults.Json(WebhookMessage.Of(row, secret), WebhooksJson.Default.WebhookMessage);
}
