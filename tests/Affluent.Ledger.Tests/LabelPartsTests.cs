namespace Affluent.Ledger.Tests;

public sealed class LabelPartsTests
{
    private static readonly DateOnly Listed = new(2026, 3, 15);

    [Theory]
    [InlineData("PAIEMENT CB 1204 CARREFOUR MARKET LYON", PaymentMeans.Card)]
    [InlineData("CB*1234 CAFE DES ARTS", PaymentMeans.Card)]
    [InlineData("PRLV SEPA EDF CLIENTS PARTICULIERS", PaymentMeans.DirectDebit)]
    [InlineData("VIR INST DE M DUPONT", PaymentMeans.Transfer)]
    [InlineData("VIREMENT PERMANENT LOYER", PaymentMeans.Transfer)]
    [InlineData("CHEQUE 1234567", PaymentMeans.Check)]
    [InlineData("RETRAIT DAB LYON", PaymentMeans.Cash)]
    [InlineData("FRAIS DE TENUE DE COMPTE", PaymentMeans.Fee)]
    [InlineData("INTERETS CREDITEURS", PaymentMeans.Interest)]
    [InlineData("FOLGELASTSCHRIFT STADTWERKE", PaymentMeans.DirectDebit)]
    [InlineData("SEPA-Basislastschrift Stadtwerke", PaymentMeans.DirectDebit)]
    [InlineData("KARTENZAHLUNG REWE", PaymentMeans.Card)]
    [InlineData("UEBERWEISUNG ANNA WEBER", PaymentMeans.Transfer)]
    [InlineData("FASTER PAYMENT TO J SMITH", PaymentMeans.Transfer)]
    [InlineData("COMPRA TARJ. 1234 MERCADONA", PaymentMeans.Card)]
    [InlineData("BIZUM A JUAN", PaymentMeans.Transfer)]
    [InlineData("BETAALAUTOMAAT ALBERT HEIJN", PaymentMeans.Card)]
    [InlineData("NAAM: ZIGGO MACHTIGING ID: AB12 INCASSANT ID: NL85ZZZ140522640000", PaymentMeans.DirectDebit)]
    [InlineData("PAGAMENTO POS ESSELUNGA MILANO", PaymentMeans.Card)]
    [InlineData("BONIFICO A FAVORE DI MARCO ROSSI", PaymentMeans.Transfer)]
    [InlineData("ADDEBITO SDD ENEL ENERGIA", PaymentMeans.DirectDebit)]
    [InlineData("PRELIEVO BANCOMAT MILANO", PaymentMeans.Cash)]
    [InlineData("MARTIN ZOE", PaymentMeans.Unknown)]
    public void How_it_was_paid_is_read_in_six_languages(string text, PaymentMeans means) =>
        Assert.Equal(means, Read(text).Means);

    [Theory]
    [InlineData("CHEQUE 1234567", "1234567")]
    [InlineData("CHEQUE EMIS 0004412", "0004412")]
    [InlineData("CHQ N°7654321", "7654321")]
    [InlineData("CHQ. NO 7654321", "7654321")]
    [InlineData("CHECK 100203", "100203")]
    [InlineData("SCHECK NR 4455667", "4455667")]
    [InlineData("ASSEGNO N. 0123456", "0123456")]
    [InlineData("REMISE CHEQUE 1234567", null)]
    [InlineData("REMISE DE CHEQUES 12345", null)]
    [InlineData("CHEQUE", null)]
    [InlineData("PRLV SEPA EDF 1234567", null)]
    public void The_number_of_a_check_is_read_from_its_words(string text, string? number) =>
        Assert.Equal(number, Read(text).CheckNumber);

    [Fact]
    public void A_check_that_was_paid_in_has_no_number_of_ours() =>
        Assert.Null(LabelParts.Of(Rows.Booked(5000, 1, "CHEQUE 1234567")).CheckNumber);

    [Theory]
    [InlineData("PRLV SEPA EDF ECH/150326 ID EMETTEUR/FR47EDF001007 MDT/MM976002 REF/12", "FR47EDF001007", "MM976002")]
    [InlineData("PRELEVEMENT FREE RUM FHD-123456-1 ICS FR83ZZZ459654", "FR83ZZZ459654", "FHD-123456-1")]
    [InlineData(
        "LASTSCHRIFT TELEKOM EREF+123 MREF+DE00020506 CRED+DE93ZZZ00000078611 SVWZ+RG",
        "DE93ZZZ00000078611",
        "DE00020506"
    )]
    [InlineData(
        "NAAM: X MACHTIGING ID: 012005388 INCASSANT ID: NL35ZZZ273653230000",
        "NL35ZZZ273653230000",
        "012005388"
    )]
    [InlineData("PRLV SEPA EDF ICS FR48EDF001007", null, null)]
    [InlineData("VIR SEPA FR7630006000011234567890189", null, null)]
    [InlineData("SEPA Incasso algemeen doorlopend Naam: ZIGGO B.V. Machtiging: A1234", null, "A1234")]
    [InlineData("SEPA-Basislastschrift Vodafone GmbH Mandat: V1234", null, "V1234")]
    [InlineData("PRLV SEPA EDF RUM", null, null)]
    public void Creditor_and_mandate_are_read_where_the_check_digits_hold(
        string text,
        string? creditor,
        string? mandate
    )
    {
        var parts = Read(text);
        Assert.Equal(creditor, parts.CreditorId);
        Assert.Equal(mandate, parts.Mandate);
    }

