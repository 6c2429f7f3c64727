namespace Affluent.Fuzz.Tests.Targets;

/// <summary>What a STET bank answers, as <see cref="ScriptedBank"/> reads it.</summary>
internal static class StetSeeds
{
    public const string Accounts = """
        200
        Content-Type: application/hal+json; charset=utf-8

        { "accounts": [
            { "resourceId": "A 1", "accountId": { "iban": "FR76 3000 1", "currency": "EUR" }, "name": "S3CRET Compte", "usage": "PRIV",
              "cashAccountType": "CACC", "balances": [ { "balanceType": "CLBD", "balanceAmount": { "amount": "10.00", "currency": "EUR" } } ],
              "_links": { "balances": { "href": "/psd2/v1.4.2/accounts/A1/balances" },
              "transactions": { "href": "accounts/A1/transactions{?dateFrom,dateTo}", "templated": true } } },
            { "resourceId": "B", "accountId": { "other": { "identification": "4970 XXXX 12", "schemeName": "CPAN" } },
              "name": "S3CRET Carte", "cashAccountType": "CARD", "currency": "EUR", "linkedAccount": "A 1",
              "balances": [ { "balanceType": "OTHR", "balanceAmount": { "amount": "-20.5", "currency": "EUR" }, "referenceDate": "2026-10-31" },
                            { "balanceType": "OTHR", "balanceAmount": { "amount": -30.5, "currency": "EUR" }, "referenceDate": "2026-11-30" } ] } ],
          "_links": { "self": { "href": "/psd2/v1.4.2/accounts" } } }
        """;

    public const string TwoPagesOfAccounts = """
        200

        { "accounts": [ { "resourceId": "A", "balances": { "balanceAmount": { "amount": 1 } } } ],
          "_links": { "consents": { "href": "/consents" }, "next": { "href": "?page=2" } } }
        =====
        200

        { "accounts": [ { "resourceId": "C", "accountId": { "iban": "FR76" } } ] }
        =====
        200

        { "balances": [ { "balanceType": "XPCD", "balanceAmount": { "amount": "9,00", "currency": "EUR" } } ] }
        """;

    public const string Renewal = """
        401

        =====
        200

        { "access_token": "S3CRET-new", "token_type": "Bearer", "expires_in": "600", "refresh_token": "S3CRET-next" }
        =====
        204

        """;

    public const string Transactions = """
        200
        Content-Type: application/json

        { "transactions": [
            { "entryReference": "1", "transactionAmount": { "amount": "12.30", "currency": "EUR" }, "creditDebitIndicator": "DBIT",
              "status": "BOOK", "bookingDate": "2026-11-20", "remittanceInformation": [ "CB  CAFE<br/>PARIS" ] },
            { "resourceId": "2", "transactionAmount": { "amount": 5, "currency": "EUR" }, "creditDebitIndicator": "CRDT", "status": "PDNG",
              "transactionDate": "20261119", "expectedBookingDate": "2026-11-21T23:00:00Z", "valueDate": "2026-11-22",
              "remittanceInformation": { "unstructured": [ "VIR S3CRET" ], "structured": [ { "creditorReferenceInformation": { "reference": "RF18" } } ] },
              "bankTransactionCode": { "domain": "PMNT", "family": "RCDT", "subFamily": "ESCT" },
              "relatedParties": { "debtor": { "name": "S3CRET" } } },
            { "transactionAmount": { "amount": -3 }, "status": "OTHR", "additionalTransactionInformation": "x", "bankTransactionCode": "1" } ] }
        """;

    public const string TwoPagesOfTransactions = """
        200

        { "transactions": [ { "transactionAmount": { "amount": "1", "currency": "EUR" }, "creditDebitIndicator": "DBIT", "bookingDate": "2026-11-20" } ],
          "_links": { "next": { "href": "https://data.bank.example/psd2/v1.4.2/accounts/A/transactions?page=2" } } }
        =====
        200

        { "transactions": [ { "transactionAmount": { "amount": "2", "currency": "EUR" }, "creditDebitIndicator": "CRDT", "bookingDate": "2026-11-19" } ] }
        """;

    public const string ShortHistory = """
        403

        {"error":"history"}
        =====
        429
        Retry-After: 60

        """;

    public const string Tokens = """
        200
        Content-Type: application/json

        { "access_token": "S3CRET-new", "token_type": "Bearer", "expires_in": 600, "refresh_token": "S3CRET-next" }
        =====
        204

        """;

    public const string NoTokens = """
        400

        { "error": "invalid_grant", "error_description": "S3CRET" }
        """;

    public const string Session = """
        {"request":{"state":"s","redirect_uri":"https://our.example/back"},"access_token":"a","access_ends":"2026-11-22T10:10:00+00:00","scoped":true,
        "accounts":{"A 1":{"account_id":{"iban":"FR76","currency":"EUR"},"transactions":"https://api.bank.example/psd2/v1.4.2/accounts/A1/transactions"}}}
        """;

    public const string PlaceOfTransactions = """
        {"list":"Transactions","trail":{"address":"https://api.bank.example/psd2/v1.4.2/t?page=3","number":3,"mark":"https://api.bank.example/psd2/v1.4.2/t","rows":"AAAA"},"account":"A 1","currency":"EUR","complete_from":"2026-08-25"}
        """;

    public const string PlaceOfAccounts = """
        {"list":"Accounts","trail":{"address":"https://api.bank.example/psd2/v1.4.2/accounts","number":1}}
        """;

    public static readonly string[] Links =
    [
        "https://api.bank.example/psd2/v1.4.2/accounts/A1/balances",
        "/psd2/v1.4.2/accounts/A1/balances",
        "/accounts/A1/transactions{?dateFrom,dateTo}",
        "v1.4.2/accounts",
        "accounts/A1",
        "?page=2",
        "//data.bank.example/x",
        "http://api.bank.example/x",
        "https://other.example/x",
    ];
}
