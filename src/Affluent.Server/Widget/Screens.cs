using Affluent.Connectors.Contract;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Widget;

/// <summary>Everything that a session can show.</summary>
internal abstract record Screen
{
    private Screen() { }

    /// <summary>Changes when there is something else to show than before.</summary>
    public virtual string Key => GetType().Name;

    public sealed record Banks : Screen;

    public sealed record Consent : Screen;

    public sealed record Channels : Screen;

    /// <summary>The credentials form, of the user's own step or because the bank asks.</summary>
    public sealed record Credentials(ChannelDefinition Channel, long? QuestionId) : Screen;

    public sealed record Handoff(Uri Address) : Screen;

    public sealed record Code(long QuestionId, Question.OneTimePassword Asked) : Screen
    {
        public override string Key => $"Code{QuestionId}";
    }

    public sealed record Approval(long QuestionId, Question.AppApproval Asked) : Screen
    {
        public override string Key => $"Approval{QuestionId}";
    }

    public sealed record Site(long QuestionId, Question.SiteAction Asked) : Screen
    {
        public override string Key => $"Site{QuestionId}";
    }

    public sealed record Working(WorkPhase Phase) : Screen;

    public sealed record Accounts : Screen;

    public sealed record Other : Screen;

    public sealed record Failed(Trouble Trouble) : Screen;

    public sealed record UnknownConnection : Screen;

    public sealed record NothingToAnswer : Screen;

    public sealed record Ended(WidgetOutcome Outcome) : Screen;

    /// <summary>Nothing to show: the session goes on to another step.</summary>
    public sealed record Move(WidgetState State) : Screen;
}

/// <summary>What the bank is being asked for.</summary>
internal enum WorkPhase
{
    Connecting,
    Reading,
}

/// <summary>Decides what a session shows, from where it stands and what has become of its connection. Pure.</summary>
internal static class Screens
{
    /// <param name="provider">The bank in work; null before one is chosen.</param>
    /// <param name="connection">The connection in work; null when there is none.</param>
    /// <param name="question">Its open question.</param>
    public static Screen Decide(
        WidgetState state,
        Provider? provider,
        WidgetConnection? connection,
        OpenQuestion? question,
        long now
    ) =>
        state.Step switch
        {
            WidgetStep.Start when state.Page == WidgetPage.ManageAccounts => new Screen.Accounts(),
            WidgetStep.Start => new Screen.Banks(),
            // Nobody consents to renew what does not exist.
            WidgetStep.Consent when state.Page == WidgetPage.EditCredentials && connection is null =>
                new Screen.UnknownConnection(),
            WidgetStep.Consent => new Screen.Consent(),
            WidgetStep.Channel => new Screen.Channels(),
            WidgetStep.Credentials => new Screen.Credentials(Channel(provider, state.DefinitionId!), null),
            WidgetStep.Done => new Screen.Ended(state.Outcome!),
            _ when connection is null || provider is null => new Screen.UnknownConnection(),
            WidgetStep.Accounts => new Screen.Accounts(),
            WidgetStep.Other => new Screen.Other(),
            WidgetStep.Linking or WidgetStep.Reading when question is { Answered: false } && question.ExpiresAt > now =>
                Ask(provider, question),
            WidgetStep.Linking => Linking(state, provider, connection),
            WidgetStep.Reading => Reading(state, connection),
            _ => throw new InvalidOperationException($"A session at the step {state.Step}."),
        };

    /// <summary>The first step of a page, once its address is read.</summary>
    public static WidgetStep First(WidgetPage page, WidgetParameters parameters) =>
        page switch
        {
            WidgetPage.ManageAccounts => WidgetStep.Start,
            WidgetPage.UserInput => WidgetStep.Linking,
            WidgetPage.Terms => WidgetStep.Consent,
            WidgetPage.EditCredentials => WidgetStep.Consent,
            _ => parameters.ProviderId is null ? WidgetStep.Start : WidgetStep.Consent,
        };

    /// <summary>The channel that <c>edit_credentials</c> begins with.</summary>
    public static ChannelDefinition ToRenew(Provider provider, ExpectedAccountTypes expected) =>
        (
            expected switch
            {
                ExpectedAccountTypes.Payment => Of(provider, ChannelMode.Redirect),
                ExpectedAccountTypes.Other => Of(provider, ChannelMode.Embedded),
                _ => null,
            }
        )
        ?? Of(provider, ChannelMode.Redirect)
        ?? provider.Channels[0];

    /// <summary>The channels that users can choose from, REDIRECT first.</summary>
    public static IReadOnlyList<ChannelDefinition> InService(Provider provider) =>
        [
            .. provider
                .Channels.Where(c => !c.Unavailable && c.Capabilities.Contains(Capability.AccountInformation))
                .OrderBy(c => c.Mode),
        ];

