namespace Affluent.Ledger;

/// <summary>
/// Decides the category of a movement, from what is surest to what is least: the kind of movement where it is the category, the
/// creditor's identifier, the merchant directory or a word that says what is sold (whichever the label names first), the merchant
/// category code, the kind of movement, the trained model. What none of them is sure of stays uncategorized.
/// </summary>
public static class Categorization
{
    // How often each is right, measured on the labels of the training half; see docs/advanced/labels-and-categories.md.
    private const int CertainKind = 98;
    private const int ByCreditor = 99;
    private const int ByHand = 97;
    private const int ByDirectory = 93;
    private const int ByCode = 92;
    private const int ByWords = 92;
    private const int ByWordsElsewhere = 85;
    private const int LikelyKind = 85;
    private const int ByTrade = 80;

    /// <summary>The category of a movement. Expenses are only given to money that went, for a shop's name on money that came is a refund.</summary>
    public static CategoryDecision Guess(Movement movement, LabelParts parts) =>
        Guess(movement, parts, CategoryModel.Shipped);

    internal static CategoryDecision Guess(Movement movement, LabelParts parts, CategoryModel model) =>
        OfCertainKind(parts.Type)
        ?? OfCreditor(movement, parts)
        ?? OfLabel(movement, parts)
        ?? OfMerchantCode(movement, parts.Means)
        ?? OfOtherWords(movement)
        ?? OfLikelyKind(movement, parts.Type)
        ?? OfUnclear(movement, parts)
        ?? OfTrade(movement, parts)
        ?? model.Guess(movement, parts);

    private static CategoryDecision? OfCertainKind(TransactionType type) =>
        type switch
        {
            TransactionType.Atm or TransactionType.Cash => new("CASH_WITHDRAWAL", CertainKind, CategoryWhy.Kind),
            TransactionType.CreditCardPayment => new("DEFERRED_CARD", CertainKind, CategoryWhy.Kind),
            TransactionType.Credit
            or TransactionType.Debit
            or TransactionType.Interest
            or TransactionType.Dividend
            or TransactionType.BankFee
            or TransactionType.Deposit
            or TransactionType.PointOfSale
            or TransactionType.InternalTransfer
            or TransactionType.PotentialTransfer
            or TransactionType.Check
            or TransactionType.ElectronicPayment
            or TransactionType.DirectDeposit
            or TransactionType.DirectDebit
            or TransactionType.RepeatingPayment
            or TransactionType.Other => null,
        };

    private static CategoryDecision? OfCreditor(Movement movement, LabelParts parts) =>
        parts.Means is PaymentMeans.DirectDebit or PaymentMeans.Unknown
        && parts.CreditorId is { } creditor
        && Creditors.CategoryOf(creditor) is { } id
            ? Fitting(id, movement.Amount, ByCreditor, CategoryWhy.CreditorId)
            : null;

    private static CategoryDecision? OfLabel(Movement movement, LabelParts parts)
    {
        var known = Merchants.Find(
            parts.Words,
            parts.MerchantPlace,
            out var merchant,
            out var merchantAt,
            out var length
        );
        var said = CategoryRules.All.First(parts.Words, out var id, out var wordAt);
        if (
            known
            && (!said || merchantAt <= wordAt)
            && !(said && wordAt >= merchantAt + length && SaysMore(id!, merchant!))
        )
        {
            var sure = merchant!.ByHand ? ByHand : ByDirectory;
            return Fitting(merchant.CategoryId, movement.Amount, sure, CategoryWhy.Merchant)
                ?? (said ? Fitting(id!, movement.Amount, ByWords, CategoryWhy.Words) : null)
                ?? Returned(movement, parts.Means);
        }
        return said
            ? Fitting(id!, movement.Amount, ByWords, CategoryWhy.Words) ?? Returned(movement, parts.Means)
            : null;
    }

    // "LECLERC VOYAGES", "AESIO MUTUELLE": who sells many things says which. What the public directory knows by name alone may also be
    // another of that name, who says what he does.
    private static bool SaysMore(string id, Merchants.Merchant merchant) =>
        !merchant.ByHand
        || (
            merchant.CategoryId is "SUPERMARKET" or "INSURANCE"
            && id
                is "FUEL"
                    or "TRAVEL"
                    or "TAXI"
                    or "PHARMACY"
                    or "INSURANCE"
                    or "HEALTH_INSURANCE"
                    or "HOME_INSURANCE"
                    or "CONSUMER_LOAN"
        );

