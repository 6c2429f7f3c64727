using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;

namespace Affluent.Server.Widget;

/// <summary>A session and all that decides what it shows, read together.</summary>
/// <param name="Banks">The banks of this installation.</param>
/// <param name="Provider">The bank in work; null before one is chosen.</param>
/// <param name="Connection">The connection in work; null when there is none.</param>
/// <param name="Question">Its question to the user.</param>
/// <param name="Accounts">Those to choose from.</param>
/// <param name="Now">UTC seconds.</param>
internal sealed record SessionContext(
    WidgetSession Session,
    Client Client,
    Banks Banks,
    Provider? Provider,
    WidgetConnection? Connection,
    OpenQuestion? Question,
    IReadOnlyList<WidgetAccount> Accounts,
    long Now
)
{
    public WidgetState State => Session.State;

    /// <summary>The client's own terms, which stand in the place of ours; null: it sent none, or has no right to any.</summary>
    public ClientTerms? Terms =>
        Client.OwnTerms && State.Parameters.TermsBody is { } body
            ? new ClientTerms(State.Parameters.TermsHeader, body)
            : null;

    /// <summary>
    /// What a browser that is shown the way to the bank must keep, to be known again when it comes back; null when nobody is to go there.
    /// </summary>
    public string? Departure { get; init; }

    /// <summary>What is linked of the bank that is to be linked, where that is still to be asked about; else empty.</summary>
    public IReadOnlyList<WidgetConnection> Linked { get; init; } = [];

    /// <summary>How the banks of the accounts are called, where those of several are shown; else empty.</summary>
    public IReadOnlyDictionary<ConnectionId, string> BankNames { get; init; } = new Dictionary<ConnectionId, string>();

    /// <summary>Whether the household that runs this installation is who reads: nobody else is told anything, or could mend what is missing.</summary>
    public bool AtHome { get; init; }

    /// <summary>Which of the ways to the bank in work do not answer now, where it has several of a kind; else empty.</summary>
    public IReadOnlySet<ChannelDefinitionId> Down { get; init; } = BankWays.NoneDown;

    /// <summary>The applications that read the accounts, where the user looks after them; else empty.</summary>
    public IReadOnlyList<ReadingApplication> Applications { get; init; } = [];

    /// <summary>What has become of the connection that the session waits for; null when it waits for none.</summary>
    public BankWork? Work => BankWork.Of(this);
}

/// <summary>A client's own terms.</summary>
/// <param name="Body">Empty: it has shown them before, under its own agreement with the user.</param>
internal sealed record ClientTerms(string? Header, string Body)
{
    public bool AreShownElsewhere => Body.Length == 0;

    public IReadOnlyList<string> Paragraphs =>
        Body.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
