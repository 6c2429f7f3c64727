using System.Globalization;

namespace Affluent.TestBank.Scenarios;

/// <summary>What a bank is made of: its people. The seed decides every generated movement.</summary>
public sealed record Scenario(string Seed, IReadOnlyList<Person> People)
{
    /// <summary>The person who signs in with this login, whatever the password; null when there is none.</summary>
    public Person? WithLogin(string login) =>
        People.FirstOrDefault(p => p.Credentials.Any(c => string.Equals(c.Login, login, StringComparison.Ordinal)));
}

/// <summary>One accepted pair of login and password. A person may have several.</summary>
public sealed record Credentials(string Login, string Password);

/// <summary>A customer of the bank with what the bank asks at login and how it treats the customer's data.</summary>
public sealed record Person
{
    public required IReadOnlyList<Credentials> Credentials { get; init; }

    /// <summary>The holder's name; empty when the scenario gives none.</summary>
    public required string Owner { get; init; }

    /// <summary>What the bank asks after the password; null when it asks for nothing, or lets the person choose.</summary>
    public Challenge? Challenge { get; init; }

    /// <summary>What the person may choose from after the password; empty when there is no choice.</summary>
    public IReadOnlyList<Method> Methods { get; init; } = [];

    /// <summary>The method that a form names by its place in the list; null when it names none.</summary>
    public Method? MethodNamed(string place) =>
        int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
            ? Methods.ElementAtOrDefault(i)
            : null;

    /// <summary>A locked person is refused although the password is right.</summary>
    public bool Locked { get; init; }

    /// <summary>How the STET face learns which accounts the customer agreed to show.</summary>
    public ConsentModel Consent { get; init; }

    /// <summary>How long a consent of this person lives.</summary>
    public TimeSpan ConsentLife { get; init; } = TimeSpan.FromDays(180);

    /// <summary>
    /// The STET face keeps movements older than 90 days for requests shortly after a strong authentication or with the scope
    /// <c>extended_transaction_history</c>.
    /// </summary>
    public bool ShortHistory { get; init; }

    public IReadOnlySet<Fault> Faults { get; init; } = new HashSet<Fault>();

    /// <summary>What this person is for, shown on the bank's home page, in French.</summary>
    public string Note { get; init; } = "";

    /// <summary>The same in English.</summary>
    public string NoteInEnglish { get; init; } = "";

    public IReadOnlyList<Account> Accounts { get; init; } = [];
}

/// <summary>How a person proves after the password who it is.</summary>
public abstract record Challenge
{
    private Challenge() { }

    /// <summary>The same code at each login. The test bank sends nothing: it shows the code on the page that asks for it.</summary>
    public sealed record Code(string Value, string SentTo) : Challenge;

    /// <summary>A new code at each login, told by an image alone.</summary>
    public sealed record Image : Challenge;

    /// <summary>An approval in the bank's app, given by itself so long after it was asked for.</summary>
    /// <param name="WithImage">Whether the app is to be held before an image.</param>
    public sealed record Approval(TimeSpan After, bool WithImage) : Challenge;
}

/// <summary>A method or a device that the bank offers, as its page words it in French and in English.</summary>
public sealed record Method(string Label, string LabelInEnglish, Challenge Challenge);

/// <summary>Consent models of STET 1.4 (part 3.4, "consent management").</summary>
public enum ConsentModel
{
    /// <summary>The customer chooses the accounts at the bank.</summary>
    AtTheBank,

    /// <summary>The first list has no data links; the third party then sends the choice by <c>PUT /consents</c>.</summary>
    Mixed,
}

/// <summary>Account types of the file grammar; any other text is kept and shown as it is.</summary>
public enum AccountKind
{
    Checkings,
    Savings,
    Loans,
    CreditCard,
    Other,
}

public sealed record Account
{
    /// <summary>The bank's own name of the account in URLs: 1 to 35 of the characters that STET allows in a resource id.</summary>
    public required string Id { get; init; }
    public required string Number { get; init; }
    public required string Name { get; init; }
    public required AccountKind Kind { get; init; }

