namespace Affluent.TestBank.Imitation;

/// <summary>
/// A bank that the test bank is like: how it wants to be asked, as its entry in a catalogue says it. What such a bank would refuse is refused.
/// </summary>
/// <param name="Name">All of its addresses lie below <c>/like/{Name}</c>.</param>
/// <param name="Family">The standard: <c>stet</c>, <c>berlin_group</c> or <c>open_banking_uk</c>.</param>
/// <param name="Settings">What the entry says beside the standard, by name; addresses are those of the test bank.</param>
public sealed record Likeness(string Name, string Family, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Where all that is imitated lies.</summary>
    public const string Root = "/like";

    /// <summary>The public key of the third party, as PEM; without it nothing that is signed is taken.</summary>
    public string? ClientPublicKey { get; init; }

    /// <summary>Whether customers prove to agree by questions that the third party hands on (Berlin Group).</summary>
    public bool Embedded { get; init; }
}
