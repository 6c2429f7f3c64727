using System.Security.Cryptography;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Platform;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>What applications send that speak Enable Banking: tokens, ids, keys, wishes, questions.</summary>
internal static class FacadeTargets
{
    private const long Now = 1_772_438_400;
    private const string Redirect = "https://app.example/back?from=bank";
    private static readonly AccountId Account = new(1234);
    private static readonly string PublicKey = NewKey();

    private static readonly FacadeApplication Application = new() { Name = "App", RedirectUrls = Redirect };

    private static readonly Aspsps Banks = Aspsps.Of([
        new Provider
        {
            Id = new ProviderId("1"),
            Name = "Bank",
            CountryCode = "FRA",
            BaseUrl = new Uri("https://bank.example"),
            Channels =
            [
                new ChannelDefinition
                {
                    Id = new ChannelDefinitionId("101"),
                    Mode = ChannelMode.Redirect,
                    Connector = "none",
                    AccountTypes = [],
                },
            ],
        },
    ]);

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfText(
                "facade-token",
                Token,
                "eyJhbGciOiJSUzI1NiIsImtpZCI6IjAwMDAwMDAwLTAwMDAtODAwMS04MDAwLTAwMDAwMDAwMDAwMCJ9.eyJpc3MiOiJlbmFibGViYW5raW5nLmNvbSIsImF1ZCI6ImFwaS5lbmFibGViYW5raW5nLmNvbSIsImlhdCI6MTc3MjQzODQwMCwiZXhwIjoxNzcyNDM4NDYwfQ.c2ln",
                "e30.e30.AA"
            ),
            FuzzTarget.OfText(
                "facade-uuid",
                Uuid,
                FacadeUuid.Of(new FacadeSessionId(long.MaxValue)),
                "00000000-0000-4001-8000-000000000000"
            ),
            FuzzTarget.OfText(
                "facade-key",
                Key,
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
            ),
            FuzzTarget.OfText("facade-redirect", RedirectUrl, Redirect, "http://localhost:8080/x", "javascript:x"),
            FuzzTarget.OfBytes(
                "facade-auth",
                Wish,
                """{"access":{"valid_until":"2026-04-01T00:00:00.123456+02:00"},"aspsp":{"name":"Bank","country":"FR"},"state":"s","redirect_url":"https://app.example/back?from=bank","psu_type":"business"}""",
                """{"access":{"valid_until":"2026-04-01T00:00:00Z"}}"""
            ),
            FuzzTarget.OfText(
                "facade-transactions",
                Question,
                "date_from=2026-02-01&date_to=2026-02-28&strategy=default&transaction_status=BOOK",
                $"strategy=longest&continuation_key={new FacadeTransactionsQuery(null, null, [], null).Key(Account, new(20_000, new TransactionId(12)))}"
            ),
        ];

    private static object? Token(string text)
    {
        var (token, fault) = FacadeToken.Read(text);
        Promise.Holds(token is null == fault is not null, "a token is read, or it is said what is wrong");
        Promise.Holds(
            token is null
                || (
                    token.Signature.Length > 0
                    && text.StartsWith(System.Text.Encoding.ASCII.GetString(token.Signed), StringComparison.Ordinal)
                ),
            "what is checked is what was sent"
        );
        Promise.Holds(
            token is null || !FacadeKey.Verifies(PublicKey, token.Signed, token.Signature),
            "what nobody signed is signed by nobody"
        );
        return fault ?? (object?)token!.HoldsAt(Now);
    }

    private static string NewKey()
    {
        using var key = RSA.Create(2048);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    private static object? Uuid(string text)
    {
        if (!FacadeUuid.TryRead<FacadeSessionId>(text, out var id))
        {
            return FacadeUuid.IsOne(text);
        }
        Promise.Holds(FacadeUuid.Of(id).Equals(text, StringComparison.OrdinalIgnoreCase), "an id has one UUID");
        return id.Value % 7;
    }

    private static object? Key(string text)
    {
        var key = FacadeKey.Read(text);
        Promise.Holds(
            key is null || !text.Contains("PRIVATE", StringComparison.Ordinal) || key.Length > 0,
            "a key is read whole"
        );
        return key is null;
    }

    private static object? RedirectUrl(string text)
    {
        var inSandbox = FacadeApplication.RedirectFault(text, InstallationKind.Sandbox);
        var inProduction = FacadeApplication.RedirectFault(text, InstallationKind.Production);
        Promise.Holds(inProduction is not null || inSandbox is null, "production allows no more than a sandbox");
        Promise.Holds(
            inSandbox is not null
                || (!text.Contains('\n') && text.StartsWith("http", StringComparison.OrdinalIgnoreCase)),
            "an address of return stands on one line and leads to the web"
        );
        return inProduction;
    }

    private static object? Wish(ReadOnlyMemory<byte> body)
    {
        FacadeAuthMessage? message;
        try
        {
            message = JsonSerializer.Deserialize(body.Span, FacadeJson.Default.FacadeAuthMessage);
        }
        catch (JsonException)
        {
            return null;
        }
        if (message is null)
        {
            return null;
        }
        var (request, error) = FacadeAuthRequest.Read(message, Application, Banks, Now);
        Promise.Holds(request is null == error is not null, "a wish is read, or it is said what is wrong");
        Promise.Holds(
            request is null || (request.ValidUntil > Now && request.RedirectUrl == Redirect),
            "what is wanted lies ahead and leads to a registered address"
        );
        return error?.Code ?? (object?)request!.PsuType;
    }

    private static object? Question(string text)
    {
        var (query, error) = FacadeTransactionsQuery.Read(QueryHelpers.ParseQuery(text), Account, today: 20_514);
        Promise.Holds(query is null == error is not null, "a question is read, or it is said what is wrong");
        Promise.Holds(
            query is not { FirstDay: { } first, LastDay: { } last } || first <= last,
            "a period has a beginning"
        );
        return error?.Code ?? (object?)query!.Statuses.Count;
    }
}
