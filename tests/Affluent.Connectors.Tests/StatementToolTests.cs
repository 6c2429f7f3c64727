using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Files of statements are read as programs read them that others wrote.</summary>
public sealed partial class StatementToolTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private const string Rows = """
        <BANKTRANLIST><DTSTART>20261101<DTEND>20261130
        <STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261103120000[0:GMT]<TRNAMT>-12.50<FITID>A1<NAME>Caf&eacute; R&amp;D<MEMO>table 4</STMTTRN>
        <STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261104120000[0:GMT]<TRNAMT>1234,56<FITID>A2<NAME>Salary</STMTTRN>
        <STMTTRN><TRNTYPE>CHECK<DTPOSTED>20261105120000[0:GMT]<TRNAMT>-7<FITID>A3<CHECKNUM>0001234<NAME>Check</STMTTRN>
        </BANKTRANLIST><LEDGERBAL><BALAMT>1215.06<DTASOF>20261130120000[0:GMT]</LEDGERBAL>
        """;

    private const string Opens = """
        <OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261130<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
        <BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>30004<ACCTID>00012345678<ACCTTYPE>CHECKING</BANKACCTFROM>
        """;

    private const string Header =
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ofx_is_read_as_libofx_reads_it(bool xml)
    {
        var text =
            $"{Opens}{Rows.Replace("&eacute;", "e", StringComparison.Ordinal)}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";
        var file = Path.Combine(_folder.FullName, "statement.ofx");
        await File.WriteAllTextAsync(
            file,
            xml
                ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\" VERSION=\"211\" SECURITY=\"NONE\" OLDFILEUID=\"NONE\" NEWFILEUID=\"NONE\"?>\n"
                    + Leaf().Replace(text, "<${name}>${value}</${name}>")
                : Header + text,
            TestContext.Current.CancellationToken
        );
        if (xml)
        {
            Assert.Equal(0, (await DebianTool.Run("xmllint", "libxml2-utils", "--noout", file)).Status);
        }

        var (status, said) = await DebianTool.Run("ofxdump", "ofx", "--msg_error", file);

        Assert.Equal(0, status);
        string[] Of(string field) =>
            [
                .. said.Split('\n')
                    .Where(l => l.TrimStart().StartsWith(field, StringComparison.Ordinal))
                    .Select(l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()),
            ];
        var statement = Assert.Single(
            Assert
                .IsType<StatementReading.Accounts>(
                    StatementFile.Read(
                        await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken),
                        new(),
                        TimeZoneInfo.Utc,
                        new DateOnly(2026, 11, 30)
                    )
                )
                .Statements
        );
        var rows = statement.Entries.Select(e => e.Transaction!).ToArray();
        Assert.Equal(
            Of("Total money amount").Select(a => decimal.Parse(a, CultureInfo.InvariantCulture)),
            rows.Select(r => r.Amount)
        );
        Assert.Equal(Of("Financial institution's ID"), rows.Select(r => r.Id));
        Assert.Equal(Of("Name of payee"), rows.Select(r => r.Remittance[0]));
        Assert.Equal(Of("Check number"), rows.Select(r => r.CheckNumber).OfType<string>());
        Assert.Equal(
            Of("Ledger balance:").Select(b => decimal.Parse(b, CultureInfo.InvariantCulture)),
            statement.Account.Balances.Select(b => b.Amount)
        );
    }

    [Fact]
    public async Task Ofx_is_read_as_ofxparse_reads_it()
    {
        string[] names = ["Café Noël", "AT&amp;T", "Salary", "Otto GmbH"];
        var random = new Random(11);
        var file = new StringBuilder(Header).Append("<OFX><BANKMSGSRSV1>");
        for (var account = 1; account <= 3; account++)
        {
            file.Append(
                CultureInfo.InvariantCulture,
                $"<STMTTRNRS><TRNUID>{account}<STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>30004<ACCTID>00{account}7<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20261001<DTEND>20261130\n"
            );
            for (var row = 0; row < 30; row++)
            {
                var amount = random.Next(-200_000, 200_000) / 100m;
                var written = amount.ToString(
                    random.Next(3) == 0 ? "+0.00;-0.00" : "0.00",
                    CultureInfo.InvariantCulture
                );
                file.Append(
                    CultureInfo.InvariantCulture,
                    $"<STMTTRN><TRNTYPE>{(amount < 0 ? "DEBIT" : "CREDIT")}<DTPOSTED>202611{random.Next(1, 31):00}{(row % 2 == 0 ? "120000[-3:BRT]" : "")}<TRNAMT>{(row % 4 == 0 ? written.Replace('.', ',') : written)}<FITID>{account}-{row}<NAME>{names[random.Next(names.Length)]}<MEMO>row {row}</STMTTRN>\n"
                );
            }
            file.Append(
                CultureInfo.InvariantCulture,
                $"</BANKTRANLIST><LEDGERBAL><BALAMT>{account}5.06<DTASOF>20261130</LEDGERBAL></STMTRS></STMTTRNRS>\n"
            );
        }
        var bytes = Encodings.Named("windows-1252")!.GetBytes(file.Append("</BANKMSGSRSV1></OFX>").ToString());
        var path = Path.Combine(_folder.FullName, "statement.ofx");
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        var (status, said) = await DebianTool.Run(
            "python3",
            "python3-ofxparse",
            "-c",
            """
            import sys
            from ofxparse import OfxParser
            sys.stdout.reconfigure(encoding="utf-8")
            for account in OfxParser.parse(open(sys.argv[1], "rb")).accounts:
                print(account.account_id, account.statement.balance)
                for t in account.statement.transactions:
                    print(t.id, t.amount.normalize() + 0, t.date.date(), t.payee, t.memo, sep="|")
            """,
            path
        );

        Assert.Equal(0, status);
        Assert.Equal(
            said.Trim().Split('\n').Select(line => line.TrimEnd()),
            Read(bytes)
                .SelectMany(statement =>
                    statement
                        .Entries.Select(e => e.Transaction!)
                        .Select(t =>
                            FormattableString.Invariant(
                                $"{t.Id}|{t.Amount:0.##}|{t.BookingDay:yyyy-MM-dd}|{string.Join('|', t.Remittance)}"
                            )
                        )
                        .Prepend(
                            FormattableString.Invariant(
                                $"{statement.Account.Number} {statement.Account.Balances[0].Amount}"
                            )
                        )
                )
        );
    }

    [Fact]
    public async Task Qif_is_read_as_Finance_QIF_reads_it()
    {
        string[] payees = ["Corner shop", "Café Noël", "^ & Co", "T-Shirts"];
        var random = new Random(14);
        var file = new StringBuilder("!Option:AutoSwitch\n");
        foreach (var (name, type) in new[] { ("Current", "Bank"), ("Card 12", "CCard"), ("Purse", "Cash") })
        {
            file.Append(CultureInfo.InvariantCulture, $"!Account\nN{name}\nT{type}\n^\n!Type:{type}\n");
            for (var row = 0; row < 30; row++)
            {
                var day = new DateOnly(2026, 11, 1).AddDays(random.Next(0, 30));
                var amount = random.Next(-300_000, 300_000) / 100m;
                file.Append(
                    CultureInfo.InvariantCulture,
                    $"D{day:MM/dd/yyyy}\nT{amount:#,##0.00}\nC*\nN{row + 1}\nP{payees[random.Next(payees.Length)]}\nMrow {row}\n"
                );
                // Parts of a row are no rows, and who lives where is no text.
                file.Append(row % 5 == 0 ? "A1 High Street\nATown\nSFood\nEbread\n$-1.00\nSHome\n$-2.00\n" : "LFood\n");
                file.Append("^\n");
            }
        }
        // A list of something else, and no account.
        file.Append("!Type:Cat\nNFood\nDThings to eat\nE\n^\n");
        var path = Path.Combine(_folder.FullName, "statement.qif");
        await File.WriteAllTextAsync(path, file.ToString(), TestContext.Current.CancellationToken);

        var (status, said) = await DebianTool.Run(
            "perl",
            "libfinance-qif-perl",
            "-MFinance::QIF",
            "-e",
            """
            my $file = Finance::QIF->new(file => shift);
            while (my $row = $file->next) {
                if ($row->{header} =~ /Account/) {
                    print "$row->{name}\n";
                } elsif ($row->{header} !~ /Cat/) {
                    (my $amount = $row->{transaction}) =~ tr/,//d;
                    print join("|", $row->{date}, $amount, $row->{number}, $row->{payee}, $row->{memo}), "\n";
                }
            }
            """,
            path
        );

        Assert.Equal(0, status);
        var theirs = said.Trim().Split('\n');
        Assert.Equal(93, theirs.Length);
        Assert.Equal(
            theirs,
            Read(Encoding.UTF8.GetBytes(file.ToString()), new() { Currency = "EUR" })
                .SelectMany(statement =>
                    statement
                        .Entries.Select(e => e.Transaction!)
                        .Select(t =>
                            FormattableString.Invariant(
                                $"{t.BookingDay:MM/dd/yyyy}|{t.Amount:0.00}|{t.CheckNumber}|{string.Join('|', t.Remittance)}"
                            )
                        )
                        .Prepend(statement.Account.Name)
                )
        );
    }

    [Fact]
    public async Task Mt940_is_read_as_aqbanking_reads_it()
    {
        string[] marks = ["C", "D", "RC", "RD", "CR", "DR"];
        string[] texts =
        [
            "177?00SEPA-LASTSCHRIFT?20EREF+E1?21SVWZ+Miete Nov?22ember?32Anna?33 Muster",
            "051?00GUTSCHRIFT?20Rechnung 12?21 und 13?30COBADEFFXXX?32Otto GmbH",
            "105?00BASISLASTSCHRIFT?20EREF+R7?21MREF+M 5?22CRED+DE98ZZZ09999999999?23SVWZ+Strom?32Stadtwerke",
        ];
        var random = new Random(12);
        var file = new StringBuilder();
        for (var page = 1; page <= 2; page++)
        {
            file.Append(
                CultureInfo.InvariantCulture,
                $":20:A\r\n:25:37040044/053201300{page}\r\n:28C:{page}/1\r\n:60F:C251230EUR10,00\r\n"
            );
            for (var row = 0; row < 30; row++)
            {
                var day = new DateOnly(2025, 12, 31).AddDays(random.Next(0, 3));
                file.Append(
                    CultureInfo.InvariantCulture,
                    $":61:{day:yyMMdd}{day.AddDays(random.Next(-1, 2)):MMdd}{marks[random.Next(marks.Length)]}{random.Next(0, 3000)},{random.Next(0, 100):00}NMSCNONREF//B{row}\r\n:86:{texts[random.Next(texts.Length)]}\r\n"
                );
            }
            file.Append(CultureInfo.InvariantCulture, $":62F:C260103EUR{page},50\r\n-\r\n");
        }

        await IsReadAlike(file.ToString(), "swift", "SWIFT-MT940", withTexts: true);
    }

    [Fact]
    public async Task Camt_is_read_as_aqbanking_reads_it()
    {
        var random = new Random(13);
        var file = new StringBuilder(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.04\"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>"
        );
        string[] numbers = ["DE89370400440532013000", "FR7630006000011234567890189"];
        foreach (var number in numbers)
        {
            file.Append(
                CultureInfo.InvariantCulture,
                $"<Stmt><Id>1</Id><Acct><Id><IBAN>{number}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
            );
            for (var row = 0; row < 30; row++)
            {
                var day = new DateOnly(2026, 11, 1).AddDays(random.Next(0, 30));
                file.Append(
                    CultureInfo.InvariantCulture,
                    $"<Ntry><Amt Ccy=\"EUR\">{random.Next(0, 300_000) / 100m:0.00}</Amt><CdtDbtInd>{(random.Next(2) == 0 ? "CRDT" : "DBIT")}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day:yyyy-MM-dd}</Dt></BookgDt><ValDt><Dt>{day.AddDays(1):yyyy-MM-dd}</Dt></ValDt><NtryDtls><TxDtls><Refs><EndToEndId>E{row}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
                );
            }
            file.Append("</Stmt>");
        }

        await IsReadAlike(file.Append("</BkToCstmrStmt></Document>").ToString(), "xml", "camt_053_001_04", false);
    }

    /// <param name="withTexts">Whether that program looks at texts, names and the bank's ids in this format.</param>
    private async Task IsReadAlike(string text, string importer, string profile, bool withTexts)
    {
        var file = Path.Combine(_folder.FullName, "statement");
        var read = Path.Combine(_folder.FullName, "read");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);

        var (status, _) = await DebianTool.Run(
            "aqbanking-cli",
            "aqbanking-tools",
            $"--cfgdir={_folder.FullName}",
            "-n",
            "import",
            $"--importer={importer}",
            $"--profile={profile}",
            "-f",
            file,
            "-c",
            read
        );

        Assert.Equal(0, status);
        var said = await File.ReadAllTextAsync(read, TestContext.Current.CancellationToken);
        var theirs = Member()
            .Matches(said)
            .Aggregate(
                new List<Dictionary<string, string>>(),
                (rows, member) =>
                {
                    if (member.Groups["begins"].Success)
                    {
                        rows.Add([]);
                    }
                    else if (rows.Count > 0)
                    {
                        rows[^1]
                            .TryAdd(member.Groups["name"].Value, Uri.UnescapeDataString(member.Groups["value"].Value));
                    }
                    return rows;
                }
            )
            .Select(row =>
            {
                string Of(string name) => row.GetValueOrDefault(name, "");
                var (value, over) = (Of("value").Split('/'), Of("value").Split('/', ':')[1]);
                return string.Join(
                    '|',
                    [
                        (
                            decimal.Parse(value[0], CultureInfo.InvariantCulture)
                            / decimal.Parse(over, CultureInfo.InvariantCulture)
                        ).ToString("0.00", CultureInfo.InvariantCulture),
                        Of("date"),
                        Of("valutaDate"),
                        Of("endToEndReference"),
                        .. withTexts
                            ? new[]
                            {
                                Of("purpose").Replace("\n", "", StringComparison.Ordinal),
                                Of("remoteName"),
                                Of("bankReference"),
                                Of("mandateId"),
                            }
                            : [],
                    ]
                );
            })
            .ToArray();
        Assert.Equal(60, theirs.Length);
        Assert.Equal(
            theirs,
            Read(Encoding.UTF8.GetBytes(text))
                .SelectMany(statement => statement.Entries)
                .Select(e => e.Transaction!)
                .Select(t =>
                    string.Join(
                        '|',
                        [
                            t.Amount.ToString("0.00", CultureInfo.InvariantCulture),
                            $"{t.BookingDay:yyyyMMdd}",
                            $"{t.ValueDay:yyyyMMdd}",
                            t.EndToEndId ?? "",
                            .. withTexts
                                ? new[]
                                {
                                    string.Concat(t.Remittance),
                                    t.Counterparty ?? "",
                                    t.Id ?? "",
                                    t.Mandate ?? "",
                                }
                                : [],
                        ]
                    )
                )
        );
    }

    private static IReadOnlyList<Statement> Read(byte[] file, StatementHints? hints = null) =>
        Assert
            .IsType<StatementReading.Accounts>(
                StatementFile.Read(file, hints ?? new(), TimeZoneInfo.Utc, new DateOnly(2026, 11, 30))
            )
            .Statements;

    /// <inheritdoc />
    public void Dispose() => _folder.Delete(recursive: true);

    [GeneratedRegex(
        "(?<begins>^ *transaction {)|^ *(?:char|int) +(?<name>[A-Za-z]+)=\"(?<value>[^\"]*)\"",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        5000
    )]
    private static partial Regex Member();

    [GeneratedRegex("<(?<name>[A-Z0-9.]+)>(?<value>[^<\\r\\n]+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Leaf();
}
