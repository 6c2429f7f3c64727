using System.Data.Common;
using System.Globalization;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;
using Affluent.Server.Widget;

namespace Affluent.Server.SimpleFin;

/// <summary>
/// The SimpleFIN protocol (https://www.simplefin.org/protocol.html, versions 1 and 2): applications that speak it read a user's shared accounts, and
/// nothing else.
/// </summary>
internal static class SimpleFinEndpoints
{
    private const int MostAccounts = 500;

    private static readonly Page AllConnections = new(1, 1000);
    private static readonly string[] Flag = ["0", "1"];
    private static readonly string[] Versions = ["1", "2"];

    private static readonly Parameter<long?> StartDate = Parameter.Seconds("start-date", "Included.");
    private static readonly Parameter<long?> EndDate = Parameter.Seconds("end-date", "Excluded.");
    private static readonly Parameter<string?> Pending = Parameter.OneOf("pending", "1: pending ones, too.", Flag);
    private static readonly Parameter<string?> BalancesOnly = Parameter.OneOf(
        "balances-only",
        "1: no transactions.",
        Flag
    );
    private static readonly Parameter<string?> Version = Parameter.OneOf("version", "Of the protocol.", Versions);

    public static IServiceCollection AddSimpleFin(this IServiceCollection services)
    {
        services.AddSingleton<SimpleFinGate>();
        services.AddSingleton(provider => new ApplicationKind(
            async (db, userId) => [.. (await SimpleFinStore.List(db, userId)).Select(Shown)],
            (db, user, id) =>
                Ids.TryRead<SimpleFinAccessId>(id, out var key)
                    ? provider.GetRequiredService<SimpleFinGate>().Revoke(db, user, key)
                    : Task.FromResult(false)
        ));
        services.AddSingleton(new ProblemForm("/simplefin", SimpleFinRefusal.Of));
        return services.AddPeriodicTask("simplefin_codes", TimeSpan.FromHours(1), SimpleFinStore.Prune);
    }

    private static ReadingApplication Shown(SimpleFinAccess access) =>
        new(access.Id.ToString(), access.Name, access.ClaimedAt)
        {
            CreatedAt = access.CreatedAt,
            Until = access.ClaimedAt is null ? access.CodeExpiresAt : null,
            UsedAt = access.UsedAt,
        };

