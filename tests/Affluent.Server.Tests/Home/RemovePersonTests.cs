using System.Net;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Affluent.Server.Tests.SimpleFin;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>The first user removes others; others delete themselves; both with all that was theirs.</summary>
public sealed class RemovePersonTests
{
    private const string Bob = "bob@home.example";
    private const string Stays = "The first user cannot be deleted here";
    private const string Remove = "a[href^='/household/remove']";

    private readonly RecordedEvents _log = new();
    private readonly FakeBank _bank = new();

    [Theory, OnBothDatabases]
    public async Task The_first_user_removes_a_person_with_all_that_was_theirs(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank, _log.AddTo);
        var ada = await app.SetUp();
        await app.Link(await app.Member(), _bank);
        var adasApp = await app.ConnectApp(ada);
        var bob = await app.AddMember(Bob);
        _bank.EmbeddedChannel.Does = (context, _, _) => context.Keep("t0ken-of-the-bank");
        await app.Link(bob, _bank);
        var browser = await app.SignIn(Bob);
        await browser.Click("[data-e2e=submit-button]");
        var widget = browser.Address.AbsoluteUri;
        var bobsApp = await app.ConnectApp(browser);
        Assert.Single((await app.Accounts(bobsApp)).List("accounts"));

        await ada.Open("/household/people");
        Assert.Equal($"Remove: {Bob}", ada.Find(Remove).GetAttribute("aria-label"));
        await ada.Click(Remove);
        Assert.Equal($"Remove {Bob}?", ada.Heading);
        Assert.Equal(4, ada.Page.QuerySelectorAll(".steps li").Length);
        // To look at it removes nobody, and no password of somebody else's is asked for.
        Assert.Equal(2, await app.CountMembers());
        Assert.Null(ada.Page.QuerySelector("#current_password"));
        await ada.Submit();

