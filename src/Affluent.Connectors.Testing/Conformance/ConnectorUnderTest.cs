using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Testing.Conformance;

/// <summary>What a test brings so that its connector can be examined by <see cref="ConnectorContract"/>.</summary>
public sealed record ConnectorUnderTest
{
    /// <summary>Makes the connector anew: each step is taken by another instance, as on several nodes.</summary>
    public required Func<IConnector> Connector { get; init; }

    /// <summary>A bank of the family, with all its settings.</summary>
    public required ChannelDefinition Channel { get; init; }

    /// <summary>A healthy bank, as on the first day: a replay, a fake, a bridge to a test server. Made anew for each run.</summary>
    public required Func<HttpMessageHandler> Bank { get; init; }

    /// <summary>What the user does when the bank asks; null = nothing, which ends the run.</summary>
    public required Func<Question, StepInput?> User { get; init; }

    /// <summary>The time of all steps.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>By <see cref="CredentialField.Id"/>; empty on REDIRECT.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>On REDIRECT.</summary>
    public BankCallback? Callback { get; init; }

    /// <summary>With which requests are signed; null: the bank wants none signed.</summary>
    public Seal? Seal { get; init; }

    /// <summary>All that must never be seen: passwords, codes, tokens, client secrets.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }
}