    /// <summary>Where a session goes once accounts are listed and chosen.</summary>
    public static WidgetState AfterAccounts(WidgetState state, Provider provider, WidgetConnection connection)
    {
        if (OtherChannel(state, provider, connection) is not null)
        {
            return state with { Step = WidgetStep.Other };
        }
        return state with { Step = WidgetStep.Reading };
    }

    /// <summary>The EMBEDDED channel to offer after the REDIRECT one; null when there is nothing to offer.</summary>
    public static ChannelDefinition? OtherChannel(WidgetState state, Provider provider, WidgetConnection connection)
    {
        var offers =
            Adds(state)
            || (
                state.Page == WidgetPage.EditCredentials
                && state.Parameters.ExpectedAccountTypes == ExpectedAccountTypes.All
            );
        if (
            !offers
            || state.DefinitionId is not { } current
            || Channel(provider, current).Mode != ChannelMode.Redirect
            || Of(provider, ChannelMode.Embedded) is not { Unavailable: false } other
        )
        {
            return null;
        }
        // Adding offers what is not there yet; renewing what is.
        var unused = connection.Channels.All(c => c.DefinitionId != other.Id || c.Status == "EMPTY");
        return unused == (state.Page != WidgetPage.EditCredentials) ? other : null;
    }

    /// <summary>The channel in work or, where the page is about the whole connection, the first one that does not work.</summary>
    public static WidgetChannel? Faulty(WidgetState state, WidgetConnection connection) =>
        connection.Channels.FirstOrDefault(channel => channel.DefinitionId == state.DefinitionId)
        ?? connection.Channels.FirstOrDefault(channel => channel.Status is not ("EMPTY" or "SUCCESS" or "RUNNING"));

    /// <summary>Whether the page links a new bank.</summary>
    public static bool Adds(WidgetState state) =>
        state.Page is WidgetPage.AddConnection or WidgetPage.ProfessionalAccount;

    private static Screen Ask(Provider provider, OpenQuestion open) =>
        open.Question switch
        {
            Question.Credentials => new Screen.Credentials(Channel(provider, open.DefinitionId), open.Id),
            Question.OneTimePassword code => new Screen.Code(open.Id, code),
            Question.AppApproval approval => new Screen.Approval(open.Id, approval),
            Question.Redirect redirect => new Screen.Handoff(redirect.Address),
            Question.SiteAction site => new Screen.Site(open.Id, site),
            _ => throw new InvalidOperationException($"A question of type {open.Question.GetType().Name}."),
        };

    private static Screen Linking(WidgetState state, Provider provider, WidgetConnection connection)
    {
        if (state.Page == WidgetPage.UserInput)
        {
            return connection.Running ? new Screen.Working(Phase(connection))
                : state.Touched ? Reading(state, connection)
                : Fault(state, connection) is { } waits ? new Screen.Failed(waits)
                : new Screen.NothingToAnswer();
        }
        var chooses = state.Parameters.SelectAccounts || state.Parameters.ConsentPerAccount;
        if (connection.Running && (chooses || state.Parameters.WaitsForTransactions || !Listed(state, connection)))
        {
            return new Screen.Working(Phase(connection));
        }
        if (!connection.Running && Fault(state, connection) is { } trouble)
        {
            return new Screen.Failed(trouble);
        }
        return new Screen.Move(
            chooses && connection.Accounts.Count > 0
                ? state with
                {
                    Step = WidgetStep.Accounts,
                }
                : AfterAccounts(state, provider, connection)
        );
    }

    private static Screen Reading(WidgetState state, WidgetConnection connection)
    {
        if (connection.Running && state.Parameters.WaitsForTransactions)
        {
            return new Screen.Working(WorkPhase.Reading);
        }
        var failedAll = connection.Accounts.Count == 0 || state.Page == WidgetPage.UserInput;
        if (!connection.Running && failedAll && Fault(state, connection) is { } trouble)
        {
            return new Screen.Failed(trouble);
        }
        var outcome = new WidgetOutcome(
            WidgetOutcome.Success,
            state.Created ? "created" : "updated",
            Partial: connection is { Running: false, Status: not "SUCCESS" }
        );
        return new Screen.Move(state with { Step = WidgetStep.Done, Outcome = outcome });
    }

    private static bool Listed(WidgetState state, WidgetConnection connection) =>
        connection.Accounts.Any(account => account.LastDefinitionId == state.DefinitionId);

    private static WorkPhase Phase(WidgetConnection connection) =>
        connection.Accounts.Count > 0 ? WorkPhase.Reading : WorkPhase.Connecting;

    /// <summary>Why the channel in work brought nothing; null when it did its work.</summary>
    private static Trouble? Fault(WidgetState state, WidgetConnection connection) =>
        Faulty(state, connection) is { } channel ? Troubles.Of(channel.Status, channel.Reason) : null;

    private static ChannelDefinition Channel(Provider? provider, string definitionId) =>
        provider!.Channels.First(c => c.Id == definitionId);

    private static ChannelDefinition? Of(Provider provider, ChannelMode mode) =>
        provider.Channels.FirstOrDefault(c => c.Mode == mode);
}
