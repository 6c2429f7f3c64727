using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Platform;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>How a session stands, decided without a database.</summary>
public sealed class FacadeMappingTests
{
    [Fact]
    public void A_session_ends_with_the_consent_of_the_bank_though_its_own_time_goes_on()
    {
        Assert.Equal(FacadeSessionStatus.Authorized, At(499, Channel(ChannelStatus.Success, 500)));
        Assert.Equal(FacadeSessionStatus.Expired, At(500, Channel(ChannelStatus.Success, 500)));
        Assert.Equal(FacadeSessionStatus.Expired, At(10, Channel(ChannelStatus.TokenExpired, 900)));
        // Another channel goes on; one that is not used says nothing.
        Assert.Equal(
            FacadeSessionStatus.Authorized,
            At(10, Channel(ChannelStatus.TokenExpired, 900), Channel(ChannelStatus.Success, null))
        );
        Assert.Equal(FacadeSessionStatus.Authorized, At(10, Channel(ChannelStatus.Empty, 5)));
        Assert.Equal(FacadeSessionStatus.Expired, At(1000, Channel(ChannelStatus.Success, null)));
    }

    /// <summary>The bank's own reference is no entry_reference here: whoever looks for it would find none.</summary>
    [Fact]
    public void A_balance_names_no_transaction_by_a_reference_that_is_told_nowhere()
    {
        var account = new AccountRow
        {
            Currency = "BHD",
            Balances = AccountBalances.Json([
                new AccountBalance
                {
                    Kind = BankBalanceKind.ClosingBooked,
                    Amount = 1255,
                    Currency = "BHD",
                    Day = 20_513,
                    LastCommittedTransaction = "A452CH",
                },
            ]),
        };

        Assert.Equal(
            """{"balances":[{"name":"CLOSING_BOOKED","balance_amount":{"currency":"BHD","amount":"1.255"},"balance_type":"CLBD","reference_date":"2026-03-01"}]}""",
            JsonSerializer.Serialize(
                FacadeMapping.Balances(account, TimeZoneInfo.Utc),
                FacadeJson.Readable.FacadeBalancesMessage
            )
        );
    }

    [Theory]
    [InlineData("Europe/Paris")]
    [InlineData("Europe/Helsinki")]
    [InlineData("Europe/London")]
    [InlineData("America/New_York")]
    [InlineData("Pacific/Auckland")]
    public void A_balance_without_a_kind_is_of_the_day_of_the_bank(string zone)
    {
        var (where, day) = (TimeZoneInfo.FindSystemTimeZoneById(zone), DayNumbers.From(new DateOnly(2026, 7, 14)));
        var account = new AccountRow
        {
            Currency = "EUR",
            BalanceMinor = 100,
            BalanceAt = BankDay.Start(day, where),
        };

        Assert.Equal("2026-07-14", FacadeMapping.Balances(account, where).Balances[0].ReferenceDate);
        var late = account with { BalanceAt = BankDay.Start(day + 1, where) - 1 };
        Assert.Equal("2026-07-14", FacadeMapping.Balances(late, where).Balances[0].ReferenceDate);
        Assert.Equal((day, null), (AccountBalances.DayOf(account, where), AccountBalances.DayOf(late, where)));
    }

    private static ChannelRow Channel(ChannelStatus status, long? ends) => new() { Status = status, ExpiresAt = ends };

    private static FacadeSessionStatus At(long now, params ChannelRow[] channels) =>
        FacadeMapping.StatusOf(new FacadeSession { ValidUntil = 1000 }, new ConnectionRow(), channels, now);
}
