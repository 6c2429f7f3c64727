namespace Affluent.Connectors.Tests.Support;

/// <summary>Banks of the Berlin Group whose sandboxes were recorded: catalogue entries, and what the recordings know.</summary>
internal static class BerlinGroupBanks
{
    // The recorded client had its key at "foo"; the bank reads serial and issuer of whoever signs.
    private const string KeyOfFoo = "SN=13299021239615735660,CA=C=US,ST=foo,L=foo,O=foo,OU=foo,CN=foo";

    public static readonly IReadOnlyDictionary<string, RecordedBank> All = new Dictionary<string, RecordedBank>(
        BerlinGroupNamedAccounts.All.Concat(BerlinGroupEmbedded.All)
    )
    {
        ["Knab"] = new(
            "berlin-group/knab/happyflowv2",
            "berlin_group",
            """
            {
              "oauth": "after_consent",
              "authorize_url": "https://login.bank.example/connect/authorize",
              "token_url": "https://bank.example/connect/token",
              "api_url": "https://bank.example/v1",
              "consents_url": "https://bank.example/v2/consents",
              "client_id": "d3de0198-6738-4784-92d0-a3e5e0894413",
              "client_secret": "d3de0198-6738-4784-92d0-a3e5e0894414",
              "scope": "psd2 offline_access AIS:$consent_id",
              "client_token": "consent",
              "client_token_fields": { "scope": "psd2" },
              "token_headers": { "Cache-Control": "no-cache" },
              "code_fields": { "client_id": "$client_id" },
              "refresh_fields": { "client_id": "$client_id", "client_secret": "$client_secret" },
              "consent_access": "bank_offered",
              "consent_headers": { "TPP-Redirect-URI": "$redirect_uri", "Content-Type": "application/json" },
              "data_headers": { "Date": "$date", "TPP-Signature-Certificate": "$certificate" },
              "signature_headers": "date digest x-request-id tpp-redirect-uri",
              "signature_key_id": "SN=$certificate_serial,CA=$certificate_issuer",
              "booking_status": "booked"
            }
            """,
            "my-awesome-authorization-code",
            "https://www.yolt.com/callback-dev"
        ),
        ["Raiffeisen"] = new(
            "berlin-group/raiffeisen-at/v1/ais/happy-flow",
            "berlin_group",
            """
            {
              "oauth": "none",
              "token_url": "https://bank.example/token",
              "api_url": "https://bank.example/v1",
              "client_id": "API-7d6f204b-3219-4b63-b66e-5f7a0be1d067",
              "token_auth": "none",
              "client_token": "consent data",
              "client_token_fields": { "scope": "apic-psd2" },
              "consent_access": "available_accounts",
              "consent_headers": { "Content-Type": "application/json" },
              "consent_status": "consent",
              "with_balance": "true"
            }
            """,
            "",
            "https://yolt.com/callback"
        )
        {
            State = "0fa8b824-fb95-11ec-b939-0242ac120002",
        },
        ["BBVA"] = Redsys("bbva"),
        ["Sabadell"] = Redsys("sabadell"),
        ["CBI Globe"] = new(
            "berlin-group/cbiglobe/3.0",
            "berlin_group",
            """
            {
              "oauth": "none",
              "token_url": "https://bank.example/auth/oauth/v2/token",
              "token_request": "query",
              "token_headers": { "Content-Type": "application/x-www-form-urlencoded" },
              "client_id": "fakeclientid",
              "client_secret": "fakeclientsecret",
              "client_token": "consent data",
              "client_token_fields": { "scope": "production" },
              "api_url": "https://bank.example/platform/enabler/psd2orchestrator/ais/2.3.2",
              "accounts_url": "https://bank.example/platform/enabler/psd2orchestrator/ais/3.0.0/accounts",
              "consents_url": "https://bank.example/platform/enabler/psd2orchestrator/ais/3.0.0/consents",
              "transactions_url": "https://bank.example/platform/enabler/psd2orchestrator/ais/2.4.0/accounts/$account/transactions",
              "consent_access": "available_accounts",
              "consent_fields": { "recurringIndicator": "\"false\"", "combinedServiceIndicator": "\"false\"" },
              "account_consents": "true",
              "account_consent_fields": { "recurringIndicator": "\"true\"", "combinedServiceIndicator": "\"false\"" },
              "consent_lists": "balances transactions",
              "consent_account_id": "true",
              "consent_status": "consent",
              "consent_headers": { "TPP-Redirect-Preferred": "true", "aspsp-product-code": "ASPSP_PRODUCT_001" },
              "data_headers": {
                "Content-Type": "application/json",
                "Date": "$utc_date",
                "aspsp-code": "ASPSP_MM_01",
                "TPP-Signature-Certificate": "$certificate"
              },
              "transactions_headers": { "Accept": "JSON" },
              "transactions_query": {
                "bookingStatus": "",
                "dateFrom": "",
                "booking_status": "$booking_status",
                "date_from": "$date_from",
                "date_to": "$date_to",
                "limit": "100"
              },
              "booking_status": "booked",
              "page_parameter": "offset",
              "page_count_header": "cpaas-total-pages",
              "signature_headers": "date digest tpp-redirect-uri x-request-id",
              "signature_key_id": "13299021239615735660",
              "signature_algorithm": "rsa-sha512",
              "digest_algorithm": "sha-512"
            }
            """,
            "",
            "https://yolt.com/callback-acc"
        )
        {
            HappyFlow = "/happy_flow",
            State = "11111111-1111-1111-1111-111111111111",
            AccountStates = ["33333333-3333-3333-3333-333333333333", "44444444-4444-4444-4444-444444444444"],
            Habits =
            [
                new(
                    "headers.TPP-Signature-Certificate",
                    "[A-Za-z0-9+/]+={0,2}",
                    "the recorded client's certificate is not ours; the bank takes whose key has signed"
                ),
                new(
                    "headers.digest",
                    "sha-512=[A-Za-z0-9+/]+={0,2}",
                    "of no body, for which the recorded client took []; that it is the body's is seen by who checks the signature"
                ),
                new(
                    "IT35 5000 0000 0549 1000 0003",
                    """.*"balances":\[\{"accountId":"2","iban":"IT22T22222222222"\}\],"transactions":\[\{"accountId":"2","iban":"IT22T22222222222"\}\].*""",
                    "the number of the second account is another in the recorded list, from which the recorded client did not take it"
                ),
            ],
        },
        ["N26"] = new(
            "berlin-group/n26/happy-flow",
            "berlin_group",
            """
            {
              "oauth": "before_consent",
              "authorize_url": "https://bank.example/oauth2/authorize",
              "authorize_lookup": "true",
              "token_url": "https://bank.example/oauth2/token?role=DEDICATED_AISP",
              "api_url": "https://bank.example/v1/berlin-group/v1",
              "client_id": "client-id",
              "token_auth": "none",
              "scope": "DEDICATED_AISP",
              "code_fields": { "request_id": "$request_id" },
              "refresh_fields": { "client_id": "" },
              "data_headers": { "Content-Type": "application/json" },
              "consent_headers": { "TPP-Redirect-URI": "" },
              "booking_status": "booked"
            }
            """,
            "authorization-code",
            "https://www.yolt.com/callback"
        )
        {
            State = "d79960be-3058-4d8e-9cd3-3753febd4661",
            RequestId = "56640bfe-9a98-441a-8380-c568976eee4a",
            Habits =
            [
                new("headers.Content-Type", null, "a GET has no body whose type could be told")
                {
                    File = "authorization-init.json",
                },
            ],
        },
    };

