using System.Net;
using Affluent.Server.Home;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>How the first user of a household is made, and by whom not.</summary>
public sealed class SetupTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly RecordedEvents _log = new();

    [Theory, OnBothDatabases]
    public async Task Who_has_the_code_makes_the_first_user_and_is_signed_in(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, configure: _log.AddTo);
        var invitation = (await app.Begin())!;
        Assert.Equal($"{app.Origin}household/setup?code={invitation.Code.Value}", invitation.Address);
        Assert.Matches("^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}$", invitation.Code.Value);

        var visitor = app.Browser();
        await visitor.Open("/");
        Assert.Equal("Set up Affluent", visitor.Heading);
        await visitor.Open(invitation.Address);
        Assert.Equal(invitation.Code.Value, visitor.Find("#code").GetAttribute("value"));
        // As people type it.
        await visitor.SendSetup(invitation.Code.Value.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant());

        Assert.Equal((HttpStatusCode.OK, "Your banks"), (visitor.Status, visitor.Heading));
        Assert.Equal("/household", visitor.Address.AbsolutePath);
        var member = await app.Member();
        Assert.Equal((member.Client.Id.ToString(), member.Id.ToString()), _log.Only("household_set_up").Whose);
        Assert.Equal(member.Client.Id.ToString(), _log.Only("client_created").Whose.Item1);
        var stored = await app.Snapshot("households");
        string[] forms = [invitation.Code.Value, invitation.Code.Value.Replace("-", "", StringComparison.Ordinal)];
        Assert.All(forms, form => Assert.DoesNotContain(form, stored));
        Assert.All(_log.Everything, e => Assert.All(forms, form => Assert.DoesNotContain(form, e.Whole)));
        await (await app.SignIn()).Open("/household");
    }

    [Theory, OnBothDatabases]
    public async Task A_wrong_code_makes_nobody_and_after_ten_the_right_one_does_neither(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, configure: _log.AddTo);
        var invitation = (await app.Begin())!;
        var visitor = app.Browser();
        await visitor.Open("/household/setup");

        for (var guess = 0; guess < Household.MostGuesses; guess++)
        {
            await visitor.SendSetup("AAAA-AAAA-AAAA");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
            Assert.Contains("not the one that was printed last", visitor.Error());
        }
        await visitor.SendSetup(invitation.Code.Value);
        Assert.Contains("too often", visitor.Error());
        Assert.Equal(0, await app.CountMembers());
        Assert.Equal(
            [.. Enumerable.Repeat<object?>("wrong_code", Household.MostGuesses), "too_many_guesses"],
            _log.All.Where(e => e.Name == "setup_refused").Select(e => e.Values["Why"])
        );

        // Another start, another code, and the guesses are forgotten.
        var next = (await app.Begin())!;
        await visitor.SendSetup(invitation.Code.Value);
        Assert.Contains("not the one that was printed last", visitor.Error());
        await visitor.SendSetup(next.Code.Value);
        Assert.Equal("Your banks", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Many_guesses_at_once_count_each(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var invitation = (await app.Begin())!;
        var setup = app.Service<HouseholdSetup>();

        await Task.WhenAll(
            Enumerable.Range(0, 24).Select(guess => setup.Complete(Person($"AAAA-AAAA-AA{guess:00}"), Stop))
        );

        Assert.Equal(
            new SetupOutcome.Refused(SetupFault.TooManyGuesses),
            await setup.Complete(Person(invitation.Code.Value), Stop)
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_code_ends_after_a_day(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var invitation = (await app.Begin())!;
        app.Time.Advance(TimeSpan.FromSeconds(SetupCode.Lifetime - 1));
        var visitor = app.Browser();
        await visitor.Open(invitation.Address);
        app.Time.Advance(TimeSpan.FromSeconds(1));

        await visitor.SendSetup(invitation.Code.Value);

        Assert.Contains("it is too old", visitor.Error());
        Assert.Equal(0, await app.CountMembers());
    }

    [Theory, OnBothDatabases]
    public async Task Once_there_is_a_user_nobody_makes_a_first_one(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var invitation = (await app.Begin())!;
        var late = app.Browser();
        await late.Open(invitation.Address);
        var first = app.Browser();
        await first.Open(invitation.Address);
        await first.SendSetup(invitation.Code.Value);

        await late.SendSetup(invitation.Code.Value, "eve@home.example");
        Assert.Equal((HttpStatusCode.Conflict, "Affluent is set up already"), (late.Status, late.Heading));
        await late.Open("/household/setup");
        Assert.Equal("Sign in", late.Heading);
        Assert.Null(await app.Begin());
        Assert.Equal(
            new SetupOutcome.AlreadySetUp(),
            await app.Service<HouseholdSetup>().Complete(Person(invitation.Code.Value), Stop)
        );
        Assert.Equal(1, await app.CountMembers());
    }

    [Theory, OnBothDatabases]
    public async Task Of_many_who_set_up_at_once_one_makes_the_user(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var code = (await app.Begin())!.Code.Value;
        var setup = app.Service<HouseholdSetup>();

        var all = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(n => setup.Complete(Person(code, $"person{n}@home.example"), Stop))
        );

        Assert.Single(all.OfType<SetupOutcome.Done>());
        Assert.Equal(7, all.Count(outcome => outcome is SetupOutcome.AlreadySetUp));
        Assert.Equal(1, await app.CountMembers());
    }

    [Theory]
    [OnBothDatabases("", "ada@home.example", "tea-at-f0ur", "tea-at-f0ur", "Setup code: please fill this in.")]
    [OnBothDatabases("code", "", "tea-at-f0ur", "tea-at-f0ur", "E-mail: please fill this in.")]
    [OnBothDatabases("code", "ada", "tea-at-f0ur", "tea-at-f0ur", "E-mail: this does not look right")]
    [OnBothDatabases("code", "ada@home.example", "", "", "Password: please fill this in.")]
    [OnBothDatabases("code", "ada@home.example", "password1", "password1", "Password: it needs 6 to 128 characters")]
    [OnBothDatabases("code", "ada@home.example", "tea-at-f0ur", "tea-at-f1ve", "the two are not the same")]
    public async Task What_is_filled_in_wrongly_is_said_and_costs_no_guess(
        DatabaseKind kind,
        string code,
        string email,
        string password,
        string again,
        string error
    )
    {
        await using var app = await HouseholdScene.Start(kind);
        var right = (await app.Begin())!.Code.Value;
        var visitor = app.Browser();
        await visitor.Open("/household/setup");

        for (var time = 0; time <= Household.MostGuesses; time++)
        {
            await visitor.SendSetup(code, email, password, again);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
            Assert.Contains(error, visitor.Error());
            Assert.Equal("true", visitor.Page.QuerySelector("[aria-invalid=true]")?.GetAttribute("aria-invalid"));
            Assert.DoesNotContain("f0ur", visitor.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        }
        await visitor.SendSetup(right);
        Assert.Equal("Your banks", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task A_form_that_another_site_sends_makes_nobody(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var code = (await app.Begin())!.Code.Value;
        var visitor = app.Browser();
        await visitor.Open("/household/setup");
        var token = visitor.Find("input[name=form_token]").GetAttribute("value")!;

        // Without a token; and with one that was issued to another browser.
        foreach (var (browser, sent) in new[] { (visitor, ""), (app.Browser(), token) })
        {
            await browser.Post("/household/setup", Fields(code, sent));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
            Assert.Contains("keeps no cookies", browser.Error());
        }
        Assert.Equal(0, await app.CountMembers());
        await visitor.Post("/household/setup", Fields(code, token));
        Assert.Equal("Your banks", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Elsewhere_there_are_no_such_pages(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        foreach (var page in new[] { "/household", "/household/setup", "/household/sign-in" })
        {
            using var answer = await app.Http.GetAsync(page, Stop);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
        using var create = await app.Http.GetAsync("/simplefin/create", Stop);
        Assert.EndsWith("/docs/how-to/feed-actual-firefly-sure", create.Headers.Location!.AbsolutePath);
    }

    private static FirstUser Person(string code, string email = HouseholdScene.Email) =>
        new(new Secret(code), email, new Secret(HouseholdScene.Password));

    private static Dictionary<string, string> Fields(string code, string token) =>
        new()
        {
            ["code"] = code,
            ["username"] = HouseholdScene.Email,
            ["password"] = HouseholdScene.Password,
            ["password_again"] = HouseholdScene.Password,
            ["form_token"] = token,
        };
}
