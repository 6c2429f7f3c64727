namespace Affluent.Fuzz.Tests.Targets;

/// <summary>Account reports, each part of their forms once.</summary>
internal static class ReportSeeds
{
    public const string Camt052 = """
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"><BkToCstmrAcctRpt><Rpt>
          <Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">1.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
            <ValDt><DtTm>2026-11-20T23:30:00Z</DtTm></ValDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
            <NtryDtls><TxDtls><RltdPties><Cdtr><Pty><Nm>Otto</Nm></Pty></Cdtr></RltdPties><AddtlTxInf>x</AddtlTxInf></TxDtls></NtryDtls></Ntry>
          <Ntry><Amt>2</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>INFO</Sts></Ntry>
        </Rpt></BkToCstmrAcctRpt></Document>
        """;

    public const string Camt053 = """
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
          <Ntry><Amt Ccy="EUR">5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>
            <BkTxCd><Prtry><Cd>166</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E</EndToEndId><MndtId>M</MndtId></Refs>
            <RltdPties><Dbtr><Nm>Anna</Nm></Dbtr></RltdPties><RmtInf><Ustrd>a</Ustrd><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
            <TxDtls/></NtryDtls><AddtlNtryInf>GUTSCHRIFT</AddtlNtryInf></Ntry>
        </Stmt></BkToCstmrStmt></Document>
        """;

    public const string Mt940 =
        ":20:STARTUMS\r\n:25:10020030/1234567\r\n:28C:0\r\n:60F:C261119EUR10,00\r\n:61:2611201121DR12,34NMSCKREF+//B-1\r\nmore\r\n"
        + ":86:106?00KARTE?20EREF+E-1MREF+M-1?21CRED+C-1SVWZ+Caf?22e Nord?32Otto?33 Braun?60x\r\n:61:261120RC5,N051NONREF\r\n:86:plain text\r\n:62F:C261120EUR2,66\r\n-";

    public const string Mt942 = ":20:1\n:34F:EURD0,\n:61:261120C1,FTRFX\n:61:bad\n-}";
}
