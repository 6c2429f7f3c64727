using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

public sealed class MovementTests
{
    private static readonly BankTransaction Coffee = new()
    {
        Id = " 42 ",
        Amount = -2.50m,
        Currency = "eur",
        BookingDay = new DateOnly(2026, 3, 3),
        ValueDay = new DateOnly(2026, 3, 4),
        TransactionDay = new DateOnly(2026, 3, 1),
        Status = BankTransactionStatus.Booked,
        Remittance = ["CB CAFE ", " PARIS"],
        Counterparty = " ",
        CheckNumber = "NOT PROVIDED",
    };

    [Fact]
    public void A_banks_row_is_normalised()
    {
        var movement = Read(Coffee);

        Assert.Equal(("42", -250L, "EUR"), (movement.BankId, movement.Amount, movement.Currency));
        Assert.Equal("CB CAFE\nPARIS", movement.Text);
        Assert.Null(movement.Counterparty);
        Assert.Null(movement.CheckNumber);
    }

    [Fact]
    public void A_booked_row_is_listed_under_its_booking_day_and_a_pending_one_under_the_day_it_was_made()
    {
        Assert.Equal(DayNumbers.From(new DateOnly(2026, 3, 3)), Read(Coffee).Day);
        Assert.Equal(
            DayNumbers.From(new DateOnly(2026, 3, 1)),
            Read(Coffee with { Status = BankTransactionStatus.Pending }).Day
        );
        Assert.Equal(
            DayNumbers.From(new DateOnly(2026, 3, 4)),
            Read(Coffee with { BookingDay = null, TransactionDay = null }).Day
        );
        Assert.Equal(DayNumbers.From(new DateOnly(2026, 3, 1)), Read(Coffee with { BookingDay = null }).Day);
        Assert.Equal(
            DayNumbers.From(new DateOnly(2026, 3, 3)),
            Read(Coffee with { Status = BankTransactionStatus.Pending, TransactionDay = null }).Day
        );
    }

    [Theory]
    [InlineData("NOTPROVIDED")]
    [InlineData("Not Available")]
    [InlineData(" nonref ")]
    [InlineData(" ")]
    [InlineData(null)]
    public void What_stands_for_nothing_is_nothing(string? text) => Assert.Null(Read(Coffee with { Id = text }).BankId);

    [Fact]
    public void Blank_lines_go() =>
        Assert.Equal("CB CAFE\nPARIS", Read(Coffee with { Remittance = ["CB CAFE", " ", "", "PARIS"] }).Text);

    [Fact]
    public void An_amount_finer_than_cents_is_kept_as_it_is_and_zeros_at_its_end_say_nothing()
    {
        Assert.Equal(-250.5m, Read(Coffee with { Amount = -2.505m }).Amount);
        Assert.Equal(Read(Coffee with { Amount = -2.50m }), Read(Coffee with { Amount = -2.500m }));
    }

    [Fact]
    public void A_row_that_cannot_be_kept_says_why()
    {
        Assert.Equal(RowFault.TooManyDecimals, Fault(Coffee with { Amount = -2.5000000000001m }));
        Assert.Equal(RowFault.UnknownCurrency, Fault(Coffee with { Currency = "€" }));
        Assert.Equal(RowFault.AmountTooLarge, Fault(Coffee with { Amount = decimal.MaxValue }));
        Assert.Equal(RowFault.NoDay, Fault(Coffee with { BookingDay = null, ValueDay = null, TransactionDay = null }));
    }

    private static Movement Read(BankTransaction row) => Assert.IsType<Reading.Row>(Movement.Read(row)).Movement;

    private static RowFault Fault(BankTransaction row) => Assert.IsType<Reading.Unusable>(Movement.Read(row)).Fault;
}
