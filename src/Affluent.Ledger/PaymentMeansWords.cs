namespace Affluent.Ledger;

/// <summary>Words that say how it was paid where the kind of movement does not, as data.</summary>
internal static class PaymentMeansWords
{
    private const string Table = """
        Card: CARTE, CB, ACHAT, ACHAT CB, CREDIT CARTE, CREDIT CB, AVOIR CARTE, CARD, CARD PAYMENT, VISA, MASTERCARD, POS, COMPRA, TARJETA, KARTENZAHLUNG, GIROCARD
        Card: PAGAMENTO POS, PAGAMENTO CARTA, CARTA, BETAALAUTOMAAT, BEA, BANCONTACT, CONTACTLESS, MAESTRO, EC-KARTE, DEBITKARTE, PSC, SUMUP, ZETTLE, PAIEMENT
        Transfer: VIR, VIRT, VIREMENT, VRT, TRANSFER, FASTER PAYMENT, BANK TRANSFER, BGC, FPI, FPO, TFR, TRANSFERENCIA, BIZUM, UBERWEISUNG, UEBERWEISUNG, GUTSCHRIFT
        Transfer: SEPA-UEBERWEISUNG, SEPA-UBERWEISUNG, ECHTZEITUEBERWEISUNG, ECHTZEIT-UEBERWEISUNG, ECHTZEITUBERWEISUNG, OVERSCHRIJVING, OVERBOEKING, INSTANTOVERSCHRIJVING, BONIFICO, GIROCONTO, DAUERAUFTRAG
        Transfer: LYDIA, PAYLIB, WERO, TIKKIE, ABONO
        DirectDebit: PRLV, PRELEVEMENT, PRELVT, LASTSCHRIFT, RECIBO, ADEUDO, ADDEBITO, SDD, INCASSO, DOMICILIERING, DOMICILIATION, DIRECT DEBIT
        """;

    // Behind the first words stands a name, which may be any word.
    private const int Front = 4;

    internal static readonly Phrases<PaymentMeans> Words = new(
        Phrases.Read(Table).Select(row => (row.Phrase, Enum.Parse<PaymentMeans>(row.Meaning)))
    );

    public static PaymentMeans Of(TransactionType type, Tokens tokens) =>
        type switch
        {
            TransactionType.PointOfSale or TransactionType.CreditCardPayment => PaymentMeans.Card,
            TransactionType.DirectDebit => PaymentMeans.DirectDebit,
            TransactionType.Check => PaymentMeans.Check,
            TransactionType.Atm or TransactionType.Cash or TransactionType.Deposit => PaymentMeans.Cash,
            TransactionType.BankFee => PaymentMeans.Fee,
            TransactionType.Interest or TransactionType.Dividend => PaymentMeans.Interest,
            TransactionType.InternalTransfer
            or TransactionType.PotentialTransfer
            or TransactionType.DirectDeposit
            or TransactionType.RepeatingPayment => PaymentMeans.Transfer,
            TransactionType.Credit
            or TransactionType.Debit
            or TransactionType.ElectronicPayment
            or TransactionType.Other => Named(tokens),
        };

    private static PaymentMeans Named(Tokens tokens)
    {
        for (var i = 0; i < Math.Min(Front, tokens.Count); i++)
        {
            if (Words.At(tokens, i, out var means) > 0)
            {
                return means;
            }
        }
        return PaymentMeans.Unknown;
    }
}
