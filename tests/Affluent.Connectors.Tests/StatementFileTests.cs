using System.Globalization;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Tests;

/// <summary>Statement files as banks are known to write them.</summary>
public sealed class StatementFileTests
{
    private static readonly DateOnly Today = new(2026, 11, 28);
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");
    private static readonly StatementHints Euro = new() { Currency = "EUR", Account = "Current" };

    private const string OfxOpens =
        "OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>30004<ACCTID>123<ACCTTYPE>CHECKING</BANKACCTFROM>";

    private const string OfxCloses = "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";

    [Fact]
    public void Values_of_ofx_need_no_end_tag_and_may_hold_what_sgml_forbids()
    {
        var statement = Assert.Single(
            Read(
                $"{OfxOpens}<BANKTRANLIST><DTSTART>20261101<DTEND>20261130235959[-5:EST]"
                    + "<STMTTRN><TRNTYPE>POS<DTPOSTED>20261103230000.000[-5:EST]<TRNAMT>-12,50<FITID>A1<NAME>AT&T <3 R&amp;D<MEMO>a  b</STMTTRN>"
                    + $"<STMTTRN><DTPOSTED>20261104<TRNAMT>+1,234.56<FITID></FITID><PAYEE><NAME>Otto<CITY>Bonn</PAYEE><BANKACCTTO><ACCTID>9</BANKACCTTO></STMTTRN></BANKTRANLIST>"
                    + $"<LEDGERBAL><BALAMT>-7.00<DTASOF>20261130</LEDGERBAL>{OfxCloses}"
            )
        );

        Assert.Equal(
            [
                ("A1", -12.50m, new DateOnly(2026, 11, 3), "AT&T <3 R&D|a b"),
                (null, 1234.56m, new DateOnly(2026, 11, 4), "Otto"),
            ],
            Rows(statement)
        );
        Assert.Equal((new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30)), (statement.From, statement.Until));
        Assert.Equal(("123", "EUR", BankAccountType.Checkings), Account(statement));
        var balance = Assert.Single(statement.Account.Balances);
        Assert.Equal((-7m, new DateOnly(2026, 11, 30)), (balance.Amount, balance.Day));
    }

    [Fact]
    public void Ofx_of_xml_in_one_line_holds_accounts_and_cards_whichever_name_closes_them()
    {
        var statements = Read(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><?OFX OFXHEADER=\"200\" VERSION=\"220\"?><OFX ><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD</CURDEF>"
                + "<BANKACCTFROM><ACCTID>1</ACCTID></BANKACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20261103</DTPOSTED><TRNAMT>5</TRNAMT><NAME><![CDATA[a<b]]></NAME></STMTTRN></BANKTRANLIST></STMTRS>"
                + "</STMTTRNRS></BANKMSGSRSV1><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>USD</CURDEF><CCACCTFROM><ACCTID>2</ACCTID></CCACCTFROM>"
                + "<BANKTRANLIST><STMTTRN><DTPOSTED>20261104</DTPOSTED><TRNAMT>-6</TRNAMT></STMTTRN></BANKTRANLIST></STMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>"
        );

        Assert.Equal(
            [("1", "USD", (BankAccountType?)null), ("2", "USD", BankAccountType.CreditCard)],
            statements.Select(Account)
        );
        Assert.Equal([5m, -6m], statements.SelectMany(Rows).Select(r => r.Amount));
        Assert.Equal("a<b", Rows(statements[0])[0].Text);
    }

    [Fact]
    public void A_bad_row_costs_that_row_alone_and_a_file_cut_short_is_refused_whole()
    {
        const string Rows =
            "<BANKTRANLIST><STMTTRN><DTPOSTED>20261103<TRNAMT>1<FITID>1</STMTTRN><STMTTRN><DTPOSTED>20261399<TRNAMT>2</STMTTRN><STMTTRN><DTPOSTED>20261104<TRNAMT>abc</STMTTRN></BANKTRANLIST>";

        var statement = Assert.Single(Read(OfxOpens + Rows + OfxCloses));

        Assert.Equal(
            [null, UnreadableField.Day, UnreadableField.Amount],
            statement.Entries.Select(e => e.Transaction is null ? e.Fault : (UnreadableField?)null)
        );
        Assert.Equal(StatementFault.Damaged, Refused(OfxOpens + Rows));
        Assert.Equal(StatementFault.Damaged, Refused(OfxOpens + Rows[..80]));
    }

    [Theory]
    [InlineData("5,1", "12.500", "12500")]
    [InlineData("5.1", "12.500", "12.5")]
    [InlineData("1,234,567", "12.500", "12.5")]
    [InlineData("1.234.567", "12.500", "12500")]
    public void What_a_mark_means_is_seen_from_all_amounts_of_the_file(string other, string amount, string value)
    {
        var statement = Assert.Single(Read($"!Type:Bank\nD25/12/2026\nT{other}\n^\nD25/12/2026\nT{amount}\n^\n", Euro));

        Assert.Equal(decimal.Parse(value, CultureInfo.InvariantCulture), Rows(statement)[1].Amount);
    }

    [Theory]
    [InlineData("20261128")]
    [InlineData("20261101")]
    public void A_period_in_which_not_even_the_own_rows_lie_is_none(string day)
    {
        var statement = Assert.Single(
            Read(
                $"{OfxOpens}<BANKTRANLIST><DTSTART>{day}<DTEND>{day}<STMTTRN><DTPOSTED>20261103<TRNAMT>1</STMTTRN></BANKTRANLIST>{OfxCloses}"
            )
        );

        Assert.Equal(((DateOnly?)null, (DateOnly?)null), (statement.From, statement.Until));
    }

    [Fact]
    public void Text_is_utf8_where_it_can_be_whatever_the_header_says_and_windows_1252_else()
    {
        var file =
            $"{OfxOpens}<BANKTRANLIST><STMTTRN><DTPOSTED>20261103<TRNAMT>1<NAME>Café €</STMTTRN></BANKTRANLIST>{OfxCloses}";
        var windows = Encodings.Named("windows-1252")!;

        Assert.Equal("Café €", Rows(Assert.Single(Read(Encoding.UTF8.GetBytes(file), new())))[0].Text);
        Assert.Equal("Café €", Rows(Assert.Single(Read(windows.GetBytes(file), new())))[0].Text);
        Assert.Equal(
            "Café €",
            Rows(Assert.Single(Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(file)], new())))[0].Text
        );
    }

    [Fact]
    public void Camt_holds_accounts_with_their_balances_and_period()
    {
        var statements = Read(
            """
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr/>
            <Stmt><FrToDt><FrDtTm>2026-11-01T00:00:00</FrDtTm><ToDtTm>2026-11-30T23:59:59</ToDtTm></FrToDt>
            <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Tp><Cd>CACC</Cd></Tp><Ccy>EUR</Ccy><Ownr><Nm>Anna</Nm></Ownr></Acct>
            <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-31</Dt></Dt></Bal>
            <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">4.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Dt><Dt>2026-11-30</Dt></Dt></Bal>
            <Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef></Ntry></Stmt>
            <Stmt><Acct><Id><Othr><Id>77</Id></Othr></Id></Acct><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CHF">2</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal></Stmt>
            </BkToCstmrStmt></Document>
            """
        );

        Assert.Equal(
            [("DE89370400440532013000", "EUR", BankAccountType.Checkings), ("77", "CHF", (BankAccountType?)null)],
            statements.Select(Account)
        );
        Assert.Equal(
            [(BankBalanceKind.OpeningBooked, 1m), (BankBalanceKind.ClosingBooked, -4m)],
            statements[0].Account.Balances.Select(b => (b.Kind, b.Amount))
        );
        Assert.Equal(
            (new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30)),
            (statements[0].From, statements[0].Until)
        );
        Assert.Equal(("B1", -5m), (Rows(statements[0])[0].Id, Rows(statements[0])[0].Amount));
        Assert.Equal(StatementFault.Damaged, Refused("<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE"));
        Assert.Equal(StatementFault.UnknownFormat, Refused("<html><body>Please sign in</body></html>"));
    }

    [Fact]
    public void Messages_of_mt940_about_one_account_are_one_statement()
    {
        const string First =
            ":20:A\r\n:25:DE89370400440532013000EUR\r\n:28C:1/1\r\n:60F:C261101EUR10,00\r\n:61:2611031103D1,50NMSCREF//B1\r\n:86:Cafe\r\n:62M:C261103EUR8,50\r\n-\r\n";
        const string Second =
            ":20:A\r\n:25:DE89370400440532013000EUR\r\n:28C:1/2\r\n:60M:C261103EUR8,50\r\n:61:2611041104C2,NMSCREF//B2\r\n:62F:C261104EUR10,50\r\n-\r\n";

        var statement = Assert.Single(Read(First + Second));

        Assert.Equal(("DE89370400440532013000", "EUR", (BankAccountType?)null), Account(statement));
        Assert.Equal([("B1", -1.5m), ("B2", 2m)], Rows(statement).Select(r => (r.Id, r.Amount)));
        Assert.Contains(
            statement.Account.Balances,
            b => b is { Kind: BankBalanceKind.ClosingBooked, Amount: 10.5m, Day: { Day: 4 } }
        );
        Assert.Equal(StatementFault.Damaged, Refused(First + Second[..(Second.Length - 30)]));
    }

    [Theory]
    // Each file as a whole says how its days are written.
    [InlineData("D25/12/2026\nT1\n^\nD03/04/2026\nT1\n^", null, "2026-12-25 2026-04-03")]
    [InlineData("D12/25/2026\nT1\n^\nD03/04/2026\nT1\n^", null, "2026-12-25 2026-03-04")]
    [InlineData("D6/ 4'18\nT1\n^", false, "2018-06-04")]
    [InlineData("D28.02'2009\nT1\n^", null, "2009-02-28")]
    [InlineData("D 1/ 1/99\nT1\n^", null, "1999-01-01")]
    [InlineData("D2026-03-04\nT1\n^\nD26 Jan 2026\nT1\n^", null, "2026-03-04 2026-01-26")]
    [InlineData("D03/04/2026\nT1\n^", true, "2026-04-03")]
    [InlineData("D03/04/2026\nT1\n^", false, "2026-03-04")]
    public void Days_of_qif_are_read_as_the_file_or_its_sender_says(string rows, bool? dayFirst, string days)
    {
        var statement = Assert.Single(Read($"!Type:Bank\n{rows}\n", Euro with { DayFirst = dayFirst }));

        Assert.Equal(
            days,
            string.Join(' ', Rows(statement).Select(r => r.Day.ToString("O", CultureInfo.InvariantCulture)))
        );
    }

    [Theory]
    [InlineData("D03/04/2026\nT1\n^", null)]
    [InlineData("D25/04/2026\nT1\n^", false)]
    [InlineData("D25/04/2026\nT1\n^\nD04/25/2026\nT1\n^", null)]
    public void A_day_that_may_be_another_is_never_guessed(string rows, bool? said)
    {
        Assert.Equal(StatementFault.DateOrderMissing, Refused($"!Type:Bank\n{rows}\n", Euro with { DayFirst = said }));
    }

    [Fact]
    public void Qif_names_its_accounts_and_their_first_row_is_no_movement()
    {
        var statements = Read(
            "!Option:AutoSwitch\r\n!Account\r\nNCourant\r\nTBank\r\n^\r\n!Type:Bank\r\nD25/12/2026\r\nT1.000,00\r\nPSolde initial\r\nL[Courant]\r\n^\r\n"
                + "D26/12/2026\r\nU-1.234\r\nT-1.234\r\nN42\r\nPLoyer\r\nMdécembre\r\nTransaction 1\r\nSLogement\r\n$-1.234\r\n^\r\n"
                + "!Account\r\nNVisa\r\nTCCard\r\n^\r\n!Type:CCard\r\nD26/12/2026\r\nT-2,5\r\nPCafé\r\n^\r\n!Type:Cat\r\nNLogement\r\n^\r\n",
            new StatementHints { Currency = "EUR" }
        );

        Assert.Equal(
            [
                ("Courant", "EUR", BankAccountType.Checkings),
                ("Visa", "EUR", (BankAccountType?)BankAccountType.CreditCard),
            ],
            statements.Select(Account)
        );
        // Three digits behind the mark are a group here: other amounts of the file have a comma before their cents.
        Assert.Equal(
            [(-1234m, "Loyer|décembre"), (-2.5m, "Café")],
            statements.SelectMany(Rows).Select(r => (r.Amount, r.Text))
        );
    }

    [Fact]
    public void What_neither_file_nor_sender_says_is_asked_for()
    {
        const string Rows = "!Type:Bank\nD25/12/2026\nT1\n^\n";

        Assert.Equal(StatementFault.CurrencyMissing, Refused(Rows));
        Assert.Equal(StatementFault.AccountMissing, Refused(Rows, new StatementHints { Currency = "EUR" }));
        Assert.Equal(StatementFault.Damaged, Refused("!Type:Bank\nD25/12/2026\nT-12", Euro));
    }

    [Theory]
    [InlineData(
        "\uFEFFCompte;00012345678\r\nSolde;1 234,56\r\n\r\nDate;Date valeur;Libellé;Débit euros;Crédit euros;\r\n31/12/2026;02/01/2027;\"CARTE \"\"X\"\"; Y\";-12,50;;\r\n30/12/2026;;VIR;;1 000,00;\r\nTotal;;;;;\r\n",
        "2026-12-31 -12.5 CARTE \"X\"; Y, 2026-12-30 1000 VIR"
    )]
    [InlineData(
        "\"Datum\",\"Naam / Omschrijving\",\"Rekening\",\"Af Bij\",\"Bedrag (EUR)\"\n\"20261103\",\"Jumbo\",\"NL01\",\"Af\",\"1,50\"\n\"20261104\",\"Salaris\",\"NL01\",\"Bij\",\"2.000,00\"\n",
        "2026-11-03 -1.5 Jumbo, 2026-11-04 2000 Salaris"
    )]
    [InlineData(
        "sep=\t\nDate\tDescription\tPaid out\tPaid in\n25/11/2026\tTea\t£1,234.500\t\n26/11/2026\tPay\t\t£5.1\n",
        "2026-11-25 -1234.5 Tea, 2026-11-26 5.1 Pay"
    )]
    public void Tables_are_known_by_their_titles(string file, string rows)
    {
        var statement = Assert.Single(Read(file, Euro));

        Assert.Equal(
            rows,
            string.Join(
                ", ",
                Rows(statement).Select(r => FormattableString.Invariant($"{r.Day:yyyy-MM-dd} {r.Amount:G29} {r.Text}"))
            )
        );
    }

    [Fact]
    public void Columns_can_be_named_or_numbered()
    {
        var named = Euro with
        {
            Columns = new Dictionary<StatementColumn, string>
            {
                [StatementColumn.Date] = "Jour",
                [StatementColumn.Amount] = "Somme",
                [StatementColumn.Balance] = "Reste",
                [StatementColumn.Label] = "Objet",
            },
        };
        var numbered = Euro with
        {
            Columns = new Dictionary<StatementColumn, string>
            {
                [StatementColumn.Date] = "1",
                [StatementColumn.Amount] = "3",
            },
        };

        var byName = Assert.Single(Read("Jour;Objet;Somme;Reste\n26/11/2026;b;-2;8\n25/11/2026;a;5;10\n", named));
        var byNumber = Assert.Single(Read("26/11/2026;b;-2\n25/11/2026;a;5\n", numbered));

        Assert.Equal(["b", "a"], Rows(byName).Select(r => r.Text));
        // The newest stands first.
        Assert.Equal(
            (8m, new DateOnly(2026, 11, 26)),
            (byName.Account.Balances[0].Amount, byName.Account.Balances[0].Day)
        );
        Assert.Equal([-2m, 5m], Rows(byNumber).Select(r => r.Amount));
    }

    [Fact]
    public void A_table_that_cannot_be_read_says_in_which_column_and_line()
    {
        var missing = Euro with
        {
            Columns = new Dictionary<StatementColumn, string> { [StatementColumn.Amount] = "Somme" },
        };
        var wrong = Euro with
        {
            Columns = new Dictionary<StatementColumn, string>
            {
                [StatementColumn.Date] = "Date",
                [StatementColumn.Amount] = "Texte",
            },
        };
        const string File = "Date;Texte;Montant\n25/11/2026;abc;1,00\n";

        Assert.Equal(
            new StatementReading.Refused(StatementFault.ColumnMissing, Column: "Somme"),
            StatementFile.Read(Encoding.UTF8.GetBytes(File), missing, Paris, Today)
        );
        Assert.Equal(
            new StatementReading.Refused(StatementFault.NothingReadable, 2, "Texte"),
            StatementFile.Read(Encoding.UTF8.GetBytes(File), wrong, Paris, Today)
        );
        Assert.Equal(StatementFault.ColumnMissing, Refused("a;b;c\nd;e;f\n"));
        Assert.Equal(StatementFault.UnknownFormat, Refused("A letter to the bank.\nYours\n"));
        Assert.Equal(StatementFault.Damaged, Refused("Date;Libellé;Montant\n25/11/2026;\"x;1,00\n"));
        Assert.Equal(StatementFault.UnknownFormat, Refused(""));
        Assert.Equal(
            new StatementReading.Refused(StatementFault.TooLarge),
            StatementFile.Read(new byte[BankLimits.LargestAnswer + 1], new(), Paris, Today)
        );
    }

    private static IReadOnlyList<Statement> Read(string file, StatementHints? hints = null) =>
        Read(Encoding.UTF8.GetBytes(file), hints ?? new());

    private static IReadOnlyList<Statement> Read(byte[] file, StatementHints hints) =>
        Assert.IsType<StatementReading.Accounts>(StatementFile.Read(file, hints, Paris, Today)).Statements;

    private static StatementFault Refused(string file, StatementHints? hints = null) =>
        Assert
            .IsType<StatementReading.Refused>(
                StatementFile.Read(Encoding.UTF8.GetBytes(file), hints ?? new(), Paris, Today)
            )
            .Fault;

    private static (string Number, string Currency, BankAccountType? Type) Account(Statement statement) =>
        (statement.Account.Iban ?? statement.Account.Number!, statement.Account.Currency, statement.Account.Type);

    private static (string? Id, decimal Amount, DateOnly Day, string Text)[] Rows(Statement statement) =>
        [
            .. statement
                .Entries.Select(e => e.Transaction)
                .OfType<BankTransaction>()
                .Select(t => (t.Id, t.Amount, t.BookingDay!.Value, string.Join('|', t.Remittance))),
        ];
}