    /// <summary>The type as the scenario writes it.</summary>
    public required string Type { get; init; }
    public required string Currency { get; init; }

    /// <summary>Empty when the account has none.</summary>
    public required string Iban { get; init; }
    public required string Owner { get; init; }
    public required AccountBalance Balance { get; init; }

    /// <summary>From this day on it is closed: it stays as it was then. Null: it is open for ever.</summary>
    public DateOnly? ClosedOn { get; init; }

    /// <summary>Whether it is closed on this day.</summary>
    public bool IsClosed(DateOnly today) => ClosedOn <= today;

    public IReadOnlyList<Movement> Movements { get; init; } = [];
    public IReadOnlyList<RecurringMovement> Recurring { get; init; } = [];
    public IReadOnlyList<Spending> Spending { get; init; } = [];
    public LoanDetails? Loan { get; init; }
    public SavingsDetails? Savings { get; init; }
    public CardDetails? Card { get; init; }
}

/// <summary>
/// Fixed: the bank states this balance at this day and shows every movement of the scenario, past or future. Living: the balance was this on the
/// opening day; the bank adds what books after it and shows one year back from today.
/// </summary>
public sealed record AccountBalance(long Amount, DateOnly Date, bool Living);

/// <summary>
/// One movement. <see cref="Pending"/> without <see cref="BooksOn"/> never books; with it, the movement books on that day under
/// <see cref="BookedReference"/> (or a reference that the bank makes).
/// </summary>
public sealed record Movement(long Amount, DateOnly Date, string Label)
{
    public string? Memo { get; init; }
    public string? Counterparty { get; init; }
    public string? Reference { get; init; }
    public bool Pending { get; init; }
    public DateOnly? BooksOn { get; init; }
    public string? BookedReference { get; init; }
}

/// <summary>
/// A movement that comes back from <see cref="Start"/> on, until a day, for a number of times, or else until the balance day (fixed
/// accounts) or today (living ones). <see cref="BooksAfterDays"/> above zero: each one is pending for so many days.
/// </summary>
public sealed record RecurringMovement(long Amount, DateOnly Start, string Label, Interval Every)
{
    public DateOnly? Until { get; init; }
    public int? Times { get; init; }
    public string? Memo { get; init; }
    public string? Counterparty { get; init; }
    public string? Reference { get; init; }
    public int BooksAfterDays { get; init; }
}

/// <summary>
/// Movements that the seed scatters over the days: on average one every so many days, each between the two amounts.
/// <c>{date}</c> in the label becomes the day.
/// </summary>
public sealed record Spending(long Smallest, long Largest, string Label, int EveryDays)
{
    public int BooksAfterDays { get; init; }
}

public sealed record LoanDetails
{
    public string? LoanType { get; init; }
    public string? Frequency { get; init; }
    public long? InitialAmount { get; init; }

    /// <summary>Per cent a year.</summary>
    public decimal? Rate { get; init; }
    public DateOnly? StartDate { get; init; }
    public DateOnly? EndDate { get; init; }
    public string? DebitedAccount { get; init; }
    public long? PaymentAmount { get; init; }

    /// <summary>Instalments fall on this day of each month.</summary>
    public int? PaymentDay { get; init; }
}

public sealed record SavingsDetails
{
    public string? SavingsType { get; init; }

    /// <summary>Per cent a year.</summary>
    public decimal? Rate { get; init; }
    public DateOnly? OpenedOn { get; init; }
    public DateOnly? EndDate { get; init; }

    /// <summary>The current account that pays in and is paid out to.</summary>
    public string? PivotAccount { get; init; }
    public long? EarnedThisYear { get; init; }
    public long? Ceiling { get; init; }
}

public sealed record CardDetails
{
    public string? MaskedNumber { get; init; }
    public string? LinkedAccount { get; init; }

    /// <summary>Deferred debit: on this day of each month the linked account pays what the card spent since the last time.</summary>
    public int? DebitDay { get; init; }
}