    // What a card was charged with comes back the same way.
    private static CategoryDecision? Returned(Movement movement, PaymentMeans means) =>
        movement.Amount > 0 && means == PaymentMeans.Card
            ? new CategoryDecision("REFUND", ByWordsElsewhere, CategoryWhy.Merchant)
            : null;

    private static CategoryDecision? OfMerchantCode(Movement movement, PaymentMeans means) =>
        movement.MerchantCategory is { } code && MerchantCodes.CategoryOf(code) is { } id
            ? Fitting(id, movement.Amount, ByCode, CategoryWhy.MerchantCategoryCode) ?? Returned(movement, means)
            : null;

    // The reason of a transfer, the other side that the bank names apart.
    private static CategoryDecision? OfOtherWords(Movement movement)
    {
        var words = Tokens.Words(movement.Counterparty is { } other ? $"{movement.Text} {other}" : movement.Text);
        return CategoryRules.All.First(words, out var id, out _)
            && Fitting(id!, movement.Amount, ByWordsElsewhere, CategoryWhy.Words) is { } said
                ? said
            : movement.Counterparty is { } named
            && Merchants.Find(Tokens.Words(named), 0..0, out var merchant, out _, out _)
                ? Fitting(merchant.CategoryId, movement.Amount, ByDirectory, CategoryWhy.Merchant)
            : null;
    }

    private static CategoryDecision? OfLikelyKind(Movement movement, TransactionType type) =>
        type switch
        {
            TransactionType.BankFee => new("BANK_FEES", LikelyKind, CategoryWhy.Kind),
            TransactionType.InternalTransfer or TransactionType.PotentialTransfer => new(
                "SAVINGS_AND_TRANSFERS",
                LikelyKind,
                CategoryWhy.Kind
            ),
            TransactionType.Interest or TransactionType.Dividend => movement.Amount > 0
                ? new("INTEREST_INCOME", LikelyKind, CategoryWhy.Kind)
                : CategoryDecision.None,
            TransactionType.Credit
            or TransactionType.Debit
            or TransactionType.Deposit
            or TransactionType.Atm
            or TransactionType.Cash
            or TransactionType.CreditCardPayment
            or TransactionType.PointOfSale
            or TransactionType.Check
            or TransactionType.ElectronicPayment
            or TransactionType.DirectDeposit
            or TransactionType.DirectDebit
            or TransactionType.RepeatingPayment
            or TransactionType.Other => null,
        };

    // From a shop may come wages or what it gives back.
    private static CategoryDecision? OfUnclear(Movement movement, LabelParts parts) =>
        movement.Amount > 0 && Merchants.Find(parts.Words, parts.MerchantPlace, out _, out _, out _)
            ? CategoryDecision.None
            : null;

    // A word of a trade within the name, not in its town; on a transfer it is likelier somebody's name.
    private static CategoryDecision? OfTrade(Movement movement, LabelParts parts)
    {
        if (parts.Means == PaymentMeans.Transfer && movement.Amount < 0)
        {
            return null;
        }
        var (first, end) = parts.Name;
        for (var i = first; i < end; i++)
        {
            if (TradeWords.All.At(parts.Words, i, out var id) > 0)
            {
                return Fitting(id!, movement.Amount, ByTrade, CategoryWhy.Words);
            }
        }
        return null;
    }

    private static CategoryDecision? Fitting(string id, decimal amount, int confidence, CategoryWhy why) =>
        Fits(id, amount) ? new CategoryDecision(id, confidence, why) : null;

    /// <summary>Whether a category may hold money of this sign; own transfers go both ways.</summary>
    internal static bool Fits(string id, decimal amount) => Fits(id, amount > 0);

    /// <inheritdoc cref="Fits(string, decimal)"/>
    internal static bool Fits(string id, bool comesIn) =>
        id == "SAVINGS_AND_TRANSFERS" || Categories.ById[id].Kind == CategoryKind.Income == comesIn;
}
