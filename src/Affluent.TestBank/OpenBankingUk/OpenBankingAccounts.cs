using System.Text.Json.Nodes;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.OpenBankingUk;

/// <summary>Accounts, balances, transactions and parties in the words of the Read/Write Data API. Pure.</summary>
internal static class OpenBankingAccounts
{
    public static JsonObject Account(AllowedReading reading, Account account, DateOnly today)
    {
        var card = account.Kind == AccountKind.CreditCard;
        var at = reading.At;
        var json = new JsonObject
        {
            ["AccountId"] = account.Id,
            ["Currency"] = account.Currency,
            [at.Word("AccountType", "AccountCategory")] = "Personal",
            [at.Word("AccountSubType", "AccountTypeCode")] = card
                ? at.Word("CreditCard", "CARD")
                : at.Word("CurrentAccount", "CACC"),
            ["Nickname"] = Cut(account.Name, 70),
            ["Status"] = account.IsClosed(today) ? "Deleted" : "Enabled",
        };
        if (reading.May("ReadAccountsDetail"))
        {
            var number = account.Card?.MaskedNumber ?? (account.Iban.Length > 0 ? account.Iban : account.Number);
            var named = new JsonObject
            {
                ["SchemeName"] =
                    card ? "UK.OBIE.PAN"
                    : account.Iban.Length > 0 ? "UK.OBIE.IBAN"
                    : "UK.OBIE.BBAN",
                ["Identification"] = Cut(number, 256),
            };
            if (reading.Customer.Person.Owner.Length > 0)
            {
                named["Name"] = Cut(reading.Customer.Person.Owner, 350);
            }

            json["Account"] = new JsonArray(named);
        }

        return json;
    }

    public static JsonArray Balances(AllowedReading reading, Statement statement)
    {
        var at = reading.At;
        var expected = statement.Balance + statement.Entries.Where(e => e.Pending).Sum(e => e.Amount);
        JsonObject Balance(long amount, string type)
        {
            var json = Signed(amount, statement.Account);
            json["Type"] = type;
            json["DateTime"] = BankClock.StartOf(statement.BalanceDate);
            return json;
        }

        return
        [
            Balance(statement.Balance, at.Word("ClosingBooked", "CLBD")),
            Balance(expected, at.Word("Expected", "XPCD")),
        ];
    }

    public static JsonObject Transaction(AllowedReading reading, StatementEntry entry, Account account)
    {
        var at = reading.At;
        var json = Signed(entry.Amount, account);
        json["TransactionId"] = entry.Reference;
        json["Status"] = entry.Pending ? at.Word("Pending", "PDNG") : at.Word("Booked", "BOOK");
        // Required also of what has not booked: the day on which the bank expects it to.
        json["BookingDateTime"] = BankClock.StartOf(entry.BookingDate);
        json["ValueDateTime"] = BankClock.StartOf(entry.ValueDate);
        if (reading.May("ReadTransactionsDetail"))
        {
            var text = entry.Memo is null ? entry.Label : $"{entry.Label} {entry.Memo}";
            if (text.Length > 0)
            {
                json["TransactionInformation"] = Cut(text, 500);
            }

            if (entry.Counterparty is { Length: > 0 } name)
            {
                json[entry.Amount < 0 ? "CreditorAccount" : "DebtorAccount"] = new JsonObject
                {
                    ["Name"] = Cut(name, 70),
                };
            }
        }

        return json;
    }

    public static JsonObject Party(Customer customer)
    {
        var json = new JsonObject { ["PartyId"] = Cut(customer.Person.Credentials[0].Login, 40) };
        if (customer.Person.Owner.Length > 0)
        {
            json["Name"] = Cut(customer.Person.Owner, 350);
            json["FullLegalName"] = Cut(customer.Person.Owner, 350);
        }

        return json;
    }

    private static JsonObject Signed(long amount, Account account) =>
        new()
        {
            ["AccountId"] = account.Id,
            ["CreditDebitIndicator"] = amount < 0 ? "Debit" : "Credit",
            ["Amount"] = new JsonObject
            {
                ["Amount"] = Amounts.ToText(Math.Abs(amount), account.Currency),
                ["Currency"] = account.Currency,
            },
        };

    private static string Cut(string text, int length) => text.Length > length ? text[..length] : text;
}
