namespace Affluent.Ledger.Tests;

public sealed class LabelTests
{
    [Theory]
    [InlineData("CARTE X1234 12/03 BRASSERIE DU PORT CARTE NUMERO 123", "BRASSERIE DU PORT")]
    [InlineData("PAIEMENT CB LIBRAIRIE NOUVELLE 14,90 EUR FRANCE", "LIBRAIRIE NOUVELLE")]
    [InlineData("PRLV SEPA EAUX DU LAC ECH ID EMETTEUR/FR12ZZZ345678 MDT/AB12CD34", "EAUX DU LAC")]
    [InlineData("VIR SEPA RECU /DE ATELIER NORD /MOTIF FACTURE 12 /REF 998877", "ATELIER NORD")]
    [InlineData("VIREMENT INSTANTANÉ À Zoé Martin RÉFÉRENCE : 1234567890", "Zoé Martin")]
    [InlineData("Achat Bancontact 03/02 - 10h14 - FRITERIE - BE Numéro carte 6703 12XX XXXX X123 1", "FRITERIE")]
    [InlineData("CARD PAYMENT TO GREEN GROCER ON 03-04-2026", "GREEN GROCER")]
    [InlineData("RECIBO (AD.SEPA) - 0123456789 AGUAS DEL SUR", "AGUAS DEL SUR")]
    [InlineData("Kartenzahlung Bäckerei Müller 2026-03-04 Kartennummer 1234", "Bäckerei Müller")]
    [InlineData("Betaalautomaat 10:14 BAKKERIJ JANSEN Pasvolgnr 002", "BAKKERIJ JANSEN")]
    [InlineData(
        "SEPA Incasso algemeen doorlopend Incassant: NL12ZZZ302086350000 Naam: ZIGGO B.V. Machtiging: 123",
        "ZIGGO B.V"
    )]
    [InlineData(
        "SEPA Incasso algemeen eenmalig Incassant: NL12ZZZ302086350000 Naam: Bol.com Omschrijving: 77",
        "Bol.com"
    )]
    [InlineData("PAGAMENTO POS ESSELUNGA MILANO 24/11 CARTA 1234", "ESSELUNGA MILANO")]
    [InlineData("AUTORISATION 00123 SUMUP *LE ZINC", "LE ZINC")]
    [InlineData("AUTORISATION DE DECOUVERT", "AUTORISATION DE DECOUVERT")]
    [InlineData("Vorgemerkte Lastschrift Stadtwerke München", "Stadtwerke München")]
    [InlineData("Gereserveerd: ALBERT HEIJN 1102", "ALBERT HEIJN")]
    [InlineData("In attesa: CONAD BOLOGNA", "CONAD BOLOGNA")]
    [InlineData("CB H&amp;M FRANCE", "H&M FRANCE")]
    [InlineData("CB CAF&Eacute; D&#39;&amp;Icirc;LE", "CAFÉ D'ÎLE")]
    [InlineData("CB*1234<br>CAFE  DES ARTS\n75011", "CAFE DES ARTS")]
    public void What_machines_print_around_a_name_goes(string raw, string label) =>
        Assert.Equal(label, Labels.Clean(raw));

    [Theory]
    [InlineData("FRAIS MANDAT SEPA N°12345678", "FRAIS MANDAT SEPA 12345678")]
    [InlineData("FRAIS MANDAT SEPA N°FR12ZZZ456", "FRAIS MANDAT SEPA FR12ZZZ456")]
    [InlineData("FRAIS VIR INST N 8812", "FRAIS VIR INST 8812")]
    [InlineData("ECHEANCE PRET 00087713", "ECHEANCE PRET 00087713")]
    [InlineData("CHEQUE 1234567", "CHEQUE 1234567")]
    [InlineData("CHEQUE N 1234567", "CHEQUE 1234567")]
    [InlineData("CHQ N°7654321", "CHQ 7654321")]
    [InlineData("REMISE CB 12345", "REMISE CB 12345")]
    [InlineData("REMISE DE CHEQUES 12345 DU 12/03", "REMISE DE CHEQUES 12345")]
    [InlineData("COTISATION CARTE 4970XXXXXXXX1234", "COTISATION")]
    [InlineData("PRELEVEMENT EUROPEEN 123456 DE: SPOTIFY FRANCE ID: FR12ZZZ345678", "SPOTIFY FRANCE")]
    [InlineData("CB AMAZON EU SARL FACT 171126", "AMAZON EU SARL")]
    [InlineData("FRAIS REJET PRLV SEPA REF 998877", "FRAIS REJET PRLV SEPA")]
    [InlineData("COTISATION TAUX REDUIT", "COTISATION TAUX REDUIT")]
    [InlineData("FRAIS REF 998877", "FRAIS")]
    [InlineData("PRLV SEPA EAUX DU LAC MANDAT AB12CD34", "EAUX DU LAC")]
    public void What_tells_movements_of_one_kind_apart_stays(string raw, string label) =>
        Assert.Equal(label, Labels.Clean(raw));

