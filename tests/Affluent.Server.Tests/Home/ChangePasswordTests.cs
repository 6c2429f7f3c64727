using System.Net;
using Affluent.Server.Authorization;
using Affluent.Server.Home;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Affluent.Server.Tests.SimpleFin;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>A member changes the own password: wrong ones count, other sessions end, applications read on.</summary>
public sealed class ChangePasswordTests
{
    private const string Next = "c0ffee-at-ten";

    private readonly RecordedEvents _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_new_password_ends_all_sessions_but_the_one_in_use(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, new FakeBank(), _log.AddTo);
        var visitor = await app.SetUp();
        var other = await app.SignIn();
        await other.Click("[data-e2e=submit-button]");
        var widget = other.Address.AbsoluteUri;
        var before = visitor.SessionCookie();

        await visitor.Click("a[href='/household/password']");
        Assert.Equal("Change my password", visitor.Heading);
        Assert.Contains("Applications that read your accounts go on reading", visitor.Find(".intro").TextContent);
        Assert.Equal(HouseholdScene.Email, visitor.Find("input[autocomplete=username]").GetAttribute("value"));
        await Send(visitor);

        Assert.Equal("Your banks", visitor.Heading);
        Assert.Equal(
            "Your password is changed. Everywhere else you are signed out.",
            visitor.Find(".done[role=status]").TextContent
        );
        await visitor.Open("/household");
        Assert.Equal(("Your banks", null), (visitor.Heading, visitor.Page.QuerySelector(".done")));
        Assert.NotEqual(before, visitor.SessionCookie());
        Assert.Equal("/household/sign-in", await app.Leads(before));
        await other.Open("/household");
        Assert.Equal("Sign in", other.Heading);
        await other.Open(widget);
        Assert.Equal(HttpStatusCode.Forbidden, other.Status);

        var member = await app.Member();
        Assert.Equal((member.Client.Id.ToString(), member.Id.ToString()), _log.Only("password_changed").Whose);
        Assert.All(_log.Everything, e => Assert.DoesNotContain(Next, e.Whole, StringComparison.Ordinal));
        var old = await app.SignIn();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, old.Status);
        Assert.Equal("Your banks", (await app.SignIn(password: Next)).Heading);
    }

    /// <summary>What ends access tokens is forgotten when the last of them would have ended by itself; members are signed in for longer.</summary>
    [Theory]
    [OnBothDatabases(true)]
    [OnBothDatabases(false)]
    public async Task An_ended_session_does_not_come_back(DatabaseKind kind, bool byCommand)
    {
        await using var app = await HouseholdScene.Start(kind);
        var visitor = await app.SetUp();
        var other = await app.SignIn();
        app.Time.Advance(TimeSpan.FromSeconds(1));
        if (byCommand)
        {
            // As "users set-password" does.
            var member = await app.Member();
            await app.Database.Write(
                db =>
                    HouseholdSessions.ResetPassword(
                        db,
                        member.Id,
                        "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA",
                        app.Service<Revocations>()
                    ),
                Stop
            );
        }
        else
        {
            await visitor.Open("/household/password");
            await Send(visitor);
        }

        for (var hours = 0; hours < 12; hours++)
        {
            await app.Service<Revocations>().Refresh(Stop);
            await other.Open("/household");
            Assert.Equal((hours, "Sign in"), (hours, other.Heading));
            app.Time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_wrong_current_password_changes_nothing_and_counts_as_at_the_sign_in(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, configure: _log.AddTo);
        var visitor = await app.SetUp();
        await visitor.Open("/household/password");

        await Send(visitor, current: "wr0ng-guess");
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "Current password: this is not right."),
            (visitor.Status, visitor.Error())
        );
        Assert.Equal("true", visitor.Find("#current_password").GetAttribute("aria-invalid"));
        Assert.Null(visitor.Find("#password").GetAttribute("aria-invalid"));
        for (var guess = 0; guess < 5; guess++)
        {
            await Send(visitor, current: "wr0ng-guess");
        }
        Assert.Contains("before you try again", visitor.Error());
        Assert.NotNull(visitor.Answer.Headers.RetryAfter);
        // Neither here nor at the sign-in, though it were the right one.
        await Send(visitor);
        Assert.Contains("before you try again", visitor.Error());
        var other = await app.SignIn();
        Assert.Contains("before you try again", other.Error());
        Assert.DoesNotContain(_log.All, e => e.Name == "password_changed");

        app.Time.Advance(TimeSpan.FromMinutes(2));
        await other.SendSignIn(HouseholdScene.Email, HouseholdScene.Password);
        Assert.Equal("Your banks", other.Heading);
        await Send(visitor);
        Assert.Equal("Your banks", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task What_is_filled_in_wrongly_is_said_before_the_password_is_looked_at(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, configure: _log.AddTo);
        var visitor = await app.SetUp();
        await visitor.Open("/household/password");

        await Send(visitor, current: "");
        Assert.Equal("Current password: please fill this in.", visitor.Error());
        await Send(visitor, next: "password1");
        Assert.StartsWith("Password: it needs 6 to 128 characters", visitor.Error(), StringComparison.Ordinal);
        await Send(visitor, again: "c0ffee-at-two");
        Assert.Contains("the two are not the same", visitor.Error());
        await Send(visitor, current: "", next: "");
        Assert.Equal(2, visitor.Page.QuerySelectorAll("#errors li").Length);
        Assert.Empty(visitor.Page.QuerySelectorAll("input[type=password][value]"));

        Assert.DoesNotContain(_log.All, e => e.Name.StartsWith("sign_in", StringComparison.Ordinal));
        Assert.Equal("Your banks", (await app.SignIn()).Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Applications_read_on(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var visitor = await app.SetUp();
        await app.StoreAccount(await app.StoreConnection(await app.Member()));
        var url = await app.ConnectApp(visitor);

        await visitor.Open("/household/password");
        await Send(visitor);

        Assert.Single((await app.Accounts(url)).List("accounts"));
    }

    [Theory, OnBothDatabases]
    public async Task A_form_of_another_site_or_member_changes_nothing_nor_does_who_is_not_signed_in(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        await app.AddMember("bob@home.example");
        var bob = await app.SignIn("bob@home.example");

        await ada.Post("/household/password", Fields(""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        await bob.Open("/household/password");
        await ada.Post("/household/password", Fields(bob.FormToken()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        var nobody = app.Browser();
        await nobody.Open("/household/password");
        Assert.Equal("Sign in", nobody.Heading);
        await nobody.Post("/household/password", Fields(nobody.FormToken()));
        Assert.Equal("Sign in", nobody.Heading);

        Assert.Equal("Your banks", (await app.SignIn()).Heading);
        Assert.Equal("Your banks", (await app.SignIn("bob@home.example")).Heading);
    }

    private static Task Send(
        PageVisitor visitor,
        string current = HouseholdScene.Password,
        string next = Next,
        string? again = null
    )
    {
        visitor.Fill("current_password", current);
        visitor.Fill("password", next);
        visitor.Fill("password_again", again ?? next);
        return visitor.Submit();
    }

    private static Dictionary<string, string> Fields(string token) =>
        new()
        {
            ["current_password"] = HouseholdScene.Password,
            ["password"] = Next,
            ["password_again"] = Next,
            ["form_token"] = token,
        };
}
