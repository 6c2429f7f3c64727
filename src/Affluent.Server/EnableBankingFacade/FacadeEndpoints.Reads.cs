using Affluent.Server.Accounts;
using Affluent.Server.Providers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.EnableBankingFacade;

internal static partial class FacadeEndpoints
{
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