    /// <summary>Where the API has a host or a path of its own, the server stands below it.</summary>
    public static void UseSimpleFinBelowApi(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                if (context.Request.Path.StartsWithSegments("/api/simplefin", StringComparison.Ordinal, out var below))
                {
                    CallersPath.ServeAs(context, "/simplefin" + below);
                }
                return next(context);
            }
        );

    public static void MapSimpleFin(this IEndpointRouteBuilder app)
    {
        var server = app.MapGroup("/simplefin").ExcludeFromDescription().AddEndpointFilter(Outage);
        server.MapGet("/info", Info);
        server.MapGet("/currencies/{code}", Currency);
        server.MapPost("/claim/{code}", Claim);
        server.MapGet("/accounts", Accounts).WithMetadata(ShowsBankData.Marked);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<SimpleFinInfoMessage> Info() =>
        TypedResults.Json(new SimpleFinInfoMessage(Versions), SimpleFinJson.Default.SimpleFinInfoMessage);

    private static IResult Currency(string code) =>
        Money.DecimalsOf(code) is not null
            ? TypedResults.Json(
                new SimpleFinCurrencyMessage(code.ToUpperInvariant(), code.ToUpperInvariant()),
                SimpleFinJson.Default.SimpleFinCurrencyMessage
            )
            : Problem.NotFound("currency");

    private static async Task<IResult> Claim(
        string code,
        SimpleFinGate gate,
        Addresses addresses,
        CancellationToken cancellation
    ) =>
        await gate.Claim(new Secret(code), cancellation) is { } claimed
            ? TypedResults.Text(SimpleFinSecrets.AccessUrl(addresses.SimpleFin, claimed.Id, claimed.Password))
            : SimpleFinRefusal.Forbidden(
                "this setup token is unknown, expired or was used before. If you did not use it yourself, somebody else may have: revoke that access, then make a new setup token."
            );

    private static async Task<IResult> Accounts(
        HttpContext context,
        SimpleFinGate gate,
        Database database,
        Banks banks,
        Addresses addresses,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        switch (await gate.Enter(SimpleFinSecrets.Read(context.Request.Headers.Authorization), cancellation))
        {
            case SimpleFinEntry.Refused:
                return SimpleFinRefusal.Forbidden(
                    "these credentials are wrong, or the access was revoked. Make a new setup token and link the application again."
                );
            case SimpleFinEntry.TooMany tooMany:
                return SimpleFinRefusal.TooMany(tooMany.RetryAfter);
            case SimpleFinEntry.Welcome { User: var user }:
                ActingUser.Set(context, user);
                var (request, fault) = Read(context.Request, time.GetUtcNow().ToUnixTimeSeconds());
                return request is null
                    ? SimpleFinRefusal.BadRequest(fault!)
                    : TypedResults.Json(
                        new AccountSet(addresses.SimpleFin, banks.Provider, banks.ZoneOf).Show(
                            request,
                            await database.Read(db => Hold(db, user.UserId, request), cancellation)
                        ),
                        SimpleFinJson.Default.SimpleFinAccountSetMessage
                    );
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>What is asked for, or what is wrong with it.</summary>
    private static (AccountSetRequest? Request, string? Fault) Read(HttpRequest request, long now)
    {
        var parameters = new ParameterSource(request);
        var start = parameters.Read(StartDate);
        var end = parameters.Read(EndDate);
        var pending = parameters.Read(Pending);
        var balancesOnly = parameters.Read(BalancesOnly);
        _ = parameters.Read(Version);
        var named = request.Query["account"];
        if (parameters.Problem is { } problem)
        {
            return (null, problem.Detail);
        }
        if (start > end)
        {
            return (null, "The parameter 'start-date' lies behind 'end-date'.");
        }
        if (named.Count > MostAccounts)
        {
            return (
                null,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The parameter 'account' is given more than {MostAccounts} times."
                )
            );
        }
        return (
            new AccountSetRequest(
                named.Count == 0
                    ? null
                    :
                    [
                        .. named
                            .Select(text => Ids.TryRead<AccountId>(text, out var id) ? id : (AccountId?)null)
                            .OfType<AccountId>()
                            .Distinct(),
                    ],
                start is { } from ? SimpleFinDay.FirstFrom(from) : null,
                end is { } until ? SimpleFinDay.LastBefore(until, now) : null,
                pending == Flag[1],
                balancesOnly == Flag[1]
            )
            {
                NoIds =
                [
                    .. named
                        .Select(text => text ?? "")
                        .Where(text => !Ids.TryRead<AccountId>(text, out _))
                        .Distinct(StringComparer.Ordinal),
                ],
            },
            null
        );
    }

    private static async Task<HeldAccountSet> Hold(DbWork db, UserId userId, AccountSetRequest request)
    {
        AccountRow[] accounts =
        [
            .. (await AccountsStore.List(db, userId, new AccountFilter())).Where(account =>
                account.Selected && request.Accounts?.Contains(account.Id) != false
            ),
        ];
        var connections = await ConnectionsStore.List(db, userId, AllConnections);
        var channels = await ShownChannels.Of(
            db,
            [.. connections.Select(connection => new ConnectionKey(userId, connection.Id))]
        );
        var transactions =
            request.BalancesOnly || accounts.Length == 0
                ? []
                : await TransactionsStore.List(
                    db,
                    userId,
                    request.Filter([.. accounts.Select(account => account.Id)]),
                    new Page(1, AccountSet.MostTransactions),
                    after: null
                );
        return new HeldAccountSet(
            accounts,
            connections,
            channels.ToLookup(channel => channel.ConnectionId),
            [.. transactions.Take(AccountSet.MostTransactions)],
            transactions.Count > AccountSet.MostTransactions
        );
    }

    /// <summary>Applications take any JSON for data: that the database is away is said in words.</summary>
    private static async ValueTask<object?> Outage(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (DbException error) when (error.IsTransient)
        {
            context.HttpContext.RequestServices.GetRequiredService<DatabaseOutage>().Noticed(error);
            return SimpleFinRefusal.Unavailable;
        }
    }
}
