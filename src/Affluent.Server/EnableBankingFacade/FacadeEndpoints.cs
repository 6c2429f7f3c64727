using System.Data.Common;
using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>
/// The calls of Enable Banking (API reference 1.0.0) that applications make to read accounts, answered by this installation: those whose address of it is a
/// setting read what users share here, through the banks of here.
/// </summary>
internal static partial class FacadeEndpoints
{
    private static readonly string[] BankFilters = ["country", "psu_type", "service"];

    public static IServiceCollection AddEnableBankingFacade(this IServiceCollection services) =>
        services
            .AddSingleton<FacadeGate>()
            .AddSingleton<FacadeSessions>()
            .AddSingleton(provider => provider.GetRequiredService<FacadeSessions>().AsApplications())
            .AddSingleton(new ProblemForm("/enablebanking", FacadeError.Of))
            .AddPeriodicTask("enable_banking_authorizations", TimeSpan.FromMinutes(30), FacadeStore.PruneAuthorizations)
            .AddPeriodicTask("enable_banking_sessions", TimeSpan.FromHours(6), FacadeStore.PruneSessions);

    /// <summary>Where the API has a host or a path of its own, the façade stands below it.</summary>
    public static void UseEnableBankingBelowApi(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                if (
                    context.Request.Path.StartsWithSegments(
                        "/api/enablebanking",
                        StringComparison.Ordinal,
                        out var below
                    )
                )
                {
                    CallersPath.ServeAs(context, "/enablebanking" + below);
                }
                return next(context);
            }
        );

    public static void MapEnableBankingFacade(this IEndpointRouteBuilder app)
    {
        var facade = app.MapGroup("/enablebanking").ExcludeFromDescription().AddEndpointFilter(Outage);
        facade.MapGet("/application", Application);
        facade.MapGet("/aspsps", Banks);
        facade.MapPost("/auth", Authorize);
        facade.MapPost("/sessions", Begin);
        facade.MapGet("/sessions/{id}", Show);
        facade.MapDelete("/sessions/{id}", End);
        facade.MapGet("/accounts/{uid}/details", Details);
        facade.MapGet("/accounts/{uid}/balances", Balances).WithMetadata(ShowsBankData.Marked);
        facade.MapGet("/accounts/{uid}/transactions", Transactions).WithMetadata(ShowsBankData.Marked);
        facade.MapGet("/accounts/{uid}/transactions/{transaction_id}", OneRow).WithMetadata(ShowsBankData.Marked);
    }

    private static async Task<IResult> Application(
        HttpRequest request,
        FacadeGate gate,
        FacadeSessions sessions,
        CancellationToken cancellation
    )
    {
        var (application, error) = await Known(request, gate, cancellation);
        return application is null
            ? error!
            : TypedResults.Json(sessions.Standing(application), FacadeJson.Readable.FacadeApplicationStanding);
    }

    private static async Task<IResult> Banks(
        HttpRequest request,
        FacadeGate gate,
        Banks banks,
        Addresses addresses,
        CancellationToken cancellation
    )
    {
        var (application, error) = await Known(request, gate, cancellation);
        if (application is null)
        {
            return error!;
        }
        var query = request.Query;
        if (BankFilters.FirstOrDefault(name => query[name].Count > 1) is { } twice)
        {
            return FacadeError.Wrong($"'{twice}' is given more than once.");
        }
        var (country, kind) = (query["country"].ToString(), query["psu_type"].ToString());
        var type = Aspsp.Read(kind);
        if (
            country is not ("" or [>= 'A' and <= 'Z', >= 'A' and <= 'Z'])
            || (kind.Length > 0 && type is null)
            || query["service"].ToString() is not ("" or "AIS" or "PIS")
        )
        {
            return FacadeError.Wrong(
                "'country' must be two capital letters, 'psu_type' personal or business, 'service' AIS or PIS."
            );
        }
        return TypedResults.Json(
            new AspspsMessage([
                .. Aspsps
                    .Of(banks.All)
                    .All.Where(bank => country.Length == 0 || bank.Country == country)
                    .Where(bank => type is not { } wanted || bank.Kinds.ContainsKey(wanted))
                    // Nothing is paid here.
                    .Where(_ => query["service"] != "PIS")
                    .Select(bank => bank.Show(id => ProviderLogo.Address(addresses, ApiVersion.V21, id))),
            ]),
            FacadeJson.Readable.AspspsMessage
        );
    }

    private static async Task<IResult> Authorize(
        HttpRequest request,
        FacadeGate gate,
        FacadeSessions sessions,
        Banks banks,
        Addresses addresses,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (application, error) = await Known(request, gate, cancellation);
        if (application is null)
        {
            return error!;
        }
        var (message, problem) = await Body.Read(request, FacadeJson.Default.FacadeAuthMessage);
        if (message is null)
        {
            return FacadeError.Wrong(problem!.Detail);
        }
        var (wanted, wrong) = FacadeAuthRequest.Read(message, application, Aspsps.Of(banks.All), time.Seconds());
        if (wanted is null)
        {
            return wrong!;
        }
        var (authorization, page) = await sessions.Ask(application, wanted, cancellation);
        return TypedResults.Json(
            new FacadeAuthStartedMessage(
                $"{addresses.EnableBanking}{FacadePages.Path}/{page.Value}",
                FacadeUuid.Of(authorization.Id),
                authorization.PsuIdHash
            ),
            FacadeJson.Readable.FacadeAuthStartedMessage
        );
    }

    private static async Task<IResult> Begin(
        HttpRequest request,
        FacadeGate gate,
        FacadeSessions sessions,
        Banks banks,
        CancellationToken cancellation
    )
    {
        var (application, error) = await Known(request, gate, cancellation);
        if (application is null)
        {
            return error!;
        }
        var (message, problem) = await Body.Read(request, FacadeJson.Default.FacadeCodeMessage);
        if (message?.Code is not { Length: > 0 and <= 200 } code)
        {
            return FacadeError.Wrong(problem?.Detail ?? "'code' must be the one that the user came back with.");
        }
        var (reach, fault) = await sessions.Begin(application, new Secret(code), cancellation);
        if (reach is null)
        {
            return fault!;
        }
        var session = reach.Session;
        var bank = reach.Connection is { } connection ? banks.Provider(connection.ProviderId) : null;
        return TypedResults.Json(
            new FacadeSessionBegunMessage
            {
                SessionId = FacadeUuid.Of(session.Id),
                Accounts = [.. reach.Accounts.Select(account => FacadeMapping.Show(account, session.ClientId, bank))],
                Aspsp = NameOf(session),
                PsuType = Aspsp.Word(session.PsuType),
                Access = AccessOf(session),
            },
            FacadeJson.Readable.FacadeSessionBegunMessage
        );
    }

    private static async Task<IResult> Show(
        string id,
        HttpRequest request,
        FacadeGate gate,
        CancellationToken cancellation
    )
    {
        var (reach, error) = await Session(id, request, gate, cancellation);
        if (reach is null)
        {
            return error!;
        }
        var session = reach.Session;
        AccountRow[] open = [.. reach.Accounts.Where(FacadeMapping.IsOpen)];
        // Of one that is over an importer would take an empty list for a bank without accounts: it is told of what it had, and why it cannot read it when it tries.
        var named = reach.Status == FacadeSessionStatus.Authorized ? open.Select(account => account.Id) : reach.Given;
        return TypedResults.Json(
            new FacadeSessionMessage
            {
                Status = reach.Status.Word(),
                Accounts = [.. named.Select(FacadeUuid.Of)],
                AccountsData = [.. open.Select(account => FacadeMapping.Name(account, session.ClientId))],
                Aspsp = NameOf(session),
                PsuType = Aspsp.Word(session.PsuType),
                PsuIdHash = session.PsuIdHash,
                Access = AccessOf(session),
                Created = FacadeAuthRequest.Moment(session.CreatedAt),
                Authorized = FacadeAuthRequest.Moment(session.CreatedAt),
                Closed = session.ClosedAt is { } closed ? FacadeAuthRequest.Moment(closed) : null,
            },
            FacadeJson.Readable.FacadeSessionMessage
        );
    }

    private static async Task<IResult> End(
        string id,
        HttpRequest request,
        FacadeGate gate,
        FacadeSessions sessions,
        CancellationToken cancellation
    )
    {
        var (reach, error) = await Session(id, request, gate, cancellation);
        if ((error ?? FacadeError.Over(reach!.Status)) is { } refused)
        {
            return refused;
        }
        return await sessions.End(reach!.Session, cancellation)
            ? TypedResults.Json(new FacadeDoneMessage(FacadeReceipt.Ok), FacadeJson.Readable.FacadeDoneMessage)
            : FacadeError.Over(FacadeSessionStatus.Closed)!;
    }

    private static async Task<IResult> Details(
        string uid,
        HttpContext context,
        FacadeGate gate,
        Banks banks,
        CancellationToken cancellation
    )
    {
        var (reach, account, error) = await Account(uid, context, gate, cancellation);
        return account is null
            ? error!
            : TypedResults.Json(
                FacadeMapping.Show(
                    account,
                    reach!.Session.ClientId,
                    reach.Connection is { } connection ? banks.Provider(connection.ProviderId) : null
                ),
                FacadeJson.Readable.FacadeAccountMessage
            );
    }

    private static async Task<IResult> Balances(
        string uid,
        HttpContext context,
        FacadeGate gate,
        Banks banks,
        CancellationToken cancellation
    )
    {
        var (reach, account, error) = await Account(uid, context, gate, cancellation);
        return account is null ? error! : BalancesOf(account, reach!, banks);
    }

    private static async Task<IResult> Transactions(
        string uid,
        HttpContext context,
        FacadeGate gate,
        Database database,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (reach, account, error) = await Account(uid, context, gate, cancellation);
        if (account is null)
        {
            return error!;
        }
        var today = (int)(time.Seconds() / FacadeUses.SecondsOfDay);
        var (query, wrong) = FacadeTransactionsQuery.Read(context.Request.Query, account.Id, today);
        if (query is null)
        {
            return wrong!;
        }
        var rows =
            query.Statuses.Count == 0
                ? []
                : await database.Read(
                    db =>
                        TransactionsStore.List(
                            db,
                            reach!.Session.UserId,
                            query.Filter(account.Id),
                            new Page(1, FacadeTransactionsQuery.PageSize),
                            query.After
                        ),
                    cancellation
                );
        TransactionRow[] page = [.. rows.Take(FacadeTransactionsQuery.PageSize)];
        return TypedResults.Json(
            new FacadeTransactionsMessage(
                [.. page.Select(FacadeMapping.Show)],
                rows.Count > page.Length
                    ? query.Key(account.Id, new TransactionCursor(page[^1].Day, page[^1].Id))
                    : null
            ),
            FacadeJson.Readable.FacadeTransactionsMessage
        );
    }

    private static AspspNameMessage NameOf(FacadeSession session) =>
        new() { Name = session.AspspName, Country = session.AspspCountry };

    private static FacadeAccessMessage AccessOf(FacadeSession session) =>
        new() { ValidUntil = FacadeAuthRequest.Moment(session.ValidUntil) };

    private static async Task<(FacadeApplication? Application, FacadeError? Error)> Known(
        HttpRequest request,
        FacadeGate gate,
        CancellationToken cancellation
    )
    {
        var (application, error) = await gate.Enter(request, cancellation);
        return application is null || await gate.Count(application, cancellation) is not { } tooMany
            ? (application, error)
            : (null, tooMany);
    }

    private static async Task<(FacadeReach? Reach, FacadeError? Error)> Session(
        string id,
        HttpRequest request,
        FacadeGate gate,
        CancellationToken cancellation
    )
    {
        var (application, error) = await gate.Enter(request, cancellation);
        return application is null ? (null, error)
            : FacadeUuid.TryRead<FacadeSessionId>(id, out var key) ? await gate.Session(application, key, cancellation)
            : (null, await gate.Count(application, cancellation) ?? FacadeError.NoSession);
    }

    private static async Task<(FacadeReach? Reach, AccountRow? Account, FacadeError? Error)> Account(
        string uid,
        HttpContext context,
        FacadeGate gate,
        CancellationToken cancellation
    )
    {
        var (application, error) = await gate.Enter(context.Request, cancellation);
        if (application is null)
        {
            return (null, null, error);
        }
        if (!FacadeUuid.TryRead<AccountId>(uid, out var id))
        {
            var none = FacadeUuid.IsOne(uid) ? FacadeError.NoAccount : FacadeError.Wrong("The uid is not a UUID.");
            return (null, null, await gate.Count(application, cancellation) ?? none);
        }
        var (reach, account, fault) = await gate.Account(application, id, cancellation);
        if (reach is not null)
        {
            ActingUser.Set(context, new ActingUser(reach.Session.ClientId, reach.Session.UserId));
        }
        return (reach, account, fault);
    }

    /// <summary>That the database is away is told in the interface's own form.</summary>
    private static async ValueTask<object?> Outage(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (DbException error) when (error.IsTransient)
        {
            context.HttpContext.RequestServices.GetRequiredService<DatabaseOutage>().Noticed(error);
            return FacadeError.Unavailable;
        }
    }
}