    private static RecordedBank Redsys(string bank) =>
        new(
            $"berlin-group/redsys-{bank}",
            "berlin_group",
            $$"""
            {
              "oauth": "before_consent",
              "authorize_url": "https://bank.example/{{bank}}/authorize",
              "token_url": "https://bank.example/{{bank}}/token",
              "token_request": "query",
              "api_url": "https://bank.example/{{bank}}/v1",
              "client_id": "redsysClientId",
              "token_auth": "none",
              "scope": "AIS",
              "token_headers": { "Content-Type": "application/x-www-form-urlencoded" },
              "data_headers": {
                "Accept": "application/json, application/*+json",
                "Content-Type": "application/json",
                "TPP-Signature-Certificate": "$certificate"
              },
              "consent_headers": {
                "Accept": "application/json",
                "TPP-Redirect-URI": "$return_uri",
                "TPP-Redirect-Preferred": "true"
              },
              "signature_headers": "digest x-request-id tpp-redirect-uri tpp-redirect-preferred",
              "signature_key_id": "{{KeyOfFoo}}",
              "signature_word": "SHA-256"
            }
            """,
            "7d3ab3a5-12f5-11eb-8302-711ae25e53c6",
            "https://www.yolt.com/callback"
        )
        {
            HappyFlow = "/happy-flow",
            UserAddress = "192.168.16.5",
            Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            Habits =
            [
                new(
                    "url",
                    $"/{bank}/token\\?(?=.*grant_type=authorization_code)(?=.*client_id=redsysClientId)(?=.*code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk)(?=.*code=7d3ab3a5-12f5-11eb-8302-711ae25e53c6)(?=.*redirect_uri=https%3A%2F%2Fwww.yolt.com%2Fcallback).*",
                    "parameters have no order, and an address within one is encoded (RFC 3986, section 2.4)"
                )
                {
                    File = "token-authorization-code.json",
                },
                new(
                    "url",
                    $"/{bank}/token\\?(?=.*grant_type=refresh_token)(?=.*client_id=redsysClientId)(?=.*refresh_token=(1d3aa3a4-02f5-12eb-8309-711ae25e53e6|437f67ad-c0a8-419a-a868-7a3296a15ccf)).*",
                    "parameters have no order"
                )
                {
                    File = "token-refresh-token.json",
                },
                new(
                    "headers.TPP-Signature-Certificate",
                    "[A-Za-z0-9+/]+={0,2}",
                    "the recorded client's certificate is not ours; the bank takes whose key has signed"
                ),
            ],
        };
}
