namespace Affluent.Fuzz.Tests.Targets;

/// <summary>Requests to the server and to the test bank, one of each kind.</summary>
internal static class HttpSeeds
{
    private const string Json = "Content-Type: application/json";
    private const string Form = "Content-Type: application/x-www-form-urlencoded";
    private const string Stet = "Authorization: Bearer {token}\nX-Request-ID: 1\nAccept: application/hal+json";

    public static readonly string[] Server =
    [
        "GET /api/v2.1/users/me\nAuthorization: Bearer {user}",
        "GET /api/v2.1/users/{user_id}\nAuthorization: Bearer {client}",
        $"PATCH /api/v2.1/users/me\nAuthorization: Bearer {{user}}\n{Json}\n\n{{ \"first_name\": \"Zoé\", \"email\": null }}",
        $"POST /api/v2.1/users\nAuthorization: Bearer {{client}}\n{Json}\n\n{{ \"email\": \"a@b.example\", \"password\":\"S3CRET22\" }}",
        "GET /api/v2.1/providers?q=test&countries=FRA,BEL&page=1&limit=10\nAuthorization: Bearer {user}",
        "GET /api/v2.1/providers/87/logo",
        "GET /api/v2.1/accounts?connection_id={connection}&type=CHECKINGS&status=ACTIVE&usage=PERSONAL&q=a&sort=-name&page=2&limit=5\nAuthorization: Bearer {user}",
        "GET /api/v2.1/transactions?account_id=12&start_date=1767225600&end_date=1767225600&min_amount=-12.50&max_amount=3&included_statuses=BOOKED,PENDING&category_id=FOOD&account_type=LOAN&after=MTIuMTI\nAuthorization: Bearer {user}",
        "GET /api/v2.1/categories?x=1\nAuthorization: Bearer {user}\nAccept-Language: fr;q=0.5, en;q=0.8",
        "GET /api/v2.1/connections?user_id={user_id}&provider_id=87\nAuthorization: Bearer {client}",
        "GET /api/v2.1/connections/{connection}\nAuthorization: Bearer {user}",
        $"POST /api/v2.1/connections\nAuthorization: Bearer {{user}}\nPSU-IP-Address: 203.0.113.7\n{Json}\n\n{{ \"provider_id\": \"87\", \"channel_definition_id\": \"8700\", \"credentials\": [ {{ \"id\": \"300\", \"value\": \"dev\" }}, {{ \"id\": \"301\", \"value\": \"dev\" }} ], \"auto_sync\": true }}",
        $"POST /api/v2.1/connections\nAuthorization: Bearer {{user}}\n{Json}\n\n{{ \"provider_id\": \"87\", \"redirect_url\": \"http://localhost:3000/back?x=1\", \"consent_per_account\": true }}",
        $"PUT /api/v2.1/connections/{{connection}}/channels/8700/credentials\nAuthorization: Bearer {{user}}\n{Json}\n\n{{ \"credentials\": {{ \"login\": \"dev\", \"password\": \"S3CRET\" }} }}",
        "POST /api/v2.1/connections/{connection}/synchronize?type=ALL\nAuthorization: Bearer {user}",
        $"POST /api/v2.1/connections/{{connection}}/user_input\nAuthorization: Bearer {{user}}\n{Json}\n\n{{ \"values\": {{ \"otp\": \"123456\" }} }}",
        "GET /api/v2.1/connections/{connection}/user_input\nAuthorization: Bearer {user}",
        "POST /api/v2.1/queues\nAuthorization: Bearer {user}",
        "GET /api/v2.1/queues/{queue}/events?after=0&limit=10\nAuthorization: Bearer {user}",
        $"POST /auth/token\n{Form}\n\ngrant_type=client_credentials&client_id={{client_id}}&client_secret={{client_secret}}&scope=users_create",
        $"POST /auth/token\n{Json}\n\n{{ \"grant_type\": \"password\", \"client_id\": \"{{client_id}}\", \"client_secret\": \"{{client_secret}}\", \"username\": \"a@b.example\", \"password\":\"S3CRET22\" }}",
        $"POST /auth/introspect\n{Form}\n\ntoken={{user}}&client_id={{client_id}}&client_secret={{client_secret}}",
        "GET /auth/.well-known/openid-configuration",
        $"POST /embed/v2.1/widget/widget_session?locale=fr_FR&font_color=rgb(1,2,3)\n{Json}\n\n{{ \"access_token\": \"{{user}}\", \"client_id\": \"{{client_id}}\", \"client_secret\": \"{{client_secret}}\" }}",
        "GET /embed/v2.1/widget/add_connection?session_id={session}&countries=FRA&search=test&elements_color=%23102030&font=Arial\nAccept-Language: fr",
        "GET /embed/v2.1/widget/edit_credentials?session_id={session}&connection_id={connection}&expected_account_types=ALL",
        $"POST /embed/v2.1/widget/add_connection?session_id={{session}}\n{Form}\n\ntoken=x&do=bank&provider_id=87",
        "GET /embed/v2.1/widget/bank_callback/8701?state=abc&code=S3CRET",
        "GET /embed/v2.1/widget/theme.css?font=Arial,%22Open%20Sans%22&font_color=fff&elements_color=red",
        "GET /embed/v2.1/success?status=success&locale=fr",
        "GET /docs/reference/errors",
    ];

