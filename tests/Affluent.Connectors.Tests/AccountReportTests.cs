using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Tests;

/// <summary>Account reports that banks send in the place of JSON.</summary>
public sealed class AccountReportTests
{
    private static readonly ReportAccount Account = new(
        "EUR",
        TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        new DateOnly(2026, 11, 28)
    );

    [Theory]
    [InlineData("camt.052.001.02", "BkToCstmrAcctRpt", "Rpt", "<Sts>BOOK</Sts>", "<Nm>Otto</Nm>")]
    [InlineData("camt.053.001.08", "BkToCstmrStmt", "Stmt", "<Sts><Cd>BOOK</Cd></Sts>", "<Pty><Nm>Otto</Nm></Pty>")]
    public void An_entry_of_camt_is_read_whatever_its_version(
        string version,
        string report,
        string list,
        string status,
        string party
    )
    {
        var entry = Assert.Single(
            Read(
                $"""
                <?xml version="1.0"?>
                <Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{report}><{list}>
                <Ntry><Amt Ccy="CHF">12.30</Amt><CdtDbtInd>DBIT</CdtDbtInd>{status}<BookgDt><Dt>2026-11-20</Dt></BookgDt>
                <ValDt><DtTm>2026-11-20T23:30:00Z</DtTm></ValDt><AcctSvcrRef>B-1</AcctSvcrRef>
                <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
                <NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId><MndtId>M-1</MndtId></Refs>
                <RltdPties><Dbtr><Nm>Anna</Nm></Dbtr><Cdtr>{party}</Cdtr></RltdPties>
                <RmtInf><Ustrd>Miete  Mai</Ustrd><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
                </{list}></{report}></Document>
                """
            )
        );

        Assert.Equal(
            ("B-1", -12.30m, "CHF", BankTransactionStatus.Booked, "Otto", "E-1", "M-1", "PMNT-ICDT-ESCT"),
            (
                entry.Id,
                entry.Amount,
                entry.Currency,
                entry.Status,
                entry.Counterparty,
                entry.EndToEndId,
                entry.Mandate,
                entry.Code
            )
        );
        Assert.Equal((new DateOnly(2026, 11, 20), new DateOnly(2026, 11, 21)), (entry.BookingDay, entry.ValueDay));
        Assert.Equal(["Miete Mai", "RF18"], entry.Remittance);
    }

    [Fact]
    public void What_is_announced_is_pending_what_is_for_information_is_left_out_and_of_many_payments_none_speaks()
    {
        var entries = Read(
            Camt(
                """
                <Ntry><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>
                <Ntry><Amt Ccy="EUR">2</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>INFO</Sts></Ntry>
                <Ntry><Amt Ccy="EUR">3</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>NONREF</AcctSvcrRef>
                <NtryDtls><TxDtls><RmtInf><Ustrd>a</Ustrd></RmtInf></TxDtls><TxDtls><RmtInf><Ustrd>b</Ustrd></RmtInf></TxDtls></NtryDtls>
                <AddtlNtryInf>SAMMLER</AddtlNtryInf></Ntry>
                """
            )
        );

        Assert.Equal(
            [
                (1m, BankTransactionStatus.Pending, Account.Today),
                (-3m, BankTransactionStatus.Booked, new(2026, 11, 20)),
            ],
            entries.Select(e => (e.Amount, e.Status, (e.BookingDay ?? e.TransactionDay)!.Value))
        );
        Assert.Equal((null, "SAMMLER"), (entries[1].Id, Assert.Single(entries[1].Remittance)));
    }

    [Fact]
    public void A_bad_entry_costs_no_other()
    {
        var entries = AccountReports.Read(
            Camt(
                """
                <Ntry><Amt>x</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>
                <Ntry><Amt>1</Amt></Ntry>
                <Ntry><Amt>1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry>
                <Ntry><Amt>1</Amt><CdtDbtInd>CRDT</CdtDbtInd><ValDt><Dt>2026-11-20</Dt></ValDt></Ntry>
                """
            ),
            Account
        )!;

        Assert.Equal(
            [UnreadableField.Amount, UnreadableField.Amount, UnreadableField.Day],
            entries.Where(e => e.Transaction is null).Select(e => e.Fault)
        );
        Assert.Equal("EUR", entries[^1].Transaction!.Currency);
    }

    [Theory]
    [InlineData("<html><body>Wartung</body></html>")]
    [InlineData("<Document><BkToCstmrAcctRpt><Ntry>")]
    [InlineData(
        """<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Document><BkToCstmrStmt>&b;</BkToCstmrStmt></Document>"""
    )]
    [InlineData("")]
    [InlineData("Service unavailable")]
    [InlineData(":20:only")]
    public void What_is_no_report_is_none(string text) => Assert.Null(AccountReports.Read(text, Account));

    [Fact]
    public void Statements_of_SWIFT_are_read_with_the_fields_of_German_banks()
    {
        var entries = Read(
            ":20:STARTUMS\r\n:25:10020030/1234567\r\n:28C:0\r\n:60F:C261119EUR10,00\r\n"
                + ":61:2611201121DR12,34NMSCKREF+//B-1\r\n"
                + ":86:106?00KARTENZAHLUNG?20EREF+E-1?21MREF+M-1?22CRED+C-1?23SVWZ+Caf\r\ne Nor?24d?32Otto?33 Braun\r\n"
                + ":61:2612310101RD5,N051NONREF\r\n:86:Retoure\r\nBuch\r\n:61:261120RC1,5NTRFX\r\n:62F:C261120EUR2,66\r\n-\r\n"
        );

        Assert.Equal(
            [
                ("B-1", -12.34m, new DateOnly(2026, 11, 21), "Otto Braun", "106"),
                (null, 5m, new DateOnly(2027, 1, 1), null, "N051"),
                ("X", -1.5m, new DateOnly(2026, 11, 20), null, "NTRF"),
            ],
            entries.Select(e => (e.Id, e.Amount, e.BookingDay!.Value, e.Counterparty, e.Code))
        );
        Assert.Equal(("E-1", "M-1", "C-1"), (entries[0].EndToEndId, entries[0].Mandate, entries[0].CreditorId));
        Assert.Equal(["Cafe Nord", "Retoure Buch"], entries.Take(2).Select(e => Assert.Single(e.Remittance)));
    }

    [Fact]
    public void A_line_that_is_none_costs_no_other()
    {
        var entries = AccountReports.Read(
            ":60F:C261119EUR1,\n:61:garbage\n:61:261320C1,NTRFX\n:61:261120C1,NTRFX",
            Account
        )!;

        Assert.Equal([false, false, true], entries.Select(e => e.Transaction is not null));
    }

    private static BankTransaction[] Read(string text) =>
        [.. AccountReports.Read(text, Account)!.Select(entry => entry.Transaction!)];

    private static string Camt(string entries) =>
        $"""
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.02"><BkToCstmrAcctRpt><Rpt>{entries}</Rpt></BkToCstmrAcctRpt></Document>
            """;
}
