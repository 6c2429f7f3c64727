using System.Net;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>The pages from bank choice to the end, as a browser without script goes through them.</summary>
public sealed class WidgetFlowTests
{
    private const string Back = "&redirect_url=https%3A%2F%2Fclient.example%2Fback&congrats_bypass_delay=0";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Credentials_lead_to_accounts_and_back_to_the_client(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await app.Visit(
            await app.OpenWidget(user),
            "add_connection",
            $"{Back}&select_accounts=true&wait_sync_end=true"
        );

        await visitor.Click(".banks button[value='87']");
        Assert.Equal("Link Linxo Test Bank", visitor.Heading);
        Assert.Equal(
            "With your agreement we read for A test client, from this bank:",
            visitor.Find(".intro").TextContent
        );
        await visitor.Submit();
        visitor.Tick("channel-embedded");
        await visitor.Submit();
        await LogIn(visitor, "dev");
        await visitor.WaitFor("Accounts");
        Assert.Equal("Livret <A>", visitor.Find("label[for=account-1] span").FirstChild!.TextContent);
        visitor.Tick("account-1");
        await visitor.Submit();
        await LeaveFor(visitor);

        Assert.StartsWith(
            "https://client.example/back?status=success&result=created&connection_id=",
            visitor.SentTo!.AbsoluteUri,
            StringComparison.Ordinal
        );
        using var http = await app.SignedIn(user);
        Assert.Equal(
            ["Compte courant PENDING_CONSENT", "Livret <A> ACTIVE"],
            (await http.Accounts()).Select(a => $"{a.Text("name")} {a.Text("status")}").Order(StringComparer.Ordinal)
        );
    }

