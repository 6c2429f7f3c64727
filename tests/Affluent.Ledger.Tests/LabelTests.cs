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
    [InlineData("CB*1234<br>CAFE  DES ARTS\n75011", "CAFE DES ARTS")]
    public void What_machines_print_around_a_name_goes(string raw, string label) =>
        Assert.Equal(label, Labels.Clean(raw));

    [Theory]
    [InlineData("ACHAT CB")]
    [InlineData("VIREMENT")]
    [InlineData("0012345678")]
    [InlineData("***")]
    public void A_text_of_nothing_else_stays_as_it_is(string raw) => Assert.Equal(raw, Labels.Clean(raw));

    [Theory]
    [InlineData("Carte grise 2026")]
    [InlineData("RETRAIT DAB LA POSTE")]
    [InlineData("C&A")]
    public void A_name_that_only_looks_like_a_heading_is_kept(string raw) =>
        Assert.StartsWith(Labels.Clean(raw), raw, StringComparison.Ordinal);

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
