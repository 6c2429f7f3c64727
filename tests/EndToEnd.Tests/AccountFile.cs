using System.Globalization;

namespace EndToEnd.Tests;

/// <summary>What an account file of a test bank says, read independently of the product: the four public records only.</summary>
internal sealed record AccountFile(string Login, string Password, IReadOnlyList<FileAccount> Accounts)
{
    public static AccountFile Read(string text)
    {
        var (login, password, owner) = ("dev", "dev", "");
        List<FileAccount> accounts = [];
        foreach (var fields in text.Split('\n').Select(line => line.Trim().Split('|')))
        {
            switch (fields[0])
            {
                case "CREDENTIALS":
                    (login, password) = (fields[1], fields[2]);
                    break;
                case "CREDENTIALS_OWNER":
                    owner = fields.Length > 1 ? fields[1] : "";
                    break;
                case "ACCOUNT":
                    accounts.Add(
                        new FileAccount(
                            fields[2],
                            Number(fields[4]),
                            Day(fields[3]),
                            fields[5],
                            fields[8] is "" ? owner : fields[8],
                            fields[9],
                            fields[12],
                            fields[13],
                            []
                        )
                    );
                    break;
                case "TRANSACTION":
                    accounts[^1].Movements.Add(new FileMovement(Number(fields[1]), Day(fields[2]), fields[3]));
                    break;
                default:
                    break;
            }
        }
        return new AccountFile(login, password, accounts);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "dd/MM/yy", CultureInfo.InvariantCulture);
}

/// <summary>An ACCOUNT record and the movements below it.</summary>
internal sealed record FileAccount(
    string Number,
    decimal Balance,
    DateOnly BalanceDay,
    string Type,
    string Owner,
    string Name,
    string Iban,
    string Currency,
    List<FileMovement> Movements
)
{
    /// <summary>The type in the words of the API; null: one that it does not know.</summary>
    public string? ApiType =>
        Type switch
        {
            "Checkings" => "CHECKINGS",
            "Savings" => "SAVINGS",
            "Loans" => "LOAN",
            "CreditCard" => "CREDIT_CARD",
            _ => null,
        };
}

/// <summary>A TRANSACTION record.</summary>
internal sealed record FileMovement(decimal Amount, DateOnly Day, string Label);
