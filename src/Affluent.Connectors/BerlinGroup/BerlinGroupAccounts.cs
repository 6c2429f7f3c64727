using System.Diagnostics;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>Reads the lists of accounts, and of cards that have accounts of their own.</summary>
/// <param name="isAnybodyThere">Whether the user can be asked for an account.</param>
internal sealed class BerlinGroupAccounts(BerlinGroupSettings settings, BerlinGroupApi api, bool isAnybodyThere)
{
    // An account and a card may bear the same id.
    private const string Card = "card:";

    /// <summary>The first page of a list.</summary>
    public static BerlinGroupPlace First(Uri address, BerlinGroupList list, BerlinGroupSettings settings) =>
        new(new Trail(settings.Interface.Page(address, 1).AbsoluteUri), "", null, null) { List = list };

    /// <summary>Where the transactions of an account are.</summary>
    public static Uri TransactionsOf(string reference, BerlinGroupSession session, BerlinGroupSettings settings) =>
        (IsCard(reference) ? null : BerlinGroupSettings.Of(settings.Transactions, reference))
        ?? (session.Transactions.TryGetValue(reference, out var link) ? BankLinks.Kept(link, settings.Interface) : null)
        ?? Standard(reference, "transactions", settings);

    /// <summary>Whether it is a card that has an account of its own.</summary>
    public static bool IsCard(string reference) => reference.StartsWith(Card, StringComparison.Ordinal);

    /// <summary>The bank's id of the account.</summary>
    public static string IdOf(string reference) => IsCard(reference) ? reference[Card.Length..] : reference;

    private static Uri Standard(string reference, string below, BerlinGroupSettings settings) =>
        settings.Interface.Path(
            IsCard(reference)
                ? $"card-accounts/{Uri.EscapeDataString(IdOf(reference))}/{below}"
                : $"accounts/{Uri.EscapeDataString(reference)}/{below}"
        );

    /// <summary>The accounts of the list that the user has agreed to be shown once, with their balances under consents of their own.</summary>
    public async Task<StepResult> ReadListed(CancellationToken cancellation)
    {
        List<BankAccount> accounts = [];
        foreach (var account in api.Session.Listed)
        {
            var isUnasked = api.Session.IsUnasked(account.Reference);
            IReadOnlyList<BankBalance> balances = [];
            if (!account.Closed && api.Session.AccountConsents.ContainsKey(account.Reference))
            {
                (balances, var ended) = await ReadBalances(account, link: null, cancellation);
                if (ended is not null)
                {
                    return ended;
                }
            }
            accounts.Add(
                account with
                {
                    Balances = balances,
                    ConsentMissing = isUnasked && isAnybodyThere && !account.Closed,
                }
            );
        }
        return Page(accounts, next: null);
    }

    public async Task<StepResult> Read(BerlinGroupPlace place, CancellationToken cancellation)
    {
        var cards = place.List == BerlinGroupList.CardAccounts;
        var member = cards ? "cardAccounts" : "accounts";
        switch (await api.Get(new Uri(place.Trail.Address), BankResource.Accounts, cancellation))
        {
            case BerlinGroupAnswer.Ended ended:
                return ended.Result;
            case BerlinGroupAnswer.Empty:
                return Listed(place, [], next: null);
            case BerlinGroupAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            // The consent is for accounts without cards: what was listed stands.
            case BerlinGroupAnswer.Denied denied
                when cards && BerlinGroupRefusal.Of(denied.Code) is null or Refusal.AccountRefused:
                return Listed(place, [], next: null);
            case BerlinGroupAnswer.Denied denied:
                return BerlinGroupRefusal.Of(denied.Code) switch
                {
                    Refusal.OperatorFault => api.Refused(Refusal.OperatorFault, $"the bank refuses us: {denied.Words}"),
                    Refusal.ConsentExpired => api.Over(Refusal.ConsentExpired, $"the consent is over: {denied.Words}"),
                    _ when denied.Status is 401 or 403 => api.Over(
                        Refusal.ConsentExpired,
                        $"the bank refuses the list of accounts: {denied.Words}"
                    ),
                    _ => api.Refused(Refusal.NotUnderstood, $"the bank refuses the list of accounts: {denied.Words}"),
                };
            case BerlinGroupAnswer.Found found when found.Json.Item(member) is { ValueKind: JsonValueKind.Array } list:
                return await Read(place, found, list, cancellation);
            case BerlinGroupAnswer.Found or BerlinGroupAnswer.Report:
                return api.Refused(Refusal.NotUnderstood, "the bank's list of accounts holds no list");
            default:
                throw new UnreachableException();
        }
    }

