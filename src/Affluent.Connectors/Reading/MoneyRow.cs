using System.Text;

namespace Affluent.Connectors.Reading;

/// <summary>An amount with its currency, as all standards write it: { "amount", "currency" }.</summary>
internal readonly record struct MoneyRow(decimal? Amount, string? Currency)
{
    /// <param name="known">The currency that it most likely is: no text is made of it again.</param>
    public static MoneyRow Read(JsonSlice money, string? known) => Read(money, "amount"u8, "currency"u8, known);

    /// <inheritdoc cref="Read(JsonSlice, string?)"/>
    public static MoneyRow Read(
        JsonSlice money,
        ReadOnlySpan<byte> amountName,
        ReadOnlySpan<byte> currencyName,
        string? known
    )
    {
        money.Items(amountName, currencyName, out var amount, out var currency);
        return new MoneyRow(
            amount.AsDecimal(),
            known is not null && Ascii.Equals(currency.Raw, known) ? known : currency.AsText()
        );
    }
}
