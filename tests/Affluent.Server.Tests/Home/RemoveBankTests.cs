using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>Banks that go, that were never linked to the end, or that there are none of; and pages at another address.</summary>
public sealed class RemoveBankTests
{
    private const string Remove = ".entries li a.quiet";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly FakeBank _bank = new();

    [Theory, OnBothDatabases]
    public async Task A_bank_goes_with_all_that_was_read_once_its_member_has_said_so_twice(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        await app.Link(await app.Member(), _bank);
        await visitor.Open("/household");
        Assert.Equal("Remove Fake Bank", visitor.Find(Remove).GetAttribute("aria-label"));

        await visitor.Click(Remove);
        Assert.Equal("Remove Fake Bank?", visitor.Heading);
        Assert.Equal(1, await app.Count("connections"));
        await visitor.Submit();

        Assert.Equal(
            ("Your banks", "The bank is removed, with all that was read there."),
            (visitor.Heading, visitor.Find("[role=status]").TextContent.Trim())
        );
        Assert.Empty(visitor.Page.QuerySelectorAll(".entries li"));
        Assert.Equal((0, 0), (await app.Count("connections"), await app.Count("accounts")));
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_removes_anothers_bank_nor_by_anothers_form(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var ada = await app.SetUp();
        var connection = await app.Link(await app.Member(), _bank);
        await app.AddMember("bob@home.example");
        var bob = await app.SignIn("bob@home.example");

        await bob.Open($"/household/remove-bank?connection={connection}");
        Assert.Equal("Your banks", bob.Heading);
        await bob.Post("/household/remove-bank", Form(bob.FormToken()));
        await ada.Post("/household/remove-bank", Form(bob.FormToken()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        var nobody = app.Browser();
        await nobody.Post("/household/remove-bank", Form(bob.FormToken()));
        Assert.Equal("Sign in", nobody.Heading);

        Assert.Equal(1, await app.Count("connections"));

        KeyValuePair<string, string>[] Form(string token) =>
            [new("connection", connection.ToString()), new("form_token", token)];
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_was_not_linked_to_the_end_says_so_and_can_be_gone_on_with_or_removed(
        DatabaseKind kind
    )
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        _bank.RedirectChannel.Instead = (context, _) =>
            new StepResult.AskUser(new Question.Redirect(new Uri("https://fake.example/authorize")))
            {
                Session = context.Session,
            };
        await visitor.Submit();
        await visitor.Click(".banks button");
        await visitor.Submit();
        visitor.Choose("channel-redirect");
        await visitor.Submit();
        await visitor.WaitFor("Handoff");

        // And away.
        await visitor.Open("/household");
        Assert.Equal("Was not linked to the end: go on, or remove it", visitor.Find(".entries small").TextContent);
        await visitor.Click(".entries li button");
        Assert.Contains("/widget/edit_credentials?session_id=", visitor.Address.PathAndQuery);
        await visitor.Open("/household");
        await visitor.Click(Remove);
        await visitor.Submit();
        Assert.Equal(0, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task Where_no_bank_is_offered_the_page_says_how_there_is_one(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var visitor = await app.SetUp();

        Assert.Contains("No bank can be linked yet", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Null(visitor.Page.QuerySelector("[data-e2e=submit-button]"));
        var page = visitor.Find("main a[href*='/docs/']").GetAttribute("href")!;
        Assert.EndsWith("/docs/how-to/at-home#3-name-your-banks-three-settings", page, StringComparison.Ordinal);
        await visitor.Open(new Uri(page).AbsolutePath);
        Assert.NotNull(visitor.Page.QuerySelector("[id='3-name-your-banks-three-settings']"));
    }

    [Theory, OnBothDatabases]
    public async Task What_the_household_itself_must_mend_is_said_to_it(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        await app.Link(await app.Member(), _bank);
        _bank.EmbeddedChannel.Instead = (_, _) => Bank.Refused(Refusal.OperatorFault);
        await visitor.Open("/household");
        await visitor.Click(".entries li button");
        await app.RunDueSynchronizations();

        await visitor.Open("/household");
        Assert.Equal(
            "Could not be read: something is missing in the set-up. “affluent upstreams check” says what",
            visitor.Find(".entries small").TextContent
        );

        await visitor.Click("[data-e2e=submit-button]");
        await visitor.Click(".banks button");
        visitor.Choose("another");
        await visitor.Submit();
        Assert.Contains("Affluent reads for you", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Household", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        await visitor.Submit();
        visitor.Choose("channel-embedded");
        await visitor.Submit();
        visitor.Fill("login", "dev");
        visitor.Fill("password", "s3cret-pa55");
        await visitor.Submit();
        await visitor.WaitFor("Failed");
        Assert.Equal("Something is missing in the set-up", visitor.Heading);
    }

    [Theory]
    [OnBothDatabases(null, "Affluent is set up for its own machine only", "home_url = http://localhost:5999")]
    [OnBothDatabases("https://home.example", "Affluent has another address", "https://home.example/household")]
    public async Task At_another_address_the_pages_say_which_is_the_right_one(
        DatabaseKind kind,
        string? home,
        string title,
        string words
    )
    {
        await using var app = await HouseholdScene.Start(
            kind,
            settings: s => s with { HomeUrl = home is null ? null : new Uri(home) }
        );
        await app.Begin();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/household/setup");
        request.Headers.Host = "localhost:5999";

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Contains($"<h1>{title}</h1>", page, StringComparison.Ordinal);
        Assert.Contains(words, page, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Accounts_of_several_banks_are_told_apart_by_their_names(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        var member = await app.Member();
        await app.Link(member, _bank);
        await visitor.Open("/household");
        await visitor.Click("[data-e2e=manage-button]");
        Assert.Equal("Current account", Detail(visitor));

        await app.Link(member, _bank);
        await visitor.Open("/household");
        await visitor.Click("[data-e2e=manage-button]");
        Assert.Equal("Fake Bank, Current account", Detail(visitor));

        static string Detail(PageVisitor visitor) => visitor.Find(".choices small").TextContent.Trim();
    }
}