    private async Task<StepResult> Read(
        BerlinGroupPlace place,
        BerlinGroupAnswer.Found found,
        JsonElement list,
        CancellationToken cancellation
    )
    {
        var rows = list.EnumerateArray().ToArray();
        // Each may cost a request.
        if (rows.Length > BankLimits.MostAccounts)
        {
            return api.Refused(Refusal.NotUnderstood, "the bank's list of accounts is too long");
        }
        var next = ListPages.After(
            place.Trail,
            found.Json,
            found.Address,
            ListPages.Written(list),
            found.Pages,
            () => rows.All(row => row.Text("resourceId") is not null),
            settings.Interface
        );
        if (next is NextPage.Fault fault)
        {
            return api.Refused(Refusal.NotUnderstood, fault.Detail);
        }
        List<BankAccount> accounts = [];
        var links = IsFirst(place)
            ? []
            : new Dictionary<string, string>(api.Session.Transactions, StringComparer.Ordinal);
        foreach (var row in next is NextPage.End { Repeated: true } ? [] : rows)
        {
            if (Account(row, place.List) is not { } account)
            {
                return api.Refused(
                    Refusal.NotUnderstood,
                    "an account of the bank's list has neither a resource id nor a number"
                );
            }
            if (settings.AccountConsents)
            {
                // Known is so far only that it is there.
                account = account with
                {
                    ConsentMissing = isAnybodyThere && !account.Closed,
                };
            }
            else if (account is { Balances.Count: 0, Closed: false })
            {
                var (balances, ended) = await ReadBalances(
                    account,
                    LinkOf(row, "balances", found.Address),
                    cancellation
                );
                if (ended is not null)
                {
                    return ended;
                }
                account = account with { Balances = balances };
            }
            accounts.Add(account);
            if (LinkOf(row, "transactions", found.Address) is { } link)
            {
                links[account.Reference] = link.AbsoluteUri;
            }
        }
        api.Session = api.Session with { Transactions = links };
        return Listed(place, accounts, (next as NextPage.Page)?.Trail);
    }

    private StepResult.Page Listed(BerlinGroupPlace place, IReadOnlyList<BankAccount> accounts, Trail? next)
    {
        var goesOn =
            next is not null ? place with { Trail = next }
            : place.List == BerlinGroupList.Accounts && settings.CardAccounts
                ? First(settings.Interface.Path("card-accounts"), BerlinGroupList.CardAccounts, settings)
            : null;
        if (settings.AccountConsents)
        {
            BankAccount[] listed =
            [
                .. IsFirst(place) ? [] : api.Session.Listed,
                .. accounts.Select(a => a with { Balances = [], ConsentMissing = false }),
            ];
            api.Session = api.Session with { Listed = listed, HasListed = goesOn is null && listed.Length > 0 };
        }
        return Page(accounts, goesOn);
    }

    private static bool IsFirst(BerlinGroupPlace place) => place is { List: BerlinGroupList.Accounts, Trail.Number: 1 };

    private StepResult.Page Page(IReadOnlyList<BankAccount> accounts, BerlinGroupPlace? next) =>
        new()
        {
            Session = api.Session.Write(),
            Accounts = NamedAccounts.Resolve(accounts),
            Holder = accounts.Select(a => a.OwnerName).FirstOrDefault(name => name is not null),
            Next = next?.Write(),
        };

    private BankAccount? Account(JsonElement row, BerlinGroupList list) =>
        BerlinGroupReading.Account(row, settings) is not { } account ? null
        : list == BerlinGroupList.Accounts ? account
        : account with
        {
            Reference = Card + account.Reference,
            Type = BankAccountType.CreditCard,
            CreditCard = new BankCreditCard(PayableAccount: row.Text("linkedAccounts")),
        };

    /// <summary>An account whose balance cannot be read is shown without one; only a limit or a dead consent ends the step.</summary>
    private async Task<(IReadOnlyList<BankBalance> Balances, StepResult? Ended)> ReadBalances(
        BankAccount account,
        Uri? link,
        CancellationToken cancellation
    )
    {
        var address =
            (IsCard(account.Reference) ? null : BerlinGroupSettings.Of(settings.Balances, account.Reference))
            ?? link
            ?? Standard(account.Reference, "balances", settings);
        return await api.Get(address, BankResource.Balances, cancellation, account.Reference) switch
        {
            BerlinGroupAnswer.Found found => (
                BerlinGroupReading.Balances(found.Json.Items("balances"), account.Currency, settings.Interface.Zone),
                null
            ),
            BerlinGroupAnswer.Ended { Result: StepResult.Later { Reason: LaterReason.BankUnavailable } } => ([], null),
            BerlinGroupAnswer.Ended failed => ([], failed.Result),
            _ => ([], null),
        };
    }

    private Uri? LinkOf(JsonElement row, string name, Uri page) =>
        !settings.Interface.StandardPaths && BankLinks.Href(row, name) is { } href
            ? BankLinks.Resolve(href, page, settings.Interface)
            : null;
}