    [Theory]
    [InlineData("LASTSCHRIFT TELEKOM EREF+ZB-4711 MREF+1234", "ZB-4711")]
    [InlineData("UEBERWEISUNG END-TO-END-REF.: RG2026", "RG2026")]
    [InlineData("VIR SEPA /EID ABC123 /RNF 12", "ABC123")]
    [InlineData("LASTSCHRIFT EREF+NOTPROVIDED MREF+1234", null)]
    [InlineData("VIR SEPA ZOE", null)]
    public void The_end_to_end_reference_is_read(string text, string? reference) =>
        Assert.Equal(reference, Read(text).EndToEndId);

    [Fact]
    public void What_the_bank_gives_as_a_field_goes_before_its_words()
    {
        var parts = LabelParts.Of(
            Rows.Booked(-100, 1, "CHEQUE 1234567 ICS FR83ZZZ459654 RUM AAAA EREF+BBBB") with
            {
                CheckNumber = "17",
                CreditorId = "FR47EDF001007",
                Mandate = "M1",
                EndToEndId = "E1",
            }
        );
        Assert.Equal(
            ("17", "FR47EDF001007", "M1", "E1"),
            (parts.CheckNumber, parts.CreditorId, parts.Mandate, parts.EndToEndId)
        );
    }

    [Theory]
    [InlineData("CARTE 12/03 CAFE", "2026-03-12")]
    [InlineData("CB CAFE 12.03.26", "2026-03-12")]
    [InlineData("COMPRA CAFE 12-03-2026", "2026-03-12")]
    [InlineData("CARTE 30/12 CAFE", "2025-12-30")]
    [InlineData("CARTE 31/02 CAFE", null)]
    [InlineData("CARTE 20/03/26 CAFE", null)]
    [InlineData("CARTE 12/13 CAFE", null)]
    [InlineData("CB CAFE", null)]
    public void The_day_that_a_text_names_is_one_before_it_was_listed(string text, string? day) =>
        Assert.Equal(
            day,
            LabelParts.Of(Rows.Booked(-100, DayNumbers.From(Listed), text)).MadeOn?.ToString("yyyy-MM-dd", null)
        );

    [Theory]
    [InlineData("FACTURE CARTE DU 120326 CAFE CARTE 4974XXXXXXXX5678", "5678")]
    [InlineData("CB*1234 CAFE", "1234")]
    [InlineData("CARTE X4321 12/03 CAFE", "4321")]
    [InlineData("ACHAT CB CAFE CARTE NUMERO 5910", null)]
    [InlineData("CB CAFE", null)]
    public void The_last_digits_of_a_masked_card_are_read(string text, string? card) =>
        Assert.Equal(card, Read(text).Card);

    [Theory]
    [InlineData("PAIEMENT CB 1204 CARREFOUR MARKET LYON", "CARREFOUR MARKET", "LYON")]
    [InlineData("CB LIDL SAINT ETIENNE", "LIDL", "SAINT ETIENNE")]
    [InlineData("CB LIDL TREMBLAY", "LIDL", "TREMBLAY")]
    [InlineData("CB LE PETIT ZINC PARIS 11", null, "PARIS 11")]
    [InlineData("CB PARIS", null, null)]
    [InlineData("CB LE PETIT ZINC", null, null)]
    [InlineData("PRLV SEPA NETFLIX", "NETFLIX", null)]
    [InlineData("VIR SEPA PAUL LYON", null, null)]
    public void A_shop_and_its_town_are_told_apart(string text, string? merchant, string? place)
    {
        var parts = Read(text);
        Assert.Equal(merchant, parts.Merchant);
        Assert.Equal(place, parts.Place);
    }

    [Theory]
    [InlineData("PAIEMENT CB 1204 CARREFOUR MARKET LYON", "CB CARREFOUR MARKET 3012 NICE", "-CARREFOUR MARKET")]
    [InlineData("CB LE PETIT ZINC PARIS 11", "CARTE 12/03 LE PETIT ZINC LYON", "-LE PETIT ZINC")]
    [InlineData(
        "PRLV SEPA ATELIER NORD AB12345678",
        "PRELEVEMENT ATELIER NORD RUM X ICS FR47EDF001007",
        "-ATELIER NORD"
    )]
    [InlineData(
        "VIR SEPA MME FAURE LOYER STUDIO MARS",
        "VIREMENT A MME FAURE LOYER STUDIO AVRIL",
        "-MME FAURE LOYER STUDIO"
    )]
    public void A_merchant_is_known_again_by_its_key(string text, string again, string key)
    {
        Assert.Equal(key, Read(text).MerchantKey);
        Assert.Equal(key, Read(again).MerchantKey);
    }

    [Fact]
    public void What_came_from_a_merchant_is_apart_from_what_went_there()
    {
        Assert.Equal("+ZALANDO", LabelParts.Of(Rows.Booked(100, 1, "CB ZALANDO")).MerchantKey);
        Assert.Null(LabelParts.Of(Rows.Booked(-100, 1, "***")).MerchantKey);
        Assert.Null(LabelParts.Of(Rows.Booked(-100, 1, "")).MerchantKey);
        Assert.True(Read($"CB {new string('A', 5000)} {new string('B', 5000)}").MerchantKey!.Length < 100);
    }

    [Fact]
    public void Every_part_of_every_shared_label_is_read_without_an_exception()
    {
        foreach (var (file, amount, raw) in SharedFiles.Labels())
        {
            var parts = LabelParts.Of(Rows.Booked(amount, 1, raw));
            Assert.Equal(Labels.Clean(raw), parts.Label);
            Assert.True(parts.Place is not { Length: 0 } && parts.Mandate is not { Length: 0 }, $"{file}: {raw}");
        }
    }

    private static LabelParts Read(string text) => LabelParts.Of(Rows.Booked(-100, 1, text));
}
