using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Providers;
using Affluent.Server.Tests.Harness;

namespace Affluent.Server.Tests.Widget;

/// <summary>
/// A bank that answers at once, by what the user types as login: "dev" gets in, "otp" is asked for a code (123456), "app" for an
/// approval, "none" has no account, "locked", "down" and any other name fail each in its way. The password is always "secret". On its own
/// site it shows a current account, or with the code "none" nothing.
/// </summary>
internal sealed class ScriptedBank(ScriptedBanks banks, ChannelMode mode) : StepConnector
{
    public override ConnectorManifest Manifest { get; } =
        new(mode == ChannelMode.Redirect ? "redirect" : "embedded", mode, Capabilities, []);

    protected override Task<StepResult> Step(StepContext context, StepInput input, CancellationToken cancellation) =>
        Task.FromResult(mode == ChannelMode.Redirect ? Redirected(context, input) : LoggedIn(context, input));

    private StepResult Redirected(StepContext context, StepInput input) =>
        input switch
        {
            StepInput.Returned { Address.Query: var query } when query.Contains("error=", StringComparison.Ordinal) =>
                new StepResult.Refused(Refusal.ConsentDenied, "the user said no") { Session = "" },
            StepInput.Returned { Address.Query: var query }
                when query.Contains("code=none", StringComparison.Ordinal) => new StepResult.Done { Session = "none" },
            StepInput.Returned { Address.Query: var query } when query.Contains("code=new", StringComparison.Ordinal) =>
                new StepResult.Done { Session = "in anew" },
            StepInput.Returned => new StepResult.Done { Session = "in" },
            StepInput.Revoke => banks.Revoke(context.Session),
            StepInput.ListAccounts when context.Session == "none" => Accounts("none"),
            _ when context.Session is not ("in" or "in anew" or "none") => new StepResult.AskUser(
                new Question.Redirect(new Uri($"https://bank.example/authorize?state={context.Callback!.State}"))
            )
            {
                Session = "",
            },
            StepInput.ListAccounts => Accounts(
                context.Session,
                Account("Compte courant", BankAccountType.Checkings, "FR7612345678901234567890101", 1_234.56m)
            ),
            StepInput.ListTransactions => Transactions() with { Session = context.Session },
            _ => new StepResult.Done { Session = context.Session },
        };

    private StepResult LoggedIn(StepContext context, StepInput input)
    {
        var inside = context.Session == "in" && (context.User is not null || !banks.WantsUser);
        var login = context.Credentials.GetValueOrDefault("300", "");
        return input switch
        {
            StepInput.Answer { Values: var values }
                when values.TryGetValue(Question.OneTimePassword.Field, out var code) => code == "123456"
                ? new StepResult.Done { Session = "in" }
                : Code(retry: true),
            StepInput.Answer { Values: var values } => values[Question.Choice.Field] == "photo"
                ? Photo()
                : Code(retry: false),
            StepInput.Poll => banks.Approved ? new StepResult.Done { Session = "in" } : Approval(),
            _ when !inside && login == "otp" => Code(retry: false),
            _ when !inside && login == "app" => Approval(),
            _ when !inside && login == "choose" => Methods(),
            _ when login == "locked" => new StepResult.Refused(Refusal.AccessLocked, "locked") { Session = "" },
            _ when login == "down" => new StepResult.Later(context.Now.AddDays(2), LaterReason.BankUnavailable)
            {
                Session = "",
            },
            _ when login is "limited" or "limited2" => new StepResult.Later(
                context.Now.AddHours(login == "limited" ? 4.5 : 60),
                LaterReason.RateLimited
            )
            {
                Session = "",
            },
            _ when login is not ("dev" or "otp" or "app" or "choose" or "none")
                    || context.Credentials["301"] != "secret" => new StepResult.Refused(
                Refusal.WrongCredentials,
                "wrong"
            )
            {
                Session = "",
            },
            StepInput.ListAccounts when login == "none" => Accounts("in"),
            StepInput.ListAccounts => Accounts(
                "in",
                Account("Compte courant", BankAccountType.Checkings, "FR7612345678901234567890101", 1_234.56m),
                Account("Livret <A>", BankAccountType.Savings, "FR7612345678901234567890202", 10_000m)
            ),
            StepInput.ListTransactions => Transactions(),
            _ => new StepResult.Done { Session = "in" },
        };
    }

    private static StepResult.AskUser Code(bool retry) =>
        new(new Question.OneTimePassword("SMS to 06 ** ** ** 12", 6, Digits: true, ExpiresAt: null, retry))
        {
            Session = "code",
        };

