using System.Security.Cryptography;
using System.Text.Json;
using System.Xml.Linq;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.BerlinGroup;
using Affluent.TestBank.Consents;
using Affluent.TestBank.OpenBankingUk;
using Affluent.TestBank.Scenarios;
using Microsoft.AspNetCore.Http;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>What third parties send to the test bank's faces of the Berlin Group and of UK Open Banking.</summary>
internal static class TestBankFaceTargets
{
    private static readonly string ThirdPartyKey = NewKey();

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes(
                "testbank-berlin-group-consent",
                BerlinGroupConsent,
                """{ "access": { "allPsd2": "allAccounts" }, "recurringIndicator": true, "validUntil": "2027-01-31", "frequencyPerDay": 4, "combinedServiceIndicator": false }""",
                """{ "access": { "accounts": [ { "iban": "FR76 3009" } ], "balances": [ { "maskedPan": "4970" } ], "additionalInformation": { "ownerName": [] } }, "recurringIndicator": false, "validUntil": "9999-12-31", "frequencyPerDay": 1, "combinedServiceIndicator": false }"""
            ),
            FuzzTarget.OfBytes(
                "testbank-open-banking-consent",
                OpenBankingConsent,
                """{ "Data": { "Permissions": [ "ReadAccountsDetail", "ReadBalances" ], "ExpirationDateTime": "2027-05-21T10:00:00+00:00", "TransactionFromDateTime": "2026-01-01T00:00:00+00:00" }, "Risk": {} }"""
            ),
            FuzzTarget.OfText(
                "testbank-open-banking-claims",
                OpenBankingClaims,
                """{ "id_token": { "openbanking_intent_id": { "value": "c", "essential": true } } }"""
            ),
            FuzzTarget.OfText(
                "testbank-berlin-group-reports",
                Reports,
                "application/xml;q=0.5, text/plain",
                "CB MARCHÉ :61: -x"
            ),
            FuzzTarget.OfText(
                "testbank-message-signature",
                MessageSigned,
                "keyId=\"k\",algorithm=\"rsa-sha256\",created=1,expires=99999999999,headers=\"(request-target) (created) x-request-id\",signature=\"AAAA\""
            ),
            FuzzTarget.OfText(
                "testbank-signed-request",
                Signed,
                "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJhZmZsdWVudCIsImF1ZCI6ImEifQ.AAAA",
                "a.b.c"
            ),
            FuzzTarget.OfText(
                "testbank-berlin-group-transactions",
                BerlinGroupQuery,
                "bookingStatus=both&dateFrom=2026-01-01&dateTo=2026-12-01&withBalance=true&page=2",
                "bookingStatus=booked&entryReferenceFrom=R1"
            ),
        ];

    private static object? BerlinGroupConsent(ReadOnlyMemory<byte> bytes)
    {
        ConsentBody? body;
        try
        {
            body = JsonSerializer.Deserialize(bytes.Span, BerlinGroupJson.Default.ConsentBody);
        }
        catch (JsonException)
        {
            return null;
        }
        var (demand, wrong, path) = ConsentDemands.Read(body, BerlinGroupPaths.Interfaces[0], TestBankTargets.Today);
        Promise.Holds(demand is null != wrong is null, "a consent is read, or something is wrong with it");
        return demand is null
            ? path
            : (demand.Access, ConsentDemands.Access(demand).AllPsd2, Demanded(demand)?.Balances.Count);
    }

    private static Consent? Demanded(ConsentDemand demand)
    {
        var asked = new Consent
        {
            Id = "c",
            ClientId = "affluent",
            Visitor = null,
            Scope = "",
            GrantedAt = default,
            Expires = default,
            Demand = demand,
        };
        var agreed = asked.AgreedBy(TestBankTargets.Customer, [], TestBankTargets.Clock);
        Promise.Holds(
            agreed is null || agreed.Expires <= TestBankTargets.Clock.Now + TestBankTargets.Customer.Person.ConsentLife,
            "a consent never outlives what the bank allows"
        );
        return agreed;
    }

    private static object? BerlinGroupQuery(string text)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString("?" + text);
        var (list, wrong, path) = TransactionList.Read(http.Request.Query);
        Promise.Holds(list is null != wrong is null, "a query is read, or something is wrong with it");
        if (list is null)
        {
            return path;
        }
        var statement = TestBankTargets.Customer.Statements[0];
        var matching = list.Matching(statement);
        foreach (var (_, link) in list.Links("/a", matching?.Count ?? 0, repeats: true).Where(l => l.Key != "account"))
        {
            http.Request.QueryString = new QueryString(link.Href[link.Href.IndexOf('?', StringComparison.Ordinal)..]);
            var (again, _, _) = TransactionList.Read(http.Request.Query);
            Promise.Holds(
                again is not null && again with { Page = list.Page } == list,
                "a link asks the same question again"
            );
        }
        return (list.Booked, list.Pending, matching?.Count, BerlinGroupAccounts.Reference(statement.Account).Name);
    }

    private static object? OpenBankingConsent(ReadOnlyMemory<byte> bytes)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
        using (json)
        {
            var at = OpenBankingPaths.Interfaces[0];
            var (demand, _, wrong, path) = PermissionDemands.Read(json.RootElement, at);
            Promise.Holds(demand is null != wrong is null, "a consent is read, or something is wrong with it");
            return demand is null
                ? path
                : PermissionDemands.Tell(Demanded(demand)!, at, TestBankTargets.Clock.Now, "http://127.0.0.1")[
                    "Data"
                ]!.ToJsonString();
        }
    }

    private static object? OpenBankingClaims(string text) =>
        OpenBankingPaths.Server.MeaningOf("openid accounts", text).GetType().Name;

    private static object? Reports(string text)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Accept = text;
        var day = TestBankTargets.Today;
        string Cut(int length) => text[..Math.Min(text.Length, length)];
        var entry = new StatementEntry(Cut(40), -500, day, day, Cut(500), null, Pending: false)
        {
            Counterparty = Cut(200),
        };
        var account = TestBankTargets.Customer.Statements[0].Account;
        var report = new StatementOfDays(account, day, day, 0, -500, [entry]);
        var camt = XDocument.Parse(BerlinGroupReports.Camt053(report, TestBankTargets.Clock.Now));
        var lines = BerlinGroupReports.Mt940(report).Split("\r\n");
        Promise.Holds(
            lines.All(line => line.Length <= 80 && line.All(c => c is >= ' ' and <= '~'))
                && lines.Count(line => line.StartsWith(':')) == 7,
            "a statement has the fields that it was given"
        );
        return (BerlinGroupReports.FormOf(http.Request), camt.Root!.Name.LocalName);
    }

    private static object? MessageSigned(string text)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = HttpMethods.Get;
        http.Request.Headers["Signature"] = text;
        http.Request.Headers["X-Request-ID"] = "1";
        var fault = MessageSignature.FaultOf(
            http.Request,
            [],
            ThirdPartyKey,
            ["x-request-id"],
            TestBankTargets.Clock.Now
        );
        Promise.Holds(fault is not null, "nothing counts that the key has not signed");
        return fault;
    }

    private static object? Signed(string text)
    {
        var claims = SignedRequest.Read(text, ThirdPartyKey, "affluent", ["a"], TestBankTargets.Clock.Now);
        Promise.Holds(claims is null, "nothing counts that the key has not signed");
        return claims;
    }

    private static string NewKey()
    {
        using var key = RSA.Create(2048);
        return key.ExportSubjectPublicKeyInfoPem();
    }
}
