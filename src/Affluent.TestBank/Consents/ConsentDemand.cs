using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Consents;

/// <summary>Which accounts a third party wants.</summary>
public enum AccessKind
{
    /// <summary>All of them, with all that is in them.</summary>
    Everything,

    /// <summary>That they are there, and nothing more.</summary>
    Listed,

    /// <summary>The same with their balances.</summary>
    ListedWithBalances,

    /// <summary>Those that it names.</summary>
    Named,

    /// <summary>Those that the customer chooses.</summary>
    Chosen,
}

/// <summary>What a third party asked for before it knew the customer. Accounts stand here by IBAN, or by the number of a card.</summary>
public sealed record ConsentDemand(AccessKind Access)
{
    /// <summary>How long a consent lives that does not recur: for one session.</summary>
    public static readonly TimeSpan OneOff = TimeSpan.FromMinutes(30);

    /// <summary>How long a consent waits for its customer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>Where it asked: a consent counts there alone.</summary>
    public string Api { get; init; } = "";

    /// <summary>Accounts that it wants to see in the list.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    public IReadOnlyList<string> Balances { get; init; } = [];

    public IReadOnlyList<string> Transactions { get; init; } = [];

    public bool OwnerName { get; init; }

    /// <summary>Until when it wants to read; null: as long as the bank allows.</summary>
    public DateTimeOffset? Ends { get; init; }

    /// <summary>What is allowed by name (UK Open Banking).</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>From when on transactions are wanted; null: all that there are.</summary>
    public DateTimeOffset? TransactionsFrom { get; init; }

    /// <summary>Until when.</summary>
    public DateTimeOffset? TransactionsTo { get; init; }

    public int FrequencyPerDay { get; init; } = 4;

    public bool Recurring { get; init; } = true;

    /// <summary>
    /// The consent with what it allows this customer to be read; null when it names an account that is not the customer's.
    /// </summary>
    /// <param name="chosen">What the customer chose.</param>
    public Consent? For(Customer customer, IReadOnlyList<string> chosen, Consent consent)
    {
        var all = PaymentAccounts.Of(customer).Select(s => s.Account).ToList();
        IReadOnlyList<string> everything = [.. all.Select(a => a.Id)];
        IReadOnlyList<string>? Found(IReadOnlyList<string> names)
        {
            var found = names.Select(name => all.FirstOrDefault(account => IsNamed(account, name))).ToList();
            return found.Contains(null) ? null : [.. found.Select(account => account!.Id)];
        }

        var agreed = consent with { Visitor = customer.Visitor };
        return Access switch
        {
            AccessKind.Everything => agreed with { Balances = everything, Transactions = everything },
            AccessKind.Listed => agreed with { Listed = everything },
            AccessKind.ListedWithBalances => agreed with { Listed = everything, Balances = everything },
            AccessKind.Chosen => agreed with
            {
                Balances = chosen,
                Transactions = chosen,
                Demand = this with { Balances = NamesOf(all, chosen), Transactions = NamesOf(all, chosen) },
            },
            AccessKind.Named => Found(Accounts) is { } listed
            && Found(Balances) is { } balances
            && Found(Transactions) is { } transactions
                ? agreed with
                {
                    Listed = listed,
                    Balances = balances,
                    Transactions = transactions,
                }
                : null,
        };
    }

    private static IReadOnlyList<string> NamesOf(IEnumerable<Account> accounts, IReadOnlyList<string> chosen) =>
        [
            .. accounts
                .Where(a => chosen.Contains(a.Id, StringComparer.Ordinal))
                .Select(a => a.Iban.Length > 0 ? a.Iban : a.Card?.MaskedNumber ?? a.Number),
        ];

    private static bool IsNamed(Account account, string name) =>
        string.Equals(account.Iban, name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(account.Card?.MaskedNumber, name, StringComparison.Ordinal)
        || string.Equals(account.Number, name, StringComparison.Ordinal);
}
