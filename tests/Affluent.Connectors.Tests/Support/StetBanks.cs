namespace Affluent.Connectors.Tests.Support;

/// <summary>The five banks of STET whose sandboxes were recorded: profiles and brands of the catalogue, and what the recordings know.</summary>
internal static class StetBanks
{
    private const string KeyOfBnp =
        "https://test.qseal.certificate.com/a4:62:72:3b:cc:7f:37:07:17:5d:2d:21:18:f1:e2:2a:d0:fb:79:1a.pem";

    private const string KeyOfSocieteGenerale =
        "https://test.qseal.certificate.com/26:c7:b8:8e:09:0b:e1:ed:04:3e:bd:58:3d:4d:78:b5:ad:ad:fa:c1.pem";

    public static readonly IReadOnlyDictionary<string, RecordedBank> All = new Dictionary<string, RecordedBank>
    {
        ["BPCE"] = new(
            "stet/bpce/ais",
            "stet",
            """
            {
              "authorize_url": "https://bank.example/authorize",
              "token_url": "https://bank.example/stet/psd2/oauth/token",
              "api_url": "https://bank.example/stet/psd2/v1.4.2",
              "client_id": "THE_CLIENT_ID",
              "token_auth": "none",
              "data_headers": { "Date": "$date" },
              "signature_headers": "(request-target) date digest x-request-id",
              "date_format": "yyyy-MM-dd'T'HH:mm:ss'Z'",
              "consent_required": "true",
              "empty_is_none": "true",
              "no_accounts_text": "NAAC"
            }
            """,
            "THE_CODE",
            "https://localhost/redirect"
        )
        {
            Habits =
            [
                new(
                    "headers.dateFrom",
                    null,
                    "a stub that nothing reaches asks for the first day in a header; the interface takes it in the query"
                ),
                new("headers.Signature", null, "a pattern was written where a part of the text is compared")
                {
                    File = "fetch-account-invalid-token.json",
                },
            ],
        },
        ["BNP Paribas"] = new(
            "stet/bnpparibasgroup/ais/happy-flow",
            "stet",
            $$"""
            {
              "authorize_url": "https://bank.example/authorize",
              "token_url": "https://bank.example/token",
              "api_url": "https://bank.example",
              "client_id": "client-id",
              "client_secret": "client-secret",
              "data_headers": { "Content-Type": "application/json" },
              "signature_headers": "(request-target) accept authorization content-type x-request-id digest",
              "signature_key_id": "{{KeyOfBnp}}",
              "signature_separator": "comma_blank",
              "standard_paths": "true",
              "send_date_to": "true",
              "empty_is_none": "true"
            }
            """,
            "auth_code",
            "http://yolt.com/redirect/bnp-paribas"
        ),
        ["Crédit Agricole"] = new(
            "stet/creditagricole/ais/happy-flow",
            "stet",
            """
            {
              "authorize_url": "https://bank.example/authorize",
              "token_url": "https://bank.example/psd2-api.{region}.fr/authentication/v1/openid/token",
              "api_url": "https://bank.example/psd2-api.{region}.fr/dsp2/v1",
              "client_id": "f89a65f5-b4b4-4ef3-8bb3-3697ebb9ce04",
              "token_auth": "none",
              "token_headers": {
                "correlationid": "$uuid",
                "cats_consommateur": "{\"consommateur\":{\"nom\":\"Yolt\",\"version\":\"1.0.0\"}}",
                "cats_consommateurorigine": "{\"consommateur\":{\"nom\":\"Yolt\",\"version\":\"1.0.0\"}}",
                "cats_canal": "{\"canal\":{\"canalId\":\"internet\",\"canalDistribution\":\"internet\"}}"
              },
              "code_fields": { "scope": "aisp extended_transaction_history" },
              "refresh_fields": { "scope": "aisp" },
              "data_headers": {
                "Accept": "application/json",
                "Connection": "Keep-Alive",
                "Content-Type": "application/json",
                "Date": "$date"
              },
              "signature_headers": "(request-target) x-request-id authorization accept digest date content-type",
              "signature_key_id": "2b9adbd7f86bed51e23f467c25e1f887",
              "signature_separator": "comma_blank",
              "consent_required": "true",
              "standard_paths": "true",
              "send_date_to": "true",
              "link_hosts": "localhost"
            }
            """,
            "ff663031-c8c6-48ed-bee9-ccff2e07bee3",
            "http://www.yolt.io/callback"
        )
        {
            Variables = """{ "region": "ca-alpesprovence" }""",
            Habits =
            [
                new(
                    "headers.Signature",
                    "keyId=\"2b9adbd7f86bed51e23f467c25e1f887\", algorithm=\"rsa-sha256\", headers=\"\\(request-target\\) x-request-id authorization accept digest date content-type\", signature=\"[A-Za-z0-9+/]+={0,2}\"",
                    "the recorded pattern has no slash, which base64 has; the signature is verified by its key instead"
                ),
                new(
                    "$[?(@.psuIdentity == 'true')]",
                    ".*\"psuIdentity\":\\s?true.*",
                    "the recorded client wrote a text where STET 1.4 has a boolean"
                ),
                new(
                    "headers.Digest",
                    "SHA-256=[A-Za-z0-9+/]{43}=",
                    "the recorded client sent the digest of nothing with a body; that of what is sent is verified instead"
                )
                {
                    File = "consent-update.json",
                },
            ],
        },
        ["LCL"] = new(
            "stet/lcl",
            "stet",
            $$"""
            {
              "authorize_url": "https://psd.lcl.fr/authorize",
              "token_url": "https://psd.lcl.fr/token",
              "api_url": "https://psd.lcl.fr/aisp/1.1",
              "client_id": "client-id",
              "token_auth": "none",
              "refresh_fields": { "scope": "aisp" },
              "data_headers": { "Date": "$local_date" },
              "signature_headers": "date",
              "signature_key_id": "{{KeyOfBnp}}",
              "signature_separator": "comma_blank",
              "date_format": "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
              "othr_is_pending": "true"
            }
            """,
            "auth-code",
            "http://yolt.com/redirect/lcl"
        ),
        ["Société Générale"] = new(
            "stet/societegenerale/ais/happy-flow",
            "stet",
            $$"""
            {
              "authorize_url": "https://bank.example/authorize",
              "token_url": "https://bank.example/oauth2/token",
              "api_url": "https://bank.example",
              "client_id": "f330xxxx6fe8xxxx6edbxxxxd15axxxx",
              "client_secret": "55ffxxxx7eeaxxxx8dc8xxxx4d61xxxx",
              "pkce": "false",
              "data_headers": { "Accept": "application/json", "Client-Id": "$client_id" },
              "signature_headers": "client-id digest x-request-id",
              "signature_key_id": "{{KeyOfSocieteGenerale}}",
              "date_format": "yyyy-MM-dd'T'18:17:13.000'Z'",
              "othr_is_pending": "true"
            }
            """,
            "71417ee9-2534-451f-b4bb-5d487ac7ea5a",
            "https://redirect.url"
        )
        {
            Habits =
            [
                new(
                    "headers.Signature",
                    $"keyId=\"{KeyOfSocieteGenerale}\",algorithm=\"rsa-sha256\",headers=\"client-id digest x-request-id\",signature=\"[A-Za-z0-9+/]+={{0,2}}\"",
                    "the recorded client's signer was a stand-in (\"signed string\"); the signature is verified by its key instead"
                ),
            ],
        },
    };
}
