using System.IO.Compression;
using System.Text;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>Statement files, each part of their forms once.</summary>
internal static class StatementSeeds
{
    /// <summary>An archive of files, not packed any smaller: so that what is changed in it is seen.</summary>
    public static byte[] Zip(params IReadOnlyList<string> files)
    {
        using var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                using var entry = archive.CreateEntry("a", CompressionLevel.NoCompression).Open();
                entry.Write(Encoding.UTF8.GetBytes(file));
            }
        }
        return content.ToArray();
    }

    public const string Ofx1 =
        "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR"
        + "<BANKACCTFROM><BANKID>12345<BRANCHID>00001<ACCTID>12345678901<ACCTTYPE>CHECKING<ACCTKEY>12</BANKACCTFROM>\r\n"
        + "<BANKTRANLIST><DTSTART>20261101<DTEND>20261130120000[-5:EST]\r\n<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261103<DTUSER>20261102<TRNAMT>-12,50"
        + "<FITID>A1<CHECKNUM>0012<NAME>AT&T <CAFE> &amp; BAR<MEMO>x</STMTTRN>\r\n<STMTTRN><DTPOSTED>2026<TRNAMT>1,234.5<BANKACCTTO><ACCTID>9</BANKACCTTO>"
        + "<PAYEE><NAME>Otto</PAYEE><CURRENCY><CURSYM>USD</CURRENCY></STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>5.00<DTASOF>20261130</LEDGERBAL></STMTRS></OFX>";

    public const string Ofx2 = """
        <?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?><!-- x -->
        <OFX><CREDITCARDMSGSRSV1><CCSTMTRS><CURDEF>GBP</CURDEF><CCACCTFROM><ACCTID>4111</ACCTID></CCACCTFROM><BANKTRANLIST><STMTTRN>
        <DTPOSTED>20261103</DTPOSTED><TRNAMT>+3</TRNAMT><MEMO><![CDATA[a < b]]></MEMO><SIC>5812</SIC></STMTTRN></BANKTRANLIST>
        <AVAILBAL><BALAMT>-1</BALAMT></AVAILBAL></CCSTMTRS></CREDITCARDMSGSRSV1></OFX>
        """;

    public const string Camt053 = """
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><FrToDt><FrDtTm>2026-11-01T00:00:00</FrDtTm><ToDtTm>2026-11-30</ToDtTm></FrToDt>
          <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Tp><Cd>SVGS</Cd></Tp><Ccy>EUR</Ccy><Nm>x</Nm><Ownr><Nm>Anna</Nm></Ownr></Acct>
          <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-30</Dt></Dt></Bal>
          <Ntry><Amt Ccy="EUR">5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef></Ntry>
        </Stmt><Stmt><Acct><Id><Othr><Id>7</Id></Othr></Id></Acct></Stmt></BkToCstmrStmt></Document>
        """;

    public const string Mt940 =
        ":20:A\r\n:25:DE89370400440532013000EUR\r\n:28C:1/1\r\n:60F:C261119EUR10,00\r\n:61:2611201121DR12,34NMSCKREF//B-1\r\n:86:106?00KARTE?20Cafe\r\n:62F:D261120EUR2,34\r\n"
        + ":64:C261120EUR1,\r\n-\r\n:20:B\r\n:25:7\r\n:34F:EURD0,\r\n:61:261120C1,FTRFX\r\n-}";

    public const string Qif =
        "!Option:AutoSwitch\n!Account\nNCurrent\nTBank\n^\n!Type:Bank\nD12/31'04\nU-1,234.50\nT-1,234.50\nN12\nPRent\nMfor May\nLHome\nSHome\n$-1,000.00\n^\n"
        + "D 1/ 2/05\nT5.00\nPOpening Balance\nL[Current]\n^\n!Type:CCard\nD2026-11-03\nT1.000\nPx\n^\n!Type:Cat\nNFood\n^\n";

    public const string Csv =
        "sep=;\r\nCompte;DE89\r\n\r\nDate;Date valeur;Libellé;Débit;Crédit;Devise;Solde;Reference\r\n"
        + "31/12/2026;02/01/2027;\"CARTE \"\"X\"\"; Y\r\nZ\";-12,50;;EUR;1 000,00;r1\r\n30/12/2026;;b;;1.234,500;EUR;;\r\nx;;;y;;;;\r\nTotal;;;;;;;\r\n";

    public const string CsvOfAmounts =
        "Datum,Naam / Omschrijving,Rekening,Af Bij,Bedrag (EUR)\n20261103,x,NL1,Af,\"1,50\"\n2026-11-04,y,NL1,Bij,\"2,000\"\n";
}
