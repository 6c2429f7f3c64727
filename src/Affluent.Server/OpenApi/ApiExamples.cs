using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Categories;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Transactions;

namespace Affluent.Server.OpenApi;

/// <summary>One example of each message that a reader meets first; made of the messages themselves, so that none goes stale.</summary>
internal static class ApiExamples
{
    private static readonly Dictionary<Type, object> All = new object[]
    {
        new ProviderMessage
        {
            Id = new ProviderId("1022"),
            Name = "Banque Étoile",
            BaseUrl = "https://www.etoile.example/",
            LogoUrl = "https://api.example/v2.1/providers/1022/logo",
            CountryCode = "FRA",
            ChannelDefinitions =
            [
                new()
                {
                    Id = new ChannelDefinitionId("102200"),
                    Mode = ChannelMode.Embedded,
                    Connector = "website",
                    AccountTypes = [BankAccountType.Checkings, BankAccountType.Savings],
                    Interactive = true,
                    Unavailable = false,
                    Capabilities = ["PFM_ACCOUNT"],
                    ConnectorCapabilities = [Capability.AccountInformation, Capability.EmbeddedAuthentication],
                    Credentials =
                    [
                        new()
                        {
                            Id = "300",
                            Label = "User ID",
                            Type = CredentialType.Text,
                            Encrypt = false,
                            Regexp = "[0-9]{8}",
                        },
                    ],
                },
            ],
        },
        new ConnectionMessage
        {
            Id = new ConnectionId(154135638835204103),
            UserId = new UserId(154135638835204098),
            ProviderId = new ProviderId("1022"),
            Name = "Banque Étoile",
            Status = ConnectionStatus.Success,
            CreationDate = 1_772_438_400,
            AutoSync = true,
            ConsentPerAccount = false,
            LogoUrl = "https://api.example/v2.1/providers/1022/logo",
            Owner = new() { Name = "Ada Lovelace" },
            Constraints = new(),
            Channels =
            [
                new()
                {
                    ChannelDefinitionId = new ChannelDefinitionId("102201"),
                    Mode = ChannelMode.Redirect,
                    Connector = "stet",
                    Status = ChannelStatus.Success,
                    Expires = 1_787_990_400,
                    LastSuccessDate = 1_772_438_460,
                    LastEndDate = 1_772_438_460,
                    Credentials = [],
                    AccountTypes = [BankAccountType.Checkings, BankAccountType.CreditCard],
                    ChannelDefinitionUnavailable = false,
                },
            ],
        },
        new AccountMessage
        {
            Id = new(154135638835204110),
            ConnectionId = new(154135638835204103),
            Name = "Compte courant",
            AccountNumber = "00012345678",
            Iban = "FR7630006000011234567890189",
            Currency = "EUR",
            Balance = 1234.56m,
            BalanceDate = 1_772_438_460,
            Type = BankAccountType.Checkings,
            Status = AccountStatus.Active,
            Usage = BankAccountUsage.Personal,
            Classification = BankAccountUsage.Personal,
            CreationDate = 1_772_438_460,
            LastChannelDefinitionId = new ChannelDefinitionId("102201"),
            Sources =
            [
                new()
                {
                    ChannelDefinitionId = new ChannelDefinitionId("102201"),
                    Fields = [AccountField.Name, AccountField.Iban, AccountField.Balance, AccountField.Transactions],
                },
                new()
                {
                    ChannelDefinitionId = new ChannelDefinitionId("102200"),
                    Fields = [AccountField.AccountNumber, AccountField.Owner],
                },
            ],
            Owner = new() { Name = "Ada Lovelace" },
        },
        new TransactionMessage
        {
            Id = new(154135638835204155),
            AccountId = new(154135638835204110),
            Amount = -12.50m,
            Currency = "EUR",
            Label = "Boulangerie du Port",
            Notes = "CARTE 01/03 BOULANGERIE DU PORT\nBREST",
            RemittanceInformation = ["CARTE 01/03 BOULANGERIE DU PORT", "BREST"],
            Type = TransactionType.PointOfSale,
            Origin = TransactionOrigin.Transaction,
            Status = TransactionStatus.Booked,
            CategoryId = "SNAKS_ANDWORK_MEALS",
            CategoryConfidence = 92,
            CategoryWhy = CategoryWhy.Words,
            Date = 1_772_406_000,
            BookingDate = 1_772_406_000,
            TransactionDate = 1_772_319_600,
            ImportDate = 1_772_438_460,
            LastUpdateDate = 1_772_438_460,
        },
        new CategoryMessage
        {
            Id = "SUPERMARKET",
            Label = "Supermarket, groceries",
            Type = CategoryKind.Expense,
            Parent = new() { Id = "DAILY_LIFE", Label = "Daily life" },
        },
        new TokenRequestMessage
        {
            GrantType = GrantType.ClientCredentials,
            ClientId = "",
            ClientSecret = "",
            Scope = "users_create",
        },
        new ProblemMessage
        {
            Type = "https://docs.example.com/reference/errors#invalid_parameter",
            Title = "Bad Request",
            Status = 400,
            Detail = "The parameter 'limit' must be a whole number from 1 to 500.",
            Code = "invalid_parameter",
            Error = "invalid_parameter",
            ErrorDescription = "The parameter 'limit' must be a whole number from 1 to 500.",
            Actor = ProblemActor.Client,
            Retryable = false,
            Parameter = "limit",
            TraceId = "5db6ab8c1be5d291b64655e348ead0e0",
        },
    }.ToDictionary(example => example.GetType());

    public static object? Of(Type message) => All.GetValueOrDefault(message);
}
