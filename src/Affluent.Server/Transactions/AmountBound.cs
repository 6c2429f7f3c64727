using System.Data;
using Affluent.Ledger;
using Dapper;

namespace Affluent.Server.Transactions;

/// <summary>
/// An amount that bounds others, in every currency: 12.50 is 1250 cents of EUR, 12500 fils of KWD, and between two amounts of JPY. A
/// row is compared with the bound in minor units of its own currency, then in what is left beyond these (see <see cref="Money.Split"/>).
/// </summary>
/// <param name="Round">What is left, rounded so that it decides as the bound itself.</param>
internal sealed record AmountBound(string Name, string Operator, Func<decimal, decimal?> Round)
{
    // Before the bounds, which are made of them.
    private static readonly int[] Known = [2, 0, 3, 4];

    public static readonly AmountBound AtLeast = new("least", ">=", rest => Math.Ceiling(rest));
    public static readonly AmountBound AtMost = new("most", "<=", rest => Math.Floor(rest));

    // With more decimals than are kept, no amount equals it: null, which no comparison accepts.
    public static readonly AmountBound Exactly = new(
        "exact",
        "=",
        rest => rest == decimal.Truncate(rest) ? rest : null
    );

    /// <summary>The clause; its text is always the same, so that databases keep its plan.</summary>
    public string Clause { get; } =
        $"(t.amount_minor, coalesce(t.amount_rest, 0)) {Operator} ({OfCurrency(Name)}, {OfCurrency($"{Name}_rest")})";

    /// <summary>Sets the parameters of <see cref="Clause"/>.</summary>
    public void Add(DynamicParameters parameters, decimal amount)
    {
        foreach (var decimals in Known.Append(Money.DecimalsOfOthers))
        {
            var minor = Scaled(amount, decimals);
            var whole = decimal.Truncate(minor);
            parameters.Add($"{Name}{decimals}", (long)whole, DbType.Int64);
            parameters.Add($"{Name}_rest{decimals}", (long?)Round((minor - whole) * Money.RestsOfUnit), DbType.Int64);
        }
    }

    private static decimal Scaled(decimal amount, int decimals)
    {
        var scale = 1 / new decimal(1, 0, 0, false, (byte)decimals);
        // Beyond what can be stored, the bound lets everything through or nothing.
        return Math.Clamp(amount, long.MinValue / scale, long.MaxValue / scale) * scale;
    }

    private static string OfCurrency(string parameter) =>
        "case "
        + string.Concat(Known.Select(d => $"when t.currency in ({Codes(d)}) then @{parameter}{d} "))
        + $"else @{parameter}{Money.DecimalsOfOthers} end";

    // The codes are our own constants (ISO 4217), never a caller's text.
    private static string Codes(int decimals) =>
        string.Join(
            ", ",
            Money.Currencies.Where(c => c.Value == decimals).Select(c => $"'{c.Key}'").Order(StringComparer.Ordinal)
        );
}
