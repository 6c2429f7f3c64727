using System.Net;
using System.Security.Cryptography;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Consents;

/// <summary>What a user agreed to.</summary>
internal enum ConsentKind
{
    /// <summary>That a bank is read, and the terms.</summary>
    Bank,

    /// <summary>The terms alone.</summary>
    Terms,

    /// <summary>Which accounts are read.</summary>
    Accounts,

    /// <summary>What an application may do, on signing in.</summary>
    Application,
}

/// <summary>A text that users agree to, exactly as it is shown.</summary>
/// <param name="Language">Its tag (BCP 47).</param>
/// <param name="Version">Of our own words in it.</param>
/// <param name="HasClientTerms">Whether the terms in it are the client's words, not ours.</param>
internal sealed record ConsentText(string Body, string Language, string Version, bool HasClientTerms = false)
{
    /// <summary>SHA-256 of the text in UTF-8, in hexadecimal digits.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Body)));

    /// <summary>The text of a page, a line for each of its paragraphs.</summary>
    public static ConsentText Of(
        IEnumerable<string> lines,
        string language,
        string version,
        bool hasClientTerms = false
    ) => new(string.Join('\n', lines), language, version, hasClientTerms);
}

/// <summary>What a consent is about, as far as it is known when the user agrees.</summary>
internal sealed record ConsentSubject(
    ProviderId? ProviderId = null,
    ConnectionId? ConnectionId = null,
    IReadOnlyList<AccountId>? Accounts = null
);

/// <summary>
/// The evidence that a user agreed: who, to what, when, from where, and which words they read. It outlives the connection and goes with the
/// user.
/// </summary>
internal sealed record ConsentRecord
{
    public ConsentId Id { get; init; }
    public UserId UserId { get; init; }
    public ClientId ClientId { get; init; }
    public ConsentKind Kind { get; init; }

    /// <summary>UTC seconds.</summary>
    public long AgreedAt { get; init; }

    /// <summary>Where the user's browser was; null: not known.</summary>
    public string? Address { get; init; }

    public string Language { get; init; } = "";
    public string Version { get; init; } = "";
    public bool ClientTerms { get; init; }
    public string TextHash { get; init; } = "";
    public ProviderId? ProviderId { get; init; }

    /// <summary>The connection that it is about, or that was made on it; null: none.</summary>
    public ConnectionId? ConnectionId { get; init; }

    /// <summary>The accounts, as far as they were known, separated by blanks.</summary>
    public string AccountIds { get; init; } = "";

    /// <summary>Until when the bank lets itself be read on it, in UTC seconds; null: not known, or for as long as the user lets it.</summary>
    public long? EndsAt { get; init; }

    public static ConsentRecord Of(
        UserWork work,
        ConsentKind kind,
        ConsentText text,
        ConsentSubject subject,
        IPAddress? address
    ) =>
        new()
        {
            Id = work.Ids.Next<ConsentId>(),
            UserId = work.UserId,
            ClientId = work.ClientId,
            Kind = kind,
            AgreedAt = work.Now,
            Address = address.Text(),
            Language = text.Language,
            Version = text.Version,
            ClientTerms = text.HasClientTerms,
            TextHash = text.Hash,
            ProviderId = subject.ProviderId,
            ConnectionId = subject.ConnectionId,
            AccountIds = string.Join(' ', subject.Accounts ?? []),
        };
}
