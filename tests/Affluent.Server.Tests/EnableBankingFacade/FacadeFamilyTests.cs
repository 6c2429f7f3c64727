using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Providers;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using FakeBank = Affluent.Server.Tests.Harness.FakeBank;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>
/// Our own family of Enable Banking reads through the façade of another installation what a bank has there: the same calls, the same rows.
/// </summary>
public sealed class FacadeFamilyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly FakeBank _bank = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public FacadeFamilyTests()
    {
        _bank.Provider = _bank.Provider with { Channels = [_bank.Provider.Channels[0]] };
        _bank
            .RedirectChannel.With(
                Bank.Account("111", 1234.56m) with
                {
                    Iban = "FR7630006000011234567890189",
                    OwnerName = "Ada Lovelace",
                },
                Bank.Booked("a1", -12.30m, "2026-02-27", "CARTE 26/02 BOULANGERIE"),
                Bank.Booked("a2", 2500.00m, "2026-02-26", "VIREMENT SALAIRE"),
                Bank.Booked("a3", -0.01m, "2026-02-20", "FRAIS"),
                Bank.Booked("a4", -1.00m, "2026-02-20", "KIOSQUE"),
                Bank.Booked("a5", -1.00m, "2026-02-20", "KIOSQUE"),
                Bank.Pending(-19.99m, "2026-03-01", "CARTE LIBRAIRIE")
            )
            .With(
                Bank.Account("222", -3.21m, BankAccountType.Savings),
                Bank.Booked("b1", 50m, "2026-01-15", "INTERETS")
            );
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, OnBothDatabases]
    public async Task What_a_bank_has_there_is_read_to_the_cent_and_keeps_its_ids_through_a_renewal(DatabaseKind kind)
    {
        await using var here = await TestApp.StartWith(_bank, kind);
        var there = await here.CreateUser(await here.CreateClient());
        var application = await here.RegisterFacade(
            there.Client,
            "http://localhost:5999/embed/v2.1/widget/bank_callback/101"
        );
        await using var app = await Start(kind, here, application);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));

        var (id, link) = await Connect(http);
        await app.RunDueSynchronizations();
        await Agree(app, here, there, link);
        using var original = await here.SignedIn(there);

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(await Shown(original), await Shown(http));
        Assert.Equal(7, (await http.Transactions()).Count);
        var first = await All(http);

        // Read again: nothing is another.
        await Read(app, here, http, id, TimeSpan.FromHours(6));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(first, await All(http));

        // A movement more there, and the pending one is booked.
        _bank.RedirectChannel.Movements["111"].RemoveAt(5);
        _bank.RedirectChannel.Movements["111"].Add(Bank.Booked("a6", -19.99m, "2026-03-03", "CARTE LIBRAIRIE"));
        _bank.RedirectChannel.Movements["111"].Add(Bank.Booked("a7", -7.77m, "2026-03-03", "CAFE"));
        here.Time.Advance(TimeSpan.FromDays(2));
        await LinkedBank.Again(here, original, await original.OnlyConnection());
        app.Time.Advance(TimeSpan.FromDays(2));
        await LinkedBank.Again(app, http, id);
        Assert.Equal(await Shown(original), await Shown(http));
        Assert.Equal(8, (await http.Transactions()).Count);

        // The user agrees anew after the end: the same accounts and transactions.
        var (accounts, transactions) = (Ids(await http.Accounts()), Ids(await http.Transactions()));
        await Read(app, here, http, id, TimeSpan.FromDays(200));
        Assert.Equal("consent_expired", (await http.Channel(id, FakeBank.Redirect)).Text("reason"));
        await LinkedBank.Again(app, http, id);
        var asked = await http.Read($"/api/v2.1/connections/{id}/user_input");
        await Agree(app, here, there, asked.Text("address")!);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(accounts, Ids(await http.Accounts()));
        Assert.Equal(transactions, Ids(await http.Transactions()));
        Assert.Equal(2, await here.Count("enable_banking_sessions"));
        Assert.Equal(4, await here.Count("enable_banking_accounts"));

        // What is deleted here is over there.
        using var deleted = await http.DeleteAsync($"/api/v2.1/connections/{id}", Stop);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await app.RunDueRevocations();
        Assert.Equal(0, await app.Revocations());
        Assert.DoesNotContain("closed_at=|", (await here.Snapshot("enable_banking_sessions")).Split('\n')[^1]);
    }

    [Theory, OnBothDatabases]
    public async Task The_directory_of_the_family_knows_the_application_and_its_banks(DatabaseKind kind)
    {
        await using var here = await TestApp.StartWith(_bank, kind);
        var application = await here.RegisterFacade(await here.CreateClient());

        var standing = await here.Read(application, "/application");
        var banks = await here.Read(application, "/aspsps?country=FR&psu_type=personal&service=AIS");

        Assert.Equal(
            $$"""{"name":"Firefly at home","kid":"{{application.Id}}","environment":"SANDBOX","redirect_urls":["{{FacadeScene.Redirect}}"],"active":true,"countries":["FR"],"services":["AIS"]}""",
            standing.GetRawText()
        );
        var bank = Assert.Single(banks.GetProperty("aspsps").EnumerateArray());
        Assert.Equal(
            $$"""{"name":"Fake Bank","country":"FR","logo":"{{here.Origin}}api/v2.1/providers/1/logo","psu_types":["personal","business"],"auth_methods":[{"name":"widget","psu_type":"personal","approach":"REDIRECT","hidden_method":false},{"name":"widget","psu_type":"business","approach":"REDIRECT","hidden_method":false}],"maximum_consent_validity":15552000,"beta":false}""",
            bank.GetRawText()
        );
        foreach (var none in new[] { "?country=DE", "?country=FR&service=PIS" })
        {
            Assert.Equal("""{"aspsps":[]}""", (await here.Read(application, $"/aspsps{none}")).GetRawText());
        }
    }

    /// <summary>An installation whose bank is the other installation's façade.</summary>
    private async Task<TestApp> Start(DatabaseKind kind, TestApp here, TestFacadeApplication application)
    {
        var certificate = Path.Combine(_folder.FullName, "public.crt");
        var key = Path.Combine(_folder.FullName, "private.key");
        using var made = new CertificateRequest(
            "CN=home.example",
            application.Key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(here.Time.GetUtcNow().AddDays(-1), here.Time.GetUtcNow().AddYears(2));
        await File.WriteAllTextAsync(certificate, made.ExportCertificatePem(), Stop);
        await File.WriteAllTextAsync(key, application.Key.ExportPkcs8PrivateKeyPem(), Stop);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await TestApp.Start(
            kind,
            settings =>
                settings with
                {
                    SealCertificateFile = certificate,
                    SealKeyFile = key,
                    EmbedUrl = new Uri("http://localhost:5999/embed"),
                },
            builder => builder.Services.AddSingleton(Banks(here, application))
        );
    }

    private static Banks Banks(TestApp here, TestFacadeApplication application)
    {
        var provider = new FakeBank().Provider;
        return new(
            [
                provider with
                {
                    Channels =
                    [
                        provider.Channels[0] with
                        {
                            Connector = "enable_banking",
                            Settings = new Dictionary<string, string>
                            {
                                ["application_id"] = application.Id,
                                ["bank_name"] = "Fake Bank",
                                ["bank_country"] = "FR",
                                ["enable_banking_url"] = $"{here.Origin}enablebanking",
                            },
                        },
                    ],
                },
            ],
            Families.Find
        );
    }

    private static async Task<(string Id, string Link)> Connect(HttpClient http)
    {
        var made = await http.PostAsJsonAsync(
                "/api/v2.1/connections",
                new
                {
                    provider_id = FakeBank.ProviderId,
                    channel_definition_id = FakeBank.Redirect,
                    redirect_url = "https://app.example/back",
                },
                Stop
            )
            .IsGiven();
        return (made.Text("id")!, made.GetProperty("_links").GetProperty("authorize").GetProperty("href").GetString()!);
    }

    private static async Task Agree(TestApp app, TestApp here, TestUser there, string link)
    {
        var visitor = app.Browse("document");
        await visitor.Open(new Uri(link).PathAndQuery);
        var signedIn = await here.SignInAt(visitor.SentTo!.AbsoluteUri, there);
        var back = await signedIn.Link();
        Assert.StartsWith("http://localhost:5999/embed/", back.AbsoluteUri, StringComparison.Ordinal);
        await visitor.Open(back.PathAndQuery);
        await app.RunDueSynchronizations();
    }

    private static async Task Read(TestApp app, TestApp here, HttpClient http, string id, TimeSpan later)
    {
        here.Time.Advance(later);
        app.Time.Advance(later);
        await LinkedBank.Again(app, http, id);
    }

    /// <summary>Accounts and transactions, without the ids of either side.</summary>
    private static async Task<string> Shown(HttpClient http)
    {
        var accounts = (await http.Accounts())
            .Select(a =>
                $"{a.Text("name")} {a.Text("iban")} {a.Text("account_number")} {a.Text("currency")} {a.Text("balance")} {a.Text("type")}"
            )
            .Order(StringComparer.Ordinal);
        var transactions = (await http.Transactions())
            .Select(t =>
                $"{t.Text("amount")} {t.Text("currency")} {t.Text("label")} {t.Text("status")} {t.Text("date")} {t.Text("booking_date")} {t.GetProperty("remittance_information").GetRawText()}"
            )
            .Order(StringComparer.Ordinal);
        return string.Join('\n', [.. accounts, .. transactions]);
    }

    private static async Task<string> All(HttpClient http) =>
        string.Join('\n', [.. Ids(await http.Accounts()), .. Ids(await http.Transactions()), await Shown(http)]);

    private static IEnumerable<string> Ids(IEnumerable<JsonElement> rows) =>
        rows.Select(row => row.Text("id")!).Order(StringComparer.Ordinal);
}
