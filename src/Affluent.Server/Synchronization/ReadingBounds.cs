using Affluent.Connectors.Contract;

namespace Affluent.Server.Synchronization;

/// <summary>How much of a bank one run of a channel has taken, against <see cref="BankLimits"/>.</summary>
internal sealed class ReadingBounds
{
    private long _bytes;
    private long _bytesBeforeList;
    private int _rows;
    private int _pages;
    private TimeSpan _taken;

    /// <summary>What was too much, in words for the operator; null: nothing yet. Once it is, the channel ends.</summary>
    public string? Overrun { get; private set; }

    /// <summary>A list begins.</summary>
    public void BeginList() => (_bytesBeforeList, _rows, _pages) = (_bytes, 0, 0);

    /// <summary>Some bytes of an answer came.</summary>
    /// <exception cref="HttpIOException">They are too many.</exception>
    public void Add(int bytes)
    {
        _bytes += bytes;
        if (_bytes > BankLimits.LargestRun || _bytes - _bytesBeforeList > BankLimits.LargestList)
        {
            Overrun ??= "the bank's answers are too large in all";
            throw new HttpIOException(HttpRequestError.ConfigurationLimitExceeded, Overrun);
        }
    }

    /// <summary>An exchange is over.</summary>
    public void Add(ExchangeEnd exchange)
    {
        if (exchange.Failure is HttpIOException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded })
        {
            Overrun ??= "an answer of the bank is too large";
        }
    }

    /// <summary>A step is over.</summary>
    public void Add(TimeSpan step)
    {
        _taken += step;
        if (_taken > BankLimits.LongestReading)
        {
            Overrun ??= "the bank takes too long in all";
        }
    }

    /// <summary>A page of a list came.</summary>
    public void Add(StepResult.Page page)
    {
        _pages++;
        _rows += page.Accounts.Count + page.Transactions.Count;
        if (_pages > BankLimits.MostPages)
        {
            Overrun ??= "the pages have no end";
        }
        else if (page.Accounts.Count > 0 ? _rows > BankLimits.MostAccounts : _rows > BankLimits.MostTransactions)
        {
            Overrun ??= "the bank's list is too long";
        }
        else if (
            page.Accounts.Any(IsLong)
            || page.Transactions.Any(IsLong)
            || page.Holder?.Length > BankLimits.LongestText
        )
        {
            Overrun ??= "a text in the bank's list is too long";
        }
    }

    private static bool IsLong(BankAccount account) =>
        Length(account.Reference, account.Iban, account.Number, account.Name, account.OwnerName, account.Currency)
        > BankLimits.LongestText;

    private static bool IsLong(BankTransaction transaction) =>
        transaction.Remittance.Sum(line => line.Length)
            + Length(
                transaction.Id,
                transaction.Counterparty,
                transaction.CheckNumber,
                transaction.Mandate,
                transaction.CreditorId,
                transaction.EndToEndId,
                transaction.Code
            )
        > BankLimits.LongestText;

    private static int Length(params ReadOnlySpan<string?> texts)
    {
        var length = 0;
        foreach (var text in texts)
        {
            length += text?.Length ?? 0;
        }
        return length;
    }
}
