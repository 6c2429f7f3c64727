namespace Affluent.TestBank.Scenarios;

/// <summary>
/// Reads the pipe-separated file of a test bank: UTF-8, one record a line, fields split by <c>|</c>. Movements belong to the account
/// line above them. See docs/reference/test-bank.md for each record.
/// </summary>
internal static class PipeFile
{
    /// <summary>The records that the bank reads.</summary>
    public static readonly IReadOnlySet<string> Known = new HashSet<string>(StringComparer.Ordinal)
    {
        "CREDENTIALS",
        "CREDENTIALS_OWNER",
        "CHALLENGE",
        "OPTION",
        "FAULT",
        "NEW_URL",
        "ACCOUNT",
        "LIVING",
        "CLOSED",
        "DETAIL",
        "TRANSACTION",
        "PENDING",
        "RECURRING",
        "SPENDING",
    };

    public static Draft Read(string file, string text)
    {
        var draft = new Draft(file);
        var number = 0;
        foreach (var line in text.TrimStart('\ufeff').Split('\n'))
        {
            number++;
            // A carriage return or blanks at the end of a line are the editor's, not the author's.
            var record = line.TrimEnd();
            if (record.Length > 0 && !record.StartsWith('#'))
            {
                var location = Location.AtLine(number);
                if (!draft.Take(location, 1))
                {
                    break;
                }

                new Record(draft, location, record.Split('|', StringSplitOptions.TrimEntries)).Read();
            }
        }

        return draft;
    }

    private sealed class Record(Draft draft, Location location, string[] fields)
    {
        private readonly string kind = fields[0].ToUpperInvariant();

        public void Read()
        {
            if (Known.Contains(kind) && fields.Any(f => f.Length > ScenarioLimits.LongestText))
            {
                draft.Error(location, $"a field is longer than {ScenarioLimits.LongestText} characters");
            }

            switch (kind)
            {
                case "CREDENTIALS" when Has(2, 2):
                    PersonAfterAccounts().Credentials.Add(new Credentials(fields[1], fields[2]));
                    break;
                case "CREDENTIALS_OWNER" when Has(0, 1):
                    Person().Owners.Add(Field(1));
                    break;
                case "CHALLENGE" when Has(2, 3):
                    Challenge();
                    break;
                case "OPTION" when Has(2, 2):
                    Person().Options[fields[1]] = new LocatedText(fields[2], location);
                    break;
                case "FAULT" when Has(1, 1):
                    Person().Faults.Add(new LocatedText(fields[1], location));
                    break;
                case "NEW_URL" when Has(1, 2):
                    draft.NewUrl = new DraftMove(
                        new LocatedText(fields[1], location),
                        Field(2).Length > 0 ? new LocatedText(Field(2), location) : null
                    );
                    break;
                case "ACCOUNT":
                    Person().Accounts.Add(Has(5, 13) ? Account() : new DraftAccount(location) { Broken = true });
                    break;
                case "LIVING" when Has(0, 0) && OfAccount() is { } account:
                    account.Living = true;
                    break;
                case "CLOSED" when Has(1, 1) && OfAccount() is { } account:
                    account.ClosedOn = fields[1];
                    break;
                case "DETAIL" when Has(2, 2) && OfAccount() is { } account:
                    account.Details[fields[1]] = new LocatedText(fields[2], location);
                    break;
                case "TRANSACTION" when Has(3, 6) && OfAccount() is { } account:
                    account.Movements.Add(
                        new(location, fields[1], fields[2], fields[3])
                        {
                            Memo = Field(4),
                            Reference = Field(5),
                            Counterparty = Field(6),
                        }
                    );
                    break;
                case "PENDING" when Has(3, 8) && OfAccount() is { } account:
                    account.Movements.Add(
                        new(location, fields[1], fields[2], fields[3])
                        {
                            Pending = true,
                            BooksOn = Field(4),
                            Memo = Field(5),
                            Reference = Field(6),
                            BookedReference = Field(7),
                            Counterparty = Field(8),
                        }
                    );
                    break;
                case "RECURRING" when Has(4, 9) && OfAccount() is { } account:
                    account.Recurring.Add(
                        new(location, fields[1], fields[2], fields[3], fields[4])
                        {
                            End = Field(5),
                            Memo = Field(6),
                            Reference = Field(7),
                            BooksAfterDays = Field(8),
                            Counterparty = Field(9),
                        }
                    );
                    break;
                case "SPENDING" when Has(4, 5) && OfAccount() is { } account:
                    account.Spending.Add(
                        new(location, fields[1], fields[2], fields[3], fields[4]) { BooksAfterDays = Field(5) }
                    );
                    break;
                default:
                    // A known record that is not right has said so in Has or OfAccount.
                    if (!Known.Contains(kind))
                    {
                        draft.Warn(location, "unknown record, not used");
                    }

                    break;
            }
        }

        private string Field(int index) => index < fields.Length ? fields[index] : "";

        private bool Has(int least, int most)
        {
            var count = fields.Length - 1;
            if (count < least)
            {
                draft.Error(location, $"{kind} needs at least {least} fields, this line has {count}");
                return false;
            }

            if (fields.Skip(most + 1).Any(extra => extra.Length > 0))
            {
                draft.Warn(location, $"{kind} has {most} fields, the ones after them are not used");
            }

            return true;
        }

        // A file without credentials is open to dev/dev.
        private DraftPerson Person()
        {
            if (draft.People.Count == 0)
            {
                draft.People.Add(new DraftPerson(location));
            }

            return draft.People[^1];
        }

        // Credentials in a row are ways in for one person; credentials after an account begin the next person.
        private DraftPerson PersonAfterAccounts()
        {
            if (Person().Accounts.Count > 0)
            {
                draft.People.Add(new DraftPerson(location));
            }

            return draft.People[^1];
        }

        private DraftAccount? OfAccount()
        {
            if (draft.People.LastOrDefault()?.Accounts.LastOrDefault() is { } account)
            {
                return account;
            }

            draft.Error(location, $"{kind} stands before any ACCOUNT line");
            return null;
        }

        private void Challenge()
        {
            if (!string.Equals(fields[1], "otp", StringComparison.OrdinalIgnoreCase))
            {
                draft.Error(location, "this CHALLENGE is not known, use otp");
                return;
            }

            Person().Options["code"] = new LocatedText(fields[2], location);
            if (Field(3).Length > 0)
            {
                Person().Options["code_sent_to"] = new LocatedText(Field(3), location);
            }
        }

        // Fields 6, 7, 10 and 11 (uid pattern, match_existing, payment source and destination) steer an aggregator, not a bank.
        private DraftAccount Account() =>
            new(location)
            {
                Uid = Field(1),
                Number = Field(2),
                BalanceDate = Field(3),
                Balance = Field(4),
                Type = Field(5),
                Owner = Field(8),
                Name = Field(9),
                Iban = Field(12),
                Currency = Field(13),
            };
    }
}
