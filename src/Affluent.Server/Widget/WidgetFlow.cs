using System.Diagnostics;
using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Consents;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages;

namespace Affluent.Server.Widget;

/// <summary>What sending a form comes to.</summary>
internal abstract record Submission
{
    private Submission() { }

    /// <summary>Done, or not for this step: show where the session stands now.</summary>
    public sealed record Taken : Submission;

    /// <summary>The session is no more.</summary>
    public sealed record Expired : Submission;

    /// <summary>More forms than the limits allow: after so many seconds it can be sent again.</summary>
    public sealed record Excess(long RetryAfter) : Submission;

    /// <summary>The form is to be corrected.</summary>
    public sealed record Rejected(SessionContext Session, WidgetPage Page, RejectedForm Form) : Submission;
}

/// <summary>
/// Leads a session from page to page. Each form is taken in one transaction, under the lock of the session's row: what it does
/// happens once, however often it is sent.
/// </summary>
internal sealed class WidgetFlow(
    Database database,
    UserDatabase users,
    Banks banks,
    Revocations revocations,
    RequestLimits limits,
    ConsentKeeper consents,
    BankRevocations bankRevocations,
    ReadingApplications applications,
    Settings settings,
    TimeProvider time
)
{
    /// <summary>Where a session stands; null when it is no more.</summary>
    public Task<SessionContext?> Find(string sessionId, CancellationToken cancellation) =>
        database.Read(async db => (await Load(db, sessionId, forUpdate: false))?.Session, cancellation);

    /// <summary>Opens an address, then takes the steps that need nobody; null when the session is no more.</summary>
    /// <param name="known">The session as <see cref="Find"/> gave it.</param>
    /// <param name="parameters">Those of the address; null when it brings none.</param>
    /// <param name="framed">Whether the browser says that it is a frame; null when it does not say.</param>
    public async Task<SessionContext?> Open(
        SessionContext known,
        WidgetPurpose purpose,
        WidgetParameters? parameters,
        bool? framed,
        CancellationToken cancellation
    )
    {
        var offered = Offered(parameters);
        // Most visits only look: they take no turn among the writers.
        if (Next(known) is null)
        {
            return known;
        }
        return await database.Write(
            async db =>
            {
                if (await Load(db, known.Session.Id, forUpdate: true) is not var (work, session))
                {
                    return null;
                }
                // A session takes at most a handful of steps by itself.
                for (var i = 0; i < 6 && Next(session) is { } next; i++)
                {
                    var advanced = await WidgetStore.Advance(db, session.Session, next);
                    session = await Describe(work, advanced, session.Client);
                }
                return session;
            },
            cancellation
        );

        WidgetState? Next(SessionContext session)
        {
            var state = session.State;
            var opened = state.Open(purpose, offered ?? state.Parameters, framed);
            return WidgetStore.Write(opened) != WidgetStore.Write(state)
                ? opened
                : (session.Work as BankWork.Finished)?.Next;
        }
    }

    /// <summary>Takes a form.</summary>
    public async Task<Submission> Submit(
        string sessionId,
        IFormCollection fields,
        FormSender sender,
        CancellationToken cancellation
    )
    {
        if (await Find(sessionId, cancellation) is not { } known)
        {
            return new Submission.Expired();
        }
        if (!known.Session.Owns(fields["token"]))
        {
            return new Submission.Taken();
        }
        if (
            limits.Take(
                LimitedAction.Answer,
                known.Session.ClientId,
                known.Session.UserId.ToString(),
                sender.Address
            ) is
            { } seconds
        )
        {
            return new Submission.Excess(seconds);
        }
        // Before the transaction: nobody else is to wait while a large file is read.
        var file = UploadPage.For(known) is { } upload ? await upload.Look(fields, banks, time.GetUtcNow()) : null;
        return await database.Write<Submission>(
            async db =>
            {
                if (await Load(db, sessionId, forUpdate: true) is not var (work, session))
                {
                    return new Submission.Expired();
                }
                var actions = new SessionActions(
                    work,
                    banks,
                    consents,
                    bankRevocations,
                    applications,
                    session.State.Parameters,
                    sender
                );
                var language = session.State.Parameters.Language ?? sender.Language;
                var form = new PostedForm(session, fields, actions, language) { File = file };
                // Between two pages there is none, and nothing but the ways out.
                var page = WidgetPages.Find(session);
                var result =
                    form.Action<WayOut>() is { } way ? await WaysOut.Take(way, form)
                    : page is null ? new FormResult.Ignored()
                    : await page.Submit(form);
                switch (result)
                {
                    case FormResult.To to:
                        await WidgetStore.Advance(db, session.Session, to.Next);
                        return new Submission.Taken();
                    case FormResult.Ignored:
                        return new Submission.Taken();
                    case FormResult.Rejected rejected:
                        return new Submission.Rejected(
                            session,
                            page!,
                            new RejectedForm(fields, rejected.Faults) { File = rejected.File }
                        );
                    default:
                        throw new UnreachableException();
                }
            },
            cancellation
        );
    }

    /// <summary>Whether a browser keeps what it got when it was shown this session's way to the bank.</summary>
    public async Task<bool> WasShown(SessionContext session, string kept, CancellationToken cancellation) =>
        session.Question is { } open
        && await users.Read(
            session.Session.UserId,
            session.Session.ClientId,
            async work => Departure.Open(await work.Key(), open.Id, kept),
            cancellation
        )
            is { SessionId: { } sessionId }
        && sessionId == session.Session.Id;

    /// <summary>A browser comes from a bank.</summary>
    public Task<BankReturnResult> Return(BankReturn arrival, PresentUser user, CancellationToken cancellation) =>
        database.Write(
            async db =>
            {
                var outcome = await Questions.Return(db, users, arrival, user, AuthorizeLink.Close);
                if (outcome is not ReturnOutcome.Back back)
                {
                    return new BankReturnResult(outcome, RedirectUrl: null, Session: null);
                }
                return back.Departure.SessionId is { } sessionId
                    ? new BankReturnResult(
                        back,
                        RedirectUrl: null,
                        (await Load(db, sessionId, forUpdate: false))?.Session
                    )
                    : new BankReturnResult(
                        back,
                        (await ConnectionsStore.Find(db, back.UserId, back.ConnectionId))?.RedirectUrl,
                        Session: null
                    );
            },
            cancellation
        );

    /// <summary>A bank that is not offered, or no longer, leaves the choice to the user.</summary>
    private WidgetParameters? Offered(WidgetParameters? parameters) =>
        parameters is { ProviderId: { } provider }
            ? parameters with
            {
                ProviderId = banks.ToConnect(provider)?.Id,
            }
            : parameters;

    private async Task<(UserWork Work, SessionContext Session)?> Load(DbWork db, string sessionId, bool forUpdate)
    {
        var now = time.Seconds();
        var session = forUpdate
            ? await WidgetStore.FindForUpdate(db, sessionId, now)
            : await WidgetStore.Find(db, sessionId, now);
        // A session ends with what it stands on: the token, its sign-in, the user's password, the client.
        if (
            session is null
            || revocations.Covers(session.TokenId, session.AuthorizationId, session.UserId, session.ClientId)
            || await ClientStore.Find(db, session.ClientId) is not { Disabled: false } client
        )
        {
            return null;
        }
        var work = users.For(db, session.UserId, session.ClientId);
        return (work, await Describe(work, session, client));
    }

    private static async Task<IReadOnlyDictionary<ConnectionId, string>> BankNames(
        UserWork work,
        IReadOnlyList<WidgetAccount> accounts
    )
    {
        ConnectionKey[] keys =
        [
            .. accounts
                .Select(account => account.ConnectionId)
                .Distinct()
                .Select(id => new ConnectionKey(work.UserId, id)),
        ];
        return keys.Length < 2
            ? new Dictionary<ConnectionId, string>()
            : (await ConnectionsStore.Find(work.Db, keys)).ToDictionary(
                connection => connection.Id,
                connection => connection.Name
            );
    }

    private async Task<SessionContext> Describe(UserWork work, WidgetSession session, Client client)
    {
        var state = session.State;
        var connection = state.ConnectionId is { } id ? await WidgetConnection.Find(work.Db, work.UserId, id) : null;
        var question = connection is null ? null : await Questions.Find(work, connection.Id);
        var provider = (connection?.ProviderId ?? state.ProviderId) is { } bank ? banks.Provider(bank) : null;
        var asks = state is { AddsBank: true, Step: WidgetStep.Consent, ConnectionId: null, AddsAnother: false };
        var accounts =
            connection?.Accounts
            ?? (state.Purpose == WidgetPurpose.ManageAccounts ? await WidgetAccount.All(work.Db, work.UserId) : []);
        return new SessionContext(session, client, banks, provider, connection, question, accounts, work.Now)
        {
            BankNames = await BankNames(work, accounts),
            AtHome = settings.Environment == InstallationKind.Home,
            Down = await WaysDown.Of(work.Db, provider, work.Now),
            Linked =
                asks && state.ProviderId is { } chosen
                    ? await WidgetConnection.OfBank(work.Db, work.UserId, banks.SameAs(chosen))
                    : [],
            Applications = state
                is { Purpose: WidgetPurpose.ManageAccounts, Step: WidgetStep.Start or WidgetStep.Removal }
                ? await applications.List(work.Db, work.UserId)
                : [],
            Departure = question is { Answered: false, Question: Question.Redirect }
                ? new Departure(state.Framed ? DepartureFrom.Frame : DepartureFrom.Page, session.Id).Seal(
                    await work.Key(),
                    question.Id
                )
                : null,
        };
    }
}

/// <summary>A browser that came from a bank, and where it goes on.</summary>
/// <param name="RedirectUrl">The client's place, for who left by a link and is back.</param>
/// <param name="Session">The session that sent it; null: none, or it is over.</param>
internal sealed record BankReturnResult(ReturnOutcome Outcome, string? RedirectUrl, SessionContext? Session);

/// <summary>Whose browser sends a form.</summary>
/// <param name="Address">Where it is; null: not known.</param>
/// <param name="Language">The one that it prefers.</param>
internal sealed record FormSender(PresentUser User, IPAddress? Address, Language Language)
{
    public static FormSender Of(HttpContext context) =>
        new(Presence.OfBrowser(context), context.Connection.RemoteIpAddress, Languages.Of(context.Request));
}
