namespace Affluent.Connectors.Contract;

/// <summary>
/// How much of a bank is read. Far above what banks send, far below what would harm: more than this is a mistake or an attack, and ends the
/// channel as not understood.
/// </summary>
public static class BankLimits
{
    /// <summary>
    /// Bytes of one answer, unpacked. A page of a bank's list is some hundred kilobytes; banks without pages give up to 10 MB at once.
    /// </summary>
    public const int LargestAnswer = 16 * 1024 * 1024;

    /// <summary>Bytes of all answers to one list: the accounts, or the transactions of one account.</summary>
    public const long LargestList = 64L * 1024 * 1024;

    /// <summary>Bytes of all answers in one run of a channel.</summary>
    public const long LargestRun = 512L * 1024 * 1024;

    /// <summary>Pages of one list.</summary>
    public const int MostPages = 2_000;

    /// <summary>Accounts in a bank's list.</summary>
    public const int MostAccounts = 1_000;

    /// <summary>Transactions of one account in one run.</summary>
    public const int MostTransactions = 250_000;

    /// <summary>Characters of the texts of one transaction, or of one account.</summary>
    public const int LongestText = 10_000;

    /// <summary>Characters of the session that a connector keeps.</summary>
    public const int LongestSession = 1024 * 1024;

    /// <summary>Pieces (tags, texts, comments) of one HTML page.</summary>
    public const int MostPieces = 250_000;

    /// <summary>How deep the elements of an HTML page may lie in one another.</summary>
    public const int DeepestElement = 200;

    /// <summary>Bytes of memory that parsing one HTML page may take, what is given back at once included.</summary>
    public const long MostParserMemory = 256L * 1024 * 1024;

    /// <summary>How long parsing one HTML page may take.</summary>
    public static readonly TimeSpan LongestParsing = TimeSpan.FromSeconds(15);

    /// <summary>From a request to the beginning of its answer, and from each piece of it to the next.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    /// <summary>From a request to the last byte of its answer: a large one may take its time as long as it comes.</summary>
    public static readonly TimeSpan LongestExchange = TimeSpan.FromSeconds(120);

    /// <summary>One step of a connector.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(3);

    /// <summary>All steps in one run of a channel.</summary>
    public static readonly TimeSpan LongestReading = TimeSpan.FromMinutes(30);
}
