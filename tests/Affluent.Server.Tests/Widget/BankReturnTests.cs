using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>What a bank answers counts only in the browser that left for it, at the address of this bank (RFC 9700, sections 4.4 and 4.7).</summary>
public sealed class BankReturnTests
{
    private const string Refused = "This did not begin in this browser";
    private const string Callback = "/embed/v2.1/widget/bank_callback/8701";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_link_to_the_bank_that_was_copied_into_another_browser_delivers_nothing(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var (session, visitor) = await AtTheWayToTheBank(app);
        var state = await visitor.LeaveForBank();

        var other = app.Browse("document");
        await other.Open($"{Callback}?state={state}&code=1");

        Assert.Equal((HttpStatusCode.Forbidden, Refused), (other.Status, other.Heading));
        Assert.DoesNotContain(session.Id, other.Page.Source.Text, StringComparison.Ordinal);
        await visitor.LookAgain();
        Assert.Equal("Handoff", visitor.Showing);
        Assert.DoesNotContain("USER_INPUT_ANSWERED", await app.Snapshot("events"), StringComparison.Ordinal);
        // Who left is not hindered by it.
        await visitor.Open($"{Callback}?state={state}&code=1");
        await visitor.WaitFor("Other");
    }

    [Theory]
    [OnBothDatabases("none")]
    [OnBothDatabases("cross-site")]
    [OnBothDatabases("same-site")]
    [OnBothDatabases(null)]
    public async Task The_widget_s_own_button_does_not_work_as_a_link_either(DatabaseKind kind, string? site)
    {
        await using var app = await Start(kind);
        var (_, visitor) = await AtTheWayToTheBank(app);

        var other = app.Browse("document", site);
        await other.Open($"/embed/v2.1/widget/{visitor.Find("a.primary").GetAttribute("href")}");

        Assert.Null(other.SentTo);
        Assert.Equal((HttpStatusCode.Forbidden, Refused), (other.Status, other.Heading));
        Assert.False(other.Answer.Headers.Contains("Set-Cookie"));
    }

    [Theory, OnBothDatabases]
    public async Task From_a_frame_the_return_counts_in_the_window_that_left_and_brings_no_session(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var session = await app.OpenWidget(await app.CreateWidgetUser());
        var parameters = "&aspsp_callback_uri=https%3A%2F%2Fclient.example%2Fresume&provider_id=91";
        var frame = app.Browse("iframe");
        await frame.Open(session.Link("add_connection") + parameters);
        await frame.Submit();
        await frame.WaitFor("Handoff");
        var window = app.Browse("document", site: "same-origin");
        await window.Open($"/embed/v2.1/widget/{frame.Find("a.primary").GetAttribute("href")}");
        var state = HttpUtility.ParseQueryString(window.SentTo!.Query)["state"];
        var callback = $"/embed/v2.1/widget/bank_callback/9101?state={state}&code=1";

        var other = app.Browse("document");
        await other.Open(callback);
        await frame.LookAgain();
        var waits = frame.Showing;
        await window.Open(callback);
        await frame.WaitFor("Ended");

        Assert.Equal((null, Refused), (other.SentTo, other.Heading));
        Assert.Equal("Handoff", waits);
        Assert.Equal("https://client.example/resume", window.SentTo!.AbsoluteUri);
    }

    [Theory, OnBothDatabases]
    public async Task A_return_and_a_run_that_adds_accounts_of_another_connection_do_not_wait_for_each_other(
        DatabaseKind kind
    )
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var (_, visitor) = await AtTheWayToTheBank(app, user);
        var state = await visitor.LeaveForBank();

        var returning = await app.Database.Write(
            async db =>
            {
                // As a run does it.
                await ConnectionsStore.LockOfProvider(db, user.Id, [new ProviderId("87")]);
                var returning = visitor.Open($"{Callback}?state={state}&code=1");
                await Task.Delay(200, Stop);
                await EventLog.Append(
                    app.Service<UserDatabase>().For(db, user.Id, user.Client.Id),
                    NewEvent.OfConnection(EventName.AccountAdded, new ConnectionId(1))
                );
                return returning;
            },
            Stop
        );
        await returning;

