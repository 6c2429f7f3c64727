using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.TestBank.People;

namespace Affluent.TestBank.Consents;

/// <summary>
/// All consents of the bank, in memory and, where there is a data directory, in <c>consents.json</c> (mode 0600), written whole before any change is
/// answered.
/// </summary>
internal sealed class ConsentBook
{
    // Whoever reaches the bank may ask for one.
    private const int MostWaiting = 1000;
    private readonly Lock gate = new();
    private readonly BankClock clock;
    private readonly string? path;
    private readonly Dictionary<string, Consent> consents = new(StringComparer.Ordinal);

    public ConsentBook(TestBankOptions options, BankClock clock)
    {
        this.clock = clock;
        path = options.DataDirectory is null ? null : Path.Combine(options.DataDirectory, "consents.json");
        if (path is not null && File.Exists(path))
        {
            var kept = JsonSerializer.Deserialize(File.ReadAllBytes(path), ConsentJson.Default.ListConsent) ?? [];
            consents = kept.ToDictionary(c => c.Id, StringComparer.Ordinal);
        }
    }

    /// <summary>The consent of this face while it lives, else null.</summary>
    public Consent? Live(string id, Face face) => Find(id, face) is { } found && found.IsLive(clock.Now) ? found : null;

    /// <summary>The consent of this face, however it stands; null: it is unknown, or forgotten.</summary>
    public Consent? Find(string id, Face face)
    {
        lock (gate)
        {
            return consents.TryGetValue(id, out var consent) && consent.Face == face ? consent : null;
        }
    }

    /// <summary>The consent that was asked for last of those that wait there; null: none does.</summary>
    public Consent? NewestWaiting(Face face, string api)
    {
        lock (gate)
        {
            return consents
                .Values.Where(c => c.Face == face && c.Demand?.Api == api && c.IsWaiting(clock.Now))
                .MaxBy(c => c.GrantedAt);
        }
    }

    public IReadOnlyList<Consent> Of(Visitor visitor)
    {
        lock (gate)
        {
            return
            [
                .. consents
                    .Values.Where(c => c.Visitor == visitor && c.IsLive(clock.Now))
                    .OrderByDescending(c => c.GrantedAt),
            ];
        }
    }

    public void Add(Consent consent)
    {
        lock (gate)
        {
            var waiting = consents.Values.Where(c => c.State == ConsentState.Asked).OrderBy(c => c.GrantedAt).ToList();
            foreach (
                var old in consents
                    .Values.Where(IsForgotten)
                    .Concat(waiting.Take(Math.Max(0, waiting.Count - MostWaiting)))
                    .Select(c => c.Id)
                    .ToList()
            )
            {
                consents.Remove(old);
            }

            consents[consent.Id] = consent;
            Save();
        }
    }

    // Where third parties can ask how a consent stands, they can for a day after its end.
    private bool IsForgotten(Consent consent) =>
        consent.Face == Face.Stet ? !consent.IsLive(clock.Now) : consent.Expires + TimeSpan.FromDays(1) <= clock.Now;

    /// <summary>Keeps a consent that waited as the customer has agreed to it; false when it waits no longer.</summary>
    public bool Agree(Consent agreed)
    {
        lock (gate)
        {
            if (!consents.TryGetValue(agreed.Id, out var asked) || !asked.IsWaiting(clock.Now))
            {
                return false;
            }

            consents[agreed.Id] = agreed with { State = ConsentState.Agreed };
            Save();
            return true;
        }
    }

    /// <summary>The customer does not agree.</summary>
    public void Refuse(string id) =>
        Change(id, c => c.State == ConsentState.Asked ? c with { State = ConsentState.Refused } : c);

    /// <summary>The third party wants it no longer.</summary>
    public void End(string id) => Change(id, c => c with { State = ConsentState.Ended });

    /// <summary>Ends the consent; its tokens stop working at once. Only <paramref name="owner"/> may, when one is given.</summary>
    public void Revoke(string id, Visitor? owner = null) =>
        Change(id, c => owner is null || c.Visitor == owner ? c with { Revoked = true } : c);

    /// <summary>Replaces what may be read (STET <c>PUT /consents</c>).</summary>
    public void Replace(string id, IReadOnlyList<string> balances, IReadOnlyList<string> transactions, bool identity) =>
        Change(id, c => c with { Balances = balances, Transactions = transactions, PsuIdentity = identity });

    /// <summary>A new refresh token; the one before it no longer works.</summary>
    public string IssueRefreshToken(string id)
    {
        var token = Visits.NewSecret();
        Change(id, c => c with { RefreshTokenHash = Hash(token) });
        return token;
    }

    /// <summary>
    /// Trades a refresh token for a new one in one step, so that of two equal requests one wins. Null when the token is not the current one of a
    /// live consent of this client.
    /// </summary>
    public (Consent Consent, string Token)? Rotate(string token, string clientId)
    {
        lock (gate)
        {
            var consent = ByRefreshToken(token, clientId);
            return consent is null ? null : (consent, IssueRefreshToken(consent.Id));
        }
    }

    /// <summary>The live consent of this client whose refresh token this is.</summary>
    public Consent? ByRefreshToken(string token, string clientId)
    {
        lock (gate)
        {
            var hash = Hash(token);
            return consents.Values.FirstOrDefault(c =>
                string.Equals(c.RefreshTokenHash, hash, StringComparison.Ordinal)
                && string.Equals(c.ClientId, clientId, StringComparison.Ordinal)
                && c.IsLive(clock.Now)
            );
        }
    }

    private void Change(string id, Func<Consent, Consent> change)
    {
        lock (gate)
        {
            if (consents.TryGetValue(id, out var consent))
            {
                consents[id] = change(consent);
                Save();
            }
        }
    }

    private void Save()
    {
        if (path is null)
        {
            return;
        }

        var next = path + ".next";
        PrivateFile.Write(
            next,
            JsonSerializer.SerializeToUtf8Bytes([.. consents.Values], ConsentJson.Default.ListConsent)
        );
        File.Move(next, path, overwrite: true);
    }

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

[JsonSerializable(typeof(List<Consent>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class ConsentJson : JsonSerializerContext;

/// <summary>Files that only the account of the process may read.</summary>
internal static class PrivateFile
{
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }
}
