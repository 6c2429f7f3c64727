using System.Runtime.CompilerServices;

namespace Affluent.Ledger.Tests;

/// <summary>
/// Reads the tables of words before the first test. A process of a mutation run serves many mutants: one that is active while a
/// table is read would spoil it for all that follow, and they would be called noticed.
/// </summary>
internal static class Tables
{
    [ModuleInitializer]
    internal static void Read()
    {
        Type[] withTables =
        [
            typeof(Categories),
            typeof(Categorization),
            typeof(CategoryRules),
            typeof(Creditors),
            typeof(MerchantCodes),
            typeof(Merchants),
            typeof(PaymentMeansWords),
            typeof(Places),
            typeof(LabelWords),
            typeof(Money),
            typeof(TradeWords),
            typeof(TransactionTypes),
            typeof(WordComparison),
        ];
        foreach (var type in withTables)
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }
    }
}