    [Theory, OnBothDatabases]
    public async Task The_bank_s_own_site_sends_the_user_back_into_the_widget(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await app.Visit(await app.OpenWidget(await app.CreateWidgetUser()), "add_connection", Back);

        var state = await GoToBank(visitor);
        await visitor.Open($"bank_callback/8701?state={state}&code=1");
        // The address that the return leads to names no session, and is good for this browser alone.
        Assert.DoesNotContain("session_id", visitor.Address.Query, StringComparison.Ordinal);
        var stranger = app.Browse("document");
        await stranger.Open(visitor.Address.AbsoluteUri);
        Assert.Equal(HttpStatusCode.Forbidden, stranger.Status);
        await visitor.WaitFor("Other");
        await visitor.Do("no_other");
        await LeaveFor(visitor);

        Assert.Contains("status=success&result=created", visitor.SentTo!.Query, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_return_link_is_good_for_nobody_who_made_it_up(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await app.Visit(await app.OpenWidget(await app.CreateWidgetUser()), "add_connection", Back);
        await GoToBank(visitor);

        await visitor.Open("bank_callback/8701?state=guessed&code=1");
        Assert.Equal((HttpStatusCode.BadRequest, "This link is no longer valid"), (visitor.Status, visitor.Heading));
        await visitor.Open("/embed/v2.1/widget/bank_callback/8701");
        Assert.Equal(HttpStatusCode.BadRequest, visitor.Status);
    }

    [Theory, OnBothDatabases]
    public async Task In_a_frame_the_bank_leads_to_the_client_s_page_which_resumes_the_session(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var session = await app.OpenWidget(await app.CreateWidgetUser());
        var parameters = $"{Back}&aspsp_callback_uri=https%3A%2F%2Fclient.example%2Fresume%3Fa%3D1&provider_id=91";
        var frame = app.Browse("iframe");
        await frame.Open(session.Link("add_connection") + parameters);
        await frame.Submit();
        await frame.WaitFor("Handoff");
        var link = frame.Find("a.primary");
        Assert.Equal("_top", link.GetAttribute("target"));

        var top = app.Browse("document", site: "same-origin");
        await top.Open($"/embed/v2.1/widget/{link.GetAttribute("href")}");
        var state = System.Web.HttpUtility.ParseQueryString(top.SentTo!.Query)["state"];
        await top.Open($"/embed/v2.1/widget/bank_callback/9101?state={state}&code=1");
        Assert.Equal("https://client.example/resume?a=1", top.SentTo!.AbsoluteUri);

        var again = app.Browse("iframe");
        await again.Open(session.Link("add_connection") + parameters);
        await again.WaitFor("Ended");
        var message = JsonDocument.Parse(again.Find("body").GetAttribute("data-message")!).RootElement;
        Assert.Equal("redirect_to", message.GetProperty("eventName").GetString());
        Assert.Equal("/success", message.GetProperty("redirect_url").GetString());
        Assert.Equal("https://client.example/back", message.GetProperty("return_url").GetString());
        Assert.Equal("success", message.GetProperty("status").GetString());
        Assert.Equal("created", message.GetProperty("result").GetString());
        Assert.Matches("^[0-9]+$", message.GetProperty("connection_id").GetString());
        Assert.Equal("https://client.example", again.Find("body").GetAttribute("data-origins"));
    }

    [Theory, OnBothDatabases]
    public async Task Without_an_address_of_the_client_the_browser_ends_at_the_platform_s_own(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var session = await app.OpenWidget(await app.CreateWidgetUser());
        var visitor = await app.Visit(session, "add_connection", "&provider_id=87&congrats_bypass_delay=0");
        await visitor.Submit();
        visitor.Tick("channel-embedded");
        await visitor.Submit();
        await LogIn(visitor, "dev");
        for (var i = 0; i < 20 && visitor.Heading != "All done"; i++)
        {
            await visitor.LookAgain();
        }

        Assert.Equal("/embed/v2.1/success", visitor.Address.AbsolutePath);
        Assert.StartsWith(
            "?status=success&result=created&connection_id=",
            visitor.Address.Query,
            StringComparison.Ordinal
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_refusal_at_the_bank_is_explained_and_can_be_tried_again(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await app.Visit(await app.OpenWidget(await app.CreateWidgetUser()), "add_connection", Back);

        var state = await GoToBank(visitor);
        await visitor.Open($"bank_callback/8701?state={state}&error=access_denied");
        await visitor.WaitFor("Failed");
        Assert.Equal("No authorization from your bank", visitor.Heading);
        await visitor.Do("retry");
        await visitor.WaitFor("Handoff");
        await visitor.Open($"bank_callback/8701?state={await visitor.LeaveForBank()}&code=1");
        await visitor.WaitFor("Other");
    }

    [Theory, OnBothDatabases]
    public async Task A_code_is_asked_for_again_when_it_was_wrong(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await ToCredentials(app);

        await LogIn(visitor, "otp");
        await visitor.WaitFor("Code");
        Assert.Contains("06 ** ** ** 12", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        await visitor.Submit();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        var first = visitor.Showing;
        visitor.Fill("otp", "000000");
        await visitor.Submit();
        await WaitForOther(visitor, first);
        await visitor.WaitFor("Code");
        Assert.Contains("did not accept it", visitor.Find("#otp-error").TextContent, StringComparison.Ordinal);
        visitor.Fill("otp", "123 456");
        await visitor.Submit();
        await LeaveFor(visitor);
    }

    [Theory]
    [OnBothDatabases("wrong", "Your bank did not accept this sign-in")]
    [OnBothDatabases("locked", "Your access is locked")]
    [OnBothDatabases("down", "Your bank does not answer")]
    [OnBothDatabases("limited", "Your bank wants to be left alone for now")]
    public async Task Every_failure_says_what_to_do_and_leaves_nothing_behind_when_the_user_leaves(
        DatabaseKind kind,
        string login,
        string heading
    )
    {
        await using var app = await Start(kind);
        var visitor = await ToCredentials(app);

        await LogIn(visitor, login);
        await visitor.WaitFor("Failed");
        Assert.Equal(heading, visitor.Heading);
        await visitor.Do("leave");

        Assert.Contains("status=error", visitor.SentTo!.Query, StringComparison.Ordinal);
        Assert.Equal(0, await app.Count("connections"));
    }

    [Theory]
    [OnBothDatabases("limited", "Try again in 5 hours.")]
    public async Task Who_comes_too_often_is_told_when_to_come_again(DatabaseKind kind, string login, string when)
    {
        await using var app = await Start(kind);
        var visitor = await ToCredentials(app);

        await LogIn(visitor, login);
        await visitor.WaitFor("Failed");

        Assert.Contains(when, visitor.Find("main").TextContent, StringComparison.Ordinal);
        await visitor.Do("leave");
        Assert.Contains("result=rate_limited", visitor.SentTo!.Query, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Wrong_credentials_can_be_corrected(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await ToCredentials(app);

        await LogIn(visitor, "wrong");
        await visitor.WaitFor("Failed");
        await visitor.Do("retry");
        await LogIn(visitor, "dev");
        await LeaveFor(visitor);

        Assert.Equal(1, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task A_form_that_is_not_filled_in_names_each_field_and_keeps_no_password(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await ToCredentials(app);

        visitor.Fill("login", "DEV 1");
        await visitor.Submit();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        Assert.Equal(2, visitor.Page.QuerySelectorAll("#errors li").Length);
        Assert.Equal("DEV 1", visitor.Find("#login").GetAttribute("value"));
        Assert.Equal("true", visitor.Find("#password").GetAttribute("aria-invalid"));
        Assert.Equal("", visitor.Find("#password").GetAttribute("value"));
    }

    [Theory, OnBothDatabases]
    public async Task A_form_sent_twice_makes_one_connection(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await ToCredentials(app);
        var form = visitor
            .Page.QuerySelectorAll("form:has(#login) input[name]")
            .ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value") ?? "");
        (form["login"], form["password"]) = ("dev", "secret");

        async Task<HttpStatusCode> Send()
        {
            using var answer = await app.Http.PostAsync(visitor.Address, new FormUrlEncodedContent(form), Stop);
            return answer.StatusCode;
        }
        var answers = await Task.WhenAll(Send(), Send(), Send());

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.SeeOther, status));
        Assert.Equal(1, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task A_form_without_the_session_s_token_does_nothing(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await ToCredentials(app);

        using var answer = await app.Http.PostAsync(
            visitor.Address,
            new FormUrlEncodedContent(
                new Dictionary<string, string>
                {
                    ["do"] = "credentials",
                    ["login"] = "dev",
                    ["password"] = "secret",
                    ["token"] = "forged",
                }
            ),
            Stop
        );

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(0, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task Cancelling_leads_to_the_cancel_address(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "add_connection",
            $"{Back}&cancel_url=https%3A%2F%2Fclient.example%2Fstop%3Fa%3D1"
        );

        await visitor.Do("cancel");

        Assert.StartsWith(
            "https://client.example/stop?a=1&status=cancelled&result=cancelled",
            visitor.SentTo!.AbsoluteUri,
            StringComparison.Ordinal
        );
    }

    [Theory, OnBothDatabases]
    public async Task Expired_credentials_are_renewed_on_the_same_connection(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await ToCredentials(app, user);
        await LogIn(visitor, "dev");
        await LeaveFor(visitor);
        using var http = await app.SignedIn(user);
        var id = await http.OnlyConnection();

        var edit = await app.Visit(
            await app.OpenWidget(user),
            "edit_credentials",
            $"{Back}&connection_id={id}&provider_id=87&expected_account_types=OTHER"
        );
        Assert.Equal("Renew Linxo Test Bank", edit.Heading);
        await edit.Submit();
        await LogIn(edit, "dev");
        await LeaveFor(edit);

        Assert.Contains($"result=updated&connection_id={id}", edit.SentTo!.Query, StringComparison.Ordinal);
        Assert.Equal(1, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task An_approval_in_the_bank_s_app_is_waited_for(DatabaseKind kind)
    {
        var banks = new ScriptedBanks();
        await using var app = await Start(kind, banks);
        var visitor = await ToCredentials(app);

        await LogIn(visitor, "app");
        await visitor.WaitFor("Approval");
        Assert.Equal("Approve the request of 08:00", visitor.Find("blockquote").TextContent);
        app.Time.Advance(TimeSpan.FromSeconds(3));
        await visitor.LookAgain();
        Assert.StartsWith("Approval", visitor.Showing, StringComparison.Ordinal);
        banks.Approved = true;
        app.Time.Advance(TimeSpan.FromSeconds(3));
        await LeaveFor(visitor);
    }

    [Theory, OnBothDatabases]
    public async Task A_question_of_the_night_is_answered_later_on_its_own_page(DatabaseKind kind)
    {
        var banks = new ScriptedBanks();
        await using var app = await Start(kind, banks);
        var user = await app.CreateWidgetUser();
        var visitor = await ToCredentials(app, user);
        await LogIn(visitor, "otp");
        await visitor.WaitFor("Code");
        visitor.Fill("otp", "123456");
        await visitor.Submit();
        await LeaveFor(visitor);
        using var http = await app.SignedIn(user);
        var id = await http.OnlyConnection();

        var nothing = await app.Visit(await app.OpenWidget(user), "user_input", $"{Back}&connection_id={id}");
        Assert.Equal("Nothing to do", nothing.Heading);

        banks.WantsUser = true;
        app.Time.Advance(TimeSpan.FromDays(2));
        await app.RunDueSynchronizations();
        var later = await app.Visit(await app.OpenWidget(user), "user_input", $"{Back}&connection_id={id}");
        Assert.Equal("Your bank needs something from you", later.Heading);
        banks.WantsUser = false;
        await later.Submit();
        await LeaveFor(later);

        Assert.Contains(
            $"status=success&result=updated&connection_id={id}",
            later.SentTo!.Query,
            StringComparison.Ordinal
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_second_channel_that_fails_does_not_spoil_the_first(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await app.Visit(await app.OpenWidget(await app.CreateWidgetUser()), "add_connection", Back);
        var state = await GoToBank(visitor);
        await visitor.Open($"bank_callback/8701?state={state}&code=1");
        await visitor.WaitFor("Other");
        await visitor.Do("other");
        await LogIn(visitor, "wrong");
        await visitor.WaitFor("Failed");

        await visitor.Do("skip");
        await LeaveFor(visitor);

        Assert.Contains("status=success&result=created", visitor.SentTo!.Query, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Accounts_can_be_left_out_later(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await ToCredentials(app, user);
        await LogIn(visitor, "dev");
        await LeaveFor(visitor);

        var manage = await app.Visit(await app.OpenWidget(user), "manage_accounts", Back);
        manage.Find("#account-0").RemoveAttribute("checked");
        ((AngleSharp.Html.Dom.IHtmlInputElement)manage.Find("#account-0")).IsChecked = false;
        await manage.Submit();

        Assert.Contains("status=success&result=updated", manage.SentTo!.Query, StringComparison.Ordinal);
        using var http = await app.SignedIn(user);
        Assert.Single(await http.Accounts(), a => a.Text("status") == "PENDING_CONSENT");
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_is_asked_to_renew_a_connection_that_does_not_exist(DatabaseKind kind)
    {
        await using var app = await Start(kind);

        var visitor = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "edit_credentials",
            $"{Back}&connection_id=1&provider_id=87&expected_account_types=ALL"
        );

        Assert.Equal("We do not know this bank link", visitor.Heading);
        await visitor.Submit();
        Assert.Contains("status=error&result=unknown_connection", visitor.SentTo!.Query, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_of_somebody_else_is_unknown(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await ToCredentials(app, user);
        await LogIn(visitor, "dev");
        await LeaveFor(visitor);
        using var http = await app.SignedIn(user);
        var id = await http.OnlyConnection();

        var other = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "user_input",
            $"&connection_id={id}"
        );

        Assert.Equal("We do not know this bank link", other.Heading);
    }

    private static Task<TestApp> Start(DatabaseKind kind, ScriptedBanks? banks = null) =>
        TestApp.Start(kind, configure: builder => builder.Services.AddSingleton((banks ?? new()).Banks));

    private static async Task<PageVisitor> ToCredentials(TestApp app, TestUser? user = null)
    {
        var session = await app.OpenWidget(user ?? await app.CreateWidgetUser());
        var visitor = await app.Visit(session, "add_connection", $"{Back}&provider_id=87");
        await visitor.Submit();
        visitor.Tick("channel-embedded");
        await visitor.Submit();
        return visitor;
    }

    private static async Task<string> GoToBank(PageVisitor visitor)
    {
        await visitor.Click(".banks button[value='87']");
        await visitor.Submit();
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        Assert.Equal("_self", visitor.Find("a.primary").GetAttribute("target"));
        return await visitor.LeaveForBank();
    }

    private static Task LogIn(PageVisitor visitor, string login)
    {
        visitor.Fill("login", login);
        visitor.Fill("password", login == "wrong" ? "wrong" : "secret");
        return visitor.Submit();
    }

    private static async Task LeaveFor(PageVisitor visitor)
    {
        for (var i = 0; i < 20 && visitor.SentTo is null; i++)
        {
            await visitor.LookAgain();
        }
        Assert.True(visitor.SentTo is not null, $"Still at {visitor.Showing}: {visitor.Page.Body?.TextContent}");
    }

    private static async Task WaitForOther(PageVisitor visitor, string than)
    {
        for (var i = 0; i < 20 && visitor.Showing == than; i++)
        {
            await visitor.LookAgain();
        }
    }
}
