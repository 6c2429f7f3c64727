using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;

namespace Affluent.Server.Widget;

/// <summary>What has become of the connection that a session waits for, at the steps Linking and Reading. Pure.</summary>
internal abstract record BankWork
{
    private BankWork() { }

    /// <summary>The bank asks the user.</summary>
    public sealed record Asks(OpenQuestion Open) : BankWork;

    /// <summary>It goes on by itself.</summary>
    public sealed record Running(WorkPhase Phase) : BankWork;

    /// <summary>It brought nothing.</summary>
    public sealed record Failed(LinkFailure Failure) : BankWork;

    /// <summary>The bank had a question that nobody was there for, and asks it again once the user is.</summary>
    public sealed record WaitsForUser(LinkFailure Failure) : BankWork;

    /// <summary>The user came to answer, and the bank asks nothing.</summary>
    public sealed record AsksNothing : BankWork;

    /// <summary>It is done: the session goes on to another step.</summary>
    public sealed record Finished(WidgetState Next) : BankWork;

    /// <summary>Null where the session waits for no bank, or has no connection that could work.</summary>
    public static BankWork? Of(SessionContext session)
    {
        var state = session.State;
        if (
            state.Step is not (WidgetStep.Linking or WidgetStep.Reading)
            || session is not { Provider: { } provider, Connection: { } connection }
        )
        {
            return null;
        }
        if (session.Question is { Answered: false } open && open.ExpiresAt > session.Now)
        {
            return new Asks(open);
        }
        return state.Step == WidgetStep.Linking ? Linking(state, provider, connection) : Reading(state, connection);
    }

    /// <summary>Where a session goes once accounts are listed and chosen.</summary>
    public static WidgetState AfterAccounts(WidgetState state, Provider provider, WidgetConnection connection) =>
        state with
        {
            Step = ChannelOffer.Second(state, provider, connection) is null ? WidgetStep.Reading : WidgetStep.Other,
        };

    /// <summary>The channel in work or, where the session is about the whole connection, the first one that does not work.</summary>
    public static WidgetChannel? ChannelInWork(WidgetState state, WidgetConnection connection) =>
        connection.Channels.FirstOrDefault(channel => channel.DefinitionId == state.DefinitionId)
        ?? connection.Channels.FirstOrDefault(channel => LinkFailures.Of(channel) is not null);

    private static BankWork Linking(WidgetState state, Provider provider, WidgetConnection connection)
    {
        if (state.Purpose == WidgetPurpose.UserInput)
        {
            return connection.Running ? new Running(PhaseOf(connection))
                : state.Touched ? Reading(state, connection)
                : FailureOf(state, connection) is { } waits ? new WaitsForUser(waits)
                : new AsksNothing();
        }
        var chooses = state.Parameters.SelectAccounts || state.Parameters.ConsentPerAccount;
        if (connection.Running && (chooses || state.Parameters.WaitsForTransactions || !Listed(state, connection)))
        {
            return new Running(PhaseOf(connection));
        }
        if (!connection.Running && FailureOf(state, connection) is { } failure)
        {
            return new Failed(failure);
        }
        return new Finished(
            chooses && connection.Accounts.Count > 0
                ? state with
                {
                    Step = WidgetStep.Accounts,
                }
                : AfterAccounts(state, provider, connection)
        );
    }

    private static BankWork Reading(WidgetState state, WidgetConnection connection)
    {
        var nothing = connection.Accounts.Count == 0;
        if (connection.Running && (nothing || state.Parameters.WaitsForTransactions))
        {
            return new Running(PhaseOf(connection));
        }
        var failedAll = nothing || state.Purpose == WidgetPurpose.UserInput;
        if (!connection.Running && failedAll && FailureOf(state, connection) is { } failure)
        {
            return new Failed(failure);
        }
        if (nothing)
        {
            return new Failed(LinkFailure.NoAccounts);
        }
        var outcome = new WidgetOutcome.Success(
            state.Created ? SuccessResult.Created : SuccessResult.Updated,
            Partial: connection is { Running: false, Complete: false }
        );
        return new Finished(state with { Step = WidgetStep.Done, Outcome = outcome });
    }

    private static bool Listed(WidgetState state, WidgetConnection connection) =>
        connection.Accounts.Any(account => account.LastDefinitionId == state.DefinitionId);

    private static WorkPhase PhaseOf(WidgetConnection connection) =>
        connection.Accounts.Count > 0 ? WorkPhase.Reading : WorkPhase.Connecting;

    /// <summary>Why the channel in work brought nothing; null when it did its work.</summary>
    private static LinkFailure? FailureOf(WidgetState state, WidgetConnection connection) =>
        ChannelInWork(state, connection) is { } channel ? LinkFailures.Of(channel) : null;
}

/// <summary>What the bank is being asked for.</summary>
internal enum WorkPhase
{
    Connecting,
    Reading,
}
