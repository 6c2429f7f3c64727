using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Widget;

/// <summary>A session and all that decides what it shows, read together.</summary>
internal sealed record Visit(
    WidgetSession Session,
    Client Client,
    Provider? Provider,
    WidgetConnection? Connection,
    OpenQuestion? Question,
    IReadOnlyList<WidgetAccount> Accounts
)
{
    public WidgetState State => Session.State;

    public Screen Screen(long now) => Screens.Decide(State, Provider, Connection, Question, now);
}

/// <summary>What a form came to.</summary>
internal abstract record Taken
{
    private Taken() { }

    /// <summary>Done, or not for this step: show where the session stands now.</summary>
    public sealed record Shown : Taken;

    /// <summary>The session is no more.</summary>
    public sealed record Expired : Taken;

    /// <summary>The form is to be corrected; by input, what is wrong with it.</summary>
    public sealed record Wrong(Visit Visit, IReadOnlyDictionary<string, FieldFault> Faults) : Taken;
}

/// <summary>What is wrong with an input.</summary>
internal enum FieldFault
{
    Missing,
    Malformed,
}

/// <summary>What a step comes to.</summary>
internal abstract record StepTaken
{
    private StepTaken() { }

    /// <summary>The session stands elsewhere now.</summary>
    public sealed record To(WidgetState Next) : StepTaken;

    /// <summary>The form belongs to another step: nothing was done.</summary>
    public sealed record Nothing : StepTaken;

    /// <summary>By input, what is wrong with the form; nothing was done.</summary>
    public sealed record Wrong(IReadOnlyDictionary<string, FieldFault> Faults) : StepTaken
    {
        public Wrong(string field, FieldFault fault)
            : this(new Dictionary<string, FieldFault>(StringComparer.Ordinal) { [field] = fault }) { }
    }
}