    [Theory]
    [InlineData("PRLV SEPA NETFLIX INTERNATIONAL B.V. NETFLIX", "NETFLIX INTERNATIONAL B.V")]
    [InlineData("PRLV SEPA ORANGE SA-ORANGE", "ORANGE SA")]
    [InlineData("PRLV SEPA EAUX DU LAC EAUX DU LAC", "EAUX DU LAC")]
    [InlineData("PRLV SEPA EAUX DU LAC\nEaux du lac", "EAUX DU LAC")]
    [InlineData("PRELEVEMENT EAUX DU LAC EAUX DU", "EAUX DU LAC")]
    [InlineData("PRELEVEMENT EAUX DU LAC - EAUX DU LAC - EAUX DU LAC", "EAUX DU LAC")]
    [InlineData("PRLV SEPA EAUX DU LAC SERVICE DES EAUX", "EAUX DU LAC SERVICE DES EAUX")]
    [InlineData("CB PARIS TAXI PARIS", "PARIS TAXI PARIS")]
    public void The_merchant_of_a_direct_debit_is_named_once(string raw, string label) =>
        Assert.Equal(label, Labels.Clean(raw));

    [Theory]
    [InlineData("ACHAT CB")]
    [InlineData("VIREMENT")]
    [InlineData("VIR B")]
    [InlineData("0012345678")]
    [InlineData("***")]
    public void A_text_of_nothing_else_stays_as_it_is(string raw) => Assert.Equal(raw, Labels.Clean(raw));

    [Theory]
    [InlineData("Carte grise 2026", "Carte grise")]
    [InlineData("CB CARTE GRISE PREFECTURE", "CARTE GRISE PREFECTURE")]
    [InlineData("RETRAIT DAB LA POSTE", "RETRAIT DAB LA POSTE")]
    [InlineData("C&A", "C&A")]
    [InlineData("CB TERMINAL NORD", "TERMINAL NORD")]
    [InlineData("VIR LE", "LE")]
    public void A_name_that_only_looks_like_a_heading_is_kept(string raw, string label) =>
        Assert.Equal(label, Labels.Clean(raw));

    [Theory]
    [InlineData("CB A 06H23 CAFE DES ARTS")]
    [InlineData("CB LE 12.03.24 CAFE DES ARTS")]
    [InlineData("CB DU 12/03 CAFE DES ARTS")]
    [InlineData("CB AU 12/03 CAFE DES ARTS")]
    [InlineData("CARD PAYMENT ON 12-03-2024 CAFE DES ARTS")]
    [InlineData("KARTENZAHLUNG AM 12.03. CAFE DES ARTS")]
    [InlineData("BETAALAUTOMAAT OP 12-03 CAFE DES ARTS")]
    [InlineData("COMPRA EL 12/03/24 CAFE DES ARTS")]
    [InlineData("CB*1234 CARTE CAFE DES ARTS")]
    [InlineData("CB - CAFE DES ARTS")]
    public void Times_and_card_numbers_before_a_name_go_with_the_words_that_lead_to_them(string raw) =>
        Assert.Equal("CAFE DES ARTS", Labels.Clean(raw));

