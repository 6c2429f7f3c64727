using System.Collections.Concurrent;

namespace Affluent.TestBank.Authorization;

/// <summary>Tokens that third parties sign to prove who they are (<c>private_key_jwt</c>; RFC 7523, section 3). Each counts once.</summary>
internal sealed class ClientAssertions(BankClock clock)
{
    /// <summary>RFC 7523, section 2.2.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    // They live for an hour at most.
    private readonly ConcurrentDictionary<string, DateTimeOffset> seen = new(StringComparer.Ordinal);

    /// <summary>What is wrong with one; null: nothing.</summary>
    /// <param name="key">The public key of the third party, as PEM; null: it is not known.</param>
    /// <param name="audiences">The names of the bank, and the addresses of the endpoint.</param>
    /// <param name="keyId">What the header calls the key; null: whatever it likes.</param>
    public string? FaultOf(
        string assertion,
        string? key,
        string client,
        IReadOnlyList<string> audiences,
        string algorithm = "PS256",
        string? keyId = null
    )
    {
        if (
            key is null
            || SignedRequest.Read(assertion, key, client, audiences, clock.Now, algorithm, keyId) is not { } claims
            || SignedRequest.Text(claims, "sub") != client
            || SignedRequest.Text(claims, "jti") is not { Length: > 0 } id
        )
        {
            return "client_assertion is not good, or its key is unknown";
        }

        foreach (var old in seen.Where(a => a.Value <= clock.Now))
        {
            seen.TryRemove(old);
        }

        return seen.TryAdd(id, clock.Now.AddHours(1)) ? null : "client_assertion came before";
    }
}
