using System.Data;
using Affluent.Ledger;
using Dapper;

namespace Affluent.Server.Transactions;

/// <summary>
/// An amount that bounds others, in every currency: 12.50 is 1250 cents of EUR, 12500 fils of KWD, and between two amounts of JPY. A
/// row is compared with the bound in minor units of its own currency.
/// </summary>
internal sealed record AmountBound(string Name, string Operator, Func<decimal, decimal?> Round)
{
    // Before the bounds, which are made of them.
    private static readonly int[] Known = [2, 0, 3, 4];

    public static readonly AmountBound AtLeast = new("least", ">=", scaled => Math.Ceiling(scaled));
    public static readonly AmountBound AtMost = new("most", "<=", scaled => Math.Floor(scaled));

    // With more decimals than the currency has, no amount equals it: null, which no comparison accepts.
    public static readonly AmountBound Exactly = new(
        "exact",
        "=",
        scaled => scaled == decimal.Truncate(scaled) ? scaled : null
    );

    /// <summary>The clause; its text is always the same, so that databases keep its plan.</summary>
    public string Clause { get; } =
        $"t.amount_minor {Operator} case "
        + string.Concat(Known.Select(d => $"when t.currency in ({Codes(d)}) then @{Name}{d} "))
        + $"else @{Name}{Money.DecimalsOfOthers} end";

    /// <summary>Sets the parameters of <see cref="Clause"/>.</summary>
    public void Add(DynamicParameters parameters, decimal amount)
    {
        foreach (var decimals in Known.Append(Money.DecimalsOfOthers))
        {
            parameters.Add($"{Name}{decimals}", (long?)Round(Scaled(amount, decimals)), DbType.Int64);
        }
    }

    private static decimal Scaled(decimal amount, int decimals)
    {
        var scale = 1 / new decimal(1, 0, 0, false, (byte)decimals);
        // Beyond what can be stored, the bound lets everything through or nothing.
        return Math.Clamp(amount, long.MinValue / scale, long.MaxValue / scale) * scale;
    }

    // The codes are our own constants (ISO 4217), never a caller's text.
    private static string Codes(int decimals) =>
        string.Join(
            ", ",
            Money.Currencies.Where(c => c.Value == decimals).Select(c => $"'{c.Key}'").Order(StringComparer.Ordinal)
        );
}
