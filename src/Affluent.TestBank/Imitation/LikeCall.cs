namespace Affluent.TestBank.Imitation;

/// <summary>What a request to a bank that is imitated is about.</summary>
internal enum LikeCall
{
    /// <summary>The page on which customers agree.</summary>
    Page,

    /// <summary>Where that page is, asked by the third party.</summary>
    Lookup,
    Token,
    Revocation,

    /// <summary>An authorization that a customer is about to come for.</summary>
    Push,

    /// <summary>The bank's keys.</summary>
    Keys,
    Consents,

    /// <summary>Answers to the bank's questions for a consent.</summary>
    Sca,
    Accounts,
    Balances,
    Transactions,

    /// <summary>Other data.</summary>
    Data,
}

/// <summary>Where a request leads.</summary>
/// <param name="Path">The same place at the face of the standard.</param>
/// <param name="Query">What the address itself has in its query.</param>
internal sealed record LikeRoute(LikeCall Call, string Path, string Query = "")
{
    /// <summary>Whether it is one of the authorization server.</summary>
    public bool IsOfAuthorization =>
        Call
            is LikeCall.Page
                or LikeCall.Lookup
                or LikeCall.Token
                or LikeCall.Revocation
                or LikeCall.Push
                or LikeCall.Keys;

    /// <summary>The word of entries for requests of its kind, where they say which ones are signed.</summary>
    public string Scope =>
        Call switch
        {
            LikeCall.Token or LikeCall.Revocation or LikeCall.Push => "token",
            LikeCall.Consents or LikeCall.Sca or LikeCall.Lookup => "consent",
            LikeCall.Accounts or LikeCall.Balances or LikeCall.Transactions or LikeCall.Data => "data",
            LikeCall.Page or LikeCall.Keys => "",
        };
}
