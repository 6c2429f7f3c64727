using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Connections;

/// <summary>A connection and where its maker wants the browser to end.</summary>
internal sealed record AuthorizedConnection
{
    public long UserId { get; init; }
    public long Id { get; init; }
    public string Status { get; init; } = "";
    public string? RedirectUrl { get; init; }
}

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
        Questions questions,
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
                async db => (await Find(db, token), await questions.Find(db, connection.UserId, connection.Id)),
                cancellation
            );
            if (open is { Answered: false, Question: Question.Redirect redirect } && open.ExpiresAt > time.Seconds())
            {
                return TypedResults.Redirect(redirect.Address.AbsoluteUri);
            }
            if (now is null || now.Status != "RUNNING")
            {
                // The run ended without a question: the bank cannot be reached, or all is done already.
                return now?.RedirectUrl is { } back
                    ? TypedResults.Redirect(
                        $"{back}{(back.Contains('?', StringComparison.Ordinal) ? '&' : '?')}status={(now.Status == "SUCCESS" ? "success" : "error")}&connection_id={Ids.Text(now.Id)}"
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

    private static Task<AuthorizedConnection?> Find(DbWork db, string token) =>
        db.Find<AuthorizedConnection>(
            "select user_id, id, status, redirect_url from connections where authorize_hash = @Hash",
            new { Hash = new Secret(token).Hash() }
        );
}
