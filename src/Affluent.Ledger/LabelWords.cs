namespace Affluent.Ledger;

/// <summary>What banks print around a name, as data. Upper case without accents; one phrase a line or parted by commas.</summary>
internal static class LabelWords
{
    /// <summary>Taken off the front, again and again: how it was paid. Meaning false (a ! in the table): these words stay.</summary>
    // Stryker disable once String: words are data
    public static readonly Phrases<bool> Heads = Table(
        """
        !CARTE GRISE, !ADEUDO MENSUAL, !VIREMENT DE COMPTE A COMPTE, MOTIF, LIBELLE, CONCEPTO, SVWZ, TARJETA
        CARTE, CARTE CB, CARTE BANCAIRE, CB, ACHAT, ACHAT CB, ACHAT PAR CARTE, ACHAT CARTE, PAIEMENT CB, PAIEMENT CARTE
        PAIEMENT PAR CARTE, PAIEMENT PSC, PSC, FACTURE CARTE, FACT CARTE, PAIEMENT SANS CONTACT, ACHAT BANCONTACT, BANCONTACT
        PAIEMENT BANCONTACT, ACHAT MAESTRO, PAIEMENT MOBILE, DEBIT MENSUEL DE
        PRLV, PRLV SEPA, PRLV SEPA DE, PRELEVEMENT, PRELEVEMENT DE, PRELEVEMENT SEPA, PRELEVEMENT SEPA DE, PRELEVEMENT EUROPEEN
        PRELEVEMENT EUROPEEN DE, PRELVT SEPA, PRELVT SEPA RECU, D CONFRERE, PRELEVEMENT RECU, AVIS DE PRELEVEMENT
        DOMICILIATION, DOMICILIATION DE, SEPA DOMICILIATION, DOMICILIATION EUROPEENNE
        VIR, VIR SEPA, VIR INST, VIR INST DE, VIR INST VERS, VIR INST POUR, VIR RECU, VIR RECU DE, VIR SEPA RECU, VIR SEPA RECU DE
        VIR SEPA EMIS, VIR SEPA EMIS VERS, VIR PERM, VIR PERM POUR, VIR PERMANENT, VIR DE, VIR VERS, VIR A, VIR POUR, VIR FAVEUR
        VIR EUROPEEN EMIS, VIR EUROPEEN RECU, VIRT, VIRT SEPA, VIREMENT, VIREMENT DE, VIREMENT A, VIREMENT VERS, VIREMENT POUR
        VIREMENT SEPA, VIREMENT SEPA DE, VIREMENT SEPA RECU, VIREMENT SEPA RECU DE, VIREMENT SEPA EMIS, VIREMENT SEPA EMIS VERS
        VIREMENT RECU, VIREMENT RECU DE, VIREMENT EMIS, VIREMENT EMIS VERS, VIREMENT EMIS A, VIREMENT PERMANENT
        VIREMENT PERMANENT VERS, VIREMENT PERMANENT A, VIREMENT INSTANTANE, VIREMENT INSTANTANE A, VIREMENT INSTANTANE DE
        VIREMENT INSTANTANE RECU DE, VIREMENT INSTANTANE EMIS, VIREMENT EN VOTRE FAVEUR, VIREMENT EN VOTRE FAVEUR DE
        VIREMENT EN FAVEUR DE, VIREMENT EUROPEEN, VIREMENT EUROPEEN DE, VIREMENT EUROPEEN A
        CARD PAYMENT, CARD PAYMENT TO, CARD PURCHASE, VISA PURCHASE, DEBIT CARD PAYMENT TO, DEBIT CARD, DIRECT DEBIT
        DIRECT DEBIT TO, DIRECT DEBIT PAYMENT TO, STANDING ORDER, STANDING ORDER TO, FASTER PAYMENT, FASTER PAYMENT TO
        BANK TRANSFER FROM, BANK TRANSFER TO, TRANSFER FROM, TRANSFER TO, CONTACTLESS PAYMENT, POS, DEBIT CRD
        TRANSFERENCIA, TRANSFERENCIA A, TRANSFERENCIA DE, TRANSFERENCIA A FAVOR DE, TRANSFERENCIA RECIBIDA DE
        TRANSFERENCIA INMEDIATA A, TRANSFERENCIA INMEDIATA DE, RECIBO, RECIBO AD.SEPA, RBO, ADEUDO, ADEUDO DE, ADEUDO RECIBO
        COMPRA, COMPRA EN, COMPRA TARJETA, COMPRA CON TARJETA, PAGO CON TARJETA, PAGO CON TARJETA EN, PAGO MOVIL EN
        PAGO EN, TRANSACCION CONTACTLESS EN, BIZUM A, BIZUM DE
        LASTSCHRIFT, SEPA-LASTSCHRIFT, SEPA LASTSCHRIFT, BASISLASTSCHRIFT, SEPA-BASISLASTSCHRIFT, UBERWEISUNG, UEBERWEISUNG
        SEPA-UBERWEISUNG, SEPA-UEBERWEISUNG, SEPA UEBERWEISUNG, DAUERAUFTRAG, KARTENZAHLUNG, GIROCARD, EC-KARTE, GUTSCHRIFT
        ECHTZEIT-UEBERWEISUNG, ECHTZEIT-UBERWEISUNG
        ACHAT VAD, VAD, PREL SEPA, PRELEVT, VRT, VRT SEPA, FOLGELASTSCHRIFT, ERSTLASTSCHRIFT, DEBITKARTE, EINZUG, COMPRA TARJ, CONTACTLESS, DD, BACS
        PAGAMENTO, PAGAMENTO POS, PAGAMENTO TRAMITE POS, PAGAMENTO CARTA, PAGAMENTO CON CARTA, ACQUISTO, ACQUISTO POS, OPERAZIONE CARTA, OPERAZIONE POS, BONIFICO
        BONIFICO A, BONIFICO DA, BONIFICO A FAVORE DI, BONIFICO A VOSTRO FAVORE, BONIFICO SEPA, BONIFICO ISTANTANEO, BONIFICO ISTANTANEO A, ADDEBITO, ADDEBITO SDD
        ADDEBITO DIRETTO, ADDEBITO DIRETTO SDD, ADDEBITO SEPA, ADDEBITO SEPA DD, SDD, ADDEBITO PREAUTORIZZATO, ORDINE PERMANENTE, ACCREDITO, DISPOSIZIONE
        PINBETALING, PERIODIEKE OVERBOEKING, EUROPESE INCASSO, SUMUP, ZETTLE, SQ, ONLINE-UEBERWEISUNG, LS
        NAAM, LOGITEL, LOGITEL POUR, BETAALAUTOMAAT, BETAALPAS, BEA, BETALING MET KAART, BETALING BANCONTACT, AANKOOP BANCONTACT, AANKOOP, EUROPESE DOMICILIERING
        DOMICILIERING, DOMICILIERING VAN, OVERSCHRIJVING, OVERSCHRIJVING NAAR, OVERSCHRIJVING VAN, OVERSCHRIJVING AAN
        INSTANTOVERSCHRIJVING, DOORLOPENDE OPDRACHT, SEPA OVERBOEKING, OVERBOEKING, INCASSO, SEPA INCASSO, IDEAL
        SEPA INCASSO ALGEMEEN DOORLOPEND, SEPA INCASSO ALGEMEEN EENMALIG, INCASSANT
        !AUTORISATION DE DECOUVERT, AUTORISATION, AUTORISATION CB, AUTORISATION CARTE, PREAUTORISATION, AUTHORISATION, AUTHORIZATION
        VORGEMERKT, VORGEMERKTE LASTSCHRIFT, VORGEMERKTE KARTENZAHLUNG, VORGEMERKTE ZAHLUNG, ZAHLUNG VORGEMERKT, GERESERVEERD, AUTORIZACION
        RETENCION, AUTORIZZAZIONE, IN ATTESA
        """
    );

