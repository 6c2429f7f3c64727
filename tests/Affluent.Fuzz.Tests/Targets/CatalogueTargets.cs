using System.Net;
using System.Xml.Linq;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Jobs;
using Affluent.Server.Providers;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The operator's files about banks, and what the contract of connectors reads.</summary>
internal static class CatalogueTargets
{
    private static readonly Dictionary<string, string> Variables = new() { ["test_bank"] = "http://127.0.0.1:5200/" };

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("catalogue-file", Entry, Bank, TestBank, Brands, Profile),
            FuzzTarget.OfBytes(
                "catalogue-rules",
                Rules,
                """{ "transaction_ids": "STABLE", "tiers": ["BOOKED", "AMOUNT"], "pending_days": 7, "text_edits": false }""",
                "{}"
            ),
            FuzzTarget.OfText(
                "catalogue-setting",
                Setting,
                "0https://api.bank.example/x",
                "1true",
                "290",
                "3Europe/Paris",
                "4yyyy-MM-dd",
                "5none"
            ),
            FuzzTarget.OfBytes("bounded-exchange", Exchange, "5\nabcdefghijklmnop", "\u0001\nab", "9999999999\n"),
        ];

    private static object? Rules(ReadOnlyMemory<byte> file)
    {
        using var decoded = new StreamReader(new MemoryStream(file.ToArray()));
        var (rules, faults) = Catalogue.ReadRules(
            "rules.json",
            decoded.ReadToEnd(),
            new() { TransactionIds = TransactionIds.Absent, Settings = new() }
        );
        Promise.Holds((rules is null) == (faults.Count > 0), "there are rules or faults, never both");
        return (rules?.Settings.PendingDays, Promise.Few(faults.Count));
    }

    private static object? Entry(ReadOnlyMemory<byte> file)
    {
        // As the catalogue reads files.
        using var decoded = new StreamReader(new MemoryStream(file.ToArray()));
        var load = Catalogue.Read([("bank.json", decoded.ReadToEnd()), ("profile.json", Profile)], Variables, []);
        Promise.Holds(
            load.Faults.All(f =>
                !f.ToString().Contains(ConnectorSteps.Secret, StringComparison.Ordinal)
                || f.Reason.EndsWith("is not known", StringComparison.Ordinal)
                || f.Place.Contains(ConnectorSteps.Secret, StringComparison.Ordinal)
            ),
            "a fault never repeats the value of a setting"
        );
        foreach (var provider in load.Providers)
        {
            Use(provider);
        }
        return (load.Providers.Count, Promise.Few(load.Faults.Count));
    }

    /// <summary>What is in the catalogue can be shown, and its connectors can take a step.</summary>
    private static void Use(Provider provider)
    {
        _ = XDocument.Parse(ProviderLogo.Draw(provider));
        Promise.Holds(
            new Banks([provider], Families.Find).Channel(provider.Channels[0].Id) is not null,
            "a channel is found"
        );
        foreach (var channel in provider.Channels)
        {
            using var bank = new DownBank();
            using var http = new HttpClient(bank);
            var values = channel.Credentials.ToDictionary(c => c.Id, _ => "value");
            _ = CredentialsForm.Read(channel, values);
            var context = new StepContext
            {
                Channel = channel,
                Http = http,
                Keep = _ => Task.CompletedTask,
                Credentials = values,
                Now = ConnectorSteps.Now,
                Callback = new BankCallback(new Uri("https://our.example/back"), "state"),
            };
            StepInput[] inputs =
            [
                new StepInput.ListAccounts(),
                new StepInput.ListTransactions(
                    new BankAccount { Reference = "/a", Currency = "EUR" },
                    new DateOnly(2026, 1, 1)
                ),
            ];
            foreach (var (session, input) in inputs.SelectMany(i => new[] { ("", i), ("{\"access_token\":\"a\"}", i) }))
            {
                _ = Promise.Of(
                    Families
                        .Find(channel.Connector)!
                        .Take(context with { Session = session }, input, CancellationToken.None)
                );
            }
        }
    }

    private static object? Setting(string text)
    {
        var kinds = Enum.GetValues<SettingKind>();
        var kind = kinds[(text.Length == 0 ? 0 : text[0]) % kinds.Length];
        var value = text.Length == 0 ? "" : text[1..];
        var fault = new ConnectorSetting("a", kind, true, "b").Fault(value);
        Promise.Holds(
            fault is not null || kind != SettingKind.Number || value.All(char.IsAsciiDigit),
            "a whole number is digits and nothing else"
        );
        _ = new ConnectorSetting("a", kind, true, "b", ["none", "some"]).Fault(value);
        return (kind, fault is null);
    }

    private static object? Exchange(ReadOnlyMemory<byte> input)
    {
        var cut = Math.Max(0, input.Span.IndexOf((byte)'\n'));
        var (head, body) = (input[..cut], input[cut..].ToArray());
        using var network = new SlowNetwork(head.Span, body);
        using var http = new HttpClient(new BoundedExchange(network, TimeProvider.System));
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.bank.example/");
        try
        {
            using var response = Promise.Of(http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
            using var read = new MemoryStream();
            Promise.Of(response.Content.CopyToAsync(read));
            Promise.Holds(read.ToArray().AsSpan().SequenceEqual(body), "a body comes through whole");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (HttpIOException)
        {
            return null;
        }
    }

    private sealed class DownBank : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
    }

    /// <summary>Hands a body over in pieces, and says of its length what the input says.</summary>
    private sealed class SlowNetwork : HttpMessageHandler
    {
        private readonly string _length;
        private readonly int _piece;
        private readonly byte[] _body;

        public SlowNetwork(ReadOnlySpan<byte> head, byte[] body)
        {
            _length = InputText.Decode(head);
            _piece = head.IsEmpty ? 1 : 1 + head[0];
            _body = body;
        }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var content = new StreamContent(new Pieces(_body, _piece));
            content.Headers.TryAddWithoutValidation("Content-Length", _length);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        }
    }

    private sealed class Pieces(byte[] body, int piece) : MemoryStream(body)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }

    private const string Bank = """
        {
          // comments and a comma at the end are welcome
          "id": "101", "name": "Banque S", "country_code": "FRA", "base_url": "https://www.bank.example", "time_zone": "Europe/Paris",
          "channels": [
            { "id": "10101", "mode": "REDIRECT", "connector": "stet", "account_types": ["CHECKINGS", "CREDIT_CARD"], "interactive": true,
              "consent_days": 90, "transaction_ids": "STABLE_ONCE_BOOKED",
              "settings": { "authorize_url": "https://login.bank.example/authorize", "token_url": "https://api.bank.example/token",
                "api_url": "https://api.bank.example/psd2/v1", "client_id": "affluent", "client_secret": "S3CRET", "token_auth": "none",
                "history_days": "730", "date_format": "yyyy-MM-dd", "send_date_to": "true", "time_zone": "Europe/Paris", "pkce": "false",
                "link_hosts": "a.example b.example", "balance_types": "CLBD XPCD" } },
            { "id": "10100", "mode": "EMBEDDED", "connector": "website", "account_types": ["SAVINGS"], "unavailable": false,
              "settings": { "login_url": "https://www.bank.example/login", "time_zone": "Europe/Paris" },
              "credentials": [
                { "id": "1", "name": "login", "labels": { "en": "User", "fr": "Identifiant" }, "type": "TEXT", "regexp": "[0-9]{3,8}" },
                { "id": "2", "name": "password", "labels": { "en": "Password", "fr": "Mot de passe" }, "type": "PWD", "encrypt": true, "optional": true } ] } ],
        }
        """;

    private const string Profile = """
        { "profile": "group", "channel": { "connector": "stet", "account_types": ["CHECKINGS"], "reconciliation": { "pending_days": 7 },
            "settings": { "authorize_url": "https://{region}.bank.example/authorize", "token_url": "https://{region}.bank.example/token",
              "api_url": "https://{region}.bank.example/v1", "client_id": "affluent", "client_secret": "S3CRET", "data_headers": { "X-Bank": "{region}" } } } }
        """;

    private const string Brands = """
        { "common": { "country_code": "FRA", "base_url": "https://{region}.bank.example", "channels": [ { "profile": "group" } ] },
          "brands": [ { "id": "201", "name": "North", "variables": { "region": "north" } },
            { "id": "202", "name": "South", "variables": { "region": "south" }, "channels": [ { "profile": "group", "consent_days": 90,
              "settings": { "client_secret": "", "data_headers": { "x-bank": "" } }, "reconciliation": { "text_edits": false } } ] } ] }
        """;

    private const string TestBank = """
        { "id": "87", "name": "Test", "country_code": "BEL", "base_url": "{test_bank}", "test": true,
          "channels": [ { "id": "8700", "mode": "EMBEDDED", "connector": "website", "account_types": ["LOAN"],
            "settings": { "login_url": "{test_bank}/login" },
            "credentials": [ { "id": "300", "name": "login", "labels": { "en": "a", "fr": "b" }, "type": "TEXT" } ] } ] }
        """;
}
