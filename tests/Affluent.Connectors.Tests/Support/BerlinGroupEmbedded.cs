namespace Affluent.Connectors.Tests.Support;

/// <summary>Recorded banks whose users prove who they are by questions of ours.</summary>
internal static class BerlinGroupEmbedded
{
    public static readonly IReadOnlyDictionary<string, RecordedBank> All = new Dictionary<string, RecordedBank>
    {
        ["Atruvia"] = new(
            "berlin-group/atruvia/ais",
            "berlin_group",
            """
            {
              "oauth": "none",
              "api_url": "https://localhost/v1",
              "standard_paths": "true",
              "data_headers": { "Content-Type": "application/json", "TPP-Signature-Certificate": "$certificate" },
              "sca_headers": { "PSU-ID": "" },
              "signature_headers": "digest psu-id x-request-id",
              "signature_key_id": "SN=13299021239615735660,CA=C=US,ST=foo,L=foo,O=foo,OU=foo,CN=foo",
              "booking_status": "booked"
            }
            """,
            "123456",
            "https://tpp.example/return"
        )
        {
            HappyFlow = "/happy-flow",
            Now = new(2021, 12, 31, 10, 0, 0, TimeSpan.Zero),
            Members = """
                "mode": "EMBEDDED", "consent_days": 90,
                """,
            Typed = new Dictionary<string, string> { ["psu_id"] = "John", ["password"] = "$secret" },
        },
        ["Sparkasse"] = new(
            "berlin-group/sparkasse/src/main/resources/sparkasse-adapter/mappings",
            "berlin_group",
            """
            {
              "oauth": "none",
              "api_url": "https://xs2a-sandbox.f-i-apim.de:8444/fixs2a-env/xs2a-api/12345678/v1",
              "data_headers": { "PSU-ID": "$psu_id", "TPP-Redirect-URI": "https://tpp.example/return" },
              "consent_access": "dedicated",
              "consent_currency": "true",
              "consent_headers": {
                "Content-Type": "application/json; charset=UTF-8",
                "TPP-Redirect-Preferred": "false",
                "TPP-Nok-Redirect-URI": "https://tpp.example/no"
              },
              "with_balance": "false",
              "booking_status": "booked",
              "transactions_headers": { "Accept": "application/xml" },
              "transactions_query": { "dateFrom": "$date_from", "dateTo": "$date_to", "bookingStatus": "$booking_status", "withBalance": "true" }
            }
            """,
            "111111",
            "https://tpp.example/return"
        )
        {
            UserAddress = "0.0.0.0",
            Method = "OPTICAL",
            Members = """
                "mode": "EMBEDDED",
                """,
            Typed = new Dictionary<string, string>
            {
                ["psu_id"] = "chipTAN",
                ["password"] = "okok1",
                ["iban"] = "DE86999999990000001000",
            },
            Habits = [new("equalToXml", null, "of payments, which are not asked for")],
        },
        ["adorsys"] = new(
            "berlin-group/adorsys/src/main/resources/adorsys-adapter/mappings",
            "berlin_group",
            """
            {
              "oauth": "none",
              "api_url": "https://dev-modelbank-xs2a-connector.cloud.adorsys.de/v1",
              "consent_access": "dedicated",
              "consent_currency": "true",
              "consent_headers": {
                "Content-Type": "application/json; charset=UTF-8",
                "TPP-Redirect-URI": "https://tpp.example/return",
                "TPP-Redirect-Preferred": "false"
              },
              "with_balance": "false",
              "booking_status": "booked",
              "transactions_query": { "dateFrom": "$date_from", "dateTo": "$date_to", "bookingStatus": "$booking_status", "withBalance": "true" }
            }
            """,
            "123456",
            "https://tpp.example/return"
        )
        {
            Members = """
                "mode": "EMBEDDED",
                """,
            Typed = new Dictionary<string, string>
            {
                ["psu_id"] = "max.musterman",
                ["password"] = "12345",
                ["iban"] = "DE38760700240320465700",
            },
        },
    };
}
