using System.Text;
using System.Text.Json;

namespace Affluent.Connectors.Reading;

/// <summary>An amount with its currency, as all standards write it: { "amount", "currency" }.</summary>
internal readonly record struct MoneyRow(decimal? Amount, string? Currency)
{
    /// <param name="known">The currency that it most likely is: no text is made of it again.</param>
    public static MoneyRow Read(JsonElement? item, string? known)
    {
        if (item is not { ValueKind: JsonValueKind.Object } money)
        {
            return default;
        }
        var amount = money.TryGetProperty("amount"u8, out var written) ? Said(written) : money.Item("amount");
        var currency = money.TryGetProperty("currency"u8, out var named) ? Said(named) : money.Item("currency");
        return new MoneyRow(
            amount?.AsDecimal(),
            known is not null
            && currency is { ValueKind: JsonValueKind.String } text
            && Ascii.Equals(Json.Raw(text), known)
                ? known
                : currency?.AsText()
        );
    }

    private static JsonElement? Said(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value;
}
