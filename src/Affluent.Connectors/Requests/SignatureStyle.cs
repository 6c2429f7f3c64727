using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Requests;

/// <summary>How a bank wants its requests signed (draft-cavage-http-signatures, with what banks make of it).</summary>
internal sealed record SignatureStyle
{
    /// <summary>By which the bank finds our key, with <see cref="RequestValues"/> in it.</summary>
    public required string KeyId { get; init; }

    /// <summary>What is signed, in this order, in small letters; what a request does not have is left out.</summary>
    public required IReadOnlyList<string> Headers { get; init; }

    /// <summary>The word for the algorithm, and the algorithm.</summary>
    public string Word { get; init; } = "rsa-sha256";

    /// <inheritdoc cref="Word"/>
    public SealAlgorithm Algorithm { get; init; } = SealAlgorithm.RsaSha256;

    /// <summary>What stands between two parameters.</summary>
    public string Separator { get; init; } = ",";

    /// <summary>Whether created and expires are written with parentheses, as they are signed.</summary>
    public bool Parentheses { get; init; }

    /// <summary>How long a signature is good, where <c>(expires)</c> is signed.</summary>
    public TimeSpan Life { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The header that holds it.</summary>
    public SignaturePlace Place { get; init; }

    /// <summary>Which calls are signed.</summary>
    public required IReadOnlySet<BankCall> Calls { get; init; }
}

/// <summary>Where a signature stands.</summary>
internal enum SignaturePlace
{
    /// <summary>In a header of its own.</summary>
    Signature,

    /// <summary>In Authorization, behind the word Signature.</summary>
    Authorization,

    /// <summary>There, unless a token stands there.</summary>
    AuthorizationIfFree,
}

/// <summary>What a request of ours is about.</summary>
internal enum BankCall
{
    /// <summary>Exchanging codes and refresh tokens.</summary>
    Token,

    /// <summary>Telling what the user shares, and ending that.</summary>
    Consent,

    /// <summary>Answers to the bank's questions by which the user proves who they are.</summary>
    Sca,

    /// <summary>Reading accounts.</summary>
    Data,

    /// <summary>Reading lists of transactions, which some banks give in other forms.</summary>
    Transactions,
}
