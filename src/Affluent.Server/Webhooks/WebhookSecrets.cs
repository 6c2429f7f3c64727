using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Platform;
using NSec.Cryptography;

namespace Affluent.Server.Webhooks;

/// <summary>
/// The secrets of webhooks, and how messages are signed with them: Standard Webhooks 1.0.0, sections "Signature scheme" and "Secret/key serialization".
/// </summary>
internal sealed class WebhookSecrets(Vault vault)
{
    private const string SymmetricPrefix = "whsec_";
    private const string PublicPrefix = "whpk_";
    private const int Length = 32;

    /// <summary>A new one, sealed.</summary>
    public SealedAlone Make(WebhookId id) => vault.SealAlone(Generate(), PurposeOf(id));

    /// <summary>What the receiver must know: the secret, or the public key.</summary>
    public string Shown(WebhookRow webhook)
    {
        var bytes = Open(webhook, new(webhook.WrappedKey, webhook.Secret));
        return webhook.Signature switch
        {
            WebhookSignature.HmacSha256 => Symmetric(bytes),
            WebhookSignature.Ed25519 => PublicPrefix + Convert.ToBase64String(PublicKeyOf(bytes)),
        };
    }

    /// <summary>A secret as receivers take it.</summary>
    public static string Symmetric(byte[] secret) => SymmetricPrefix + Convert.ToBase64String(secret);

    /// <summary>What may be shown again: the public key, where there is one.</summary>
    public string? Public(WebhookRow webhook) => webhook.Signature == WebhookSignature.Ed25519 ? Shown(webhook) : null;

    /// <summary>Signs with what is in force now: while a secret is changed, with both.</summary>
    public MessageSigner SignerOf(WebhookRow webhook, long now)
    {
        List<byte[]> secrets = [Open(webhook, new(webhook.WrappedKey, webhook.Secret))];
        if (webhook is { OldWrappedKey: { } key, OldSecret: { } secret } && webhook.OldUntil > now)
        {
            secrets.Add(Open(webhook, new(key, secret)));
        }
        return new MessageSigner(webhook.Signature, secrets);
    }

    /// <summary>What the vault's sealed value is for.</summary>
    public static string PurposeOf(WebhookId id) => $"webhook:{id}";

    // JSON writes '+' as an escape, forms read it as a blank: a secret without these is the same wherever it is copied from and to.
    private static string Generate()
    {
        while (true)
        {
            var made = Convert.ToBase64String(RandomNumberGenerator.GetBytes(Length));
            if (!made.AsSpan().ContainsAny('+', '/'))
            {
                return made;
            }
        }
    }

    private byte[] Open(WebhookRow webhook, SealedAlone secret) =>
        Convert.FromBase64String(vault.OpenAlone(secret, PurposeOf(webhook.Id)));

    private static byte[] PublicKeyOf(byte[] seed)
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        return key.Export(KeyBlobFormat.RawPublicKey);
    }
}

/// <summary>Signs messages with one secret or two.</summary>
internal sealed class MessageSigner(WebhookSignature kind, IReadOnlyList<byte[]> secrets)
{
    /// <summary>The value of <c>webhook-signature</c>.</summary>
    /// <param name="timestamp">UTC seconds.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes($"{id}.{Ids.Text(timestamp)}.");
        byte[] message = [.. head, .. body];
        return string.Join(' ', secrets.Select(secret => Sign(secret, message)));
    }

    private string Sign(byte[] secret, byte[] message) =>
        kind switch
        {
            WebhookSignature.HmacSha256 => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, message)),
            WebhookSignature.Ed25519 => "v1a," + Convert.ToBase64String(SignByKey(secret, message)),
        };

    private static byte[] SignByKey(byte[] seed, byte[] message)
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        return SignatureAlgorithm.Ed25519.Sign(key, message);
    }
}
