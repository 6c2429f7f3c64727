using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;
using static Affluent.Server.Tests.Harness.Categorized;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Transactions;

/// <summary>What gives back names what it gives back.</summary>
public sealed class OriginalTests
{
    [Theory, OnBothDatabases]
    public async Task A_refund_names_its_payment_in_one_reading_and_over_several(DatabaseKind kind)
    {
        BankTransaction[] first =
        [
            Bank.Booked("a", -12, "2025-12-20", "CB QWXZ LYON"),
            Bank.Booked("b", -5, "2026-02-10", "CB TARTEMPION PARIS"),
            Bank.Booked("c", -7, "2026-02-11", "CB CAFE"),
            Bank.Booked("d", -7, "2026-02-12", "CB CAFE"),
            Bank.Booked("e", 5, "2026-02-20", "REMBOURSEMENT TARTEMPION"),
        ];
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), first);
        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("x", -9, "2026-02-10", "CB ORANGINA"));
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var before = await http.Transactions();
        Assert.Equal(Of(before, "CB TARTEMPION").Text("id"), Of(before, "MENT TARTEMPION").Text("original_trx_id"));
        Assert.Single(before, t => t.TryGetProperty("original_trx_id", out var _));

        // The payment is older than what is read again; of two that it could be, none is named; another account's is none.
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            [
                .. first,
                Bank.Booked("f", 12, "2026-02-15", "AVOIR QWXZ LYON"),
                Bank.Booked("g", 7, "2026-02-27", "REMBOURSEMENT CAFE"),
                Bank.Booked("h", 9, "2026-02-28", "REMBOURSEMENT ORANGINA"),
                // Given back already.
                Bank.Booked("i", 5, "2026-02-28", "ANNULATION TARTEMPION"),
            ]
        );
        await Again(app, http, id);

        var after = await http.Transactions();
        Assert.Equal(Of(before, "CB QWXZ").Text("id"), Of(after, "AVOIR QWXZ").Text("original_trx_id"));
        Assert.Equal(2, after.Count(t => t.TryGetProperty("original_trx_id", out var _)));
        var one = await http.Read($"/api/v2.1/transactions/{Of(after, "AVOIR QWXZ").Text("id")}");
        Assert.Equal(Of(before, "CB QWXZ").Text("id"), one.Text("original_trx_id"));
    }
}
