using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.Server.Widget;

/// <summary>
/// Where browsers leave for the bank and come back. All of it happens at top level, in a frame's way too, so that the browser keeps the
/// cookie that proves it to be the one that left.
/// </summary>
internal static class BankRedirects
{
    /// <summary>How long a link holds the browser until the bank's address is known.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    // What another node has written may have come without a signal.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <summary>The button of the page that leads to the bank.</summary>
    public static async Task<IResult> Leave(HttpContext context, WidgetFlow flow, SecurityLog security)
    {
        var sessionId = context.Request.Query["session_id"].ToString();
        if (await flow.Find(sessionId, context.RequestAborted) is not { } session)
        {
            return Notices.Expired(context);
        }
        if (session.Work is not BankWork.Asks { Open: { Question: Question.Redirect redirect } open })
        {
            return session.State.Framed ? Notices.LinkUsed(context) : new SeeOther(WidgetEndpoints.Page(session));
        }
        if (!await IsOfOurPage(context.Request, flow, session, open.Id))
        {
            security.OtherBrowserRefused(
                new(session.Client.Id, session.Session.UserId, open.ConnectionId),
                open.DefinitionId
            );
            return Notices.OtherBrowser(context, session);
        }
        DepartureCookie.Give(context, session);
        return new SeeOther(redirect.Address.AbsoluteUri);
    }

    /// <summary>The link of a connection, `_links.authorize`: waits until the bank has said where users go, then leads there.</summary>
    public static async Task<IResult> FollowLink(
        string secret,
        HttpContext context,
        Database database,
        UserDatabase users,
        TimeProvider time
    )
    {
        var cancellation = context.RequestAborted;
        var hash = new Secret(secret).Hash();
        if (await Find() is not { } connection)
        {
            return Notices.LinkUsed(context);
        }
        using var watch = database.Signals.For(EventLog.Topic(connection.UserId));
        var until = time.GetUtcNow() + LongestWait;
        while (true)
        {
            var now = await Find();
            if (await IsClosed())
            {
                return Notices.ServiceClosed(context);
            }
            var open = await users.Read(
                connection.UserId,
                connection.ClientId,
                work => Questions.Find(work, connection.Id),
                cancellation
            );
            if (open is { Answered: false, Question: Question.Redirect redirect } && open.ExpiresAt > time.Seconds())
            {
                return await LeaveByLink(context, users, connection, open, redirect.Address);
            }
            if (now is null || now.Status != ConnectionStatus.Running)
            {
                // The run ended without a question: the bank cannot be reached, or all is done already.
                return now?.RedirectUrl is { } back ? new SeeOther(With(back, now)) : Notices.LinkUsed(context);
            }
            var left = until - time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                return Notices.OneMoment(context);
            }
            await watch.Wait(left < Look ? left : Look, time, cancellation);
        }

        Task<ConnectionRow?> Find() =>
            database.Read(db => ConnectionsStore.FindByAuthorization(db, hash), cancellation);

        async Task<bool> IsClosed() =>
            await database.Read(db => ClientStore.Find(db, connection.ClientId), cancellation)
                is not { Disabled: false };

        static string With(string back, ConnectionRow now) =>
            QueryHelpers.AddQueryString(
                back,
                new Dictionary<string, string?>
                {
                    ["status"] = (
                        now.Status == ConnectionStatus.Success ? MessageStatus.Success : MessageStatus.Error
                    ).Word(),
                    ["connection_id"] = now.Id.ToString(),
                }
            );
    }

    /// <summary>The way back: one for each bank, and one for all banks of an upstream.</summary>
    public static async Task<IResult> Return(
        string place,
        HttpContext context,
        WidgetFlow flow,
        Banks banks,
        Addresses addresses,
        SecurityLog security
    )
    {
        var request = context.Request;
        var state = request.Query["state"].ToString();
        if (state.Length is 0 or > 200 || ReturnPlace.Read(place) is not { } returnPlace)
        {
            return Notices.LinkUsed(context);
        }
        var arrival = new BankReturn(
            returnPlace,
            banks.ReturnPlaceOf,
            state,
            new Uri(addresses.BankReturnOf(returnPlace) + request.QueryString),
            question => DepartureCookie.Kept(request, question)
        );
        var (outcome, redirectUrl, session) = await flow.Return(
            arrival,
            Presence.OfBrowser(context),
            context.RequestAborted
        );
        switch (outcome)
        {
            case ReturnOutcome.NotAwaited:
                security.BankReturnUnknown(returnPlace);
                return Notices.LinkUsed(context);
            case ReturnOutcome.OtherBrowser other:
                security.OtherBrowserRefused(new(ConnectionId: other.ConnectionId), other.DefinitionId);
                return Notices.OtherBrowser(context, session: null);
            case ReturnOutcome.ClientClosed:
                return Notices.ServiceClosed(context);
            case ReturnOutcome.Back back:
                return GoOn(context, back, redirectUrl, session);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static IResult GoOn(
        HttpContext context,
        ReturnOutcome.Back back,
        string? redirectUrl,
        SessionContext? session
    ) =>
        back.Departure.From switch
        {
            // The client learns which of its connections went on; how that ended it reads from the connection.
            DepartureFrom.Link when redirectUrl is not null => new SeeOther(
                QueryHelpers.AddQueryString(redirectUrl, "connection_id", back.ConnectionId.ToString())
            ),
            DepartureFrom.Page when session is not null => new SeeOther(
                ReturnCookie.Give(context, session, back.ConnectionId)
            ),
            DepartureFrom.Frame when session?.State.Parameters.AspspCallbackUri is { } page => new SeeOther(
                page.AbsoluteUri
            ),
            // The session is over, or goes on in the tab that it came from.
            DepartureFrom.Link or DepartureFrom.Page or DepartureFrom.Frame => Notices.Returned(context),
        };

    private static async Task<IResult> LeaveByLink(
        HttpContext context,
        UserDatabase users,
        ConnectionRow connection,
        OpenQuestion open,
        Uri bank
    )
    {
        var departure = await users.Write(
            connection.UserId,
            connection.ClientId,
            async work =>
                await Questions.LeaveByLink(work, open, DepartureCookie.Kept(context.Request, open.Id))
                    ? new Departure(DepartureFrom.Link).Seal(await work.Key(), open.Id)
                    : null,
            context.RequestAborted
        );
        if (departure is null)
        {
            context
                .RequestServices.GetRequiredService<SecurityLog>()
                .OtherBrowserRefused(new(connection.ClientId, connection.UserId, connection.Id), open.DefinitionId);
            return Notices.OtherBrowser(context, session: null);
        }
        DepartureCookie.Give(context, open, departure);
        return new SeeOther(bank.AbsoluteUri);
    }

    /// <summary>
    /// Whether the browser comes from the page that shows the way to the bank, and not from a link that somebody copied there: it says so itself
    /// (Fetch Metadata, W3C), or it was given the cookie when the page was shown.
    /// </summary>
    private static async Task<bool> IsOfOurPage(
        HttpRequest request,
        WidgetFlow flow,
        SessionContext session,
        QuestionId questionId
    ) =>
        request.Headers["Sec-Fetch-Site"].ToString() == "same-origin"
        || (
            DepartureCookie.Kept(request, questionId) is { } kept
            && await flow.WasShown(session, kept, request.HttpContext.RequestAborted)
        );
}