        Assert.Equal(HttpStatusCode.OK, visitor.Status);
        await visitor.WaitFor("Other");
    }

    [Theory, OnBothDatabases]
    public async Task What_a_browser_keeps_for_one_question_is_not_good_for_another(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var (_, visitor) = await AtTheWayToTheBank(app, user);
        var state = await visitor.LeaveForBank();
        var (_, second) = await AtTheWayToTheBank(app, user);
        await second.LeaveForBank();

        await second.Open($"{Callback}?state={state}&code=1");

        Assert.Equal(Refused, second.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Once_the_client_is_closed_a_return_brings_nothing(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var (_, visitor) = await AtTheWayToTheBank(app, user);
        var state = await visitor.LeaveForBank();
        await app.Database.Write(
            db => ClientStore.SetDisabled(db, user.Client.ClientId, disabled: true, app.Service<Revocations>()),
            Stop
        );

        await visitor.Open($"{Callback}?state={state}&code=1");

        Assert.Equal((HttpStatusCode.Forbidden, "This service is closed"), (visitor.Status, visitor.Heading));
        Assert.DoesNotContain("USER_INPUT_ANSWERED", await app.Snapshot("events"), StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_code_that_arrives_at_the_address_of_another_bank_is_refused(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var (_, visitor) = await AtTheWayToTheBank(app);
        var state = await visitor.LeaveForBank();

        foreach (
            var address in new[] { "bank_callback/9101", "bank_callback/8700", "bank_callback/x", "bank_callback" }
        )
        {
            await visitor.Open($"/embed/v2.1/widget/{address}?state={state}&code=1");
            Assert.NotEqual(HttpStatusCode.OK, visitor.Status);
        }
        await visitor.Open($"{Callback}?state={state}&code=1");
        await visitor.WaitFor("Other");
    }

    [Theory]
    [OnBothDatabases("https://embed.example", "/", true)]
    [OnBothDatabases(null, "/embed", false)]
    public async Task The_cookie_is_kept_from_scripts_and_from_other_places(
        DatabaseKind kind,
        string? embed,
        string path,
        bool secure
    )
    {
        await using var app = await Start(kind, embed);
        var (session, visitor) = await AtTheWayToTheBank(app);
        var cookie = Assert.Single(visitor.Answer.Headers.GetValues("Set-Cookie"));
        var parts = cookie.Split("; ");

        Assert.Matches("^affluent_departure_[0-9]+=[A-Za-z0-9_-]+$", parts[0]);
        Assert.DoesNotContain(session.Id, cookie, StringComparison.Ordinal);
        Assert.Contains($"path={path}", parts);
        Assert.Contains("httponly", parts);
        Assert.Contains("samesite=lax", parts);
        Assert.Equal(secure, parts.Contains("secure"));
        Assert.InRange(
            int.Parse(
                parts.Single(p => p.StartsWith("max-age=", StringComparison.Ordinal))[8..],
                System.Globalization.CultureInfo.InvariantCulture
            ),
            60,
            3_600
        );
    }

    [Theory, OnBothDatabases]
    public async Task The_authorize_link_is_for_one_browser_and_ends_with_the_return(DatabaseKind kind)
    {
        var access = "";
        var bank = new FakeBank();
        bank.RedirectChannel.With(Bank.Account("111"), Bank.Booked("a", 1, "2026-02-01", "X"));
        bank.RedirectChannel.Instead = (context, input) =>
            input is StepInput.Returned ? new StepResult.Done { Session = access = "token" }
            : context.Session == "token" && access == "token" ? null
            : new StepResult.AskUser(
                new Question.Redirect(new Uri($"https://fake.example/authorize?state={context.Callback!.State}"))
            )
            {
                Session = "asked",
            };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        using var created = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = "1",
                channel_definition_id = "101",
                redirect_url = "https://app.example/back",
            },
            Stop
        );
        var made = await created.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var id = made.Text("id")!;
        var link = made.GetProperty("_links").GetProperty("authorize").Text("href")!;
        await app.RunDueSynchronizations();

        // The question shows the same link, never the bank's own address.
        Assert.Equal(link, (await Question(http, id)).Text("address"));
        var (user, other) = (app.Browse("document"), app.Browse("document"));
        await user.Open(link);
        var state = HttpUtility.ParseQueryString(user.SentTo!.Query)["state"];
        await other.Open(link);
        Assert.Equal((null, Refused), (other.SentTo, other.Heading));
        await user.Open(link);
        Assert.Equal("fake.example", user.SentTo!.Host);
        await other.Open($"/embed/v2.1/widget/bank_callback/101?state={state}&code=ok");
        Assert.Equal((null, Refused), (other.SentTo, other.Heading));

        await user.Open($"/embed/v2.1/widget/bank_callback/101?state={state}&code=ok");
        Assert.Equal("app.example", user.SentTo!.Host);
        var dead = app.Browse("document");
        await dead.Open(link);
        Assert.Equal((null, "This link is no longer valid"), (dead.SentTo, dead.Heading));
        await app.RunDueSynchronizations();
        Assert.Equal("SUCCESS", await http.StatusOf(id));

        // The authorization is over: what renews it is another link.
        access = "";
        using var asked = await http.PostAsync($"/api/v2.1/connections/{id}/synchronize", content: null, Stop);
        await app.RunDueSynchronizations();
        var renewal = (await Question(http, id)).Text("address")!;
        Assert.NotEqual(link, renewal);
        await dead.Open(link);
        Assert.Null(dead.SentTo);
        await user.Open(renewal);
        Assert.Equal("fake.example", user.SentTo!.Host);
    }

    [Theory, OnBothDatabases]
    public async Task A_user_who_is_sent_once_more_reads_for_which_account(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.RedirectChannel.With(Bank.Account("111"));
        bank.RedirectChannel.Instead = (context, input) =>
            input is StepInput.Returned ? new StepResult.Done { Session = context.Session + "+" }
            : context.Session.EndsWith("++", StringComparison.Ordinal) ? null
            : new StepResult.AskUser(
                new Question.Redirect(new Uri($"https://fake.example/authorize?state={context.Callback!.State}"))
                {
                    Account = context.Session == "" ? null : "Livret A & fils",
                }
            )
            {
                Session = context.Session,
            };
        await using var app = await TestApp.StartWith(bank, kind);
        var user = await app.CreateWidgetUser();
        var session = await app.OpenWidget(user);
        var visitor = app.Browse("document");
        await visitor.Open($"{session.Link("add_connection")}&provider_id={FakeBank.ProviderId}&channel=REDIRECT");
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        Assert.DoesNotContain("Livret A", visitor.Page.Body!.TextContent, StringComparison.Ordinal);

        await visitor.Open($"bank_callback/{FakeBank.Redirect}?state={await visitor.LeaveForBank()}&code=1");
        await visitor.WaitFor("Handoff");

        Assert.Contains("Livret A & fils", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        await visitor.Open($"bank_callback/{FakeBank.Redirect}?state={await visitor.LeaveForBank()}&code=2");
        await visitor.WaitFor("Ended");
    }

    [Theory]
    [OnBothDatabases("widget/bank_callback/8701?state=x&code=1")]
    [OnBothDatabases("widget/leave?session_id=x")]
    [OnBothDatabases("authorize/x")]
    [OnBothDatabases("success")]
    public async Task Pages_beside_those_of_a_session_have_their_looks(DatabaseKind kind, string address)
    {
        await using var app = await Start(kind);
        var visitor = app.Browse("document");
        await visitor.Open($"/embed/v2.1/{address}");

        var styles = new Uri(visitor.Address, visitor.Find("link[href*='widget.css']").GetAttribute("href")!);
        using var answer = await app.Http.GetAsync(styles, Stop);

        Assert.Equal("text/css", answer.Content.Headers.ContentType?.MediaType);
    }

    private static async Task<JsonElement> Question(HttpClient http, string id) =>
        await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/connections/{id}/user_input", Stop);

    private static Task<TestApp> Start(DatabaseKind kind, string? embed = null) =>
        TestApp.Start(
            kind,
            settings => embed is null ? settings : settings with { EmbedUrl = new Uri(embed) },
            builder => builder.Services.AddSingleton(new ScriptedBanks().Banks)
        );

    private static async Task<(TestSession Session, PageVisitor Visitor)> AtTheWayToTheBank(
        TestApp app,
        TestUser? user = null
    )
    {
        var session = await app.OpenWidget(user ?? await app.CreateWidgetUser());
        var visitor = app.Browse("document");
        await visitor.Open($"/embed/v2.1/widget/add_connection?session_id={session.Id}&provider_id=87");
        await visitor.Submit();
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        return (session, visitor);
    }
}
