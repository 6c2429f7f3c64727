using System.Globalization;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Tests;

/// <summary>Statement files in which banks leave their format, as users of other programs have reported them.</summary>
public sealed class StatementDeviationTests
{
    private static readonly StatementHints Euro = new() { Currency = "EUR", Account = "Current" };

    private const string Answer = "<OFX><BANKMSGSRSV1><STMTTRNRS>";
    private const string Source = "<CURDEF>BRL<BANKACCTFROM><ACCTID>123</BANKACCTFROM>";

    [Theory]
    // Balances among the movements: banks of Brazil.
    [InlineData(
        "<STMTTRN><TRNTYPE>OTHER<DTPOSTED>20261101000000[-3:BRT]<TRNAMT>100.00<FITID>1<MEMO>SALDO ANTERIOR</STMTTRN>"
            + "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261102000000[-3:BRT]<TRNAMT>-40,00<FITID>2<MEMO>PIX JOAO</STMTTRN>"
            + "<STMTTRN><TRNTYPE>OTHER<DTPOSTED>20261102<TRNAMT>60<FITID>3<MEMO>Saldo do dia 02/11</STMTTRN>"
            + "<STMTTRN><TRNTYPE>OTHER<DTPOSTED>20261102<TRNAMT>60<FITID>4<NAME>S A L D O<MEMO>SALDO TOTAL DISPONÍVEL DIA</STMTTRN>",
        "2026-11-02 -40 PIX JOAO"
    )]
    // What only sounds like one is a movement.
    [InlineData(
        "<STMTTRN><DTPOSTED>20261101<TRNAMT>9<NAME>SOLDE DE TOUT COMPTE</STMTTRN><STMTTRN><DTPOSTED>20261102<TRNAMT>8<NAME>Saldo<MEMO>Shop 12</STMTTRN>"
            + "<STMTTRN><DTPOSTED>20261102<TRNAMT>-7<NAME>New Balance 42</STMTTRN>",
        "2026-11-01 9 SOLDE DE TOUT COMPTE, 2026-11-02 8 Saldo|Shop 12, 2026-11-02 -7 New Balance 42"
    )]
    [InlineData(
        "<STMTTRN><DTPOSTED>20261101<TRNAMT>1.400,82<NAME>a</STMTTRN><STMTTRN><DTPOSTED>20261101<TRNAMT>-1400,82<NAME>b</STMTTRN>",
        "2026-11-01 1400.82 a, 2026-11-01 -1400.82 b"
    )]
    public void Rows_of_ofx(string rows, string read)
    {
        var file =
            $"{Answer}<STMTRS>{Source}<BANKTRANLIST>{rows}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";

        Assert.Equal(read, Rows(Assert.Single(Read(file))));
    }

    [Fact]
    public void Ofx_without_the_statement_around_its_parts_or_with_an_end_of_another_name()
    {
        const string List = "<BANKTRANLIST><STMTTRN><DTPOSTED>20261101<TRNAMT>1<NAME>a</STMTTRN></BANKTRANLIST>";

        Assert.Equal(
            "2026-11-01 1 a",
            Rows(Assert.Single(Read($"{Answer}{Source}{List}</STMTTRNRS></BANKMSGSRSV1></OFX>")))
        );
        Assert.Equal(
            ["123", "4"],
            Read(
                    $"{Answer}{Source}{List}</STMTTRNRS><STMTTRNRS>{Source.Replace("123", "4", StringComparison.Ordinal)}{List}</STMTTRNRS></BANKMSGSRSV1></OFX>"
                )
                .Select(s => s.Account.Number)
        );
        Assert.Equal(
            "2026-11-01 1 a",
            Rows(Assert.Single(Read($"{Answer}<STMTRS>{Source}{List}</CCSTMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>")))
        );
        Assert.Equal(
            "2026-11-01 1 a",
            Rows(Assert.Single(Read($"{Answer}<STMTRS>{Source}{List}</STMTTRNRS></BANKMSGSRSV1></OFX>")))
        );
        // A currency that is not said is none.
        Assert.Equal(
            StatementFault.CurrencyMissing,
            Refused(
                $"<OFX><BANKMSGSRSV1><STMTTRNRS><CURDEF>{Source.Replace("<CURDEF>BRL", "", StringComparison.Ordinal)}{List}</STMTTRNRS></BANKMSGSRSV1></OFX>"
            )
        );
        // An answer that only says that it failed.
        Assert.Equal(
            StatementFault.NothingReadable,
            Refused($"{Answer}<STATUS><CODE>2000<SEVERITY>ERROR</STATUS></STMTTRNRS></BANKMSGSRSV1></OFX>")
        );
    }

