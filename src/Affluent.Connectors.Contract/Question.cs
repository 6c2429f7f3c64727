namespace Affluent.Connectors.Contract;

/// <summary>What a bank may want from its customer.</summary>
public abstract record Question
{
    private Question() { }

    /// <summary>Name and password, the fields of the channel definition.</summary>
    public sealed record Credentials : Question;

    /// <summary>A code that the bank has sent, or that a device shows.</summary>
    /// <param name="SentTo">Masked destination as the bank words it ("SMS to 06 ** ** ** 12"); null when unknown.</param>
    /// <param name="Length">Number of characters; null when unknown.</param>
    /// <param name="Digits">Whether the code is made of digits only.</param>
    /// <param name="ExpiresAt">When the code stops being valid; null when unknown.</param>
    /// <param name="Retry">True when an earlier answer was wrong and the bank lets the user try again.</param>
    public sealed record OneTimePassword(
        string? SentTo,
        int? Length,
        bool Digits,
        DateTimeOffset? ExpiresAt,
        bool Retry
    ) : Question
    {
        /// <summary>Key of the code in the values of <see cref="IEmbeddedAuthentication.AcceptAnswer"/>.</summary>
        public const string Field = "otp";
    }

    /// <summary>Approval in the bank's own app; the engine polls.</summary>
    public sealed record AppApproval(string? Message, TimeSpan PollEvery, DateTimeOffset? ExpiresAt) : Question;

    /// <summary>The user's browser must go to the bank, which sends it back to <see cref="BankCallback.RedirectUri"/>.</summary>
    public sealed record Redirect(Uri Address) : Question;

    /// <summary>Something to settle on the bank's own site (terms to accept, a form to fill).</summary>
    public sealed record SiteAction(string? Message, Uri? Address) : Question;
}