        Assert.Equal("People of the household", ada.Heading);
        Assert.StartsWith("The person is removed", ada.Find(".done").TextContent, StringComparison.Ordinal);
        Assert.Equal(HouseholdScene.Email, Assert.Single(ada.Page.QuerySelectorAll(".entries strong")).TextContent);
        Assert.Equal((bob.Client.Id.ToString(), bob.Id.ToString()), _log.Only("user_deleted").Whose);
        await browser.Open("/household");
        Assert.Equal("Sign in", browser.Heading);
        await browser.Open(widget);
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Refusal(bobsApp)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.SignIn(Bob)).Status);
        Assert.Equal((1, 1), (await app.Count("connections"), await app.Count("accounts")));
        Assert.Contains("USER_DELETED", await app.Snapshot("events"), StringComparison.Ordinal);
        // At the bank, too.
        await app.RunDueRevocations();
        Assert.Equal(
            "t0ken-of-the-bank",
            Assert.Single(_bank.EmbeddedChannel.Steps, step => step.Input is StepInput.Revoke).Context.Session
        );
        // And nothing of anybody else's.
        Assert.Single((await app.Accounts(adasApp)).List("accounts"));
        await ada.Open("/household");
        Assert.Single(ada.Page.QuerySelectorAll(".entries li"));
    }

    [Theory, OnBothDatabases]
    public async Task The_first_user_stays_and_is_told_why(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        await app.AddMember(Bob);
        var self = (await app.Member()).Id.ToString();
        await ada.Open("/household/people");
        Assert.Single(ada.Page.QuerySelectorAll(Remove));
        Assert.Equal("You: you add people and remove them", ada.Find(".entries small").TextContent);
        await ada.Open("/household/password");
        var token = ada.FormToken();
        await ada.Click(Remove);
        Assert.Equal((HttpStatusCode.OK, Stays), (ada.Status, ada.Heading));
        Assert.Contains("users erase", ada.Find("main").TextContent, StringComparison.Ordinal);
        Assert.Null(ada.Page.QuerySelector("form"));

        foreach (var person in new[] { "", self })
        {
            await ada.Open($"/household/remove?person={person}");
            Assert.Equal(Stays, ada.Heading);
            await ada.Post("/household/remove", Fields(person, token));
            Assert.Equal((HttpStatusCode.Conflict, Stays), (ada.Status, ada.Heading));
        }
        Assert.Equal(2, await app.CountMembers());
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_else_removes_anybody(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        var bob = await app.AddMember(Bob);
        var eve = await app.AddMember("eve@home.example");
        var browser = await app.SignIn(Bob);

        foreach (var other in new[] { (await app.Member()).Id, eve.Id })
        {
            await browser.Open("/household/password");
            var token = browser.FormToken();
            await browser.Open($"/household/remove?person={other}");
            Assert.Equal("Your banks", browser.Heading);
            await browser.Post("/household/remove", Fields($"{other}", token));
            Assert.Equal("Your banks", browser.Heading);
        }
        // A form of another site, of another member, of nobody.
        await ada.Post("/household/remove", Fields($"{bob.Id}", ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        await browser.Open("/household/password");
        await ada.Post("/household/remove", Fields($"{bob.Id}", browser.FormToken()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        var nobody = app.Browser();
        await nobody.Open($"/household/remove?person={bob.Id}");
        Assert.Equal("Sign in", nobody.Heading);
        await nobody.Post("/household/remove", Fields($"{bob.Id}", nobody.FormToken()));
        Assert.Equal("Sign in", nobody.Heading);

        Assert.Equal(3, await app.CountMembers());
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_of_another_client_is_removed_and_who_is_gone_is_gone(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        var stranger = await app.CreateUser(await app.CreateClient());
        await ada.Open("/household/people");
        var token = ada.FormToken();

        foreach (var person in new[] { $"{stranger.Id}", "4711", "nobody" })
        {
            await ada.Open($"/household/remove?person={person}");
            Assert.Equal("People of the household", ada.Heading);
            Assert.DoesNotContain(stranger.Email, ada.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
            await ada.Post("/household/remove", Fields(person, token));
            Assert.Equal(("People of the household", null), (ada.Heading, ada.Page.QuerySelector(".done")));
        }

        Assert.Equal(2, await app.Count("users"));
    }

    [Theory, OnBothDatabases]
    public async Task Another_member_deletes_the_own_account_with_the_password_once_more(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank, _log.AddTo);
        await app.SetUp();
        var bob = await app.AddMember(Bob);
        await app.Link(bob, _bank);
        var browser = await app.SignIn(Bob);
        var cookie = browser.SessionCookie();
        await browser.Click("a[href='/household/password']");
        await browser.Click(Remove);
        Assert.Equal("Delete your account?", browser.Heading);

        await browser.Submit();
        Assert.Equal("Current password: please fill this in.", browser.Error());
        for (var guess = 0; guess < 6; guess++)
        {
            browser.Fill("current_password", "wr0ng-guess");
            await browser.Submit();
            Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        }
        browser.Fill("current_password", HouseholdScene.Password);
        await browser.Submit();
        Assert.Contains("before you try again", browser.Error());
        Assert.Equal(2, await app.CountMembers());
        app.Time.Advance(TimeSpan.FromMinutes(2));
        browser.Fill("current_password", HouseholdScene.Password);
        await browser.Submit();

        Assert.Equal("Sign in", browser.Heading);
        Assert.StartsWith("Your account is deleted", browser.Find(".done").TextContent, StringComparison.Ordinal);
        Assert.Equal("/household/sign-in", await app.Leads(cookie));
        Assert.Equal(bob.Id.ToString(), _log.Only("user_deleted").Whose.User);
        Assert.Equal((1, 0), (await app.CountMembers(), await app.Count("connections")));
    }

    [Theory, OnBothDatabases]
    public async Task At_the_machine_a_member_is_erased_by_e_mail_address_and_the_next_one_looks_after_the_people(
        DatabaseKind kind
    )
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        await app.AddMember(Bob);

        var (unknown, _, why) = await app.Command("users", "erase", Bob, "eve@home.example", "--yes");
        Assert.NotEqual(Server.Commands.ExitCode.Done, unknown);
        Assert.Contains("There is no such user", why, StringComparison.Ordinal);
        Assert.Equal(2, await app.CountMembers());
        var (_, output, _) = await app.Command("users", "erase", "ADA@home.example", "--yes");

        Assert.Contains("erased 1 users", output, StringComparison.Ordinal);
        await ada.Open("/household");
        Assert.Equal("Sign in", ada.Heading);
        var bob = await app.SignIn(Bob);
        Assert.NotNull(bob.Page.QuerySelector("a[href='/household/people']"));
    }

    private static Dictionary<string, string> Fields(string person, string token) =>
        new()
        {
            ["person"] = person,
            ["current_password"] = HouseholdScene.Password,
            ["form_token"] = token,
        };
}