    [Fact]
    public void Ofx_of_securities_is_not_read_by_halves()
    {
        // Cash that came in, a purchase, a position, and what is left.
        const string Investments =
            "<INVSTMTMSGSRSV1><INVSTMTTRNRS><TRNUID>1<INVSTMTRS><DTASOF>20261130<CURDEF>USD<INVACCTFROM><BROKERID>b.example<ACCTID>77</INVACCTFROM>"
            + "<INVTRANLIST><DTSTART>20261101<DTEND>20261130<INVBANKTRAN><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261102<TRNAMT>500<FITID>1<NAME>Deposit</STMTTRN>"
            + "<SUBACCTFUND>CASH</INVBANKTRAN><BUYSTOCK><INVBUY><INVTRAN><FITID>2<DTTRADE>20261103</INVTRAN><UNITS>1<UNITPRICE>400<TOTAL>-400</INVBUY></BUYSTOCK></INVTRANLIST>"
            + "<INVPOSLIST><POSSTOCK><INVPOS><UNITS>1<MKTVAL>410</INVPOS></POSSTOCK></INVPOSLIST><INVBAL><AVAILCASH>100<MARGINBALANCE>0</INVBAL>"
            + "</INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1>";
        const string List = "<BANKTRANLIST><STMTTRN><DTPOSTED>20261101<TRNAMT>1<NAME>a</STMTTRN></BANKTRANLIST>";
        const string Bank = $"<BANKMSGSRSV1><STMTTRNRS><STMTRS>{Source}{List}</STMTRS></STMTTRNRS></BANKMSGSRSV1>";

        Assert.Equal(StatementFault.InvestmentsOnly, Refused($"<OFX>{Investments}</OFX>"));
        foreach (var file in new[] { Bank + Investments, Investments + Bank })
        {
            Assert.Equal("2026-11-01 1 a", Rows(Assert.Single(Read($"<OFX>{file}</OFX>"))));
        }
        // What is not closed takes nothing of it either.
        Assert.Equal(
            "2026-11-01 1 a",
            Rows(
                Assert.Single(
                    Read($"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{Source}{List}{Investments}</BANKMSGSRSV1></OFX>")
                )
            )
        );
    }

    [Theory]
    [InlineData("2602080208CR1338474,92NMSC89962273", "2026-02-08 1338474.92", "89962273")]
    [InlineData("2602080208RD5,00NMSCNONREF", "2026-02-08 5", null)]
    [InlineData("2602080208RC5,00NTRFKREF+", "2026-02-08 -5", null)]
    [InlineData("260208    D5,00NTRFEREF//B7", "2026-02-08 -5", "B7")]
    [InlineData("260208C 5,00S051", "2026-02-08 5", null)]
    [InlineData("2602080208C\n5,00N051NONREF", "2026-02-08 5", null)]
    [InlineData("260208EC5,00N051NONREF", "2026-02-08 5 ?", null)]
    [InlineData(
        "2602080208C0,92FMSCNONREF\nBALANCE_CASHBACK-510151a4",
        "2026-02-08 0.92 BALANCE_CASHBACK-510151a4",
        null
    )]
    [InlineData(
        "2602080208DR20,NTRFBIPI-dvT1FzfMqvzF5HaU4oetlH7SGRkonU//2022070616391534000",
        "2026-02-08 -20",
        "2022070616391534000"
    )]
    [InlineData("2602080208C119,NMSC341241773/1XXXXX//O/341241774\nPaiement", "2026-02-08 119 Paiement", "O/341241774")]
    [InlineData("2602080208CM5,00S051\n:NS:01Zweck\n1812345", "2026-02-08 5", null)]
    public void Entries_of_mt940(string entry, string read, string? id)
    {
        var statement = Assert.Single(Read(Message("1", entry)));

        Assert.Equal(read, Rows(statement));
        Assert.Equal(id, Assert.Single(statement.Entries).Transaction!.Id);
    }

