using System.IO.Compression;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Tests;

/// <summary>Archives of statements, as banks give them for several days or accounts.</summary>
public sealed class ZippedStatementTests
{
    private const string Iban = "DE89370400440532013000";

    /// <summary>Made by Info-ZIP's zip: camt.053 of 1 and of 2 November.</summary>
    private const string TwoDays =
        "UEsDBBQAAAAIAG2UfF2ZB/4IFQEAAL0BAAAGAAAAMDEueG1sXVF/b8IgEP0qDf+3XKlulVBMf2hilmji6gfYaOOMA5KCi/v2O1rnMhOO4+69e9"
        + "yBWF71Z/TVD+5kTUHSBEjUG2W7kzkW5NCu45wspWisuuje+AjZxhXkMhh+cpY7342eATDGfa8++NV1XL1pn8A8SwBQMSdSVOfW1s7r4dVrL8W0"
        + "r4fWNqNvfKslA/YUp2kMaQvAxyXoDROB+Z/DMj5f4BL0hgXyJFgqhfumQ6vKrWxW+SJ7hhnAbIZdMUgzCNojiA55tfqWq8Ne0HAQdBLY+gGDUv"
        + "sIswVBnEicByvL0H7d+ebdb0wn633TYuk9xvlcwGW1270EACXHVGXt+Rg6RPsbRdCQoneQThfT6ZXow9vR38+QP1BLAwQUAAAACABtlHxdcCjw"
        + "yBUBAAC9AQAABgAAADAyLnhtbF1Rf2/CIBD9Kg3/t1ypbpVQTH9oYpZo4uoH2GjjjAOSgov79jta5zIT7o679+5xgFhe9Wf01Q/uZE1B0gRI1B"
        + "tlu5M5FuTQruOcLKVorLro3vgI2cYV5DIYfnKWO9+NkQEwxn2vPvjVdVy9aZ/APEsAUDEnUlTn1tbO6+HVay/F5NdDa5sxNr7VkgF7itM0BtYC"
        + "8HEJesNEYP7nsIzPF7gEvWGBPAmWSqHfdGhVuZXNKl9kzzADmM1wKgZpBkF7BDEgr1bfcnXYCxo2gk4CWz9gUmofYbUgiBPJktBZhvHrzjfvfm"
        + "M6We+bFlvvOd7PBVxWu91LAFByLFXWno9hQrS/qwgaSvQO0ulgOr0SfXg7+vsZ8gdQSwECHgMUAAAACABtlHxdmQf+CBUBAAC9AQAABgAAAAAA"
        + "AAABAAAApIEAAAAAMDEueG1sUEsBAh4DFAAAAAgAbZR8XXAo8MgVAQAAvQEAAAYAAAAAAAAAAQAAAKSBOQEAADAyLnhtbFBLBQYAAAAAAgACAG"
        + "gAAAByAgAAAAA=";

    /// <summary>Made by Info-ZIP's zip with a password.</summary>
    private const string WithPassword =
        "UEsDBBQACQAIAG2UfF2ZB/4IIQEAAL0BAAAGAAAAMDEueG1s/1JOLCkU23KJJNxx9k3xLGPA1b4O0Z8l5ROqO4Tx4tD3MSVkMvc8vHwssw9NXL"
        + "lBUpErBLbGhi1jnYamZKryBqLlDRlOZFG/kes1Rs7A4ovL5Sz0eqpeSmFw+JpjV1qn80PWps/qFNrPvljXeI45hlO7xKXUmwAyz9ovhHynNRf5"
        + "MpndGhbbew9S6hMTPqzkWde4fj/s2N+QvFUuxQYasIuDqMM8lD6iHVtIUh8Wcfz8NY8c0xJaFEynqop99PyykJCDhgeA17pZPiPD9roYZjX5DE"
        + "aP8CgCa8Z54dvG6bb72w2JoXgtdJJaImzEgUshdYZ6XKetN1gw2I0w6j3LZMc5zAelD4SaRWbjmAw9apP8yujlQ6grvaV7f700rdQ9WlBLBwiZ"
        + "B/4IIQEAAL0BAABQSwECHgMUAAkACABtlHxdmQf+CCEBAAC9AQAABgAAAAAAAAABAAAApIEAAAAAMDEueG1sUEsFBgAAAAABAAEANAAAAFUBAA"
        + "AAAA==";

