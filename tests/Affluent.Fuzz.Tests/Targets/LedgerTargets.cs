using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The ledger: banks' texts, amounts and numbers.</summary>
internal static class LedgerTargets
{
    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfText(
                "ledger-labels",
                Label,
                "\nCARTE X1234 12/03 BRASSERIE DU PORT CARTE NUMERO 123",
                "Zoé Martin\nPRLV SEPA EAUX DU LAC ECH ID EMETTEUR/FR12ZZZ345678 MDT/AB12CD34",
                "\nVIR SEPA RECU /DE ATELIER NORD /MOTIF FACTURE 12 /REF 998877",
                "x\nAchat Bancontact 03/02 - 10h14 - FRITERIE - BE Numéro carte 6703 12XX XXXX X123 1",
                "\nCB*1234<br>CAFE  DES ARTS\n75011",
                "y\nPAIEMENT CB LIBRAIRIE (NOUVELLE 14,90 EUR FRANCE"
            ),
            FuzzTarget.OfText(
                "ledger-money",
                Amount,
                "12.50 EUR",
                "-1500 JPY",
                "1.250 KWD",
                "92233720368547758.07 eur"
            ),
            FuzzTarget.OfText(
                "ledger-movement",
                Read,
                "-12.5|EUR|2026-11-20|2026-11-21||0|REF1|CAFE|1234567|PMNT-CCRD-POSD|CB CAFE\nPARIS",
                "100|USD|||2026-11-19|1||NOTPROVIDED||CHK|VIREMENT SALAIRE",
                "0|JPY|2026-11-20|||3|||||"
            ),
            FuzzTarget.OfText(
                "ledger-account-keys",
                Keys,
                "FR76 3000 1007 9412 3456 7890 185|||EUR|0",
                "|4970 1234 5678 9012|Carte|EUR|3\n|4970 XXXX XXXX 9012|Carte|EUR|3\n|20041010050500013M02606||EUR|0",
                "||Compte|EUR|1\n||Compte|EUR|1"
            ),
            FuzzTarget.OfText(
                "ledger-client-rules",
                Rule,
                "café du|PORT|FR12ZZZ345678\nCB CAFE DU PORT 12/03\nBREST",
                "l'oréal||\nPRLV SEPA L OREAL ID EMETTEUR/FR12ZZZ345678",
                "-|&amp;|x\nCB*1234<br>H&amp;M  LILLE"
            ),
            FuzzTarget.OfBytes("ledger-recording", Recorded, Reading, OddReading),
        ];

    private static object? Rule(string text)
    {
        var (first, rest) = text.Split('\n', 2) is [var one, var two] ? (one, two) : (text, text);
        var cells = first.Split('|');
        var conditions = new RuleConditions
        {
            Label = cells[0],
            Merchant = cells.ElementAtOrDefault(1),
            CreditorId = cells.ElementAtOrDefault(2),
        };
        var movement = new Movement
        {
            Amount = -100,
            Currency = "EUR",
            Day = 20_000,
            Status = TransactionStatus.Booked,
            Text = rest,
        };
        var parts = LabelParts.Of(movement);
        var decided = new ClientRules([new(1, "PETS", conditions)]).Decide(movement, parts, null);
        var own = new RuleConditions { Label = parts.Label };
        Promise.Holds(
            !ClientRules.HasWords(parts.Label)
                || new ClientRules([new(1, "PETS", own)]).Decide(movement, parts, null) is not null,
            "a rule with a label's own words holds of it"
        );
        Promise.Holds(
            (own with { Label = own.Label.ToUpperInvariant() }).Signature == own.Signature,
            "case does not tell rules apart"
        );
        return (decided is null, conditions.Signature.Length > 20);
    }

    private static readonly Movement Pending = new()
    {
        BankId = "p",
        Amount = -8000,
        Currency = "EUR",
        Day = 20_001,
        TransactionDay = 20_001,
        Status = TransactionStatus.Pending,
        Text = "CB STATION TOTAL 100,00 USD",
    };

    private static readonly string Reading = Written(
        new()
        {
            Account = 1,
            Channel = "8700",
            Rules = new()
            {
                Ids = TransactionIds.StableOnceBooked,
                Demoted = IdFault.OtherDay,
                Settings = new() { CardAmountPercent = 25 },
            },
            Window = new(20_000, 20_100),
            Held = [new(7, Pending, Missing: true, 50, Ambiguous: true) { Candidates = [3] }],
            Listed =
            [
                Pending with
                {
                    BankId = "b",
                    Amount = -6215,
                    Day = 20_003,
                    BookingDay = 20_003,
                    Status = TransactionStatus.Booked,
                    Text = "CARTE Zoé&eacute; STATION\nTOTAL CHEQUE 0001234",
                    Counterparty = "Total",
                    Code = "PMNT-CCRD-POSD",
                    CheckNumber = "0001234",
                },
            ],
            Settled = new([new(7, 3)]),
        }
    );

    private static readonly string OddReading = Written(
        new()
        {
            Account = 0,
            Channel = "",
            Rules = new(),
            Window = new(null),
            Held = [],
            Listed =
            [
                Pending with
                {
                    Amount = 0,
                    Currency = "",
                    Day = -719_162,
                    Text = "",
                },
                Pending with
                {
                    Amount = long.MaxValue,
                    Currency = "X",
                    Day = 2_932_896,
                    Text = "1 A é 00 李",
                },
            ],
            Settled = Settled.Nothing,
        }
    );

    private static string Written(RecordedReading reading) =>
        new Recording
        {
            Format = Recording.ThisFormat,
            Readings = [reading with { Decided = reading.Decide() }],
        }.Write();

    private static object? Recorded(ReadOnlyMemory<byte> file)
    {
        using var decoded = new StreamReader(new MemoryStream(file.ToArray()));
        var recording = Recording.Read(decoded.ReadToEnd(), out var fault);
        if (recording is null)
        {
            Promise.Holds(fault is { Length: > 0 and < 200 }, "what is no recording is refused with a reason");
            return fault!.Split(':')[0].Length;
        }
        Promise.Holds(
            Recording.Read(recording.Write(), out _)?.Write() == recording.Write(),
            "a recording survives being written and read"
        );
        foreach (var reading in recording.Readings)
        {
            Promise.Holds(
                reading.Decide().Compare(reading.Decide()).Count == 0,
                "the same is decided as often as it is asked"
            );
            _ = reading.Decided?.Compare(reading.Decide());
        }
        var anonymous = Anonymizer.Anonymize(recording.Readings, new Random(1).Next);
        Promise.Holds(
            anonymous.Readings.Count + anonymous.LeftOut == recording.Readings.Count,
            "no reading is lost unsaid"
        );
        return (Promise.Few(recording.Readings.Count), anonymous.LeftOut > 0);
    }

    private static object? Label(string text)
    {
        var (counterparty, raw) = text.Split('\n', 2) is [var first, var rest] ? (first, rest) : (null, text);
        var label = Labels.Clean(raw, counterparty);
        var words = Words(Plain(raw));
        Promise.Holds(
            label != "" || (words == "" && string.IsNullOrWhiteSpace(Plain(counterparty ?? ""))),
            "a label is empty only when there is no text at all"
        );
        Promise.Holds(!label.Any(c => c is '\n' or '\r' or '\t'), "a label is one line");
        Promise.Holds(
            IsPartOf(Words(label), words) || IsPartOf(Words(label), Words(Plain(counterparty ?? ""))),
            "a label holds what the bank wrote, in its order and spelling"
        );
        return (label == "", label.Length > 80, label.Length == raw.Length);

        // Line breaks and entities of web pages are what they stand for, entities at most twice.
        static string Plain(string text) =>
            BankText.Clean(
                System.Net.WebUtility.HtmlDecode(
                    System.Net.WebUtility.HtmlDecode(text.Replace("<br>", " ", StringComparison.OrdinalIgnoreCase))
                )
            );

        static string Words(string some) =>
            string.Concat(
                some.Replace("<br>", " ", StringComparison.OrdinalIgnoreCase).Where(c => !char.IsWhiteSpace(c))
            );
    }

    private static bool IsPartOf(string part, string whole)
    {
        var at = 0;
        foreach (var c in whole)
        {
            at += at < part.Length && part[at] == c ? 1 : 0;
        }
        return at == part.Length;
    }

    private static object? Amount(string text)
    {
        if (text.Split(' ', 2) is not [var number, var currency] || Decimal(number) is not { } amount)
        {
            return null;
        }
        if (Money.Read(amount, currency, out var minor) is { } fault)
        {
            Promise.Holds(minor == 0, "what cannot be kept is nothing");
            return fault;
        }
        Promise.Holds(Money.ToDecimal(minor, currency) == amount, "an amount survives being kept and shown");
        return Math.Sign(minor);
    }

    private static object? Read(string text)
    {
        if (
            text.Split('|', 11)
                is not [var amount, var currency, var booked, var value, var made, var status, .. var rest]
            || rest.Length < 5
        )
        {
            return null;
        }
        var statuses = Enum.GetValues<BankTransactionStatus>();
        var transaction = new BankTransaction
        {
            Amount = Decimal(amount) ?? 0,
            Currency = currency,
            BookingDay = Day(booked),
            ValueDay = Day(value),
            TransactionDay = Day(made),
            Status = statuses[status.Length == 0 ? 0 : status[0] % statuses.Length],
            Id = rest[0],
            Counterparty = rest[1],
            CheckNumber = rest[2],
            Code = rest[3],
            Remittance = rest[4].Split('\n'),
        };
        if (Movement.Read(transaction) is not Reading.Row { Movement: var movement })
        {
            return Movement.Read(transaction).ToString();
        }
        Promise.Holds(
            Money.ToDecimal(movement.Amount, movement.Currency) == transaction.Amount,
            "an amount is kept to the last decimal"
        );
        Promise.Holds(
            movement.Currency is { Length: >= 3 and <= 10 } code
                && code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)),
            "a currency is some capitals and digits"
        );
        Promise.Holds(movement.BankId is null || movement.BankId.Trim() != "", "a bank's id is never blank");
        Promise.Holds(
            transaction.Remittance.All(line =>
                movement.Text.Contains(BankText.Clean(line).Trim(), StringComparison.Ordinal)
            ),
            "every line of the bank's text is kept, but for what no database takes"
        );
        var type = TransactionTypes.Guess(movement);
        var parts = LabelParts.Of(movement);
        Promise.Holds(parts.Card is null or { Length: 4 }, "of a card the last four digits are kept, and no more");
        var category = Categorization.Guess(movement, parts).Id;
        Promise.Holds(Categories.ById.ContainsKey(category), "a category is one of the tree");
        return (
            type,
            category,
            parts.CheckNumber is null,
            parts.MadeOn is null,
            parts.Mandate is null,
            parts.EndToEndId is null
        );
    }

    private static object? Keys(string text)
    {
        var types = Enum.GetValues<BankAccountType>();
        var accounts = text.Split('\n')
            .Select(line => line.Split('|'))
            .Where(fields => fields.Length >= 5)
            .Take(50)
            .Select(
                (fields, i) =>
                    new BankAccount
                    {
                        Reference = $"{i}",
                        Iban = fields[0],
                        Number = fields[1],
                        Name = fields[2],
                        Currency = fields[3],
                        Type = fields[4].Length == 0 ? null : types[fields[4][0] % types.Length],
                    }
            )
            .ToArray();
        var keys = AccountIdentity.KeysOf(accounts);
        Promise.Holds(
            keys.Distinct(StringComparer.Ordinal).Count() == accounts.Length,
            "accounts of one list have different keys"
        );
        foreach (var account in accounts)
        {
            var key = AccountIdentity.KeyOf(account);
            var digits = string.Concat(account.Number!.Where(char.IsAsciiDigit));
            Promise.Holds(
                account.Type != BankAccountType.CreditCard
                    || account.Currency.Length != 3
                    || !account.Number!.All(c => char.IsAsciiDigit(c) || c == ' ')
                    || digits.Length < 12
                    || account.Iban!.Any(char.IsAsciiLetterOrDigit)
                    || !key.Contains(digits, StringComparison.Ordinal)
                    || AccountIdentity.NormalizeIban(account.Number) is not null
                    || digits.Length == 23,
                "a whole card number is not kept"
            );
            var iban = AccountIdentity.NormalizeIban(account.Iban);
            Promise.Holds(iban is null || AccountIdentity.NormalizeIban(iban) == iban, "a plain IBAN stays as it is");
        }
        return string.Join(' ', keys.Select(key => key.Split(':')[0]).Distinct());
    }

    private static decimal? Decimal(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static DateOnly? Day(string text) =>
        DateOnly.TryParse(text, CultureInfo.InvariantCulture, out var day) ? day : null;
}