    /// <summary>Once a name has begun, it ends here: what only machines read.</summary>
    // Stryker disable once String: words are data
    public static readonly Phrases<bool> Tails = Table(
        """
        REF, REFERENCE, REFERENCE DONNEUR, REF. MANDATO, MDT, MANDAT, MANDATE, RUM, ICS, ECH, ECHEANCE, ID EMETTEUR, IDENT
        MOTIF, LIB, LIBELLE, CREANCIER, COMMUNICATION, VOTRE IDEN, VOTRE IDE, VOTRE REFERENCE, CARTE NUMERO, CARTE NO, CARTE N
        NUMERO CARTE, NUMERO DE CARTE, COMMERCE ELECTRONIQUE, SANS CONTACT, COURS DU, TAUX DE CHANGE, FRAIS DE CHANGE
        TYPE, DEBIT CARD ENDING, CARD ENDING, MANDATE NO, CREDITOR ID, CREDITOR NAME, END TO END, APPLE PAY, GOOGLE PAY
        CARTA N, CAUSALE, MANDATO, ID CREDITORE, MACHTIGING, INCASSANT, VALUTADATUM, VALUTA, MACHTIGING ID, REFERENZ, FOLGENR, FOLGE-NR, KAUFUMSATZ, CARTE X
        CONCEPTO, FECHA, FECHA DE, NO RECIBO, Nº RECIBO, TARJETA, TARJ, NUM. TARJETA
        EREF, MREF, KREF, CRED, SVWZ, GLAEUBIGER, GLAUBIGER-ID, MANDATSREF, MANDATSREFERENZ, KARTENNUMMER, VERWENDUNGSZWECK
        KAARTNUMMER, MEDEDELING, MANDAATREFERENTIE, KENMERK, PASVOLGNR, TERMINAL, OMSCHRIJVING
        IBAN, BIC
        """
    );

