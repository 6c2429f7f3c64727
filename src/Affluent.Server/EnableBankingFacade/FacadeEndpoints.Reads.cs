using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Affluent.Server.EnableBankingFacade;

internal static partial class FacadeEndpoints
{
    /// <summary>One of an account's transactions, as its list has it.</summary>
    private static async Task<IResult> OneRow(
        string uid,
        [FromRoute(Name = "transaction_id")] string id,
        HttpContext context,
        FacadeGate gate,
        Database database,
        CancellationToken cancellation
    )
    {
        var (reach, account, error) = await Account(uid, context, gate, cancellation);
        if (account is null)
        {
            return error!;
        }
        var row = Ids.TryRead<TransactionId>(id, out var key)
            ? await database.Read(db => TransactionsStore.Find(db, reach!.Session.UserId, key), cancellation)
            : null;
        return row is { MissingSince: null } && row.AccountId == account.Id
            ? TypedResults.Json(FacadeMapping.Show(row), FacadeJson.Readable.FacadeTransactionMessage)
            : FacadeError.NoTransaction;
    }

    private static JsonHttpResult<FacadeBalancesMessage> BalancesOf(
        AccountRow account,
        FacadeReach reach,
        Banks banks
    ) =>
        TypedResults.Json(
            FacadeMapping.Balances(
                account,
                reach.Connection is { } connection ? banks.ZoneOf(connection.ProviderId) : TimeZoneInfo.Utc
            ),
            FacadeJson.Readable.FacadeBalancesMessage
        );
}
