using Affluent.TestBank.Consents;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>What a third party may ask for in a consent (NextGenPSD2 1.3, section 6.3.1), and how the bank tells it. Pure.</summary>
internal static class ConsentDemands
{
    private const string All = "allAccounts";
    private const string AllWithOwnerName = "allAccountsWithOwnerName";

    /// <summary>The demand, or what is wrong, and where.</summary>
    public static (ConsentDemand? Demand, string? Wrong, string? Path) Read(
        ConsentBody? body,
        BerlinGroupInterface at,
        DateOnly today
    )
    {
        if (
            body
            is not {
                Access: { } access,
                RecurringIndicator: { } recurring,
                ValidUntil: { } until,
                FrequencyPerDay: { } frequency,
                CombinedServiceIndicator: not null
            }
        )
        {
            return (
                null,
                "a consent has access, recurringIndicator, validUntil, frequencyPerDay, combinedServiceIndicator",
                null
            );
        }

        if (until < today)
        {
            return (null, "is over", "validUntil");
        }

        if (frequency < 1 || (!recurring && frequency > 1))
        {
            return (null, "is at least 1, and 1 for a consent that does not recur", "frequencyPerDay");
        }

        var (demand, wrong) = Read(access);
        return demand is null
            ? (null, wrong, "access")
            : (
                demand with
                {
                    Api = at.Api,
                    // As long as possible is written as a day that cannot end (section 6.3.1).
                    Ends = until.Year < 9999 ? BankClock.StartOf(until.AddDays(1)) : null,
                    Recurring = recurring,
                    // Four a day without the customer (EU 2018/389, article 36).
                    FrequencyPerDay = Math.Min(frequency, 4),
                },
                null,
                null
            );
    }

    private static (ConsentDemand? Demand, string? Wrong) Read(AccountAccess access)
    {
        IReadOnlyList<AccountReference>?[] lists = [access.Accounts, access.Balances, access.Transactions];
        var given = lists.OfType<IReadOnlyList<AccountReference>>().ToList();
        string?[] words = [access.AllPsd2, access.AvailableAccounts, access.AvailableAccountsWithBalance];
        if (words.OfType<string>().ToList() is [var word])
        {
            return given.Count > 0 || word is not (All or AllWithOwnerName)
                ? (null, "allAccounts or allAccountsWithOwnerName, without lists beside it")
                : (
                    new ConsentDemand(
                        access.AllPsd2 is not null ? AccessKind.Everything
                        : access.AvailableAccounts is not null ? AccessKind.Listed
                        : AccessKind.ListedWithBalances
                    )
                    {
                        OwnerName = word == AllWithOwnerName,
                    },
                    null
                );
        }

        var owner = access.AdditionalInformation?.OwnerName is not null;
        return words.Any(w => w is not null) || given.Count == 0 ? (null, "one model of access is due")
            : given.All(list => list.Count == 0) ? (new ConsentDemand(AccessKind.Chosen) { OwnerName = owner }, null)
            : given.Any(list => list.Count == 0) || given.Any(list => list.Any(a => a?.Name is null))
                ? (null, "all lists are empty, or all name accounts")
            : (
                new ConsentDemand(AccessKind.Named)
                {
                    Accounts = Names(access.Accounts),
                    Balances = Names(access.Balances),
                    Transactions = Names(access.Transactions),
                    OwnerName = owner,
                },
                null
            );
    }

    /// <summary>The access of a consent as the bank tells it.</summary>
    public static AccountAccess Access(ConsentDemand demand)
    {
        var word = demand.OwnerName ? AllWithOwnerName : All;
        return demand.Access switch
        {
            AccessKind.Everything => new AccountAccess { AllPsd2 = word },
            AccessKind.Listed => new AccountAccess { AvailableAccounts = word },
            AccessKind.ListedWithBalances => new AccountAccess { AvailableAccountsWithBalance = word },
            AccessKind.Chosen or AccessKind.Named => new AccountAccess
            {
                Accounts = References(demand.Accounts),
                Balances = References(demand.Balances),
                Transactions = References(demand.Transactions),
                AdditionalInformation = demand.OwnerName ? new AdditionalInformation([]) : null,
            },
        };
    }

    /// <summary>How a consent stands, in the words of the standard.</summary>
    public static string Status(Consent consent, DateTimeOffset now) =>
        consent switch
        {
            { Revoked: true } => "revokedByPsu",
            { State: ConsentState.Refused } => "rejected",
            { State: ConsentState.Ended } => "terminatedByTpp",
            // Nobody has answered in time.
            { State: ConsentState.Asked } => consent.IsWaiting(now) ? "received" : "rejected",
            _ => consent.IsLive(now) ? "valid" : "expired",
        };

    private static IReadOnlyList<string> Names(IReadOnlyList<AccountReference>? list) =>
        [.. (list ?? []).Select(a => a.Name!.Replace(" ", "", StringComparison.Ordinal))];

    private static IReadOnlyList<AccountReference> References(IReadOnlyList<string> names) =>
        [
            .. names.Select(name =>
                BerlinGroupAccounts.IsIban(name)
                    ? new AccountReference(name, null, null)
                    : new AccountReference(null, name, null)
            ),
        ];
}