    // Stryker disable once String: words are data
    private static readonly HashSet<string> Generic = new(
        "FRAIS COMMISSION COMMISSIONS COTISATION COTIS INTERETS AGIOS REJET FEE FEES CHARGE CHARGES GEBUHR GEBUHREN KOSTEN COMISION COMISIONES CUOTA".Split(
            ' '
        ),
        StringComparer.Ordinal
    );

    // Stryker disable once String: words are data
    private static readonly HashSet<string> Matters = new(
        "MANDAT MANDATE MANDATO ECHEANCE TAUX IBAN".Split(' '),
        StringComparer.Ordinal
    );

    // Stryker disable once String: words are data
    private static readonly HashSet<string> DirectDebits = new(
        "PRLV PRELEVEMENT PRELVT DOMICILIATION DIRECT ADEUDO RECIBO RBO LASTSCHRIFT SEPA-LASTSCHRIFT BASISLASTSCHRIFT SEPA-BASISLASTSCHRIFT INCASSO DOMICILIERING".Split(
            ' '
        ),
        StringComparer.Ordinal
    );

    // Stryker disable once String: words are data
    private static readonly HashSet<string> Numbered = new(
        "CHEQUE CHEQUES CHQ CHQS PRET CREDIT REMISE LOAN DARLEHEN PRESTAMO LENING CHECK SCHECK".Split(' '),
        StringComparer.Ordinal
    );

    // Stryker disable once String: words are data
    private static readonly HashSet<string> CompanyForms = new(
        "SA SAS SASU SARL EURL SCA SNC BV B.V NV N.V GMBH AG KG SE LTD LIMITED PLC INC LLC SL S.L S.A SPA S.P.A SRL".Split(
            ' '
        ),
        StringComparer.Ordinal
    );

    /// <summary>Names a kind of movement of which there are many: the number behind it tells them apart.</summary>
    public static bool IsNumbered(ReadOnlySpan<char> word) =>
        Numbered.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>Ends the name of a company.</summary>
    public static bool IsCompanyForm(ReadOnlySpan<char> word) =>
        CompanyForms.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>Says that the bank took something, not for what: what follows tells such movements apart.</summary>
    public static bool IsGeneric(ReadOnlySpan<char> word) =>
        Generic.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>Begins a tail behind a name, but behind a generic word it is what the bank took something for.</summary>
    public static bool IsMatter(ReadOnlySpan<char> word) =>
        Matters.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>Begins the text of a direct debit.</summary>
    public static bool IsDirectDebit(ReadOnlySpan<char> word) =>
        DirectDebits.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    // Stryker disable once String: words are data
    private static readonly HashSet<string> Dangling = new(
        "CARTE CB PAIEMENT DE DU LE AU PAR POUR EUR ON DEB BE NL FR ES GB TO FROM VAN NAAR AAN EN EL N NO NUMERO".Split(
            ' '
        ),
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Means nothing at the end of a label.</summary>
    public static bool IsDangling(ReadOnlySpan<char> word) =>
        Dangling.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>The phrases of a table of the form above.</summary>
    internal static Phrases<bool> Table(string text) =>
        new(
            text.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(phrase => (phrase.TrimStart('!'), phrase[0] != '!'))
        );
}
