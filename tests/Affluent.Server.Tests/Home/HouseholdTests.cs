using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Home;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>Members of a household sign in, see their banks and nobody else's, and link some.</summary>
public sealed class HouseholdTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_member_signs_in_and_out(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, new FakeBank());
        await app.SetUp();

        var visitor = await app.SignIn("ADA@home.example ");
        Assert.Equal("Your banks", visitor.Heading);
        Assert.Contains("No bank is linked yet", visitor.Find(".intro").TextContent);
        await visitor.Open("/household/sign-in");
        Assert.Equal("Your banks", visitor.Heading);
        var cookie = visitor.SessionCookie();

        await visitor.Click("[data-e2e=sign-out]");
        Assert.Equal("Sign in", visitor.Heading);
        await visitor.Open("/household");
        Assert.Equal("Sign in", visitor.Heading);
        // The cookie is worth nothing any more, whoever kept it.
        Assert.Equal("/household/sign-in", await app.Leads(cookie));
    }

    [Theory, OnBothDatabases]
    public async Task A_wrong_password_signs_nobody_in_and_too_many_are_waited_for(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        await app.SetUp();
        var visitor = await app.SignIn(password: "wr0ng-guess");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        Assert.Equal("The e-mail or the password is not right.", visitor.Error());
        Assert.Equal(HouseholdScene.Email, visitor.Find("#username").GetAttribute("value"));

        for (var guess = 0; guess < 5; guess++)
        {
            await visitor.SendSignIn(HouseholdScene.Email, "wr0ng-guess");
        }
        await visitor.SendSignIn(HouseholdScene.Email, HouseholdScene.Password);
        Assert.Contains("before you try again", visitor.Error());
        app.Time.Advance(TimeSpan.FromMinutes(2));
        await visitor.SendSignIn(HouseholdScene.Email, HouseholdScene.Password);
        Assert.Equal("Your banks", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task A_session_ends_after_half_a_day_and_with_the_password(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, new FakeBank());
        var first = await app.SetUp();
        app.Time.Advance(TimeSpan.FromSeconds(HouseholdSession.Lifetime - 1));
        await first.Open("/household");
        Assert.Equal("Your banks", first.Heading);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await first.Open("/household");
        Assert.Equal("Sign in", first.Heading);

        var second = await app.SignIn();
        await second.Click("[data-e2e=submit-button]");
        var widget = second.Address;
        var member = await app.Member();
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await app.Database.Write(
            db =>
                HouseholdSessions.ResetPassword(
                    db,
                    member.Id,
                    "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA",
                    app.Service<Server.Authorization.Revocations>()
                ),
            Stop
        );
        await second.Open("/household");
        Assert.Equal("Sign in", second.Heading);
        await second.Open(widget.AbsoluteUri);
        Assert.Equal(HttpStatusCode.Forbidden, second.Status);
    }

    [Theory, OnBothDatabases]
    public async Task Signing_out_ends_the_widget_that_was_opened_here(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, new FakeBank());
        var visitor = await app.SetUp();
        await visitor.Click("[data-e2e=submit-button]");
        var widget = visitor.Address.AbsoluteUri;
        Assert.Contains("/embed/v2.1/widget/add_connection?", widget);
        await visitor.Open("/household");
        await visitor.Click("[data-e2e=sign-out]");

        await visitor.Open(widget);

        Assert.Equal(HttpStatusCode.Forbidden, visitor.Status);
    }

    [Theory, OnBothDatabases]
    public async Task The_start_page_shows_ones_own_banks_with_state_and_last_reading(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var visitor = await app.SetUp();
        var other = await app.AddMember("bob@home.example");
        await app.StoreConnection(await app.Member());

        await visitor.Open("/household");
        Assert.Equal(
            ["Banque Étoile|Up to date|Last read on 1 March 2026, 21:20"],
            visitor
                .Page.QuerySelectorAll(".entries li p")
                .Select(p => string.Join('|', p.Children.Select(c => c.TextContent)))
        );

        var bob = await app.SignIn(other.Email);
        Assert.Empty(bob.Page.QuerySelectorAll(".entries li"));
        Assert.DoesNotContain("Étoile", bob.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_wants_its_user_says_so_and_leads_there(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, new FakeBank());
        var visitor = await app.SetUp();
        var connection = await app.StoreConnection(await app.Member(), FakeBank.ProviderId);
        await app.StoreChannel(
            new TestChannel
            {
                UserId = connection.UserId,
                ConnectionId = connection.Id,
                DefinitionId = new(FakeBank.Redirect),
                Mode = ChannelMode.Redirect,
                Status = ChannelStatus.TokenExpired,
            }
        );

        await visitor.Open("/household");
        Assert.Equal(
            "Needs you: the bank wants you to sign in again",
            visitor.Find(".entries li.urgent small").TextContent
        );
        await visitor.Click(".entries li button");

        Assert.Contains("/widget/edit_credentials?session_id=", visitor.Address.PathAndQuery);
        Assert.Contains("Fake Bank", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task The_form_of_another_member_or_of_another_site_opens_nothing(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        await app.AddMember("bob@home.example");
        var bob = await app.SignIn("bob@home.example");
        var connection = await app.StoreConnection(await app.Member());
        var token = ada.Find("input[name=form_token]").GetAttribute("value")!;

        foreach (var (visitor, sent) in new[] { (ada, ""), (bob, token) })
        {
            await visitor.Post("/household/widget", [new("do", "add_connection"), new("form_token", sent)]);
            Assert.Equal(
                (HttpStatusCode.UnprocessableEntity, "This page was open for too long"),
                (visitor.Status, visitor.Heading)
            );
            await visitor.Post("/household/sign-out", [new("form_token", sent)]);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        }
        // What is another member's is not there for bob, whatever he names.
        await bob.Open("/household");
        await bob.Post(
            "/household/widget",
            [
                new("do", "edit_credentials"),
                new("connection", connection.Id.ToString()),
                new("form_token", bob.Find("input[name=form_token]").GetAttribute("value")!),
            ]
        );
        Assert.DoesNotContain("Étoile", bob.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        await ada.Open("/household");
        Assert.Equal("Your banks", ada.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_is_linked_in_the_widget_which_comes_back(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await HouseholdScene.Start(kind, bank);
        var visitor = await app.SetUp();

        await visitor.Submit();
        Assert.StartsWith("Choose", visitor.Heading, StringComparison.Ordinal);
        await visitor.Click(".banks button");
        await visitor.Submit();
        if (visitor.Page.QuerySelector("#channel-embedded") is not null)
        {
            visitor.Tick("channel-embedded");
            await visitor.Submit();
        }
        visitor.Fill("login", "dev");
        visitor.Fill("password", "s3cret-pa55");
        await visitor.Submit();
        await visitor.WaitFor("Ended");
        Assert.Equal(
            $"{app.Origin}household",
            visitor.Find("a[data-e2e=submit-button]").GetAttribute("href")!.Split('?')[0]
        );
        await visitor.Submit();

        Assert.Equal("Your banks", visitor.Heading);
        Assert.Single(visitor.Page.QuerySelectorAll(".entries li"));
        await visitor.Click("[data-e2e=manage-button]");
        Assert.Equal("Your linked accounts", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Another_name_of_this_machine_leads_to_the_one_that_banks_send_people_back_to(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        await app.Begin();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/household/setup?code=A");
        request.Headers.Host = $"localhost:{app.Origin.Port}";

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Equal($"{app.Origin}household/setup?code=A", answer.Headers.Location!.AbsoluteUri);
    }

    [Theory, OnBothDatabases]
    public async Task Pages_are_protected_and_kept_by_nobody(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var visitor = await app.SetUp();
        await app.AddMember("bob@home.example");
        var bob = await app.Member("bob@home.example");
        foreach (
            var page in new[]
            {
                "/household",
                "/household/sign-in",
                "/household/setup",
                "/household/people",
                "/household/password",
                $"/household/remove?person={bob.Id}",
                "/household/progress",
                "/simplefin/create",
            }
        )
        {
            await visitor.Open(page);
            var headers = visitor.Answer.Headers;
            Assert.Equal("no-store", headers.CacheControl?.ToString());
            Assert.Equal("no-referrer", headers.GetValues("Referrer-Policy").Single());
            var policy = headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy);
            Assert.Contains("frame-ancestors 'none'", policy);
        }
    }
}
