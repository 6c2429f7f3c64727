namespace Affluent.Connectors.Tests.Support;

/// <summary>Recorded banks whose consents name accounts, and one that knows no consents.</summary>
internal static class BerlinGroupNamedAccounts
{
    public static readonly IReadOnlyDictionary<string, RecordedBank> All = new Dictionary<string, RecordedBank>
    {
        ["KBC"] = new(
            "berlin-group/kbc/2.0.6/ais/v1",
            "berlin_group",
            """
            {
              "oauth": "after_consent",
              "authorize_url": "https://bank.example/ASK/oauth/authorize/1",
              "token_url": "https://bank.example/ASK/oauth/token/1",
              "api_url": "https://bank.example/psd2/v2",
              "client_id": "PSDNL-ABC-12345",
              "token_auth": "none",
              "consent_access": "dedicated",
              "consent_lists": "balances transactions",
              "consent_headers": { "TPP-Redirect-URI": "$redirect_uri" },
              "data_headers": { "Content-Type": "application/json" },
              "with_balance": "true"
            }
            """,
            "test-code",
            "https://yolt.com/callback-acc"
        )
        {
            HappyFlow = "/happy_flow",
            UserAddress = "123.45.67.89",
            Typed = new Dictionary<string, string> { ["iban"] = "BE16 6903 7570 3426" },
            Verifier = "test-code-verifier",
        },
        ["Commerzbank"] = new(
            "berlin-group/commerzbank/src/main/resources/commerzbank-adapter/mappings",
            "berlin_group",
            """
            {
              "oauth": "after_consent",
              "authorize_url": "https://psd2.api-sandbox.commerzbank.com/berlingroup/authorize",
              "token_url": "https://psd2.api-sandbox.commerzbank.com/berlingroup/v1/token",
              "api_url": "https://psd2.api-sandbox.commerzbank.com/berlingroup/v1",
              "client_id": "PSDDE-BAFIN-999999",
              "token_auth": "none",
              "token_headers": { "Content-Type": "application/x-www-form-urlencoded" },
              "consent_access": "dedicated",
              "consent_currency": "true",
              "consent_headers": { "Content-Type": "application/json; charset=UTF-8" },
              "with_balance": "false",
              "booking_status": "booked",
              "transactions_query": { "dateFrom": "$date_from", "dateTo": "$date_to", "bookingStatus": "$booking_status", "withBalance": "true" }
            }
            """,
            "AIS_VALID_CODE",
            "https://tpp.example/return"
        )
        {
            Typed = new Dictionary<string, string> { ["iban"] = "DE78240176185167050131" },
        },
        ["Deutsche Bank"] = new(
            "berlin-group/deutsche-bank/src/main/resources/deutsche-bank-adapter/mappings",
            "berlin_group",
            """
            {
              "oauth": "none",
              "api_url": "http://localhost:8080/v1",
              "standard_paths": "true",
              "data_headers": { "Date": "$date" },
              "consent_access": "dedicated",
              "consent_currency": "true",
              "consent_headers": { "Content-Type": "application/json", "PSU-ID-Type": "DE_ONLB_DB" },
              "with_balance": "false",
              "booking_status": "booked",
              "transactions_query": { "dateFrom": "$date_from", "dateTo": "$date_to", "bookingStatus": "$booking_status", "withBalance": "true" }
            }
            """,
            "",
            "https://tpp.example/return"
        )
        {
            Typed = new Dictionary<string, string> { ["psu_id"] = "6154033403", ["iban"] = "DE17215730140403340300" },
        },
        ["ING"] = new(
            "berlin-group/ing/src/main/resources/ing-adapter/mappings",
            "berlin_group",
            """
            {
              "oauth": "instead_of_consent",
              "authorize_lookup_url": "http://localhost:8080/oauth2/authorization-server-url?scope=$scope&redirect_uri=$redirect_uri",
              "token_url": "http://localhost:8080/oauth2/token",
              "api_url": "http://localhost:8080/v3",
              "transactions_url": "http://localhost:8080/v2/accounts/$account/transactions",
              "client_id": "e77d776b-90af-4684-bebc-521e5b2614dd",
              "scope": "payment-accounts:transactions:view payment-accounts:balances:view",
              "pkce": "false",
              "client_token": "token",
              "token_auth": "none",
              "token_headers": {
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": "Bearer $client_token",
                "Date": "$date",
                "TPP-Signature-Certificate": "$certificate"
              },
              "client_token_fields": { "client_id": "" },
              "code_fields": { "client_id": "" },
              "data_headers": { "Date": "$date", "TPP-Signature-Certificate": "$certificate" },
              "signature_headers": "(request-target) date digest",
              "signature_calls": "token consent data",
              "signature_place": "Authorization_if_free",
              "send_date_to": "true",
              "transactions_query": { "bookingStatus": "" }
            }
            """,
            "36719100-3228-4020-a368-ad0f989cf1f9",
            "http://localhost:8080/redirect"
        )
        {
            Habits =
            [
                new(
                    "code=",
                    "(?=.*code=36719100-3228-4020-a368-ad0f989cf1f9)(?=.*grant_type=authorization_code)(?=.*redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fredirect).*",
                    "the fields of a form have no order (RFC 6749, section 4.1.3)"
                ),
            ],
        },
    };
}