    [Theory]
    // ABN AMRO, Rabobank, ING; lines break anywhere.
    [InlineData(
        "/TRTP/SEPA OVERBOEKING/IBAN/NL70TRIO0123456789/BIC/TRIONL2U/NAME/\nA CLIENT/REMI/FACTUURNUMMER 1234\n5678/EREF/E30076",
        "FACTUURNUMMER 12345678",
        "A CLIENT",
        "E30076"
    )]
    [InlineData(
        "/TRCD/541/ORDP//NAME/Franz Nord/REMI/2020-F0OBAR/ISDT/202\n0-08-24",
        "2020-F0OBAR",
        "Franz Nord",
        null
    )]
    [InlineData(
        "/EREF/NOTPROVIDED//CNTP/NL92RABO0123456789/RABONL2U/De Boer///REMI/USTD//000060/",
        "000060",
        "De Boer",
        null
    )]
    [InlineData("/PREF/B1/SVCL/CORE", "", null, null)]
    [InlineData(
        "177?00SEPA-LASTSCHRIFT?20EREF+E1?21SVWZ+Miete Nov?22ember?32Anna?33 Muster",
        "Miete November",
        "Anna Muster",
        "E1"
    )]
    [InlineData("177^00PRZELEW^20Czynsz^32Jan Kowalski", "Czynsz", "Jan Kowalski", null)]
    [InlineData("Cafe/Bar", "Cafe/Bar", null, null)]
    public void Descriptions_of_mt940(string text, string remittance, string? name, string? reference)
    {
        var transaction = Assert
            .Single(Assert.Single(Read(Message("1", $"2602080208C5,00NMSCNONREF\n:86:{text}"))).Entries)
            .Transaction!;

        Assert.Equal(
            (remittance, name, reference),
            (string.Join('|', transaction.Remittance), transaction.Counterparty, transaction.EndToEndId)
        );
    }

    [Fact]
    public void Messages_of_mt940_without_a_reference_are_of_one_account_each()
    {
        const string First = "ABNANL2A\n940\nABNANL2A\n";

        var statements = Read(
            First
                + Message("1", "2602080208C5,00N000NONREF").Replace(":20:A\n", "", StringComparison.Ordinal)
                + First
                + Message("2", "2602080208C6,00N000NONREF").Replace(":20:A\n", "", StringComparison.Ordinal)
        );

        Assert.Equal(
            [("1", "2026-02-08 5"), ("2", "2026-02-08 6")],
            statements.Select(s => (s.Account.Number, Rows(s)))
        );
        // What is said of the whole belongs to no entry.
        Assert.Equal(
            "2026-02-08 5",
            Rows(Assert.Single(Read(Message("1", "2602080208C5,00N000NONREF") + ":86:/SUM/1/0/5,00/\n-\n")))
        );
    }

    [Theory]
    // By the standard, and as a program of German savings banks writes it.
    [InlineData("5", "CRDT", "DBIT", 5)]
    [InlineData("15", "DBIT", "DBIT", 5)]
    [InlineData("3", "CRDT", "CRDT", -7)]
    // Balances that tell nothing: by the standard.
    [InlineData("77", "DBIT", "DBIT", -5)]
    public void What_takes_back_an_entry_of_camt_has_the_sign_that_adds_up(
        string closing,
        string reversal,
        string other,
        decimal amount
    )
    {
        // 15 + 5 - 5 …
        var opening =
            amount == -7 ? "3"
            : closing == "5" ? "5"
            : "15";
        var statement = Assert.Single(
            Read(
                Camt(
                    Balance("OPBD", opening),
                    Entry(Math.Abs(amount), other),
                    Entry(Math.Abs(amount), reversal, "<RvslInd>true</RvslInd>"),
                    Balance("CLBD", closing)
                )
            )
        );

        Assert.Equal(amount, statement.Entries[1].Transaction!.Amount);
    }

