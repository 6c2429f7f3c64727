using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>
/// The link that a connection made by the API gives to the user's browser: it leads to the bank as soon as the bank has been asked
/// where that is. Whoever holds the link is the user, so it is as good as unguessable and shows nothing.
/// </summary>
internal static class AuthorizeLink
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private const string PleaseWait = """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="1">
        <title>One moment</title><p>Your bank is being reached. / Votre banque est contactée.</p></html>
        """;

    public static string Address(Addresses addresses, Secret token) =>
        $"{addresses.Embed}/v2.1/authorize/{token.Value}";

    public static void MapAuthorizeLink(this IEndpointRouteBuilder app) =>
        app.MapGet("/embed/v2.1/authorize/{token}", Follow).ExcludeFromDescription();

    private static async Task<IResult> Follow(
        string token,
        HttpContext context,
        Database database,
        UserDatabase users,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        var connection = await database.Read(db => Find(db, token), cancellation);
        if (connection is null)
        {
            return Problem.NotFound("authorization");
        }
        using var watch = database.Signals.For(EventLog.Topic(connection.UserId));
        var until = time.GetUtcNow() + LongestWait;
        while (true)
        {
            var (now, open) = await database.Read(
                async db =>
                    (
                        await Find(db, token),
                        await Questions.Find(users.For(db, connection.UserId, connection.ClientId), connection.Id)
                    ),
                cancellation
            );
            if (open is { Answered: false, Question: Question.Redirect redirect } && open.ExpiresAt > time.Seconds())
            {
                return TypedResults.Redirect(redirect.Address.AbsoluteUri);
            }
            if (now is null || now.Status != ConnectionStatus.Running)
            {
                // The run ended without a question: the bank cannot be reached, or all is done already.
                return now?.RedirectUrl is { } back
                    ? TypedResults.Redirect(
                        $"{back}{(back.Contains('?', StringComparison.Ordinal) ? '&' : '?')}status={(now.Status == ConnectionStatus.Success ? "success" : "error")}&connection_id={now.Id}"
                    )
                    : Problem.NotFound("authorization");
            }
            var left = until - time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                return TypedResults.Content(PleaseWait, "text/html; charset=utf-8");
            }
            await watch.Wait(left < QueueWait.Look ? left : QueueWait.Look, time, cancellation);
        }
    }

    private static Task<ConnectionRow?> Find(DbWork db, string token) =>
        ConnectionsStore.FindByAuthorization(db, new Secret(token).Hash());
}
