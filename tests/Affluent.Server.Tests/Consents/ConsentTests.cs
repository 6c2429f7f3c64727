using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Commands;
using Affluent.Server.Consents;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Widget;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Consents;

/// <summary>What users agree to is kept: who, to which words, when, from where, about what.</summary>
public sealed class ConsentTests
{
    private const string Back = $"&redirect_url={TestApp.ClientOrigin}/end&congrats_bypass_delay=0";
    private const string OwnTerms =
        "&terms_header=House%20rules&terms_body=%3Cb%3EBe%20kind%3C%2Fb%3E%0ADo%20not%20run";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Agreeing_to_a_bank_is_kept_with_the_words_on_the_page_and_the_connection(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection", $"{Back}&provider_id=90");
        var words = Words(visitor);
        Assert.Empty(await Consents(app, user));

        app.Time.Advance(TimeSpan.FromSeconds(7));
        await visitor.Submit();
        var before = Assert.Single(await Consents(app, user));
        await LinkEmbedded(visitor);

        var after = Assert.Single(await Consents(app, user));
        Assert.Null(before.ConnectionId);
        Assert.Equal(await ConnectionOf(app, user), after.ConnectionId.ToString());
        Assert.Equal(before, after with { ConnectionId = null });
        Assert.Equal(
            (user.Id, user.Client.Id, ConsentKind.Bank, app.Time.Seconds(), "127.0.0.1", "90", "en", false, ""),
            (
                after.UserId,
                after.ClientId,
                after.Kind,
                after.AgreedAt,
                after.Address,
                after.ProviderId?.Value,
                after.Language,
                after.ClientTerms,
                after.AccountIds
            )
        );
        Assert.Equal(words, await Text(app, after));
        Assert.Contains("Nobody can move money", words, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_renewal_is_kept_with_the_accounts_that_were_there(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        await Link(app, user);
        var id = await ConnectionOf(app, user);
        using var http = await app.SignedIn(user);

        var again = await app.Visit(await app.OpenWidget(user), "edit_credentials", $"{Back}&connection_id={id}");
        await again.Submit();

        var renewal = (await Consents(app, user))[^1];
        var accounts = await http.Accounts();
        Assert.Equal(2, (await Consents(app, user)).Count);
        Assert.Equal(
            (ConsentKind.Bank, id, "90"),
            (renewal.Kind, renewal.ConnectionId.ToString(), renewal.ProviderId?.Value)
        );
        Assert.NotEmpty(accounts);
        Assert.Equal(
            accounts.Select(a => a.Text("id")!).Order(StringComparer.Ordinal),
            renewal.AccountIds.Split(' ').Order(StringComparer.Ordinal)
        );
        Assert.StartsWith("Renew ", await Text(app, renewal), StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Until_when_is_kept_once_the_user_has_agreed_at_the_bank(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.RedirectChannel.With(Bank.Account("111"));
        bank.RedirectChannel.Instead = (context, input) =>
            input is StepInput.Returned ? new StepResult.Done { Session = "token" }
            : context.Session == "token" ? null
            : new StepResult.AskUser(
                new Question.Redirect(new Uri($"https://fake.example/authorize?state={context.Callback!.State}"))
            )
            {
                Session = "asked",
            };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, linked) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var created = await http.PostAsJsonAsync(
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
        var (user, connection) = (linked.Id, created.Text("id")!);
        var agreed = new ConsentRecord
        {
            UserId = user,
            ClientId = linked.Client.Id,
            Kind = ConsentKind.Bank,
            ConnectionId = new ConnectionId(long.Parse(connection, CultureInfo.InvariantCulture)),
        };
        foreach (var record in new[] { agreed with { Id = new(1) }, agreed with { Id = new(2) } })
        {
            var text = new ConsentText("words", "en", "1");
            await app.Database.Write(
                db =>
                    ConsentStore.Insert(db, record with { TextHash = text.Hash, Language = "en", Version = "1" }, text),
                Stop
            );
        }
        await app.RunDueSynchronizations();

        var visitor = app.Browse("document");
        await visitor.Open(created.GetProperty("_links").GetProperty("authorize").GetProperty("href").GetString()!);
        var state = HttpUtility.ParseQueryString(visitor.SentTo!.Query)["state"]!;
        await visitor.Open($"/embed/v2.1/widget/bank_callback/101?code=ok&state={state}");
        await app.RunDueSynchronizations();

        var consents = await app.Database.Read(db => ConsentStore.List(db, user), Stop);
        var end = (await http.Channel(connection, FakeBank.Redirect)).GetProperty("expires").GetInt64();
        // The one before it was about another authorization.
        Assert.Equal([null, end], consents.Select(c => c.EndsAt));
        var (_, output, _) = await app.RunCommand("consents", "--user", $"{user}");
        Assert.Contains("    until: no end named\n", output, StringComparison.Ordinal);
        Assert.Contains("    until: 2026-08-29T08:00:00Z\n", output, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task The_choice_of_accounts_is_kept(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        await Link(app, user);
        var visitor = await app.Visit(await app.OpenWidget(user), "manage_accounts", Back);
        var first = visitor.Find("#account-0");
        visitor
            .Page.QuerySelectorAll("input[type=checkbox]")
            .Skip(1)
            .ToList()
            .ForEach(box => box.RemoveAttribute("checked"));

        await visitor.Submit();

        var choice = (await Consents(app, user))[^1];
        Assert.Equal(
            (ConsentKind.Accounts, await ConnectionOf(app, user), first.GetAttribute("value")),
            (choice.Kind, choice.ConnectionId.ToString(), choice.AccountIds)
        );
        Assert.StartsWith("Your linked accounts\nTick the accounts", await Text(app, choice), StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Terms_of_a_client_with_the_right_are_shown_as_its_words_and_kept(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser(ownTerms: true);
        var visitor = await app.Visit(await app.OpenWidget(user), "terms", Back + OwnTerms);

        Assert.Equal(
            "The following are the words of A test client, not ours:",
            visitor.Find(".terms .origin").TextContent
        );
        Assert.Equal("House rules", visitor.Find("#terms-title").TextContent);
        Assert.Equal("<b>Be kind</b>", visitor.Find(".terms p:not(.origin)").TextContent);
        var words = Words(visitor);
        await visitor.Submit();

        Assert.Contains("status=success&result=accepted", visitor.SentTo!.Query, StringComparison.Ordinal);
        var consent = Assert.Single(await Consents(app, user));
        Assert.Equal((ConsentKind.Terms, true, null), (consent.Kind, consent.ClientTerms, consent.ProviderId));
        Assert.Equal(words, await Text(app, consent));
        Assert.Contains("House rules\n<b>Be kind</b>\nDo not run\n", words, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Terms_of_a_client_without_the_right_are_not_shown(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await app.Visit(await app.OpenWidget(user), "terms", Back + OwnTerms);

        Assert.Equal("Terms", visitor.Find("#terms-title").TextContent);
        Assert.StartsWith("We only read.", visitor.Find(".terms p").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Be kind", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Null(visitor.Page.QuerySelector(".origin"));
        await visitor.Submit();

        Assert.False(Assert.Single(await Consents(app, user)).ClientTerms);
    }

    [Theory]
    [OnBothDatabases(true, "Sign in to Épargne du Midi", 0)]
    [OnBothDatabases(false, "Link Épargne du Midi", 1)]
    public async Task Empty_terms_leave_the_screen_out_for_clients_with_the_right(
        DatabaseKind kind,
        bool ownTerms,
        string heading,
        int consents
    )
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser(ownTerms);
        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection", $"{Back}&terms_body=");

        await visitor.Click(".banks button[value='90']");

        Assert.Equal(heading, visitor.Heading);
        if (!ownTerms)
        {
            await visitor.Submit();
        }
        Assert.Equal(consents, (await Consents(app, user)).Count);
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_agrees_to_other_words_than_those_on_the_page(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection", $"{Back}&provider_id=90");
        var hash = visitor.Find("input[name=agreed_text]");
        var right = hash.GetAttribute("value")!;

        hash.SetAttribute("value", new string('0', right.Length));
        await visitor.Submit();

        Assert.Equal("Consent", visitor.Showing);
        Assert.Empty(await Consents(app, user));
        Assert.Equal(right, visitor.Find("input[name=agreed_text]").GetAttribute("value"));
        await visitor.Submit();
        Assert.Single(await Consents(app, user));
    }

    [Theory, OnBothDatabases]
    public async Task Consents_outlive_the_connection_and_go_with_the_user(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var (user, other) = (await app.CreateWidgetUser(), await app.CreateWidgetUser(ownTerms: true));
        await Link(app, user);
        var terms = await app.Visit(await app.OpenWidget(other), "terms", Back + OwnTerms);
        await terms.Submit();
        var before = await app.Snapshot("consents", "consent_texts");
        using var http = await app.SignedIn(user);
        using var others = await app.SignedIn(other);

        await http.DeleteAsync($"/api/v2.1/connections/{await ConnectionOf(app, user)}", Stop);
        app.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, await Prune(app));
        Assert.Equal(0, await app.Count("connections"));
        Assert.Equal(before, await app.Snapshot("consents", "consent_texts"));

        await others.DeleteAsync("/api/v2.1/users/me", Stop);
        Assert.Equal(1, await Prune(app));
        Assert.Equal((1, 1), (await app.Count("consents"), await app.Count("consent_texts")));
        Assert.DoesNotContain("House rules", await app.Snapshot("consent_texts"), StringComparison.Ordinal);
        Assert.Equal(before.Split('\n')[0], (await app.Snapshot("consents", "consent_texts")).Split('\n')[0]);
    }

    [Theory, OnBothDatabases]
    public async Task A_text_is_stored_once_and_kept_while_it_is_in_use(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var client = await app.CreateClient(redirectUrls: TestApp.ClientOrigin);
        var users = new[] { await app.CreateUser(client), await app.CreateUser(client) };
        foreach (var user in users)
        {
            var visitor = await app.Visit(await app.OpenWidget(user), "terms", Back);
            await visitor.Submit();
            app.Time.Advance(TimeSpan.FromHours(23));
        }
        foreach (var user in users)
        {
            using var http = await app.SignedIn(user);
            await http.DeleteAsync("/api/v2.1/users/me", Stop);
        }

        Assert.Equal((0, 1), (await app.Count("consents"), await app.Count("consent_texts")));
        Assert.Equal(0, await Prune(app));
        app.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, await Prune(app));
    }

    [Theory, OnBothDatabases]
    public async Task The_command_shows_consents_and_words_and_lets_no_text_steer_the_terminal(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser(ownTerms: true);
        var visitor = await app.Visit(await app.OpenWidget(user), "terms", $"{Back}&terms_body=Be%1B%5B2Jkind");
        await visitor.Submit();
        var consent = Assert.Single(await Consents(app, user));

        var (code, output, _) = await app.RunCommand("consents", "--user", user.Id.ToString());
        var (none, nothing, _) = await app.RunCommand("consents", "--user", "1");

        Assert.Equal((ExitCode.Done, ExitCode.Done), (code, none));
        Assert.StartsWith($"2026-03-02T08:00:00Z  TERMS  {consent.Id}", output, StringComparison.Ordinal);
        Assert.Contains("    from: 127.0.0.1", output, StringComparison.Ordinal);
        Assert.Contains("    words: en, version 2, with the client's terms", output, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^text {consent.TextHash}\r?$", output);
        Assert.Contains("    Be?[2Jkind", output, StringComparison.Ordinal);
        Assert.StartsWith("There is no consent of a user 1.", nothing, StringComparison.Ordinal);
    }

    private static Task<TestApp> Start(DatabaseKind kind) =>
        TestApp.Start(kind, configure: builder => builder.Services.AddSingleton(new ScriptedBanks().Banks));

    private static async Task Link(TestApp app, TestUser user)
    {
        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection", $"{Back}&provider_id=90");
        await visitor.Submit();
        await LinkEmbedded(visitor);
    }

    private static async Task LinkEmbedded(PageVisitor visitor)
    {
        visitor.Fill("login", "dev");
        visitor.Fill("password", "secret");
        await visitor.Submit();
        for (var i = 0; i < 20 && visitor.SentTo is null; i++)
        {
            await visitor.LookAgain();
        }
        Assert.NotNull(visitor.SentTo);
    }

    private static async Task<string> ConnectionOf(TestApp app, TestUser user)
    {
        using var http = await app.SignedIn(user);
        return await http.OnlyConnection();
    }

    /// <summary>All that a user reads on a page of consent, top to bottom, without the way back.</summary>
    private static string Words(PageVisitor visitor) =>
        string.Join(
            '\n',
            visitor
                .Page.QuerySelectorAll("main h1, .intro, .points li, .terms h2, .terms p, [data-e2e=submit-button]")
                .Select(e =>
                    Regex.Replace(e.TextContent.Trim(), @"\s+", " ", RegexOptions.None, TimeSpan.FromSeconds(1))
                )
        );

    private static Task<IReadOnlyList<ConsentRecord>> Consents(TestApp app, TestUser user) =>
        app.Database.Read(db => ConsentStore.List(db, user.Id), Stop);

    private static Task<string?> Text(TestApp app, ConsentRecord consent) =>
        app.Database.Read(db => ConsentStore.Text(db, consent.TextHash), Stop);

    private static Task<int> Prune(TestApp app) =>
        app.Database.Write(db => ConsentStore.PruneTexts(db, app.Time.Seconds(), atMost: 10), Stop);
}
