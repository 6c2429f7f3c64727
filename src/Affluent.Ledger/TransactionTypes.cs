namespace Affluent.Ledger;

/// <summary>The kinds of transaction of the published API; in upper snake case there (CREDIT_CARD_PAYMENT).</summary>
public enum TransactionType
{
    /// <summary>Money came; no more is known.</summary>
    Credit,

    /// <summary>Money went; no more is known.</summary>
    Debit,

    /// <summary>Interest, earned or paid.</summary>
    Interest,

    /// <summary>Dividend of securities.</summary>
    Dividend,

    /// <summary>The bank's own fees.</summary>
    BankFee,

    /// <summary>Paid in at a counter or machine.</summary>
    Deposit,

    /// <summary>Cash taken from a machine.</summary>
    Atm,

    /// <summary>Paid by card in a shop or on the web.</summary>
    PointOfSale,

    /// <summary>The monthly debit of a deferred-debit card.</summary>
    CreditCardPayment,

    /// <summary>Between two accounts of the user; both are known.</summary>
    InternalTransfer,

    /// <summary>Looks like a transfer between accounts of the user.</summary>
    PotentialTransfer,

    /// <summary>Check, drawn or paid in.</summary>
    Check,

    /// <summary>Paid through a payment service.</summary>
    ElectronicPayment,

    /// <summary>Cash over the counter.</summary>
    Cash,

    /// <summary>Salary, pension or benefit.</summary>
    DirectDeposit,

    /// <summary>Fetched by the creditor.</summary>
    DirectDebit,

    /// <summary>Standing order.</summary>
    RepeatingPayment,

    /// <summary>None of these.</summary>
    Other,
}

/// <summary>
/// Guesses the kind of a transaction. Conservative: what the bank's code or words do not plainly say stays
/// <see cref="TransactionType.Credit"/> or <see cref="TransactionType.Debit"/> by the sign.
/// </summary>
public static class TransactionTypes
{
    /// <summary>The kind of a movement, from the check number, the code (ISO 20022 bank transaction codes), the words, the sign.</summary>
    public static TransactionType Guess(Movement movement) =>
        Guess(movement, new Tokens(Labels.Decoded(movement.Text)));

    internal static TransactionType Guess(Movement movement, Tokens tokens)
    {
        if (movement.CheckNumber is not null)
        {
            return TransactionType.Check;
        }
        if (OfCode(movement.Code) is { } byCode)
        {
            return byCode;
        }
        if (Rules.Anywhere(tokens, out var rule) && rule!.Fits(movement.Amount))
        {
            return rule.Type;
        }
        return movement.Amount < 0 ? TransactionType.Debit : TransactionType.Credit;
    }

    // External code set "BankTransactionDomain/Family/SubFamily": domain-family-subfamily, as most banks join them.
    private static TransactionType? OfCode(string? code)
    {
        if (code?.ToUpperInvariant().Split('-', '/', '.', ' ') is not [_, var family, var kind, ..])
        {
            return null;
        }
        // Stryker disable once String: codes of a published list are data
        return (family, kind) switch
        {
            ("CCRD" or "MCRD", "CWDL") => TransactionType.Atm,
            ("CCRD" or "MCRD", "POSD" or "POSC" or "POSP") => TransactionType.PointOfSale,
            ("RDDT" or "IDDT", _) => TransactionType.DirectDebit,
            ("RCHQ" or "ICHQ", _) => TransactionType.Check,
            ("CNTR", "CDPT" or "BCDP") => TransactionType.Deposit,
            ("CNTR", "CWDL" or "BCWD") => TransactionType.Cash,
            ("RCDT", "SALA") => TransactionType.DirectDeposit,
            ("ICDT" or "RCDT", "BOOK") => TransactionType.PotentialTransfer,
            ("ICDT", "STDO") => TransactionType.RepeatingPayment,
            (_, "INTR") => TransactionType.Interest,
            (_, "DVCA") => TransactionType.Dividend,
            (_, "CHRG" or "FEES" or "COMM") => TransactionType.BankFee,
            _ => null,
        };
    }

    private sealed record Rule(TransactionType Type, char Sign)
    {
        public bool Fits(decimal amount) =>
            Sign switch
            {
                '-' => amount < 0,
                '+' => amount > 0,
                _ => true,
            };
    }

