using System.Text.Json;

namespace Affluent.Connectors.OAuth;

/// <summary>What a bank says to a registration.</summary>
public abstract record RegistrationAnswer
{
    private RegistrationAnswer() { }

    /// <summary>It knows us.</summary>
    /// <param name="ClientId">As whom.</param>
    /// <param name="Record">All that it knows, secrets of ours among it.</param>
    public sealed record Known(string ClientId, JsonElement Record) : RegistrationAnswer
    {
        /// <summary>Where that is looked at and changed; null: nowhere.</summary>
        public Uri? Address { get; init; }

        /// <summary>With which; null: with the one that there is.</summary>
        public string? Token { get; init; }

        /// <inheritdoc />
        public override string ToString() => ClientId;
    }

    /// <summary>It knows us no longer.</summary>
    public sealed record Ended : RegistrationAnswer;

    /// <summary>It does not do what was asked.</summary>
    /// <param name="Status">HTTP status; 0: no answer.</param>
    public sealed record Failed(int Status, string Words) : RegistrationAnswer;
}
