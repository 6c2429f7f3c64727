using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Widget;

/// <summary>
/// Leads a session through its steps. Each form is taken in one transaction, under the lock of the session's row: what it does
/// happens once, however often it is sent.
/// </summary>
internal sealed class WidgetFlow(
    Database database,
    Vault vault,
    Banks banks,
    Questions questions,
    WidgetSteps steps,
    TimeProvider time
)
{
    /// <summary>Where a session stands; null when it is no more.</summary>
    public Task<Visit?> Find(string sessionId, CancellationToken cancellation) =>
        database.Read(db => Load(db, sessionId, forUpdate: false), cancellation);

    /// <summary>
    /// Opens a page: a new subject (another page, bank or connection) starts from the beginning, anything else goes on where the
    /// session was. Then takes the steps that need nobody.
    /// </summary>
    /// <param name="parameters">Those of the address; null when it brings none.</param>
    /// <param name="framed">Whether the browser says that it is a frame; null when it does not say.</param>
    public Task<Visit?> Open(
        string sessionId,
        WidgetPage page,
        WidgetParameters? parameters,
        bool? framed,
        CancellationToken cancellation
    ) =>
        database.Write(
            async db =>
            {
                if (await Load(db, sessionId, forUpdate: true) is not { } visit)
                {
                    return null;
                }
                var wanted = Opened(visit.State, page, Offered(parameters) ?? visit.State.Parameters, framed);
                if (wanted != visit.State && !SameText(wanted, visit.State))
                {
                    visit = await Go(db, visit, wanted);
                }
                // A session takes at most a handful of steps by itself.
                for (var i = 0; i < 5 && visit.Screen(time.Seconds()) is Screen.Move move; i++)
                {
                    visit = await Go(db, visit, move.State);
                }
                return visit;
            },
            cancellation
        );

    /// <summary>Takes a form.</summary>
    public Task<Taken> Take(string sessionId, IFormCollection form, PresentUser user, CancellationToken cancellation) =>
        database.Write<Taken>(
            async db =>
            {
                if (await Load(db, sessionId, forUpdate: true) is not { } visit)
                {
                    return new Taken.Expired();
                }
                if (!visit.Session.Owns(form["token"]))
                {
                    return new Taken.Shown();
                }
                switch (await steps.Take(db, visit, form, user))
                {
                    case StepTaken.Wrong wrong:
                        return new Taken.Wrong(visit, wrong.Faults);
                    case StepTaken.To to:
                        await WidgetStore.Advance(db, visit.Session, to.Next);
                        return new Taken.Shown();
                    default:
                        return new Taken.Shown();
                }
            },
            cancellation
        );

    /// <summary>The user is back from the bank: who it is, and the session that waits; null when the state is not good.</summary>
    public Task<(ReturnedUser User, Visit? Visit)?> Return(
        string state,
        Uri address,
        PresentUser user,
        CancellationToken cancellation
    ) =>
        database.Write<(ReturnedUser, Visit?)?>(
            async db =>
            {
                var now = time.Seconds();
                if (await questions.Return(db, state, address, user, now) is not { } returned)
                {
                    return null;
                }
                var session = await WidgetStore.FindByConnection(
                    db,
                    vault,
                    returned.UserId,
                    returned.ConnectionId,
                    now
                );
                return (returned, session is null ? null : await Load(db, session.Id, forUpdate: false));
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

    private static WidgetState Opened(WidgetState state, WidgetPage page, WidgetParameters parameters, bool? framed)
    {
        var inFrame = framed ?? (parameters.AspspCallbackUri is not null);
        var sameSubject =
            state.Opened
            && page == state.Page
            && parameters.ConnectionId == state.Parameters.ConnectionId
            && parameters.ProviderId == state.Parameters.ProviderId;
        if (sameSubject)
        {
            return state with { Parameters = parameters, Framed = inFrame };
        }
        return new WidgetState
        {
            Opened = true,
            Page = page,
            Step = Screens.First(page, parameters),
            Parameters = parameters,
            ProviderId = parameters.ProviderId,
            ConnectionId = Ids.TryRead(parameters.ConnectionId, out var id) ? id : null,
            QueueId = state.QueueId,
            Framed = inFrame,
        };
    }

    private static bool SameText(WidgetState a, WidgetState b) => WidgetStore.Write(a) == WidgetStore.Write(b);

    private async Task<Visit> Go(DbWork db, Visit visit, WidgetState next)
    {
        await WidgetStore.Advance(db, visit.Session, next);
        return (await Load(db, visit.Session.Id, forUpdate: false))!;
    }

    private async Task<Visit?> Load(DbWork db, string sessionId, bool forUpdate)
    {
        var now = time.Seconds();
        var session = forUpdate
            ? await WidgetStore.FindForUpdate(db, sessionId, now)
            : await WidgetStore.Find(db, sessionId, now);
        if (session is null || await ClientStore.Find(db, session.ClientId) is not { Disabled: false } client)
        {
            return null;
        }
        var state = session.State;
        var connection = state.ConnectionId is { } id ? await WidgetStore.FindConnection(db, session.UserId, id) : null;
        return new Visit(
            session,
            client,
            banks.Provider(connection?.ProviderId ?? state.ProviderId ?? ""),
            connection,
            connection is null ? null : await questions.Find(db, session.UserId, connection.Id),
            connection?.Accounts
                ?? (state.Page == WidgetPage.ManageAccounts ? await WidgetStore.Accounts(db, session.UserId) : [])
        );
    }
}