    [Theory]
    [InlineData("<Cd>BOOK</Cd>", "2026-11-02 5")]
    [InlineData("BOOK", "2026-11-02 5")]
    [InlineData("<Prtry>BOOK</Prtry>", "2026-11-02 5")]
    [InlineData("<Cd>PDNG</Cd>", "2026-11-02 5 ?")]
    [InlineData("<Prtry>PDNG</Prtry>", "2026-11-02 5 ?")]
    [InlineData("<Prtry>INFO</Prtry>", "")]
    public void The_status_of_an_entry_of_camt(string status, string read)
    {
        Assert.Equal(read, Rows(Assert.Single(Read(Camt(Entry(5, "CRDT", status: status))))));
    }

    [Fact]
    public void A_batch_of_camt_is_one_movement_and_its_text_is_in_the_encoding_that_it_names()
    {
        const string Several =
            "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">329.56</Amt><RmtInf><Ustrd>a</Ustrd></RmtInf></TxDtls><TxDtls><Amt Ccy=\"EUR\">100</Amt></TxDtls></NtryDtls><AddtlNtryInf>Sammler Köln</AddtlNtryInf>";
        var file = Camt(Entry(429.56m, "CRDT", Several));

        Assert.Equal("2026-11-02 429.56 Sammler Köln", Rows(Assert.Single(Read(file))));
        Assert.Equal(
            "2026-11-02 429.56 Sammler Köln",
            Rows(
                Assert.Single(
                    Read(Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>" + file), new())
                )
            )
        );
    }

    [Theory]
    // What is announced, and what never came to anything.
    [InlineData(
        "Type,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\nCARD,2026-11-01 10:00:00,2026-11-02 10:00:00,Shop,-10.00,0.00,EUR,COMPLETED,90.00\n"
            + "CARD,2026-11-03 10:00:00,2026-11-03 11:00:00,Hotel,-5.00,0.00,EUR,REVERTED,\nEXCHANGE,2026-11-04 10:00:00,2026-11-04 10:00:00,To EUR,-37.13,0.37,EUR,COMPLETED,52.50\n"
            + "CARD,2026-11-05 10:00:00,2026-11-05 10:00:00,Bar,-1.00,0.00,EUR,PENDING,\n",
        "2026-11-02 -10 Shop, 2026-11-04 -37.5 To EUR, 2026-11-05 -1 Bar ?"
    )]
    [InlineData(
        "\"Auftragskonto\";\"Buchungstag\";\"Valutadatum\";\"Verwendungszweck\";\"Betrag\";\"Waehrung\";\"Info\"\n\"DE02120300000000202051\";\"20.07.26\";\"\";\"EC 5401\";\"-8,80\";\"EUR\";\"Umsatz vorgemerkt\"\n"
            + "\"DE02120300000000202051\";\"19.07.26\";\"19.07.26\";\"Miete\";\"-700,00\";\"EUR\";\"Umsatz gebucht\"\n",
        "2026-07-20 -8.8 EC 5401 ?, 2026-07-19 -700 Miete"
    )]
    // In and out in a column of its own.
    [InlineData(
        "Buchungstag;Verwendungszweck;Betrag;Soll/Haben\n01.10.2026;a;1.337,00;H\n31.10.2026;b;13,37;S\n",
        "2026-10-01 1337 a, 2026-10-31 -13.37 b"
    )]
    [InlineData(
        "Date|Description|Amount|D/C\n2026-01-01|a|13.44|D\n2026-01-02|b|5|K\n",
        "2026-01-01 -13.44 a, 2026-01-02 5 b"
    )]
    // One that nobody knows, where amounts have no sign, is not guessed.
    [InlineData(
        "Date|Description|Amount|D/C\n2026-01-01|a|13.44|D\n2026-01-02|b|5|X\n",
        "2026-01-01 -13.44 a, unreadable"
    )]
    [InlineData(
        "Date|Description|Amount|Direction\n2026-01-01|a|-13.44|card\n2026-01-02|b|5|top up\n",
        "2026-01-01 -13.44 a, 2026-01-02 5 b"
    )]
    // Behind the amount.
    [InlineData(
        "Date;Description;Amount\n2026-01-01;a;12,50 S\n2026-01-02;b;1.012,50H\n2026-01-03;c;7,00DR\n2026-01-04;d;7,00 CR\n",
        "2026-01-01 -12.5 a, 2026-01-02 1012.5 b, 2026-01-03 -7 c, 2026-01-04 7 d"
    )]
    // Balances among the rows.
    [InlineData(
        "Date;Description;Amount;Balance\n2026-01-01;Opening balance;100;100\n2026-01-02;b;-5;95\n2026-01-03;Closing balance;95;95\n",
        "2026-01-02 -5 b"
    )]
    // Lines above, in quotation marks, of other widths.
    [InlineData(
        "\"Kontonummer:\";\"DE02 / Girokonto\";\n\n\"Kontostand vom 10.11.2026:\";\"95,00 EUR\";\n\n\"Buchungstag\";\"Wertstellung\";\"Buchungstext\";\"Betrag (EUR)\";\n\"25.11.2026\";\"25.11.2026\";\"Lohn\";\"1.000,00\";\n",
        "2026-11-25 1000 Lohn"
    )]
    public void Rows_of_tables(string file, string read)
    {
        Assert.Equal(read, Rows(Assert.Single(Read(file, Euro))));
    }

    [Theory]
    // DKB, N26: of the other side.
    [InlineData(
        "Buchungsdatum;Status;Zahlungsempfänger*in;Verwendungszweck;IBAN;Betrag (€)\n01.10.26;Gebucht;a;a;DE02120300000000202051;-1\n31.10.26;Gebucht;b;b;;-2\n",
        "Current"
    )]
    [InlineData(
        "Date,Payee,Account number,Amount (EUR)\n2026-10-01,a,DE02120300000000202051,-1.5\n2026-10-02,b,DE02120300000000202051,-2.5\n",
        "Current"
    )]
    [InlineData(
        "Date,Description,IBAN,Amount\n2026-10-01,a,DE02120300000000202051,-1.5\n2026-10-02,b,FR7630006000011234567890189,-2.5\n",
        "Current"
    )]
    // GLS, Lloyds: the user's own.
    [InlineData(
        "Kontonummer;Buchungstag;Auftraggeber/Empfänger;Betrag\n12;01.10.2026;a;-1,5\n13;31.10.2026;b;-2,5\n",
        "12 13"
    )]
    [InlineData(
        "Transaction Date,Sort Code,Account Number,Description,Debit Amount,Debit\n31/10/2026,1,77,a,,1\n",
        "77"
    )]
    public void Whose_account_a_column_names(string file, string accounts)
    {
        Assert.Equal(accounts, string.Join(' ', Read(file, Euro).Select(s => s.Account.Iban ?? s.Account.Number)));
    }

    [Theory]
    [InlineData("-5.00,0.50", "-5.00,0.00", "94.50", "89.50", "-5.5")]
    [InlineData("5.00,-0.50", "-5.00,0.00", "104.50", "99.50", "4.5")]
    // Without balances, or with such as know nothing of it.
    [InlineData("-5.00,0.50", "-5.00,0.00", "95.00", "90.00", "-5")]
    [InlineData("-5.00,0.50", "-5.00,0.00", "", "", "-5")]
    public void A_fee_is_part_of_an_amount_where_the_balances_say_so(
        string first,
        string second,
        string behindFirst,
        string behindSecond,
        string amount
    )
    {
        string[] rows = [$"2026-11-02,b,{first},{behindFirst}", $"2026-11-03,c,{second},{behindSecond}"];
        const string Opens = "2026-11-01,a,100.00,0.00,100.00";

        var upwards = Assert.Single(
            Read($"Date,Description,Amount,Fee,Balance\n{Opens}\n{rows[0]}\n{rows[1]}\n", Euro)
        );
        var downwards = Assert.Single(
            Read($"Date,Description,Amount,Fee,Balance\n{rows[1]}\n{rows[0]}\n{Opens}\n", Euro)
        );

        Assert.Equal(amount, Amount(upwards));
        Assert.Equal(amount, Amount(downwards));

        static string Amount(Statement statement) =>
            statement.Entries[1].Transaction!.Amount.ToString("G29", CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("D6/ 4'18\nU-135.00\nT-135.00\nC*\nPSwamp Park\nLRecreation", "2018-06-04 -135 Swamp Park")]
    [InlineData("D3/11' 2\nT1\nPa", "2002-03-11 1 a")]
    [InlineData("D08/03'2010\nT1\nPa", "2010-08-03 1 a")]
    [InlineData("D12/25/2026\nT-30.00\nPShop\nSFood\nEtea\n$-10.00\nSHome\nEMlamp\n$-20.00", "2026-12-25 -30 Shop")]
    [InlineData("D12/25/2026\nT-1,030.00\nPTo savings\nL[Savings]", "2026-12-25 -1030 To savings")]
    [InlineData("D12/25/2026\nT5\nPOpening Balance\nL[Mine]\n^\nD12/26/2026\nT-1\nPa", "2026-12-26 -1 a")]
    public void Records_of_qif(string record, string read)
    {
        var file = $"!Type:Bank\n{record}\n^\n";

        Assert.Equal(read, Rows(Assert.Single(Read(file, Euro with { DayFirst = false }))));
    }

    [Fact]
    public void What_an_investment_account_of_qif_holds_is_left_out()
    {
        const string File =
            "!Account\nNBroker\nTInvst\n^\n!Type:Invst\nD12/25/2026\nNBuy\nYACME\nI10\nQ2\nT20.00\n^\n!Account\nNMine\nTBank\n^\n!Type:Bank\nD12/25/2026\nT-1\nPa\n^\n"
            + "!Type:Cat\nNFood\nE\n^\n!Type:Security\nNACME\nSAC\n^\n";

        var statement = Assert.Single(Read(File, Euro));

        Assert.Equal(("Mine", "2026-12-25 -1 a"), (statement.Account.Number, Rows(statement)));
    }

    private static string Message(string account, string entry) =>
        $":20:A\n:25:{account}\n:28C:1/1\n:60F:C260201EUR10,00\n:61:{entry}\n:62F:C260209EUR10,00\n-\n";

    private static string Camt(params string[] parts) =>
        $"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{string.Concat(parts)}</Stmt></BkToCstmrStmt></Document>";

    private static string Balance(string kind, string amount) =>
        $"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>";

    private static string Entry(decimal amount, string direction, string more = "", string status = "<Cd>BOOK</Cd>") =>
        FormattableString.Invariant(
            $"<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>{status}</Sts><BookgDt><Dt>2026-11-02</Dt></BookgDt>{more}</Ntry>"
        );

    private static IReadOnlyList<Statement> Read(string file, StatementHints? hints = null) =>
        Read(Encoding.UTF8.GetBytes(file), hints ?? new());

    private static IReadOnlyList<Statement> Read(byte[] file, StatementHints hints) =>
        Assert.IsType<StatementReading.Accounts>(Reading(file, hints)).Statements;

    private static StatementFault Refused(string file) =>
        Assert.IsType<StatementReading.Refused>(Reading(Encoding.UTF8.GetBytes(file), new())).Fault;

    private static StatementReading Reading(byte[] file, StatementHints hints) =>
        StatementFile.Read(file, hints, TimeZoneInfo.Utc, new DateOnly(2026, 11, 28));

    /// <summary>Day, amount and text of each row; a question mark behind what is only announced.</summary>
    private static string Rows(Statement statement) =>
        string.Join(
            ", ",
            statement.Entries.Select(e =>
                e.Transaction is not { } t
                    ? "unreadable"
                    : FormattableString
                        .Invariant(
                            $"{t.BookingDay:yyyy-MM-dd} {t.Amount:G29} {string.Join('|', t.Remittance)}{(t.Status == BankTransactionStatus.Booked ? "" : " ?")}"
                        )
                        .Trim()
                        .Replace("  ", " ", StringComparison.Ordinal)
            )
        );
}