    // A picture of one pixel.
    private static StepResult.AskUser Photo() =>
        new(
            new Question.OneTimePassword("photoTAN", 6, Digits: true, ExpiresAt: null, Retry: false)
            {
                Image = new(
                    "image/gif",
                    Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
                ),
            }
        )
        {
            Session = "code",
        };

    private static StepResult.AskUser Methods() =>
        new(
            new Question.Choice(
                "How do you want to confirm?",
                [new("sms", "SMS to 06 ** ** ** 12"), new("photo", "photoTAN <device 2>")]
            )
        )
        {
            Session = "choice",
        };

    private static StepResult.AskUser Approval() =>
        new(new Question.AppApproval("Approve the request of 08:00", TimeSpan.FromSeconds(2), ExpiresAt: null))
        {
            Session = "app",
        };

    private static StepResult.Page Accounts(string session, params BankAccount[] accounts) =>
        new() { Session = session, Accounts = accounts };

    private static StepResult.Page Transactions() =>
        new()
        {
            Session = "in",
            Transactions =
            [
                new BankTransaction
                {
                    Id = "1",
                    Amount = -4.50m,
                    Currency = "EUR",
                    BookingDay = new DateOnly(2026, 2, 27),
                    Status = BankTransactionStatus.Booked,
                    Remittance = ["CAFE DES ARTS"],
                },
            ],
        };

    private static BankAccount Account(string name, BankAccountType type, string iban, decimal balance) =>
        new()
        {
            Reference = iban,
            Name = name,
            Type = type,
            Iban = iban,
            Currency = "EUR",
            Balances = [Bank.Balance(BankBalanceKind.ClosingBooked, balance)],
        };
}

/// <summary>Three banks of this kind, and what goes on at them while a test runs.</summary>
internal sealed class ScriptedBanks
{
    /// <param name="test">Whether the first one is a test bank.</param>
    public ScriptedBanks(bool test = false) =>
        Banks = new(
            [
                Bank("87", "Linxo Test Bank", "FRA", ChannelMode.Redirect, ChannelMode.Embedded) with
                {
                    Test = test,
                },
                Bank("90", "Épargne du Midi", "FRA", ChannelMode.Embedded),
                Bank("91", "Banque de l'Ouest", "BEL", ChannelMode.Redirect),
            ],
            family => new ScriptedBank(this, family == "redirect" ? ChannelMode.Redirect : ChannelMode.Embedded)
        )
        {
            ListsTestBanksByChannel = true,
        };

    public Banks Banks { get; }

    /// <summary>Whether the user has approved in the app.</summary>
    public bool Approved { get; set; }

    /// <summary>The sessions that were ended, in order.</summary>
    public List<string> Revoked { get; } = [];

    public StepResult Revoke(string session)
    {
        Revoked.Add(session);
        return new StepResult.Done { Session = "" };
    }

    /// <summary>Whether the banks let nobody in without the user being there.</summary>
    public bool WantsUser { get; set; }

    private static Provider Bank(string id, string name, string country, params ChannelMode[] modes) =>
        new()
        {
            Id = new ProviderId(id),
            Name = name,
            CountryCode = country,
            BaseUrl = new Uri("https://bank.example"),
            Channels = [.. modes.Select(m => Channel(id, m))],
        };

    private static ChannelDefinition Channel(string bank, ChannelMode mode) =>
        new()
        {
            Id = new ChannelDefinitionId(mode == ChannelMode.Redirect ? $"{bank}01" : $"{bank}00"),
            Mode = mode,
            Connector = mode == ChannelMode.Redirect ? "redirect" : "embedded",
            AccountTypes =
                mode == ChannelMode.Redirect
                    ? [BankAccountType.Checkings, BankAccountType.CreditCard]
                    : [BankAccountType.Checkings, BankAccountType.Savings],
            Capabilities = StepConnector.Capabilities,
            Interactive = true,
            Credentials =
                mode == ChannelMode.Redirect
                    ? []
                    :
                    [
                        Field("300", "login", "User ID", "Identifiant", CredentialType.Text, regexp: "[a-z]+"),
                        Field("301", "password", "Password", "Mot de passe", CredentialType.Pwd),
                        Field("302", "file_url", "File", "Fichier", CredentialType.Text, optional: true),
                    ],
        };

    private static CredentialField Field(
        string id,
        string name,
        string english,
        string french,
        CredentialType type,
        string? regexp = null,
        bool optional = false
    ) =>
        new(
            id,
            name,
            new Dictionary<string, string> { ["en"] = english, ["fr"] = french },
            type,
            Regexp: regexp,
            Optional: optional
        );
}
