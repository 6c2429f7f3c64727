using System.Text.RegularExpressions;

namespace Affluent.TestBank.Scenarios;

/// <summary>Turns what a file writes into a scenario, or lists everything that is wrong with it.</summary>
internal static partial class ScenarioCheck
{
    /// <summary>The file, used whole or refused whole; <paramref name="today"/> decides whether it has moved elsewhere.</summary>
    public static ScenarioFile Of(Draft draft, DateOnly today)
    {
        var moved = Moved(draft, today);
        if (draft.People.Count == 0 && draft.NewUrl is null && draft.Errors.Count == 0)
        {
            // It may be any page: not even its unknown lines are told.
            draft.Warnings.Clear();
            draft.Error(Location.AtLine(1), "nothing of a test bank is in this file");
        }

        var people = draft.People.Select(p => Person(draft, p)).ToList();
        var logins = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (person, place) in people.Zip(draft.People))
        {
            if (person.Credentials.Any(c => !logins.Add(c.Login)))
            {
                draft.Error(place.Location, "a login of this person is already taken in this file");
            }
        }

        // Only a file that is right so far has days and intervals to count with.
        if (draft.Errors.Count == 0)
        {
            CountMovements(draft, people, today);
        }

        if (draft.Errors.Count > 0)
        {
            return new ScenarioFile.Refused(draft.Errors, draft.Warnings);
        }

