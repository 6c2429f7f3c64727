using System.Text.Json;

namespace Affluent.TestBank.Scenarios;

/// <summary>Reads the JSON form of a scenario: snake_case, several people in one file, the same powers as the pipe-separated form.</summary>
internal static class JsonScenario
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 16,
    };

    public static Draft Read(string file, string text)
    {
        var draft = new Draft(file);
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\ufeff'), Lenient);
            if (HasSoundTexts(document.RootElement))
            {
                Scenario(draft, new JsonScenarioNode(draft, document.RootElement, "$"));
            }
            else
            {
                draft.Error(Location.AtLine(1), "a text in it holds half a surrogate pair");
            }
        }
        catch (JsonException e)
        {
            // Its message quotes what it found.
            draft.Error(Location.AtLine((int)(e.LineNumber ?? 0) + 1), "this is not JSON");
        }

        return draft;
    }

    private static void Scenario(Draft draft, JsonScenarioNode root)
    {
        root.Only("seed", "people", "new_url");
        draft.Seed = root.Text("seed", draft.Seed);
        if (root.Child("new_url") is { } move)
        {
            move.Only("url", "from");
            var from = move.Text("from");
            draft.NewUrl = new DraftMove(
                new LocatedText(move.Text("url"), move.Location),
                from.Length > 0 ? new LocatedText(from, move.Location) : null
            );
        }

        foreach (var person in root.List("people"))
        {
            draft.People.Add(Person(person));
        }
    }

    private static readonly string[] ChallengeOptions = ["code", "code_sent_to", "approval_seconds", "image"];

    private static readonly string[] PersonOptions =
    [
        .. ChallengeOptions,
        "locked",
        "consent",
        "consent_seconds",
        "short_history",
        "note",
        "note_en",
    ];

    private static DraftPerson Person(JsonScenarioNode node)
    {
        node.Only([
            "login",
            "password",
            "credentials",
            "owner",
            "owners",
            "methods",
            "faults",
            "accounts",
            .. PersonOptions,
        ]);
        var person = new DraftPerson(node.Location);
        if (node.Has("login"))
        {
            person.Credentials.Add(new Credentials(node.Text("login"), node.Text("password")));
        }

        foreach (var pair in node.List("credentials"))
        {
            pair.Only("login", "password");
            person.Credentials.Add(new Credentials(pair.Text("login"), pair.Text("password")));
        }

        if (node.Has("owner"))
        {
            person.Owners.Add(node.Text("owner"));
        }

        person.Owners.AddRange(node.List("owners").Select(o => o.Value()));
        person.Faults.AddRange(node.List("faults").Select(f => new LocatedText(f.Value(), f.Location)));
        foreach (var (name, value) in node.Options(PersonOptions))
        {
            person.Options[name] = value;
        }

        person.Methods.AddRange(node.List("methods").Select(Method));
        person.Accounts.AddRange(node.List("accounts").Select(Account));
        return person;
    }

    private static DraftMethod Method(JsonScenarioNode node)
    {
        string[] names = ["label", "label_en", .. ChallengeOptions];
        node.Only(names);
        return new DraftMethod(node.Location, node.Options(names));
    }

    private static readonly string[] AccountMembers =
    [
        "id",
        "number",
        "name",
        "type",
        "owner",
        "iban",
        "currency",
        "closed_on",
    ];
    private static readonly string[] BalanceMembers = ["balance", "balance_date", "opening_balance", "opening_date"];
    private static readonly string[] AccountParts = ["movements", "recurring", "spending", "loan", "savings", "card"];

    private static DraftAccount Account(JsonScenarioNode node)
    {
        node.Only([.. AccountMembers, .. BalanceMembers, .. AccountParts]);
        var living = node.Has("opening_balance");
        if (living && node.Has("balance"))
        {
            node.Error("balance and opening_balance exclude each other");
        }

        var account = new DraftAccount(node.Location)
        {
            Uid = node.Text("id"),
            Number = node.Text("number"),
            Name = node.Text("name"),
            Type = node.Text("type"),
            Owner = node.Text("owner"),
            Iban = node.Text("iban"),
            Currency = node.Text("currency"),
            ClosedOn = node.Text("closed_on"),
            Living = living,
            Balance = node.Text(living ? "opening_balance" : "balance"),
            BalanceDate = node.Text(living ? "opening_date" : "balance_date"),
        };
        foreach (var part in new[] { "loan", "savings", "card" })
        {
            foreach (var (name, value) in node.Child(part)?.Values(part) ?? [])
            {
                account.Details[name] = value;
            }
        }

        account.Movements.AddRange(node.List("movements").Select(Movement));
        account.Recurring.AddRange(node.List("recurring").Select(Recurring));
        account.Spending.AddRange(node.List("spending").Select(Spending));
        return account;
    }

    private static DraftMovement Movement(JsonScenarioNode node)
    {
        node.Only(
            "amount",
            "date",
            "label",
            "memo",
            "counterparty",
            "reference",
            "pending",
            "books_on",
            "booked_reference"
        );
        return new DraftMovement(node.Location, node.Text("amount"), node.Text("date"), node.Text("label"))
        {
            Memo = node.Text("memo"),
            Counterparty = node.Text("counterparty"),
            Reference = node.Text("reference"),
            Pending = node.Flag("pending"),
            BooksOn = node.Text("books_on"),
            BookedReference = node.Text("booked_reference"),
        };
    }

    private static DraftRecurring Recurring(JsonScenarioNode node)
    {
        node.Only(
            "amount",
            "start",
            "label",
            "every",
            "until",
            "times",
            "memo",
            "counterparty",
            "reference",
            "books_after_days"
        );
        return new DraftRecurring(
            node.Location,
            node.Text("amount"),
            node.Text("start"),
            node.Text("label"),
            node.Text("every")
        )
        {
            End = node.Text("until", node.Text("times")),
            Memo = node.Text("memo"),
            Counterparty = node.Text("counterparty"),
            Reference = node.Text("reference"),
            BooksAfterDays = node.Text("books_after_days"),
        };
    }

    private static DraftSpending Spending(JsonScenarioNode node)
    {
        node.Only("from", "to", "label", "every_days", "books_after_days");
        return new DraftSpending(
            node.Location,
            node.Text("from"),
            node.Text("to"),
            node.Text("label"),
            node.Text("every_days")
        )
        {
            BooksAfterDays = node.Text("books_after_days"),
        };
    }

    // Half a surrogate pair ("\ud83d" alone) is found only when a text is read: find it here, once.
    private static bool HasSoundTexts(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.Object => element
                    .EnumerateObject()
                    .All(member => member.Name.Length >= 0 && HasSoundTexts(member.Value)),
                JsonValueKind.Array => element.EnumerateArray().All(HasSoundTexts),
                JsonValueKind.String => element.GetString() is not null,
                JsonValueKind.Undefined
                or JsonValueKind.Number
                or JsonValueKind.True
                or JsonValueKind.False
                or JsonValueKind.Null => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