    [Theory]
    [InlineData("EUR 14,90")]
    [InlineData("USD 14,90")]
    [InlineData("GBP 14,90")]
    [InlineData("CHF 14,90")]
    [InlineData("14,90 EUR")]
    [InlineData("14,90 USD")]
    [InlineData("14,90 GBP")]
    [InlineData("14,90 CHF")]
    [InlineData("CD 1234")]
    [InlineData("CARTE 1234")]
    [InlineData("CB 1234")]
    [InlineData("CARD 1234")]
    [InlineData("/REF:12 AB")]
    public void An_amount_a_card_or_a_reference_after_a_name_ends_it(string tail) =>
        Assert.Equal("CAFE DES ARTS", Labels.Clean($"CB CAFE DES ARTS {tail} PARIS"));

    [Theory]
    [InlineData("BANQUE EUR PARIS")]
    [InlineData("CAFE - EUR PARIS")]
    [InlineData("CAFE 3 PARIS")]
    [InlineData("CAFE CARTE 12A PARIS")]
    [InlineData("CAFE CARTE BLEUE")]
    [InlineData("CAFE - BAR")]
    [InlineData("MARKS & SPENCER")]
    [InlineData("CANAL + PARIS")]
    [InlineData("CAFE AB1234")]
    [InlineData("CAFE AB12345")]
    [InlineData("CAFE 3. PARIS")]
    [InlineData("CAFE 75 PARIS")]
    [InlineData("CAFE 123 PARIS")]
    [InlineData("CAFE X1 PARIS")]
    [InlineData("CAFE XX PARIS")]
    [InlineData("CAFE A123 PARIS")]
    [InlineData("CAFE CH123 PARIS")]
    [InlineData("CAFE (PARIS) NORD")]
    [InlineData("(CAFE PARIS")]
    public void What_may_belong_to_a_name_stays(string name) => Assert.Equal(name, Labels.Clean($"CB {name}"));

    [Theory]
    [InlineData("CAFE 12/03 PARIS")]
    [InlineData("CAFE 1/3 PARIS")]
    [InlineData("CAFE 1234 PARIS")]
    [InlineData("CAFE 10H14 PARIS")]
    [InlineData("CAFE 8H55 PARIS")]
    [InlineData("CAFE X12 PARIS")]
    [InlineData("CAFE XXX PARIS")]
    [InlineData("CAFE CB*1234 PARIS")]
    [InlineData("CAFE AB123456 PARIS")]
    [InlineData("CAFE * PARIS")]
    [InlineData("CAFE CAFE PARIS")]
    [InlineData("CAFE PARIS -")]
    [InlineData("CAFE PARIS EUR")]
    [InlineData("CAFE PARIS (NORD")]
    [InlineData("*CAFE PARIS:")]
    [InlineData("CAFE PARIS DE LE")]
    public void What_only_machines_read_goes_from_within_a_name(string text) =>
        Assert.Equal("CAFE PARIS", Labels.Clean($"CB {text}"));

    [Fact]
    public void A_label_is_the_words_that_fit_into_80_characters_and_at_least_one()
    {
        var (long79, long78) = (new string('A', 79), new string('A', 78));

        Assert.Equal(long79, Labels.Clean($"CB {long79} B"));
        Assert.Equal($"{long78} B", Labels.Clean($"CB {long78} B"));
        Assert.Equal(long78, Labels.Clean($"CB {long78} BC D"));
        Assert.Equal(long78, Labels.Clean($"CB {long78} - B"));
        Assert.Equal($"{long79}AA", Labels.Clean($"CB {long79}AA B"));
    }

    [Fact]
    public void The_other_side_speaks_for_a_text_that_says_nothing()
    {
        Assert.Equal("Zoé Martin", Labels.Clean("VIR SEPA", "Zoé  Martin"));
        Assert.Equal("Zoé Martin", Labels.Clean("", "Zoé Martin"));
        Assert.Equal("", Labels.Clean(" \n "));
    }

    [Fact]
    public void Every_label_of_the_shared_files_gets_a_short_one()
    {
        foreach (var (file, _, raw) in SharedFiles.Labels())
        {
            var label = Labels.Clean(raw);
            Assert.True(
                label.Length > 0 && label.Length <= Math.Max(raw.Length, 80),
                $"{file}: '{raw}' became '{label}'"
            );
            Assert.Equal(label, Labels.Clean(raw));
        }
    }
}
