using System.Globalization;
using System.Text.RegularExpressions;

namespace Affluent.TestBank.Scenarios;

/// <summary>Turns what a file writes into a scenario, or lists everything that is wrong with it.</summary>
internal static partial class ScenarioCheck
{
    /// <summary>The file, used whole or refused whole; <paramref name="today"/> decides whether it has moved elsewhere.</summary>
    public static ScenarioFile Of(Draft draft, DateOnly today)
    {
        var moved = Moved(draft, today);
        if (draft.People.Count == 0 && draft.NewUrl is null && draft.Errors.Count == 0)
        {
            draft.Error(Spot.AtLine(1), "nothing of a test bank is in this file");
        }

        var people = draft.People.Select(p => Person(draft, p)).ToList();
        var logins = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (person, place) in people.Zip(draft.People))
        {
            foreach (var login in person.Credentials.Select(c => c.Login).Where(login => !logins.Add(login)))
            {
                draft.Error(place.Spot, $"the login '{login}' is already taken in this file");
            }
        }

        if (draft.Errors.Count > 0)
        {
            return new ScenarioFile.Refused(draft.Errors, draft.Warnings);
        }

        return moved is not null
            ? new ScenarioFile.Moved(moved)
            : new ScenarioFile.Loaded(new Scenario(draft.Seed, people), draft.Warnings);
    }

    private static string? Moved(Draft draft, DateOnly today)
    {
        if (draft.NewUrl is not { } move)
        {
            return null;
        }

        if (move.Url.Text.Length == 0)
        {
            draft.Error(move.Url.Spot, "the new address is empty");
            return null;
        }

        if (move.From is not { } from)
        {
            return move.Url.Text;
        }

        if (!Days.TryParse(from.Text, out var day))
        {
            draft.Error(from.Spot, $"'{from.Text}' is not a day");
            return null;
        }

        return day <= today ? move.Url.Text : null;
    }

    private static Person Person(Draft draft, DraftPerson written)
    {
        var options = new Options(draft, written.Options);
        if (written.Credentials.Exists(c => c.Login.Length == 0))
        {
            draft.Error(written.Spot, "a login is empty");
        }

        var owner = string.Join(", ", written.Owners.Where(o => o.Length > 0));
        var code = options.Text("code");
        var sentTo = options.Text("code_sent_to");
        var consent = options.Text("consent") ?? "bank";
        if (consent is not ("bank" or "mixed"))
        {
            draft.Error(written.Options["consent"].Spot, $"consent '{consent}' is not known, use bank or mixed");
        }

        var person = new Person
        {
            Credentials = written.Credentials.Count > 0 ? written.Credentials : [new Credentials("dev", "dev")],
            Owner = owner,
            OneTimePassword = string.IsNullOrEmpty(code) ? null : new OneTimePassword(code, sentTo ?? ""),
            Locked = options.Flag("locked"),
            Consent = string.Equals(consent, "mixed", StringComparison.Ordinal)
                ? ConsentModel.Mixed
                : ConsentModel.AtTheBank,
            ShortHistory = options.Flag("short_history"),
            Note = options.Text("note") ?? "",
            Faults = Faults(draft, written.Faults),
            Accounts = Accounts(draft, written.Accounts, owner),
        };
        options.WarnOfUnused();
        return person;
    }

    private static HashSet<Fault> Faults(Draft draft, List<Written> names)
    {
        var faults = new HashSet<Fault>();
        foreach (var name in names)
        {
            if (FaultNames.All.TryGetValue(name.Text, out var fault))
            {
                faults.Add(fault);
            }
            else
            {
                draft.Error(
                    name.Spot,
                    $"fault '{name.Text}' is not known, use one of {string.Join(", ", FaultNames.All.Keys)}"
                );
            }
        }

        return faults;
    }

    private static List<Account> Accounts(Draft draft, List<DraftAccount> written, string owner)
    {
        var accounts = new List<Account>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in written)
        {
            var account = Account(draft, one, owner);
            if (!ids.Add(account.Id))
            {
                draft.Error(one.Spot, $"the account '{one.Uid}' is already in this file");
            }

            accounts.Add(account);
        }

        return accounts;
    }

    private static Account Account(Draft draft, DraftAccount written, string owner)
    {
        var currency = written.Currency.Length > 0 ? written.Currency.ToUpperInvariant() : "EUR";
        if (!Money.IsCurrency(currency))
        {
            draft.Error(written.Spot, $"'{written.Currency}' is not a currency code");
            currency = "EUR";
        }

        if (written.Type.Length == 0)
        {
            draft.Error(written.Spot, "the account has no type");
        }

        var fields = new Fields(draft, currency);
        var details = new Options(draft, written.Details);
        var kind = Kind(written.Type);
        var iban = written.Iban.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        var account = new Account
        {
            Id = ResourceId().IsMatch(written.Uid)
                ? written.Uid
                : "A" + Dice.Hash(written.Uid, iban, written.Number, written.Name, currency).ToString("X16", null),
            Number = FirstOf(written.Number, iban, written.Uid),
            Name = FirstOf(written.Name, written.Number, iban, written.Uid),
            Kind = kind,
            Type = written.Type,
            Currency = currency,
            Iban = iban,
            Owner = FirstOf(written.Owner, owner),
            Balance = new AccountBalance(
                fields.Amount(written.Spot, "balance", written.Balance),
                fields.Day(written.Spot, "balance date", written.BalanceDate),
                written.Living
            ),
            Movements = [.. written.Movements.Select(fields.Movement)],
            Recurring = [.. written.Recurring.Select(fields.Recurring)],
            Spending = [.. written.Spending.Select(fields.Spending)],
            Loan = kind == AccountKind.Loans ? fields.Loan(details) : null,
            Savings = kind == AccountKind.Savings ? fields.Savings(details) : null,
            Card = kind == AccountKind.CreditCard ? fields.Card(details) : null,
        };
        details.WarnOfUnused();
        return account;
    }

    private static string FirstOf(params string[] texts) => texts.FirstOrDefault(t => t.Length > 0) ?? "";

    private static AccountKind Kind(string type) =>
        type.ToUpperInvariant() switch
        {
            "CHECKINGS" => AccountKind.Checkings,
            "SAVINGS" => AccountKind.Savings,
            "LOANS" => AccountKind.Loans,
            "CREDITCARD" => AccountKind.CreditCard,
            _ => AccountKind.Other,
        };

    // A subset of STET's accountResourceId that needs no escaping in a path.
    [GeneratedRegex("^[A-Za-z0-9-]{1,35}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ResourceId();

    /// <summary>The named values of a person or an account; those that nothing asks for are told to the author.</summary>
    private sealed class Options(Draft draft, Dictionary<string, Written> values)
    {
        private readonly HashSet<string> used = new(StringComparer.Ordinal);

        public string? Text(string name) => At(name)?.Text;

        public Written? At(string name)
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
                case var (_, spot):
                    draft.Error(spot, $"{name} must be true or false");
                    return false;
            }
        }

        public void WarnOfUnused()
        {
            foreach (var (name, value) in values.Where(v => !used.Contains(v.Key)))
            {
                draft.Warn(value.Spot, $"unknown name '{name}', not used");
            }
        }
    }

    /// <summary>Fields of one account; a wrong one becomes an error of the draft and a harmless value, so that the check goes on.</summary>
    private sealed class Fields(Draft draft, string currency)
    {
        public long Amount(Spot spot, string name, string text)
        {
            if (Money.TryParse(text, currency, out var amount))
            {
                return amount;
            }

            draft.Error(spot, $"{name} '{text}' is not an amount in {currency}");
            return 0;
        }

        public DateOnly Day(Spot spot, string name, string text)
        {
            if (Days.TryParse(text, out var day))
            {
                return day;
            }

            draft.Error(spot, $"{name} '{text}' is not a day (DD/MM/YY, DD/MM/YYYY or YYYY-MM-DD)");
            return new DateOnly(1970, 1, 1);
        }

        public Movement Movement(DraftMovement written)
        {
            var date = Day(written.Spot, "date", written.Date);
            var movement = new Movement(Amount(written.Spot, "amount", written.Amount), date, written.Label)
            {
                Memo = OrNull(written.Memo),
                Reference = OrNull(written.Reference),
                Pending = written.Pending,
                BooksOn = written.BooksOn.Length > 0 ? Day(written.Spot, "booking date", written.BooksOn) : null,
                BookedReference = OrNull(written.BookedReference),
            };
            if (movement.BooksOn < date)
            {
                draft.Error(written.Spot, "the movement books before its own date");
            }

            return movement;
        }

        public RecurringMovement Recurring(DraftRecurring written)
        {
            var every = Interval.Parse(written.Every);
            if (every is null)
            {
                draft.Error(written.Spot, $"'{written.Every}' is not an interval (15 days, 2 weeks, 1 month, 1 year)");
            }

            var times = int.TryParse(written.End, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                ? n
                : (int?)null;
            return new RecurringMovement(
                Amount(written.Spot, "amount", written.Amount),
                Day(written.Spot, "start date", written.Start),
                written.Label,
                every ?? new Interval(1, IntervalUnit.Month)
            )
            {
                Times = times,
                Until = times is null && written.End.Length > 0 ? Day(written.Spot, "end", written.End) : null,
                Memo = OrNull(written.Memo),
                Reference = OrNull(written.Reference),
                BooksAfterDays = Count(written.Spot, "days until booking", written.BooksAfterDays, 0, 30),
            };
        }

        public Spending Spending(DraftSpending written)
        {
            var from = Amount(written.Spot, "amount", written.From);
            var to = Amount(written.Spot, "amount", written.To);
            return new Spending(
                Math.Min(from, to),
                Math.Max(from, to),
                written.Label,
                Math.Max(1, Count(written.Spot, "average days between", written.EveryDays, 1, 366))
            )
            {
                BooksAfterDays = Count(written.Spot, "days until booking", written.BooksAfterDays, 0, 30),
            };
        }

        public LoanDetails Loan(Options written) =>
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

        public SavingsDetails Savings(Options written) =>
            new()
            {
                SavingsType = written.Text("savings.type"),
                Rate = RateOf(written.At("savings.rate")),
                OpenedOn = DayOf(written.At("savings.opened_on")),
                EndDate = DayOf(written.At("savings.end_date")),
                EarnedThisYear = AmountOf(written.At("savings.earned_this_year")),
                Ceiling = AmountOf(written.At("savings.ceiling")),
            };

        public CardDetails Card(Options written) =>
            new()
            {
                MaskedNumber = written.Text("card.masked_number"),
                LinkedAccount = written.Text("card.linked_account"),
                DebitDay = DayOfMonth(written.At("card.debit_day")),
            };

        private static string? OrNull(string text) => text.Length > 0 ? text : null;

        private long? AmountOf(Written? value) => value is { } v ? Amount(v.Spot, "amount", v.Text) : null;

        private DateOnly? DayOf(Written? value) => value is { } v ? Day(v.Spot, "date", v.Text) : null;

        // Every month has a 28th.
        private int? DayOfMonth(Written? value) =>
            value is { } v ? Count(v.Spot, "day of the month", v.Text, 1, 28) : null;

        private decimal? RateOf(Written? value)
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

            draft.Error(v.Spot, $"'{v.Text}' is not a rate in per cent");
            return null;
        }

        private int Count(Spot spot, string name, string text, int least, int most)
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

            draft.Error(spot, $"{name} '{text}' is not a number from {least} to {most}");
            return 0;
        }
    }
}
