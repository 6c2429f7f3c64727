using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;

namespace Affluent.Server.Transactions;

/// <summary>What a caller can ask of the list of transactions. The versions of the API differ in how they write times.</summary>
internal sealed record TransactionParameters
{
    private readonly Parameter<long?> _start;
    private readonly Parameter<long?> _end;
    private readonly Parameter<long?> _importedFrom;

    private TransactionParameters(Func<string, string, Parameter<long?>> time, string form)
    {
        _start = time("start_date", $"Only those of the day in Europe/Paris that holds this time, or later. {form}");
        _end = time("end_date", $"Only those of the day in Europe/Paris that holds this time, or earlier. {form}");
        _importedFrom = time("start_import_date", $"Only those first seen at this time or later. {form}");
    }

    public static TransactionParameters V21 { get; } = new(Parameter.Seconds, "UTC seconds.");
    public static TransactionParameters V3 { get; } = new(Parameter.Time, "ISO 8601 with its offset.");

    public static TransactionParameters Of(ApiVersion version) => version == ApiVersion.V3 ? V3 : V21;

    public static Paging Pages { get; } = new(Standard: 100, Maximum: 500);

    public static Parameter<string?> After { get; } =
        Parameter.Text(
            "after",
            "Instead of `page`: the value from the `Link` header of the page before. Costs the same however deep the page is."
        );

    private static readonly Parameter<AccountId?> AccountId = Parameter.Id<AccountId>(
        "account_id",
        "Only those of this account."
    );
    private static readonly Parameter<IReadOnlyList<AccountId>?> AccountIds = Parameter.SomeIds<AccountId>(
        "account_ids",
        "Only those of these accounts, separated by commas."
    );
    private static readonly Parameter<ConnectionId?> ConnectionId = Parameter.Id<ConnectionId>(
        "connection_id",
        "Only those of the accounts of this connection."
    );
    private static readonly Parameter<BankAccountType?> AccountType = Parameter.OneOf<BankAccountType>(
        "account_type",
        "Only those of accounts of this kind."
    );
    private static readonly Parameter<TransactionOrigin?> Origin = Parameter.OneOf<TransactionOrigin>(
        "origin",
        "Only those of this origin: TRANSACTION (all that banks have told, also when absent), RECURRING (those of them that come again and again), UPCOMING (the expected next ones of these); there are none of the others."
    );
    private static readonly Parameter<IReadOnlyList<TransactionStatus>?> IncludedStatuses =
        Parameter.SomeOf<TransactionStatus>(
            "included_statuses",
            "Only those in one of these statuses, separated by commas."
        );
    private static readonly Parameter<IReadOnlyList<TransactionStatus>?> ExcludedStatuses =
        Parameter.SomeOf<TransactionStatus>(
            "excluded_statuses",
            "None of those in one of these statuses, separated by commas."
        );
    private static readonly Parameter<decimal?> MinAmount = Parameter.Amount(
        "min_amount",
        "Only those of this signed amount or more, in units of their currency."
    );
    private static readonly Parameter<decimal?> MaxAmount = Parameter.Amount(
        "max_amount",
        "Only those of this signed amount or less, in units of their currency."
    );
    private static readonly Parameter<decimal?> Amount = Parameter.Amount(
        "amount",
        "Only those of exactly this signed amount."
    );
    private static readonly Parameter<string?> CategoryId = Parameter.OneOf(
        "category_id",
        "Only those of this category; of a parent category, those of its children too.",
        [.. Ledger.Categories.All.Select(c => c.Id)]
    );

    private static readonly Parameter<string?> Ambiguous = Parameter.OneOf(
        "ambiguous",
        "Only those that may be the same as another one (`true`), or only the rest (`false`).",
        ["true", "false"]
    );

    private static readonly Parameter<string?> Missing = Parameter.OneOf(
        "missing",
        "Only those that the bank has taken back (`true`), or only the rest (`false`): so sums leave them out.",
        ["true", "false"]
    );

    /// <summary>All of them, for the description of a route.</summary>
    public IReadOnlyList<Parameter> All =>
        [
            .. OfAccounts,
            Origin,
            IncludedStatuses,
            ExcludedStatuses,
            MinAmount,
            MaxAmount,
            Amount,
            _start,
            _end,
            CategoryId,
            _importedFrom,
            Ambiguous,
            Missing,
            .. Pages.Parameters,
            After,
        ];

    /// <summary>Those that say of which accounts.</summary>
    public static IReadOnlyList<Parameter> OfAccounts => [AccountId, AccountIds, ConnectionId, AccountType];

    /// <summary>A filter by accounts alone.</summary>
    public static TransactionFilter ReadAccounts(ParameterSource parameters)
    {
        var (account, accounts) = (parameters.Read(AccountId), parameters.Read(AccountIds));
        if (account is null && accounts is [var only])
        {
            // A list of one is the common case, and one account is read along its index.
            (account, accounts) = (only, null);
        }
        return new TransactionFilter
        {
            AccountId = account,
            AccountIds = accounts,
            ConnectionId = parameters.Read(ConnectionId),
            AccountType = parameters.Read(AccountType),
        };
    }

    public TransactionFilter ReadFilter(ParameterSource parameters)
    {
        var (start, end) = (parameters.Read(_start), parameters.Read(_end));
        if (start > end)
        {
            parameters.Refuse(Problem.BadParameter(_start.Name, $"must not be later than '{_end.Name}'"));
        }
        var (least, most) = (parameters.Read(MinAmount), parameters.Read(MaxAmount));
        if (least > most)
        {
            parameters.Refuse(Problem.BadParameter(MinAmount.Name, $"must not be more than '{MaxAmount.Name}'"));
        }
        return ReadAccounts(parameters) with
        {
            Origin = parameters.Read(Origin),
            IncludedStatuses = parameters.Read(IncludedStatuses),
            ExcludedStatuses = parameters.Read(ExcludedStatuses),
            MinAmount = least,
            MaxAmount = most,
            Amount = parameters.Read(Amount),
            FirstDay = start is { } first ? ParisDay.Of(first) : null,
            LastDay = end is { } last ? ParisDay.Of(last) : null,
            CategoryId = parameters.Read(CategoryId),
            ImportedFrom = parameters.Read(_importedFrom),
            Ambiguous = parameters.Read(Ambiguous) is { } doubt ? doubt == "true" : null,
            Missing = parameters.Read(Missing) is { } gone ? gone == "true" : null,
        };
    }

    public static TransactionCursor? ReadCursor(ParameterSource parameters, Page page)
    {
        if (parameters.Read(After) is not { } text)
        {
            return null;
        }
        if (page.Number != 1)
        {
            parameters.Refuse(Problem.BadParameter(After.Name, "cannot be combined with 'page'"));
        }
        var cursor = TransactionCursor.Read(text);
        if (cursor is null)
        {
            parameters.Refuse(Problem.BadParameter(After.Name, "must come from the Link header of a page"));
        }
        return cursor;
    }
}
