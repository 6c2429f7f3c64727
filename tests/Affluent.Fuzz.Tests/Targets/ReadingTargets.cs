using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The readers that all families of connectors share.</summary>
internal static class ReadingTargets
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfText(
                "reading-amounts",
                Amount,
                "1 234,56 €",
                "-£1,234.56",
                "(12,00 €)",
                "12,00 -",
                "1.234.567,8",
                "1'234.50 CHF",
                "1,234 KWD",
                "\u2212 12,00",
                "US$ 12",
                "1,70 %"
            ),
            FuzzTarget.OfText(
                "reading-dates",
                Day,
                "2024-02-29",
                "20240213",
                "2024-02-13T23:00:00.000Z",
                "2024-02-13T23:00+02:00",
                "13/02/2024",
                "13.2.24",
                "12 févr. 2024",
                "1er mars 2024",
                "Feb 12, 2024"
            ),
            FuzzTarget.OfText("reading-words", Words, "  Libellé de l’opération ", "CARTE<br/>CAFE\r\n  PARIS", "ÀÉÎ"),
            FuzzTarget.OfBytes(
                "reading-json",
                Document,
                "utf-8\n{ \"amount\": \"12,50\", \"n\": 3, \"list\": [1, \"a\", null], \"one\": {\"deep\": {\"name\": \" x \"}} }",
                "iso-8859-1\n[ { \"Name\": \"Zo\\u00e9\", \"name\": \"\" } ]",
                "\"utf-8\"\n\uFEFF{\"a\":\"\\ud83d\\ude00\"}",
                "utf-16\n{}"
            ),
            FuzzTarget.OfText("reading-camt", Report, ReportSeeds.Camt052, ReportSeeds.Camt053),
            FuzzTarget.OfText("reading-mt940", Report, ReportSeeds.Mt940, ReportSeeds.Mt942),
            FuzzTarget.OfText(
                "reading-id-token",
                Identity,
                "{\"alg\":\"PS256\",\"kid\":\"1\"}\n{\"iss\":\"https://bank.example\",\"aud\":[\"us\"],\"exp\":1795345200}\n{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"1\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
                "{\"alg\":\"ES256\"}\n{\"iss\":\"https://bank.example\",\"aud\":\"us\"}\n{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQAB\",\"y\":\"AQAB\"}]}"
            ),
            Statement("reading-ofx", StatementSeeds.Ofx1, StatementSeeds.Ofx2),
            Statement("reading-camt-file", StatementSeeds.Camt053),
            Statement("reading-mt940-file", StatementSeeds.Mt940),
            Statement("reading-qif", StatementSeeds.Qif),
            Statement("reading-csv", StatementSeeds.Csv, StatementSeeds.CsvOfAmounts),
            Statement("reading-zip") with
            {
                Seeds = [StatementSeeds.Zip(StatementSeeds.Ofx1, StatementSeeds.Qif)],
                // What is packed may be a thousand times as long.
                Memory = 256 * 1024 * 1024,
            },
            FuzzTarget.OfText("reading-retry-after", Wait, "120", "Sun, 22 Nov 2026 10:00:30 GMT", "0"),
        ];

    /// <summary>A token of these parts, which nobody signed, is never good, whatever its keys.</summary>
    private static object? Identity(string text)
    {
        var parts = text.Split('\n', 3);
        string Part(int at) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(parts.ElementAtOrDefault(at) ?? ""));
        var expected = new IdToken
        {
            Issuer = "https://bank.example",
            Client = "us",
            Now = Now,
        };
        return Json.Parse(Encoding.UTF8.GetBytes(parts.ElementAtOrDefault(2) ?? "")) is not { } keys
            ? null
            : expected.Fault($"{Part(0)}.{Part(1)}.{Part(2)}", keys)
                ?? throw new InvalidOperationException("A token that nobody signed is good.");
    }

    /// <summary>Entries in the order of the report; each has an amount and, once booked, a day.</summary>
    private static object? Report(string text)
    {
        var entries = AccountReports.Read(text, new ReportAccount("EUR", Paris, DateOnly.FromDateTime(Now.Date)));
        foreach (var transaction in entries?.Select(entry => entry.Transaction).OfType<BankTransaction>() ?? [])
        {
            Promise.Holds(
                (transaction.BookingDay ?? transaction.ValueDay ?? transaction.TransactionDay) is not null,
                "a day stands on each entry"
            );
            Promise.Holds(transaction.Currency.Length > 0, "a currency stands on each entry");
        }
        return entries is null ? null : Math.Min(entries.Count, 3);
    }

    private static FuzzTarget Statement(string name, params string[] seeds) =>
        FuzzTarget.OfBytes(name, StatementOf, seeds);

    /// <summary>Whole or not at all; each account once, each transaction with a day and a currency.</summary>
    private static object? StatementOf(ReadOnlyMemory<byte> content)
    {
        object? shape = null;
        foreach (var hints in Hints)
        {
            var reading = StatementFile.Read(content.Span, hints, Paris, DateOnly.FromDateTime(Now.Date));
            if (reading is not StatementReading.Accounts { Statements: var statements })
            {
                shape = (shape, ((StatementReading.Refused)reading).Fault);
                continue;
            }
            Promise.Holds(statements.Count > 0, "a file that is read holds an account");
            Promise.Holds(
                statements.DistinctBy(s => (s.Account.Reference, s.Account.Currency)).Count() == statements.Count,
                "each account stands once"
            );
            foreach (
                var transaction in statements
                    .SelectMany(s => s.Entries)
                    .Select(e => e.Transaction)
                    .OfType<BankTransaction>()
            )
            {
                Promise.Holds(
                    (transaction.BookingDay ?? transaction.ValueDay ?? transaction.TransactionDay) is not null,
                    "a day stands on each transaction"
                );
                Promise.Holds(transaction.Currency.Length > 0, "a currency stands on each transaction");
            }
            shape = (shape, Math.Min(statements.Count, 3), Promise.Few(statements.Sum(s => s.Entries.Count)));
        }
        return shape;
    }

    private static readonly StatementHints[] Hints =
    [
        new(),
        new()
        {
            Currency = "EUR",
            Account = "Current",
            DayFirst = true,
            Columns = new Dictionary<StatementColumn, string>
            {
                [StatementColumn.Date] = "1",
                [StatementColumn.Amount] = "5",
                [StatementColumn.Label] = "2",
            },
        },
    ];

    private static object? Amount(string text)
    {
        foreach (var currency in new[] { null, "EUR", "KWD" })
        {
            if (Amounts.Read(text, currency) is { } read)
            {
                // Of money with three decimals, so that a single mark is always the decimal one.
                var again = Amounts.Read(read.Value.ToString(CultureInfo.InvariantCulture), "KWD");
                Promise.Holds(
                    again?.Value == read.Value,
                    "an amount that was read is read the same when it is written plainly"
                );
                Promise.Holds(read.Currency is null or { Length: 3 }, "a currency has three letters");
            }
        }
        return (Amounts.Read(text) is { Value: var value } ? Math.Sign(value) : -2, Amounts.ReadRate(text) is null);
    }

    private static object? Day(string text)
    {
        var day = Dates.Read(text, Paris);
        var printed = Dates.ReadPrinted(text, Paris);
        Promise.Holds(day is null || day == printed, "a page's day is read as any other");
        if (printed is { } read)
        {
            var plain = read.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            Promise.Holds(
                Dates.Read(plain, Paris) == read,
                "a day that was read is read the same when it is written plainly"
            );
        }
        return (day is null, printed is null, text.Length > 10);
    }

    private static object? Words(string text)
    {
        var plain = PageText.Plain(text);
        Promise.Holds(PageText.Plain(plain) == plain, "plain words stay as they are");
        var line = Lines.Join(text);
        Promise.Holds(line is null || Lines.Join(line) == line, "a line stays as it is");
        Promise.Holds(Letters(line) == Letters(text), "a line keeps all but blanks");
        var lines = Lines.Clean([text, null]);
        Promise.Holds(lines.SequenceEqual(Lines.Clean(lines)), "clean lines stay as they are");
        Promise.Holds(
            lines.All(l => l.Trim() != "" && !l.Contains('\n', StringComparison.Ordinal)),
            "no line is empty, none is two"
        );
        return (plain.Length == text.Length, Promise.Few(lines.Length));

        static string Letters(string? some) => string.Concat((some ?? "").Where(c => !char.IsWhiteSpace(c)));
    }

    private static object? Document(ReadOnlyMemory<byte> input)
    {
        var cut = input.Span.IndexOf((byte)'\n');
        using var content = new ByteArrayContent(input[(cut + 1)..].ToArray());
        var charset = InputText.Decode(input.Span[..Math.Max(0, cut)]);
        content.Headers.TryAddWithoutValidation("Content-Type", $"application/json; charset={charset}");
        _ = content.MediaType();
        var body = Promise.Of(Json.Read(content, CancellationToken.None));
        _ = body.ToString();
        if (body.Parse() is not { } json)
        {
            return body.IsEmpty;
        }
        Promise.Holds(!body.IsEmpty, "an empty body is no document");
        return Walk(json, 0);
    }

    private static int Walk(JsonElement element, int depth)
    {
        string[] names = ["amount", "name", "list", "one", ""];
        var found = 1 << (int)element.ValueKind;
        _ = element.AsText();
        foreach (var name in names)
        {
            _ = element.Item(name, "deep");
            _ = element.Text(name);
            _ = element.Decimal(name);
            foreach (var item in element.Items(name))
            {
                _ = item.AsText();
            }
        }
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                found |= member.Name.Length > 0 ? Walk(member.Value, depth + 1) : 0;
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                found |= Walk(item, depth + 1);
            }
        }
        return depth > 0 ? found : found | (1 << 20);
    }

    private static object? Wait(string header)
    {
        var answer = new BankAnswer
        {
            Status = 503,
            Address = new Uri("https://api.bank.example/"),
            RetryAfter = header,
        };
        var until = answer.RetryLater("", Now)!.NotBefore;
        Promise.Holds(until >= Now && until <= Now.AddDays(2), "a bank is asked again from now on, within two days");
        return until == Now;
    }
}
