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
                Scenario(draft, new Node(draft, document.RootElement, "$"));
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

    private static void Scenario(Draft draft, Node root)
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

    private static DraftPerson Person(Node node)
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

    private static DraftMethod Method(Node node)
    {
        string[] names = ["label", "label_en", .. ChallengeOptions];
        node.Only(names);
        return new DraftMethod(node.Location, node.Options(names));
    }

    private static readonly string[] BalanceMembers = ["balance", "balance_date", "opening_balance", "opening_date"];
    private static readonly string[] AccountParts = ["movements", "recurring", "spending", "loan", "savings", "card"];

    private static DraftAccount Account(Node node)
    {
        node.Only(["id", "number", "name", "type", "owner", "iban", "currency", .. BalanceMembers, .. AccountParts]);
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

    private static DraftMovement Movement(Node node)
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

    private static DraftRecurring Recurring(Node node)
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

    private static DraftSpending Spending(Node node)
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

    /// <summary>One value of the document and its path; wrong kinds of values become errors of the draft.</summary>
    private sealed class Node(Draft draft, JsonElement element, string path)
    {
        public Location Location => Location.AtPath(path);

        public Location LocationOf(string name) => Location.AtPath($"{path}.{name}");

        public void Error(string reason) => draft.Error(Location, reason);

        public bool Has(string name) =>
            element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty(name, out var value)
            && value.ValueKind != JsonValueKind.Null;

        public void Only(params string[] names)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                Error("this must be an object");
                return;
            }

            var unknown = element.EnumerateObject().Count(p => !names.Contains(p.Name, StringComparer.Ordinal));
            if (unknown > 0)
            {
                draft.Warn(Location, $"unknown members ({unknown}), not used");
            }
        }

        public string Text(string name, string otherwise = "")
        {
            if (!Has(name))
            {
                return otherwise;
            }

            return Of(name).Value();
        }

        public string Value()
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    return Short(element.GetString()!.Trim());
                case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                    return Short(element.GetRawText());
                default:
                    Error("this must be a text or a number");
                    return "";
            }
        }

        private string Short(string text)
        {
            if (text.Length <= ScenarioLimits.LongestText)
            {
                return text;
            }

            Error($"this is longer than {ScenarioLimits.LongestText} characters");
            return "";
        }

        /// <summary>Those of the members that are there.</summary>
        public Dictionary<string, LocatedText> Options(string[] names) =>
            names
                .Where(Has)
                .ToDictionary(
                    name => name,
                    name => new LocatedText(Text(name), LocationOf(name)),
                    StringComparer.Ordinal
                );

        public bool Flag(string name)
        {
            switch (Text(name, "false"))
            {
                case "true":
                    return true;
                case "false":
                    return false;
                default:
                    Of(name).Error("this must be true or false");
                    return false;
            }
        }

        public Node? Child(string name)
        {
            if (!Has(name))
            {
                return null;
            }

            var child = Of(name);
            if (element.GetProperty(name).ValueKind == JsonValueKind.Object)
            {
                return child;
            }

            child.Error("this must be an object");
            return null;
        }

        /// <summary>The members as <c>part.name</c>. A name that nobody knows has the place of the whole: it is not told.</summary>
        public IReadOnlyList<(string Name, LocatedText Value)> Values(string part)
        {
            if (!draft.Take(Location, element.GetPropertyCount()))
            {
                return [];
            }

            return
            [
                .. element
                    .EnumerateObject()
                    .Where(p => p.Value.ValueKind != JsonValueKind.Null)
                    .Select(p => (Name: $"{part}.{p.Name}", p.Value))
                    .Select(p => (p.Name, Known: DraftFields.Details.Contains(p.Name), p.Value))
                    .Select(p => (p.Name, new Node(draft, p.Value, p.Known ? path + p.Name[part.Length..] : path)))
                    .Select(p => (p.Name, new LocatedText(p.Item2.Value(), p.Item2.Location))),
            ];
        }

        public IReadOnlyList<Node> List(string name)
        {
            if (!Has(name))
            {
                return [];
            }

            var list = element.GetProperty(name);
            if (list.ValueKind != JsonValueKind.Array)
            {
                Of(name).Error("this must be a list");
                return [];
            }

            if (!draft.Take(LocationOf(name), list.GetArrayLength()))
            {
                return [];
            }

            return [.. list.EnumerateArray().Select((item, i) => new Node(draft, item, $"{path}.{name}[{i}]"))];
        }

        private Node Of(string name) => new(draft, element.GetProperty(name), $"{path}.{name}");
    }
}
