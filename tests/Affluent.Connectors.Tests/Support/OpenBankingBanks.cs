using Affluent.Connectors.Testing.Recording;

namespace Affluent.Connectors.Tests.Support;

/// <summary>Banks of UK Open Banking whose sandboxes were recorded: catalogue entries, and what the recordings know.</summary>
internal static class OpenBankingBanks
{
    private const string Callback = "https://www.yolt.com/callback/68eef1a1-0b13-4d4b-9cc2-09a8b2604ca0";

    private const string EveryPermission =
        "ReadParty ReadAccountsDetail ReadBalances ReadDirectDebits ReadProducts ReadStandingOrdersDetail ReadTransactionsCredits ReadTransactionsDebits ReadTransactionsDetail";

    private static readonly StubHabit OneInteraction = new(
        "headers.x-fapi-interaction-id",
        "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "the recorded client sent one id always; the standard wants another with each request"
    );

    public static readonly IReadOnlyDictionary<string, RecordedBank> All = new Dictionary<string, RecordedBank>
    {
        ["Barclays"] = new(
            "open-banking-uk/barclaysgroup/ais-3.1/v3",
            "open_banking_uk",
            $$"""
            {
              "authorize_url": "https://bank.example/as/authorization.oauth2",
              "token_url": "https://bank.example/token.oauth2",
              "token_auth": "private_key_jwt",
              "jwt_key_id": "signing-key-header-id",
              "api_url": "https://bank.example/v3.1/aisp",
              "client_id": "someClientId",
              "token_headers": { "x-fapi-interaction-id": "$uuid", "x-fapi-financial-id": "0017440000hdQV5CCT" },
              "code_fields": { "client_id": "$client_id" },
              "refresh_fields": { "client_id": "$client_id" },
              "client_token_fields": { "client_id": "$client_id", "scope": "openid accounts" },
              "consent_headers": { "Content-Type": "application/json;charset=UTF-8" },
              "data_headers": { "x-fapi-financial-id": "0017440000hdQV5CCT" },
              "date_format": "yyyy-MM-ddTHH:mm:ssZ",
              "permissions": "{{EveryPermission}}",
              "holder": "account_parties"
            }
            """,
            "the-code",
            Callback
        )
        {
            Habits =
            [
                OneInteraction,
                new(
                    "code=gktvoeyJ",
                    "(?:.*&)?code=the-code(?:&.*)?",
                    "the recorded code is sealed by the bank for itself"
                ),
            ],
        },
        ["HSBC"] = new(
            "open-banking-uk/hsbcgroup/ais-3.1.6",
            "open_banking_uk",
            $$"""
            {
              "authorize_url": "https://bank.example/authorize",
              "token_url": "https://bank.example/token",
              "token_auth": "private_key_jwt",
              "assertion_audience": "https://bank.example",
              "api_url": "https://bank.example/v3.1/aisp",
              "client_id": "someClientId",
              "token_headers": { "x-fapi-interaction-id": "$uuid", "x-fapi-financial-id": "00162010018e22KCTR" },
              "refresh_fields": { "redirect_uri": "$redirect_uri" },
              "consent_headers": { "Content-Type": "application/json;charset=UTF-8" },
              "data_headers": { "x-fapi-financial-id": "00162010018e22KCTR" },
              "date_format": "yyyy-MM-ddTHH:mm:ss.fff",
              "permissions": "{{EveryPermission}}",
              "holder": "account_parties"
            }
            """,
            "iVuATHQHLIjtGjeuxtBj6Gfnd8o",
            Callback
        )
        {
            Habits = [OneInteraction],
        },
        ["Monzo"] = new(
            "open-banking-uk/monzogroup/ob_3.1/ais",
            "open_banking_uk",
            """
            {
              "authorize_url": "https://bank.example/authorize",
              "token_url": "https://bank.example/token",
              "token_auth": "none",
              "api_url": "https://bank.example/v3.1/aisp",
              "client_id": "someClientId-2",
              "consent_headers": { "Content-Type": "application/json;charset=UTF-8" },
              "date_format": "yyyy-MM-ddTHH:mm:ss.fffZ",
              "permissions": "ReadAccountsDetail ReadBalances ReadDirectDebits ReadProducts ReadStandingOrdersDetail ReadTransactionsCredits ReadTransactionsDebits ReadTransactionsDetail"
            }
            """,
            "sample_auth_code",
            "https://www.yolt.com/callback/5fe1e9f8-eb5f-4812-a6a6-2002759db545"
        )
        {
            Habits =
            [
                OneInteraction,
                new(
                    "'Data':{'Permissions'",
                    """\{"Data":\{"Permissions":\["ReadAccountsDetail","ReadBalances","ReadDirectDebits","ReadProducts","ReadStandingOrdersDetail","ReadTransactionsCredits","ReadTransactionsDebits","ReadTransactionsDetail"\]\},"Risk":\{\}\}""",
                    "the recorded body is in single quotes, which JSON does not know"
                ),
            ],
        },
        ["Nationwide"] = new(
            "open-banking-uk/nationwide/ais-3.1.2",
            "open_banking_uk",
            $$"""
            {
              "authorize_url": "https://bank.example/oauth/authorize",
              "token_url": "https://bank.example/oauth/token",
              "token_auth": "none",
              "api_url": "https://bank.example/v3.1/aisp",
              "client_id": "someClientId",
              "token_headers": {
                "x-fapi-interaction-id": "$uuid",
                "x-fapi-financial-id": "test",
                "Content-Type": "application/x-www-form-urlencoded"
              },
              "consent_headers": { "Content-Type": "application/json;charset=UTF-8" },
              "data_headers": { "x-fapi-financial-id": "test" },
              "permissions": "{{EveryPermission}}",
              "holder": "account_parties"
            }
            """,
            "asF0cFXAI6bacqdrGRArpwrR6fK6yq",
            Callback
        )
        {
            Habits = [OneInteraction],
        },
        ["Revolut"] = new(
            "open-banking-uk/revolut/ais-3.1.0",
            "open_banking_uk",
            """
            {
              "authorize_url": "https://bank.example/ui/index.html",
              "token_url": "https://bank.example/token",
              "token_auth": "none",
              "api_url": "https://bank.example",
              "client_id": "someClientId",
              "token_headers": { "x-fapi-interaction-id": "$uuid", "x-fapi-financial-id": "0032400006451CCVVX" },
              "consent_headers": { "Content-Type": "application/json;charset=UTF-8" },
              "data_headers": { "x-fapi-financial-id": "0032400006451CCVVX" },
              "permissions": "ReadAccountsDetail ReadBalances ReadDirectDebits ReadStandingOrdersDetail ReadTransactionsCredits ReadTransactionsDebits ReadTransactionsDetail"
            }
            """,
            "737f1248-3c75-4a47-a750-0384817c4b83",
            Callback
        ),
    };
}