    [Fact]
    public void The_statements_of_an_archive_are_those_of_its_files()
    {
        var statement = Assert.Single(Read(Convert.FromBase64String(TwoDays)));

        Assert.Equal(Iban, statement.Account.Iban);
        Assert.Equal((new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 2)), (statement.From, statement.Until));
        Assert.Equal([1m, 2m], statement.Entries.Select(e => e.Transaction!.Amount));
    }

    [Fact]
    public void What_is_no_statement_is_passed_over_and_what_comes_twice_counts_once()
    {
        var statements = Read(
            Zip(
                ("folder/", ""),
                ("folder/../../a.ofx", Ofx("1", 1, 2)),
                ("again.ofx", Ofx("1", 1, 2)),
                ("__MACOSX/._a.ofx", Ofx("9", 1, 2)),
                ("statement.pdf", "%PDF-1.7 ..."),
                ("b.ofx", Ofx("2", 1, 2))
            )
        );

        Assert.Equal(["1", "2"], statements.Select(s => s.Account.Number));
        Assert.All(statements, s => Assert.Single(s.Entries));
    }

    [Theory]
    [InlineData(3, 4, true)]
    [InlineData(2, 4, true)]
    [InlineData(4, 5, false)]
    public void Statements_between_which_a_day_is_left_out_have_no_period(int first, int last, bool whole)
    {
        var statement = Assert.Single(Read(Zip(("b", Ofx("1", first, last)), ("a", Ofx("1", 1, 2)))));

        Assert.Equal(
            whole ? (new DateOnly(2026, 11, 1), new DateOnly(2026, 11, last)) : ((DateOnly?)null, (DateOnly?)null),
            (statement.From, statement.Until)
        );
        Assert.Equal(2, statement.Entries.Count);
    }

    [Fact]
    public void Of_several_files_each_names_its_own_account()
    {
        const string Qif = "!Type:Bank\nD25/12/2026\nT-5\n^\n";
        var said = new StatementHints { Currency = "EUR", Account = "Mine" };

        Assert.Equal("Mine", Assert.Single(Read(Zip(("a", Qif)), said)).Account.Number);
        Assert.Equal(StatementFault.AccountMissing, Refused(Zip(("a", Qif), ("b", Qif.Replace('5', '6'))), said));
    }

    [Fact]
    public void An_archive_is_no_way_around_any_bound()
    {
        var large = new string(' ', (BankLimits.LargestAnswer / 2) + 1);

        Assert.Equal(StatementFault.TooLarge, Refused(Zip(("a", large + "1"), ("b", large + "2"))));
        Assert.Equal(
            StatementFault.TooLarge,
            Refused(Zip([.. Enumerable.Range(0, 501).Select(i => ($"{i}", $"{i}"))]))
        );
        Assert.Equal(StatementFault.UnknownFormat, Refused(Zip(("a.zip", "PK\u0003\u0004"))));
        Assert.Equal(StatementFault.UnknownFormat, Refused(Zip()));
    }

    [Fact]
    public void An_archive_that_cannot_be_opened_is_refused_whole()
    {
        var whole = Convert.FromBase64String(TwoDays);

        Assert.Equal(StatementFault.Locked, Refused(Convert.FromBase64String(WithPassword)));
        Assert.Equal(StatementFault.Damaged, Refused(whole[..^40]));
        Assert.Equal(StatementFault.Damaged, Refused(whole[..50]));
        // A table of a spreadsheet is an archive too.
        Assert.Equal(
            StatementFault.UnknownFormat,
            Refused(Zip(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>")))
        );
        // One of its files breaks off.
        Assert.Equal(StatementFault.Damaged, Refused(Zip(("a", Ofx("1", 1, 2)), ("b", Ofx("2", 1, 2)[..^9]))));
    }

    private static string Ofx(string number, int first, int last) =>
        $"<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>{number}</BANKACCTFROM><BANKTRANLIST><DTSTART>2026110{first}<DTEND>2026110{last}"
        + $"<STMTTRN><DTPOSTED>2026110{last}<TRNAMT>-{last}</STMTTRN></BANKTRANLIST></STMTRS></OFX>";

    private static byte[] Zip(params (string Name, string Content)[] files)
    {
        using var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        // An empty one has no file at its beginning.
        return files.Length == 0 ? [.. "PK\u0003\u0004"u8, .. content.ToArray()] : content.ToArray();
    }

    private static IReadOnlyList<Statement> Read(byte[] file, StatementHints? hints = null) =>
        Assert.IsType<StatementReading.Accounts>(Reading(file, hints)).Statements;

    private static StatementFault Refused(byte[] file, StatementHints? hints = null) =>
        Assert.IsType<StatementReading.Refused>(Reading(file, hints)).Fault;

    private static StatementReading Reading(byte[] file, StatementHints? hints) =>
        StatementFile.Read(file, hints ?? new StatementHints(), TimeZoneInfo.Utc, new DateOnly(2026, 11, 28));
}