    public static readonly string[] TestBank =
    [
        $"GET /stettestbank/stet/psd2/v1.4.2/accounts\n{Stet}",
        $"GET /stettestbank/stet/psd2/v1.4.2/accounts/roussel-courant/balances\n{Stet}",
        $"GET /stettestbank/stet/psd2/v1.4.2/accounts/roussel-courant/transactions?dateFrom=2026-01-01&dateTo=2027-01-01T00:00:00Z&page=2\n{Stet}",
        $"GET /stettestbank/stet/psd2/v1.4.2/end-user-identity\n{Stet}",
        $"PUT /stettestbank/stet/psd2/v1.4.2/consents\n{Stet}\n{Json}\n\n{{ \"balances\": [ {{ \"iban\": \"FR76\" }} ], \"transactions\": [], \"trustedBeneficiaries\": false, \"psuIdentity\": true }}",
        $"POST /berlingroup/embedded/v1/consents\nX-Request-ID: 00000000-0000-4000-8000-000000000001\n{Json}\n\n{{ \"access\": {{ \"allPsd2\": \"allAccounts\" }}, \"recurringIndicator\": true, \"validUntil\": \"2027-01-31\", \"frequencyPerDay\": 4, \"combinedServiceIndicator\": false }}",
        "GET /berlingroup/redirect/v1/accounts/roussel-courant/transactions?bookingStatus=both&dateFrom=2026-01-01\nX-Request-ID: 00000000-0000-4000-8000-000000000001\nConsent-ID: c",
        $"POST /openbanking/token\n{Form}\nAuthorization: Basic YWZmbHVlbnQ6YWZmbHVlbnQtc2VjcmV0\n\ngrant_type=client_credentials&scope=accounts",
        "GET /openbanking/open-banking/v3.1/aisp/accounts/roussel-courant/transactions?fromBookingDateTime=2026-01-01T00:00:00\nAuthorization: Bearer x",
        $"POST /stettestbank/token\n{Form}\nAuthorization: Basic YWZmbHVlbnQ6YWZmbHVlbnQtc2VjcmV0\n\ngrant_type=authorization_code&code=x&redirect_uri=http://127.0.0.1/&code_verifier=y",
        $"POST /stettestbank/revoke\n{Form}\nAuthorization: Basic YWZmbHVlbnQ6YWZmbHVlbnQtc2VjcmV0\n\ntoken=x&token_type_hint=refresh_token",
        "GET /stettestbank/authorize?response_type=code&client_id=affluent&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&scope=aisp&state=x&code_challenge=a&code_challenge_method=S256",
        "GET /like/stet/authorize?response_type=code&client_id=us&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&scope=aisp&state=x&code_challenge=a&code_challenge_method=S256",
        $"GET /like/stet/api/accounts/roussel-courant/transactions?dateFrom=2026-01-01T00:00:00.000Z&dateTo=2027-01-01T00:00:00.000Z&p=2\n{Stet}",
        $"GET /like/stet/api/accounts?p=1\n{Stet}",
        $"PUT /like/stet/api/consents\n{Stet}\n{Json}\n\n{{ \"balances\": [ {{ \"iban\": \"FR76\" }} ], \"transactions\": [], \"trustedBeneficiaries\": false, \"psuIdentity\": true, \"owners\": [] }}",
        $"POST /like/berlin_group/token\n{Json}\n\n{{ \"grant_type\": \"client_credentials\", \"client_id\": \"us\", \"client_secret\": \"secret\" }}",
        $"POST /like/berlin_group/api/consents\nX-Request-ID: 00000000-0000-4000-8000-000000000001\n{Json}\n\n{{ \"access\": {{ \"accounts\": [ {{ \"iban\": \"FR76\", \"currency\": \"EUR\" }} ], \"balances\": [], \"transactions\": [] }}, \"recurringIndicator\": true, \"validUntil\": \"2027-01-31\", \"frequencyPerDay\": 4, \"combinedServiceIndicator\": false }}",
        "GET /like/berlin_group/api/accounts/roussel-courant/transactions?bookingStatus=both&dateFrom=2026-01-01\nX-Request-ID: 00000000-0000-4000-8000-000000000001\nConsent-ID: c\nAuthorization: Bearer x",
        "POST /like/open_banking_uk/token?grant_type=client_credentials&scope=accounts&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=e30.e30.e30",
        $"POST /like/open_banking_uk/api/account-access-consents\nAuthorization: Bearer x\n{Json}\n\n{{ \"Data\": {{ \"Permissions\": [ \"ReadBalances\" ], \"ExpirationDateTime\": \"2027-01-01T00:00:00Z\" }}, \"Risk\": {{}} }}",
        "GET /like/open_banking_uk/authorize?response_type=code%20id_token&client_id=us&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&scope=openid&state=x&nonce=n&request=e30.e30.e30",
        "GET /login?error=expired\nAccept-Language: en",
        $"POST /login\n{Form}\nCookie: testbank_session=x\n\ntoken=x&login=dev&password=dev",
        "GET /accounts/roussel-courant/movements?page=2\nCookie: testbank_session=x",
        "GET /",
    ];
}
