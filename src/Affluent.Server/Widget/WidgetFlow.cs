using System.Diagnostics;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
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

    /// <summary>The form is to be corrected.</summary>
    public sealed record Rejected(SessionContext Session, WidgetPage Page, RejectedForm Form) : Submission;
}

/// <summary>
/// Leads a session from page to page. Each form is taken in one transaction, under the lock of the session's row: what it does
/// happens once, however often it is sent.
/// </summary>
internal sealed class WidgetFlow(Database database, Vault vault, UserDatabase users, Banks banks, TimeProvider time)
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
    public Task<Submission> Submit(
        string sessionId,
        IFormCollection fields,
        PresentUser user,
        CancellationToken cancellation
    ) =>
        database.Write<Submission>(
            async db =>
            {
                if (await Load(db, sessionId, forUpdate: true) is not var (work, session))
                {
                    return new Submission.Expired();
                }
                if (!session.Session.Owns(fields["token"]))
                {
                    return new Submission.Taken();
                }
                var actions = new SessionActions(work, banks, session.State.Parameters, user);
                var form = new PostedForm(session, fields, actions);
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
                        return new Submission.Rejected(session, page!, new RejectedForm(fields, rejected.Faults));
                    default:
                        throw new UnreachableException();
                }
            },
            cancellation
        );

    /// <summary>The user is back from the bank: who it is, and the session that waits; null when the state is not good.</summary>
    public Task<BackFromBank?> Return(string state, Uri address, PresentUser user, CancellationToken cancellation) =>
        database.Write<BackFromBank?>(
            async db =>
            {
                if (await Questions.Return(db, users, state, address, user) is not { } returned)
                {
                    return null;
                }
                var session = await WidgetStore.FindByConnection(
                    db,
                    vault,
                    returned.UserId,
                    returned.ConnectionId,
                    time.Seconds()
                );
                var connection = await ConnectionsStore.Find(db, returned.UserId, returned.ConnectionId);
                return new BackFromBank(
                    returned.ConnectionId,
                    connection?.RedirectUrl,
                    session is null ? null : (await Load(db, session.Id, forUpdate: false))?.Session
                );
            },
            cancellation
        );

    /// <summary>A bank that is not offered, or no longer, leaves the choice to the user.</summary>
    private WidgetParameters? Offered(WidgetParameters? parameters) =>
        parameters is { ProviderId: { } provider } && banks.Provider(provider) is null
            ? parameters with
            {
                ProviderId = null,
            }
            : parameters;

    private async Task<(UserWork Work, SessionContext Session)?> Load(DbWork db, string sessionId, bool forUpdate)
    {
        var now = time.Seconds();
        var session = forUpdate
            ? await WidgetStore.FindForUpdate(db, sessionId, now)
            : await WidgetStore.Find(db, sessionId, now);
        if (session is null || await ClientStore.Find(db, session.ClientId) is not { Disabled: false } client)
        {
            return null;
        }
        var work = users.For(db, session.UserId, session.ClientId);
        return (work, await Describe(work, session, client));
    }

    private async Task<SessionContext> Describe(UserWork work, WidgetSession session, Client client)
    {
        var state = session.State;
        var connection = state.ConnectionId is { } id ? await WidgetConnection.Find(work.Db, work.UserId, id) : null;
        return new SessionContext(
            session,
            client,
            banks,
            (connection?.ProviderId ?? state.ProviderId) is { } bank ? banks.Provider(bank) : null,
            connection,
            connection is null ? null : await Questions.Find(work, connection.Id),
            connection?.Accounts
                ?? (state.Purpose == WidgetPurpose.ManageAccounts ? await WidgetAccount.All(work.Db, work.UserId) : []),
            work.Now
        );
    }
}

/// <summary>A user who is back from the bank.</summary>
/// <param name="RedirectUrl">Where to go on, for connections made by the API; null for the widget's own.</param>
/// <param name="Session">The session that waits; null: it is over.</param>
internal sealed record BackFromBank(ConnectionId ConnectionId, string? RedirectUrl, SessionContext? Session);
