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

        /// <summary>What the code is read from, or made from by a device (photoTAN, a QR code); null: nothing.</summary>
        public QuestionImage? Image { get; init; }
    }

    /// <summary>One of several ways to go on: by which method, on which device.</summary>
    /// <param name="Message">What the bank says about it; null: nothing.</param>
    /// <param name="Options">At least one, each under an id of its own.</param>
    public sealed record Choice(string? Message, IReadOnlyList<ChoiceOption> Options) : Question
    {
        /// <summary>Key of the chosen id in the values of <see cref="IEmbeddedAuthentication.AcceptAnswer"/>.</summary>
        public const string Field = "choice";

        /// <summary>More than these no bank offers.</summary>
        public const int MostOptions = 50;
    }

    /// <summary>Approval in the bank's own app; the engine polls.</summary>
    public sealed record AppApproval(string? Message, TimeSpan PollEvery, DateTimeOffset? ExpiresAt) : Question
    {
        /// <summary>What the app is to be held before; null: nothing.</summary>
        public QuestionImage? Image { get; init; }
    }

    /// <summary>The user's browser must go to the bank, which sends it back to <see cref="BankCallback.RedirectUri"/>.</summary>
    public sealed record Redirect(Uri Address) : Question
    {
        /// <summary>Name or number of the account that the bank asks about, where it asks for each by itself; null: for none alone.</summary>
        public string? Account { get; init; }
    }

    /// <summary>Something to settle on the bank's own site (terms to accept, a form to fill).</summary>
    public sealed record SiteAction(string? Message, Uri? Address) : Question;

    /// <summary>A file with statements of the user's accounts; <see cref="IStatementFiles.Pack"/> makes the answer of it.</summary>
    public sealed record StatementFile : Question
    {
        /// <summary>Key of the packed file in the values of <see cref="IEmbeddedAuthentication.AcceptAnswer"/>.</summary>
        public const string Field = "file";
    }

    /// <summary>Whether it can be put to a user: an image that browsers show, options that can be told apart.</summary>
    public bool CanBeShown =>
        this switch
        {
            OneTimePassword { Image: { } image } => image.CanBeShown,
            AppApproval { Image: { } image } => image.CanBeShown,
            Choice choice => choice.Options.Count is > 0 and <= Choice.MostOptions
                && choice.Options.All(o => o is { Id: { Length: > 0 and <= 200 }, Label.Length: > 0 and <= 500 })
                && choice.Options.DistinctBy(o => o.Id).Count() == choice.Options.Count,
            _ => true,
        };
}

/// <summary>A way to go on that a bank offers.</summary>
/// <param name="Id">What the bank calls it, up to 200 characters.</param>
/// <param name="Label">As the bank words it for its customer, up to 500 characters.</param>
public sealed record ChoiceOption(string Id, string Label);

/// <summary>An image that belongs to a question.</summary>
/// <param name="MediaType">image/png, image/jpeg or image/gif.</param>
/// <param name="Content">Its bytes, up to <see cref="MostBytes"/>.</param>
public sealed record QuestionImage(string MediaType, ReadOnlyMemory<byte> Content)
{
    /// <summary>What a page carries within itself.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>Whether a browser shows it.</summary>
    public bool CanBeShown =>
        MediaType is "image/png" or "image/jpeg" or "image/gif" && Content.Length is > 0 and <= MostBytes;
}