        return moved is not null
            ? new ScenarioFile.Moved(moved)
            : new ScenarioFile.Loaded(new Scenario(draft.Seed, people), draft.Warnings);
    }

    private static void CountMovements(Draft draft, List<Person> people, DateOnly today)
    {
        var made = 0L;
        foreach (var (person, written) in people.Zip(draft.People))
        {
            foreach (var (account, place) in person.Accounts.Zip(written.Accounts))
            {
                made += ScenarioLimits.MovementsOf(account, today);
                if (made > ScenarioLimits.MostMovements)
                {
                    draft.Error(
                        place.Location,
                        $"with this account the file makes more than {ScenarioLimits.MostMovements} movements"
                    );
                    return;
                }
            }
        }
    }

    private static string? Moved(Draft draft, DateOnly today)
    {
        if (draft.NewUrl is not { } move)
        {
            return null;
        }

        if (move.Url.Text.Length == 0)
        {
            draft.Error(move.Url.Location, "the new address is empty");
            return null;
        }

        if (move.From is not { } from)
        {
            return move.Url.Text;
        }

        if (!Dates.TryParse(from.Text, out var day))
        {
            draft.Error(from.Location, "the first day is not a day");
            return null;
        }

        return day <= today ? move.Url.Text : null;
    }

    private static Person Person(Draft draft, DraftPerson written)
    {
        var options = new DraftOptions(draft, written.Options);
        if (written.Credentials.Exists(c => c.Login.Length == 0))
        {
            draft.Error(written.Location, "a login is empty");
        }

        var owner = string.Join(", ", written.Owners.Where(o => o.Length > 0));
        var challenge = Challenge(draft, options);
        var methods = Methods(draft, written);
        if (challenge is not null && written.Methods is [var first, ..])
        {
            draft.Error(
                first.Location,
                "methods, and a code, an approval or an image of the person, exclude each other"
            );
        }

        var consent = options.Text("consent") ?? "bank";
        if (consent is not ("bank" or "mixed"))
        {
            draft.Error(written.Options["consent"].Location, "this consent is not known, use bank or mixed");
        }

        var person = new Person
        {
            Credentials = written.Credentials.Count > 0 ? written.Credentials : [new Credentials("dev", "dev")],
            Owner = owner,
            Challenge = challenge,
            Methods = methods,
            Locked = options.Flag("locked"),
            Consent = string.Equals(consent, "mixed", StringComparison.Ordinal)
                ? ConsentModel.Mixed
                : ConsentModel.AtTheBank,
            ConsentLife = options.Seconds("consent_seconds") ?? TimeSpan.FromDays(180),
            ShortHistory = options.Flag("short_history"),
            Note = options.Text("note") ?? "",
            NoteInEnglish = options.Text("note_en") ?? options.Text("note") ?? "",
            Faults = Faults(draft, written.Faults),
            Accounts = Accounts(draft, written.Accounts, owner),
        };
        options.WarnOfUnused();
        return person;
    }

    private static Challenge? Challenge(Draft draft, DraftOptions options)
    {
        var code = options.At("code");
        var sentTo = options.Text("code_sent_to");
        var approval = options.Seconds("approval_seconds");
        var image = options.Flag("image");
        if (code is not null && options.At("approval_seconds") is (_, var ofApproval))
        {
            draft.Error(ofApproval, "a code and an approval exclude each other");
        }
        else if (code is not null && image)
        {
            draft.Error(
                options.At("image")!.Value.Location,
                "a code and an image exclude each other: the image tells a new code at each login"
            );
        }

        return code is { Text: var text } ? new Challenge.Code(text, sentTo ?? "")
            : approval is { } after ? new Challenge.Approval(after, image)
            : image ? new Challenge.Image()
            : null;
    }

    private static List<Method> Methods(Draft draft, DraftPerson person)
    {
        var methods = new List<Method>();
        if (person.Methods.Count > ScenarioLimits.MostMethods)
        {
            draft.Error(
                person.Methods[ScenarioLimits.MostMethods].Location,
                $"this person has more than {ScenarioLimits.MostMethods} methods"
            );
            return methods;
        }

        foreach (var written in person.Methods)
        {
            var options = new DraftOptions(draft, written.Options);
            var label = options.Text("label");
            if (label is null)
            {
                draft.Error(written.Location, "this method has no label");
            }

            var before = draft.Errors.Count;
            var challenge = Challenge(draft, options);
            if (challenge is null && draft.Errors.Count == before)
            {
                draft.Error(
                    written.Location,
                    "this method asks for nothing: name a code, approval_seconds or an image"
                );
            }

            if (label is not null && challenge is not null)
            {
                methods.Add(new Method(label, options.Text("label_en") ?? label, challenge));
            }
        }

        return methods;
    }

    private static HashSet<Fault> Faults(Draft draft, List<LocatedText> names)
    {
        var faults = new HashSet<Fault>();
        foreach (var name in names)
        {
            if (FaultNames.All.TryGetValue(name.Text, out var fault))
            {
                faults.Add(fault);
            }
            else
            {
                draft.Error(
                    name.Location,
                    $"this fault is not known, use one of {string.Join(", ", FaultNames.All.Keys)}"
                );
            }
        }

        return faults;
    }

    private static List<Account> Accounts(Draft draft, List<DraftAccount> written, string owner)
    {
        var accounts = new List<Account>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        if (written.Count > ScenarioLimits.MostAccounts)
        {
            draft.Error(
                written[ScenarioLimits.MostAccounts].Location,
                $"this person has more than {ScenarioLimits.MostAccounts} accounts"
            );
            return accounts;
        }

        foreach (var one in written)
        {
            if (one.Broken)
            {
                Movements(new DraftFields(draft, "EUR"), one);
                continue;
            }

            var account = Account(draft, one, owner);
            if (!ids.Add(account.Id))
            {
                draft.Error(one.Location, "this account is already in this file");
            }

            accounts.Add(account);
        }

        return accounts;
    }

    private static Account Account(Draft draft, DraftAccount written, string owner)
    {
        var currency = written.Currency.Length > 0 ? written.Currency.ToUpperInvariant() : "EUR";
        if (!Amounts.IsCurrency(currency))
        {
            draft.Error(written.Location, "the currency is not a currency code");
            currency = "EUR";
        }

        if (written.Type.Length == 0)
        {
            draft.Error(written.Location, "the account has no type");
        }

        var fields = new DraftFields(draft, currency);
        var details = new DraftOptions(draft, written.Details);
        var (movements, recurring, spending) = Movements(fields, written);
        var kind = Kind(written.Type);
        var iban = written.Iban.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        var account = new Account
        {
            Id = ResourceId().IsMatch(written.Uid)
                ? written.Uid
                : "A"
                    + SeededRandom
                        .Hash(written.Uid, iban, written.Number, written.Name, currency)
                        .ToString("X16", null),
            Number = FirstOf(written.Number, iban, written.Uid),
            Name = FirstOf(written.Name, written.Number, iban, written.Uid),
            Kind = kind,
            Type = written.Type,
            Currency = currency,
            Iban = iban,
            Owner = FirstOf(written.Owner, owner),
            Balance = new AccountBalance(
                fields.Amount(written.Location, "balance", written.Balance),
                fields.Day(written.Location, "balance date", written.BalanceDate),
                written.Living
            ),
            ClosedOn =
                written.ClosedOn.Length > 0 ? fields.Day(written.Location, "day of closing", written.ClosedOn) : null,
            Movements = movements,
            Recurring = recurring,
            Spending = spending,
            Loan = kind == AccountKind.Loans ? fields.Loan(details) : null,
            Savings = kind == AccountKind.Savings ? fields.Savings(details) : null,
            Card = kind == AccountKind.CreditCard ? fields.Card(details) : null,
        };
        details.WarnOfUnused();
        return account;
    }

    private static (List<Movement>, List<RecurringMovement>, List<Spending>) Movements(
        DraftFields fields,
        DraftAccount written
    ) =>
        (
            [.. written.Movements.Select(fields.Movement)],
            [.. written.Recurring.Select(fields.Recurring)],
            [.. written.Spending.Select(fields.Spending)]
        );

    private static string FirstOf(params string[] texts) => texts.FirstOrDefault(t => t.Length > 0) ?? "";

    private static AccountKind Kind(string type) =>
        type.ToUpperInvariant() switch
        {
            "CHECKINGS" => AccountKind.Checkings,
            "SAVINGS" => AccountKind.Savings,
            "LOANS" => AccountKind.Loans,
            "CREDITCARD" => AccountKind.CreditCard,
            _ => AccountKind.Other,
        };

    // A subset of STET's accountResourceId that needs no escaping in a path.
    [GeneratedRegex("^[A-Za-z0-9-]{1,35}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ResourceId();
}
