using System.Globalization;

namespace Affluent.TestBank.Scenarios;

/// <summary>The named values of a person or an account; those that nothing asks for are told to the author.</summary>
internal sealed class DraftOptions(Draft draft, Dictionary<string, LocatedText> values)
{
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    public string? Text(string name) => At(name)?.Text;

    public LocatedText? At(string name)
    {
        used.Add(name);
        return values.TryGetValue(name, out var value) && value.Text.Length > 0 ? value : null;
    }

    public bool Flag(string name)
    {
        switch (At(name))
        {
            case null or { Text: "false" }:
                return false;
            case { Text: "true" }:
                return true;
            case var (_, location):
                draft.Error(location, $"{name} must be true or false");
                return false;
        }
    }

    public TimeSpan? Seconds(string name)
    {
        switch (At(name))
        {
            case null:
                return null;
            case var (text, _)
                when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    && seconds is > 0 and <= ScenarioLimits.LongestWait:
                return TimeSpan.FromSeconds(seconds);
            case var (_, location):
                draft.Error(location, $"{name} must be a number from 1 to {ScenarioLimits.LongestWait}");
                return null;
        }
    }

    public void WarnOfUnused()
    {
        foreach (var (_, value) in values.Where(v => !used.Contains(v.Key)))
        {
            draft.Warn(value.Location, "unknown name, not used");
        }
    }
}

/// <summary>Fields of one account; a wrong one becomes an error of the draft and a harmless value, so that the check goes on.</summary>
internal sealed class DraftFields(Draft draft, string currency)
{
    /// <summary>The names of details that are read.</summary>
    public static readonly IReadOnlySet<string> Details = new HashSet<string>(StringComparer.Ordinal)
    {
        "loan.type",
        "loan.frequency",
        "loan.initial_amount",
        "loan.rate",
        "loan.start_date",
        "loan.end_date",
        "loan.debited_account",
        "loan.payment_amount",
        "loan.payment_day",
        "savings.type",
        "savings.rate",
        "savings.opened_on",
        "savings.end_date",
        "savings.pivot_account",
        "savings.earned_this_year",
        "savings.ceiling",
        "card.masked_number",
        "card.linked_account",
        "card.debit_day",
    };

    public long Amount(Location location, string name, string text)
    {
        if (Amounts.TryParse(text, currency, out var amount))
        {
            return amount;
        }

        draft.Error(location, $"{name} is not an amount of the account's currency");
        return 0;
    }

    public DateOnly Day(Location location, string name, string text)
    {
        if (Dates.TryParse(text, out var day) && day >= ScenarioLimits.FirstDay && day <= ScenarioLimits.LastDay)
        {
            return day;
        }

        draft.Error(
            location,
            $"{name} is not a day (DD/MM/YY, DD/MM/YYYY or YYYY-MM-DD) from {ScenarioLimits.FirstDay.Year} to {ScenarioLimits.LastDay.Year}"
        );
        return new DateOnly(1970, 1, 1);
    }

    public Movement Movement(DraftMovement written)
    {
        var date = Day(written.Location, "date", written.Date);
        var movement = new Movement(Amount(written.Location, "amount", written.Amount), date, written.Label)
        {
            Memo = OrNull(written.Memo),
            Counterparty = OrNull(written.Counterparty),
            Reference = OrNull(written.Reference),
            Pending = written.Pending,
            BooksOn = written.BooksOn.Length > 0 ? Day(written.Location, "booking date", written.BooksOn) : null,
            BookedReference = OrNull(written.BookedReference),
        };
        if (movement.BooksOn < date)
        {
            draft.Error(written.Location, "the movement books before its own date");
        }

        return movement;
    }

    public RecurringMovement Recurring(DraftRecurring written)
    {
        var every = Interval.Parse(written.Every);
        if (every is null)
        {
            draft.Error(written.Location, "the interval is not one (15 days, 2 weeks, 1 month, 1 year)");
        }

        var times = int.TryParse(written.End, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n
            : (int?)null;
        return new RecurringMovement(
            Amount(written.Location, "amount", written.Amount),
            Day(written.Location, "start date", written.Start),
            written.Label,
            every ?? new Interval(1, IntervalUnit.Month)
        )
        {
            Times = times,
            Until = times is null && written.End.Length > 0 ? Day(written.Location, "end", written.End) : null,
            Memo = OrNull(written.Memo),
            Counterparty = OrNull(written.Counterparty),
            Reference = OrNull(written.Reference),
            BooksAfterDays = Count(written.Location, "days until booking", written.BooksAfterDays, 0, 30),
        };
    }

    public Spending Spending(DraftSpending written)
    {
        var from = Amount(written.Location, "amount", written.From);
        var to = Amount(written.Location, "amount", written.To);
        return new Spending(
            Math.Min(from, to),
            Math.Max(from, to),
            written.Label,
            Math.Max(1, Count(written.Location, "average days between", written.EveryDays, 1, 366))
        )
        {
            BooksAfterDays = Count(written.Location, "days until booking", written.BooksAfterDays, 0, 30),
        };
    }

    public LoanDetails Loan(DraftOptions written) =>
        new()
        {
            LoanType = written.Text("loan.type"),
            Frequency = written.Text("loan.frequency"),
            InitialAmount = AmountOf(written.At("loan.initial_amount")),
            Rate = RateOf(written.At("loan.rate")),
            StartDate = DayOf(written.At("loan.start_date")),
            EndDate = DayOf(written.At("loan.end_date")),
            DebitedAccount = written.Text("loan.debited_account"),
            PaymentAmount = AmountOf(written.At("loan.payment_amount")),
            PaymentDay = DayOfMonth(written.At("loan.payment_day")),
        };

    public SavingsDetails Savings(DraftOptions written) =>
        new()
        {
            SavingsType = written.Text("savings.type"),
            Rate = RateOf(written.At("savings.rate")),
            OpenedOn = DayOf(written.At("savings.opened_on")),
            EndDate = DayOf(written.At("savings.end_date")),
            PivotAccount = written.Text("savings.pivot_account"),
            EarnedThisYear = AmountOf(written.At("savings.earned_this_year")),
            Ceiling = AmountOf(written.At("savings.ceiling")),
        };

    public CardDetails Card(DraftOptions written) =>
        new()
        {
            MaskedNumber = written.Text("card.masked_number"),
            LinkedAccount = written.Text("card.linked_account"),
            DebitDay = DayOfMonth(written.At("card.debit_day")),
        };

    private static string? OrNull(string text) => text.Length > 0 ? text : null;

    private long? AmountOf(LocatedText? value) => value is { } v ? Amount(v.Location, "amount", v.Text) : null;

    private DateOnly? DayOf(LocatedText? value) => value is { } v ? Day(v.Location, "date", v.Text) : null;

    // Every month has a 28th.
    private int? DayOfMonth(LocatedText? value) =>
        value is { } v ? Count(v.Location, "day of the month", v.Text, 1, 28) : null;

    private decimal? RateOf(LocatedText? value)
    {
        if (value is not { } v)
        {
            return null;
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (decimal.TryParse(v.Text.Replace(',', '.'), Style, CultureInfo.InvariantCulture, out var rate))
        {
            return rate;
        }

        draft.Error(v.Location, "this is not a rate in per cent");
        return null;
    }

    private int Count(Location location, string name, string text, int least, int most)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        if (
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count >= least
            && count <= most
        )
        {
            return count;
        }

        draft.Error(location, $"{name} is not a number from {least} to {most}");
        return 0;
    }
}