    // Type and the sign it wants (? = any), then phrases: upper case, no accents. The longest phrase found decides.
    private const string Table = """
        PointOfSale -: CARTE, CB, ACHAT CB, PAIEMENT PAR CARTE, PAIEMENT CB, PAIEMENT PSC, FACTURE CARTE, ACHAT BANCONTACT
        PointOfSale -: CARD PAYMENT, VISA PURCHASE, CARD PURCHASE, DEBIT CARD, DEBIT CRD, CONTACTLESS PAYMENT, POS, CD
        PointOfSale -: COMPRA, PAGO CON TARJETA, COMPRA TARJETA, KARTENZAHLUNG, GIROCARD, BETAALAUTOMAAT, AANKOOP BANCONTACT, BEA
        PointOfSale -: FACT CARTE, ACHAT CARTE, ACHAT PAR CARTE, PAIEMENT CARTE, PAIEMENT SANS CONTACT, PAIEMENT MOBILE, ACHAT VAD, CONTACTLESS, MASTERCARD, VISA
        PointOfSale -: COMPRA TARJ, COMPRA CON TARJETA, PAGO MOVIL, PAGO MOVIL EN, PAGO EN, TRANSACCION CONTACTLESS, DEBITKARTE, KARTENUMSATZ, EC-KARTE, VISA-UMSATZ
        PointOfSale -: PAGAMENTO POS, PAGAMENTO CARTA, PAGAMENTO TRAMITE POS, ACQUISTO POS, OPERAZIONE CARTA, ACQUISTO, BETALING MET KAART, BETALING BANCONTACT, PINBETALING
        Atm -: RETRAIT, RETRAIT DAB, RETRAIT D'ESPECES, RETRAIT ESPECES, CB RETRAIT, CB RETRAIT DAB, CARTE RETRAIT, DAB, ATM
        Atm -: CASH WITHDRAWAL, ATM WITHDRAWAL, CASHPOINT, REINTEGRO CAJERO, REINTEGRO CAJERO AUTOMATICO, REINTEGRO
        Atm -: GELDAUTOMAT, BARGELDAUSZAHLUNG, GELDAUTOMAAT, GELDOPNAME, RETRAIT AU DISTRIBUTEUR, RETRAIT BANCONTACT
        Atm -: PRELIEVO BANCOMAT, PRELIEVO ATM, PRELIEVO, PRELEVAMENTO BANCOMAT, PRELEVAMENTO ATM, BARGELDABHEBUNG, DISPOSICION CAJERO, RETIRADA CAJERO
        Check ?: ASSEGNO, SCHECK, SCHECKEINREICHUNG, CHEQUES, CHQ PAYE, INGRESO CHEQUE, VERSAMENTO ASSEGNO
        Check ?: CHEQUE, CHQ, CHQ., CHECK, PAGO CHQ, CHEQUE EMIS, REMISE CHEQUE, REMISE DE CHEQUES, REMISE CHEQUES
        DirectDebit -: PRLV, PRLV SEPA, PRELEVEMENT, PRELVT SEPA, PRELEVEMENT SEPA, DOMICILIATION, SEPA DOMICILIATION
        DirectDebit -: DIRECT DEBIT, RECIBO, RBO, ADEUDO, LASTSCHRIFT, SEPA-LASTSCHRIFT, BASISLASTSCHRIFT, SEPA-BASISLASTSCHRIFT, DOMICILIERING, INCASSO
        DirectDebit -: ADDEBITO, ADDEBITO SDD, ADDEBITO DIRETTO, ADDEBITO SEPA, SDD, FOLGELASTSCHRIFT, ERSTLASTSCHRIFT, EINZUG, INCASSANT ID, EUROPESE INCASSO, EUROPESE DOMICILIERING, PRELEVT, PREL SEPA, RECIBO AD.SEPA, DD, SEPA INCASSO
        CreditCardPayment -: ADDEBITO CARTA DI CREDITO, ADDEBITO SALDO CARTA, DEBIT DIFFERE CB, PRELEVEMENT CARTES, LIQUIDACION MENSUAL TARJETA
        CreditCardPayment -: DEBIT CARTE BANCAIRE DIFFERE, DEBIT DIFFERE, CARTE DEBIT DIFFERE, TOT DIF, ADEUDO MENSUAL DE TARJETA
        CreditCardPayment -: DEBIT MENSUEL CARTE, RELEVE CARTE, CARTE A DEBIT DIFFERE, CREDIT CARD PAYMENT, KREDITKARTENABRECHNUNG
        CreditCardPayment -: DEBIT MENSUEL CB, FACTURES CARTES, PAIEMENTS CARTE DIFFERES, MASTERCARD ABRECHNUNG, LIQUIDACION TARJETA
        BankFee -: FRAIS, COMMISSION, COMMISSION D'INTERVENTION, COMMISSIONS, COTISATION CARTE, COTISATION COMPTE
        BankFee -: COTISATION MENSUELLE CARTE, COTISATION ANNUELLE CARTE
        BankFee -: COTISATION CARTE BANCAIRE, FRAIS BANCAIRES, FRAIS DE TENUE DE COMPTE, FRAIS D'INCIDENTS, FRAIS PRELEVEMENT IMPAYE
        BankFee -: FRAIS DE REJET, FRAIS VIREMENT, FRAIS CARTE, FRAIS RETRAIT, FRAIS PAIEMENT, TENUE DE COMPTE, AGIOS
        BankFee -: UNPAID TRANSAC FEE, OVERDRAFT FEE, OVERDRAFT USAGE FEE, UNARRANGED OVERDRAFT USAGE FEE, ARRANGED OVERDRAFT USAGE FEE, ACCOUNT FEE
        BankFee -: COMISION, COMISIONES, KONTOFUEHRUNG, KONTOFUHRUNGSGEBUHR, ENTGELT, KOSTEN, REKENINGKOSTEN, BEHEERSKOSTEN
        BankFee -: COMM RETRAIT, COMMISSION RETRAIT, FRAIS RETRAIT DAB, SPESE, SPESE TENUTA CONTO, COMMISSIONI, CANONE, CANONE MENSILE, CANONE CONTO, IMPOSTA DI BOLLO, ENTGELTABSCHLUSS, KONTOFUEHRUNGSENTGELT, KONTOFUHRUNGSENTGELT, KARTENENTGELT
        BankFee -: COTIS, COTISATION, COTISATION JAZZ, COTISATION SOBRIO, COTISATION ESPRIT LIBRE, CONVENTION, FORFAIT COMPTE, COMISION MANTENIMIENTO, COMISION DE MANTENIMIENTO, MONTHLY ACCOUNT FEE, NON-STERLING TRANSACTION FEE, KOSTEN BETAALPAKKET, BETAALPAKKET
        Interest ?: INTERESSI, COMPETENZE, INTERESSI ATTIVI, CREDIT INTEREST, GROSS INTEREST, RENTE, RENTEBIJSCHRIJVING, HABENZINSEN, SOLLZINSEN, ABSCHLUSS ZINSEN, REMUNERACION CUENTA, LIQUIDACION INTERESES
        Interest ?: INTERETS, INTERETS DEBITEURS, INTERETS CREDITEURS, INTEREST, INTEREST PAID, INTERESES, ZINSEN, INTRESTEN
        Dividend +: DIVIDENDE, DIVIDENDES, DIVIDEND, DIVIDENDOS
        DirectDeposit +: SALAIRE, VIR SALAIRE, VIREMENT SALAIRE, PAIE, PAYE, TRAITEMENT SALAIRE, REMUNERATION, SALARY, WAGES, PAYROLL
        DirectDeposit +: NOMINA, ABONO DE NOMINA, LOHN, GEHALT, LOHN GEHALT, SALARIS, LOON, WEDDE, PENSION, RETRAITE, CAF
        DirectDeposit +: STIPENDIO, EMOLUMENTI, ACCREDITO STIPENDIO, PENSIONE, BEZUGE, RENTE, RENTENSERVICE, PENSIOEN, ABONO NOMINA, PRESTACION, KINDERGELD, FAMILIENKASSE, CHILD BENEFIT, STATE PENSION, TOESLAG, AOW, UWV, INPS
        DirectDeposit +: POLE EMPLOI, FRANCE TRAVAIL, ALLOCATIONS FAMILIALES, CPAM, CARSAT, AGIRC ARRCO, BOURSE ETUDIANT
        PotentialTransfer ?: VIREMENT DE COMPTE A COMPTE, VIREMENT COMPTE A COMPTE, VIREMENT INTERNE, VIR INTERNE, LIVRET A, LIVRET
        PotentialTransfer ?: LDDS, LEP, EPARGNE, VERS LIVRET, VIREMENT EPARGNE, SAVINGS, TRANSFER TO SAVINGS, TRASPASO, UMBUCHUNG
        PotentialTransfer ?: AHORRO, SPAARREKENING, EIGEN REKENING, PLAN EPARGNE LOGEMENT, COMPTE EPARGNE, UEBERTRAG, SPARKONTO
        PotentialTransfer ?: GIROCONTO, RISPARMIO, GIRO FONDI, VIR COMPTE A COMPTE, VIR DE COMPTE A COMPTE, VERS LDDS, VERS PEL, VERS COMPTE EPARGNE, TAGESGELD, TRASPASO A CUENTA, SPAREN
        RepeatingPayment -: ORDINE PERMANENTE, BONIFICO RICORRENTE, BONIFICO PERIODICO, TRANSFERENCIA PERIODICA, VRT PERMANENT, PERIODIEKE OVERBOEKING, STO
        RepeatingPayment -: VIR PERM, VIREMENT PERMANENT, VIR PERMANENT, STANDING ORDER, DAUERAUFTRAG, DOORLOPENDE OPDRACHT
        ElectronicPayment -: PAYPAL, PAYLIB, LYDIA, SUMUP, APPLE PAY, GOOGLE PAY, WERO, BIZUM, IDEAL, PAYCONIQ
        Deposit +: VERSAMENTO, VERSAMENTO CONTANTI, BAREINZAHLUNG, INGRESO EN EFECTIVO, INGRESO CAJERO, DEPOT D'ESPECES, CASH PAID IN, CONTANTE STORTING
        Deposit +: VERSEMENT, VERSEMENT ESPECES, DEPOT ESPECES, CASH DEPOSIT, INGRESO EFECTIVO, EINZAHLUNG, STORTING, REMISE ESPECES
        Cash -: RETRAIT GUICHET, RETRAIT AU GUICHET, COUNTER WITHDRAWAL, BARAUSZAHLUNG
        """;

    /// <summary>The words by which a kind is known.</summary>
    internal static IEnumerable<string> Words => Rules.Words;

    private static readonly Phrases<Rule> Rules = new(
        from row in Phrases.Read(Table)
        let head = row.Meaning.Split(' ')
        select (row.Phrase, new Rule(Enum.Parse<TransactionType>(head[0]), head[1][0]))
    );
}
