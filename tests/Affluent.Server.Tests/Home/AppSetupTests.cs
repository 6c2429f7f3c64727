using System.Net;
using System.Security.Cryptography;
using Affluent.Server.Tests.EnableBankingFacade;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary><c>/household/app</c>: applications that are pointed here in the place of Enable Banking.</summary>
public sealed class AppSetupTests
{
    private readonly RecordedEvents _log = new();

    [Theory, OnBothDatabases]
    public async Task Firefly_s_settings_are_shown_once_and_let_it_ask_a_member(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, configure: _log.AddTo);
        var visitor = await app.SetUp();
        var settings = await SetUp(visitor, "firefly_iii", "http://192.168.1.5:8081/");

        Assert.Equal(
            ["ENABLE_BANKING_URL", "ENABLE_BANKING_APP_ID", "ENABLE_BANKING_PRIVATE_KEY"],
            settings.Select(setting => setting.Name)
        );
        Assert.Equal($"{app.Origin}enablebanking", settings[0].Value);
        using var key = RSA.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(settings[2].Value), out _);
        var application = new TestFacadeApplication(
            (await app.Member()).Client,
            settings[1].Value,
            key,
            "http://192.168.1.5:8081/eb-callback"
        );
        Assert.Equal(
            """["http://192.168.1.5:8081/eb-callback"]""",
            (await app.Read(application, "/application")).GetProperty("redirect_urls").GetRawText()
        );

        // Shown once: no page has the key again, nor the log.
        await visitor.Open("/simplefin/create");
        Assert.DoesNotContain(settings[2].Value, visitor.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.All(_log.Everything, e => Assert.DoesNotContain(settings[2].Value[^60..], e.Whole));
        Assert.Equal(
            ["Firefly III", "http://192.168.1.5:8081/eb-callback"],
            visitor.Page.QuerySelectorAll(".applications strong, .applications small").Select(e => e.TextContent)
        );
        await visitor.Click(".applications details button");
        Assert.Empty(visitor.Page.QuerySelectorAll(".applications li"));
        Assert.Equal((401, "UNAUTHORIZED_ACCESS"), await app.Refusal(application, "/application"));
    }

    [Theory, OnBothDatabases]
    public async Task A_member_sees_and_takes_back_what_they_gave_an_application_that_another_set_up(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, new FakeBank());
        var ada = await app.SetUp();
        var bobsUser = await app.AddMember("bob@home.example");
        var application = Application(bobsUser.Client, await SetUp(ada, "firefly_iii", "http://localhost:8081"));
        var connection = await app.StoreConnection(bobsUser, FakeBank.ProviderId);
        await app.StoreAccount(connection);
        var session = await app.Session(
            application,
            bobsUser,
            connection.Id,
            wanted => wanted["aspsp"]!["name"] = "Fake Bank"
        );
        var bob = await app.SignIn("bob@home.example", page: "/simplefin/create");

        // What he gave, but not what Ada set up; nor may he take that away.
        Assert.Equal("Firefly III", bob.Find(".applications strong").TextContent);
        Assert.Single(bob.Page.QuerySelectorAll(".applications li"));
        await bob.Post(
            "/simplefin/create",
            [
                new("do", "remove_setup"),
                new("application", application.Id),
                new("form_token", bob.Find("input[name=form_token]").GetAttribute("value")!),
            ]
        );
        await app.Read(application, $"/accounts/{session.Uids[0]}/balances");

        // Ada sees that it can ask, and nothing of Bob.
        await ada.Open("/simplefin/create");
        Assert.Equal("set-up-title", ada.Find(".applications").GetAttribute("aria-labelledby"));
        Assert.Single(ada.Page.QuerySelectorAll(".applications li"));

        await bob.Open("/simplefin/create");
        await bob.Click(".applications details button");
        Assert.Empty(bob.Page.QuerySelectorAll(".applications li"));
        Assert.Equal((401, "REVOKED_SESSION"), await app.Refusal(application, $"/accounts/{session.Uids[0]}/balances"));
        await app.Read(application, "/application");
    }

    [Theory, OnBothDatabases]
    public async Task Addresses_that_lead_out_of_the_house_in_the_clear_are_refused(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var visitor = await app.SetUp();
        foreach (
            var wrong in new[]
            {
                "",
                "192.168.1.5:8081",
                "http://firefly.example.com",
                "http://8.8.8.8",
                "javascript:alert(1)",
                "https://user@firefly.example.com",
            }
        )
        {
            await Send(visitor, "firefly_iii", wrong);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "Set up Firefly III"), (visitor.Status, visitor.Heading));
            Assert.StartsWith("Address: begin with https://", visitor.Error(), StringComparison.Ordinal);
            Assert.Equal(wrong, visitor.Find("#address").GetAttribute("value") ?? "");
        }
        foreach (
            var right in new[]
            {
                "https://firefly.example.com/importer",
                "http://nas:8081",
                "http://firefly.local",
                "http://10.0.0.7:8081/eb-callback",
            }
        )
        {
            await Send(visitor, "firefly_iii", right);
            Assert.Equal("Settings for Firefly III", visitor.Heading);
        }
        await visitor.Open("/simplefin/create");
        Assert.Equal(
            [
                "https://firefly.example.com/importer/eb-callback",
                "http://nas:8081/eb-callback",
                "http://firefly.local/eb-callback",
                "http://10.0.0.7:8081/eb-callback",
            ],
            visitor.Page.QuerySelectorAll(".applications small").Select(e => e.TextContent)
        );
    }

    [Theory, OnBothDatabases]
    public async Task Securo_gets_its_own_settings_with_the_key_in_one_line(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var settings = await SetUp(await app.SetUp(), "securo", "https://securo.home.example/");

        Assert.Equal(
            [
                "ENABLE_BANKING_API_URL",
                "ENABLE_BANKING_APP_ID",
                "ENABLE_BANKING_PRIVATE_KEY",
                "ENABLE_BANKING_OAUTH_REDIRECT_URI",
            ],
            settings.Select(setting => setting.Name)
        );
        Assert.Equal("https://securo.home.example/oauth/callback", settings[3].Value);
        using var key = RSA.Create();
        key.ImportFromPem(settings[2].Value.Trim('"').Replace("\\n", "\n", StringComparison.Ordinal));
        var application = new TestFacadeApplication((await app.Member()).Client, settings[1].Value, key, "");
        await app.Read(application, "/application");
    }

    [Theory, OnBothDatabases]
    public async Task A_form_of_another_site_makes_nothing_and_nobody_is_asked_to_sign_in(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var visitor = await app.SetUp();
        var nobody = app.Browser();
        await nobody.Open("/household/app?app=firefly_iii");
        Assert.Equal("Sign in", nobody.Heading);
        await nobody.Post("/household/app", [new("app", "firefly_iii"), new("address", "http://nas")]);
        Assert.Equal("Sign in", nobody.Heading);

        await visitor.Post(
            "/household/app",
            [new("app", "firefly_iii"), new("address", "http://nas"), new("form_token", "made-up")]
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        foreach (var unknown in new[] { "actual", "other_app", "" })
        {
            await visitor.Open($"/household/app?app={unknown}");
            Assert.Equal("Connect an app", visitor.Heading);
        }
        Assert.Equal(0, await app.Count("enable_banking_applications"));
    }

    [Theory, OnBothDatabases]
    public async Task What_is_switched_off_is_not_offered(DatabaseKind kind)
    {
        await using (
            var tokens = await HouseholdScene.Start(kind, settings: s => s with { EnableBankingFacade = false })
        )
        {
            var visitor = await tokens.SetUp();
            await visitor.Open("/simplefin/create");
            visitor.Choose("app-firefly_iii");
            await visitor.Submit();
            Assert.Equal("Your setup token", visitor.Heading);
            await visitor.Open("/household/app?app=firefly_iii");
            Assert.Equal("Connect an app", visitor.Heading);
        }
        await using var keys = await HouseholdScene.Start(kind, settings: s => s with { SimpleFin = false });
        var other = await keys.SetUp();
        await other.Click("a[href='/simplefin/create']");
        Assert.Equal(
            ["firefly_iii", "securo"],
            other.Page.QuerySelectorAll("input[name=app]").Select(e => e.GetAttribute("value"))
        );
        await other.Post(
            "/simplefin/create",
            [
                new("do", "make_token"),
                new("app", "actual"),
                new("form_token", other.Find("input[name=form_token]").GetAttribute("value")!),
            ]
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
        await using var nothing = await HouseholdScene.Start(
            kind,
            settings: s => s with { SimpleFin = false, EnableBankingFacade = false }
        );
        var third = await nothing.SetUp();
        Assert.Null(third.Page.QuerySelector("a[href='/simplefin/create']"));
        await third.Open("/household/app?app=firefly_iii");
        Assert.Equal(HttpStatusCode.NotFound, third.Status);
    }

    /// <summary>Sets an application up: its settings.</summary>
    private static async Task<(string Name, string Value)[]> SetUp(PageVisitor visitor, string app, string address)
    {
        await visitor.Open("/simplefin/create");
        visitor.Choose($"app-{app}");
        await visitor.Submit();
        visitor.Fill("address", address);
        await visitor.Submit();
        return
        [
            .. visitor
                .Find("#app-settings")
                .TextContent.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => (line[..line.IndexOf('=')], line[(line.IndexOf('=') + 1)..])),
        ];
    }

    private static async Task Send(PageVisitor visitor, string app, string address)
    {
        await visitor.Open($"/household/app?app={app}");
        visitor.Fill("address", address);
        await visitor.Submit();
    }

    private static TestFacadeApplication Application(TestClient client, (string Name, string Value)[] settings)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(settings[2].Value), out _);
        return new TestFacadeApplication(client, settings[1].Value, key, "http://localhost:8081/eb-callback");
    }
}
