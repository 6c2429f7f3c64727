using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Connectors.Reading;

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
            Assert.Equal(0, (await Run("xmllint", "libxml2-utils", "--noout", file)).Status);
        }

        var (status, said) = await Run("ofxdump", "ofx", "--msg_error", file);

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

    /// <inheritdoc />
    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<(int Status, string Said)> Run(string tool, string package, params string[] arguments)
    {
        if (!File.Exists($"/usr/bin/{tool}"))
        {
            Assert.False(
                Environment.GetEnvironmentVariable("CI") == "true",
                $"In CI this test needs Debian's {package}"
            );
            Assert.Skip($"{tool} is not installed: apt-get install {package}");
        }
        using var process = Process.Start(
            new ProcessStartInfo(tool, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await errors;
        return (process.ExitCode, said);
    }

    [GeneratedRegex("<(?<name>[A-Z0-9.]+)>(?<value>[^<\\r\\n]+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Leaf();
}
