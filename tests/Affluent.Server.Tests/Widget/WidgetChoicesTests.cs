using System.Net;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>What users and clients choose on the way: the channel, the way back, what becomes of a bank that is linked already.</summary>
public sealed class WidgetChoicesTests
{
    private const string Back = "&redirect_url=https%3A%2F%2Fclient.example%2Fback&congrats_bypass_delay=0";
    private const string Handoff = "Continue at Linxo Test Bank";
    private const string SignIn = "Sign in to Linxo Test Bank";
    private const string Consent = "Link Linxo Test Bank";
    private const string Channel = "Which accounts do you have there?";
    private const string Linked = "Linxo Test Bank is linked already";

    [Theory]
    [OnBothDatabases("", Channel)]
    [OnBothDatabases("&expected_account_types=PAYMENT", Handoff)]
    [OnBothDatabases("&expected_account_types=OTHER", SignIn)]
    [OnBothDatabases("&expected_account_types=ALL", Handoff)]
    [OnBothDatabases("&channel=REDIRECT", Handoff)]
    [OnBothDatabases("&channel=EMBEDDED", SignIn)]
    [OnBothDatabases("&account_types=CHECKINGS", Handoff)]
    [OnBothDatabases("&account_types=CHECKINGS,CREDIT_CARD", Handoff)]
    [OnBothDatabases("&account_types=SAVINGS", SignIn)]
    [OnBothDatabases("&account_types=CHECKINGS&account_types=SAVINGS", SignIn)]
    [OnBothDatabases("&channel=REDIRECT&account_types=SAVINGS&expected_account_types=OTHER", Handoff)]
    public async Task The_client_chooses_the_channel_and_the_user_is_not_asked(
        DatabaseKind kind,
        string parameters,
        string heading
    )
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "add_connection", parameters);

        await visitor.Click(".banks button[value='87']");
        await visitor.Submit();
        if (heading == Handoff)
        {
            await visitor.WaitFor("Handoff");
        }

        Assert.Equal(heading, visitor.Heading);
    }

    [Theory]
    [OnBothDatabases("", "Other")]
    [OnBothDatabases("&expected_account_types=ALL", "Other")]
    [OnBothDatabases("&expected_account_types=PAYMENT", null)]
    [OnBothDatabases("&channel=REDIRECT", null)]
    [OnBothDatabases("&account_types=CHECKINGS", null)]
    public async Task Who_wants_what_one_channel_brings_is_not_offered_the_other(
        DatabaseKind kind,
        string parameters,
        string? showing
    )
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "add_connection", $"{parameters}&provider_id=87");
        await visitor.Submit();
        if (visitor.Heading == Channel)
        {
            await visitor.Submit();
        }
        await ReturnFromBank(visitor, "1");

        if (showing is null)
        {
            await LeaveFor(visitor);
        }
        else
        {
            await visitor.WaitFor(showing);
        }
    }

    [Theory]
    [OnBothDatabases("8701", Handoff)]
    [OnBothDatabases("8700", SignIn)]
    public async Task A_test_bank_has_an_entry_for_each_channel(DatabaseKind kind, string channel, string heading)
    {
        await using var app = await Start(kind, new ScriptedBanks(test: true));
        var visitor = await Open(app, "add_connection");
        Assert.Equal(
            ["8701 With a current account", "8700 Without a current account"],
            visitor
                .Page.QuerySelectorAll(".banks li[data-name='Linxo Test Bank'] button")
                .Select(b => $"{b.GetAttribute("value")} {b.QuerySelector("small")!.TextContent}")
        );

        await visitor.Click($".banks button[value='{channel}']");
        await visitor.Submit();
        if (heading == Handoff)
        {
            await visitor.WaitFor("Handoff");
        }
        Assert.Equal(heading, visitor.Heading);
        // The way back leads to the consent, and no further.
        await visitor.Do("back");
        Assert.Equal(Consent, visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task A_test_bank_has_one_entry_where_the_client_has_chosen(DatabaseKind kind)
    {
        await using var app = await Start(kind, new ScriptedBanks(test: true));

        var visitor = await Open(app, "add_connection", "&expected_account_types=OTHER");

        Assert.Single(visitor.Page.QuerySelectorAll(".banks li[data-name='Linxo Test Bank']"));
        Assert.NotNull(visitor.Page.QuerySelector(".banks button[value='87']"));
    }

    [Theory, OnBothDatabases]
    public async Task A_channel_that_is_not_in_the_list_cannot_be_chosen_there(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "add_connection");
        visitor.Find(".banks button[value='87']").SetAttribute("name", "definition_id");
        visitor.Find(".banks button[value='87']").SetAttribute("value", "8700");

        await visitor.Click(".banks button[value='8700']");

        Assert.Equal("Choose your bank", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Back_goes_exactly_one_step_back_all_the_way(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "add_connection");

        await visitor.Click(".banks button[value='87']");
        await visitor.Submit();
        visitor.Tick("channel-embedded");
        await visitor.Submit();
        Assert.Equal(SignIn, visitor.Heading);
        await visitor.Do("back");
        Assert.Equal(Channel, visitor.Heading);
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        Assert.Equal(1, await app.Count("connections"));
        await visitor.Do("back");
        Assert.Equal(Channel, visitor.Heading);
        // What was begun is undone on the way.
        Assert.Equal(0, await app.Count("connections"));
        await visitor.Do("back");
        Assert.Equal(Consent, visitor.Heading);
        await visitor.Do("back");
        Assert.Equal("Choose your bank", visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Back_from_the_second_channel_leads_to_its_offer_and_then_to_what_went_wrong(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "add_connection", "&provider_id=87");
        await visitor.Submit();
        await visitor.Submit();
        await ReturnFromBank(visitor, "1");
        await visitor.WaitFor("Other");

        await visitor.Do("other");
        Assert.Equal(SignIn, visitor.Heading);
        await visitor.Do("back");
        Assert.Equal("Add your other accounts?", visitor.Heading);
        await visitor.Do("other");
        await LogIn(visitor, "wrong");
        await visitor.WaitFor("Failed");
        await visitor.Do("retry");
        await visitor.Do("back");
        Assert.Equal("Your bank did not accept this sign-in", visitor.Heading);
        await visitor.Do("skip");
        await LeaveFor(visitor);

        Assert.Contains("status=success&result=created", visitor.SentTo!.Query, StringComparison.Ordinal);
        Assert.Equal(1, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task Back_on_a_renewal_leads_to_its_consent(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var id = await Link(app, user);
        var visitor = await Open(app, "edit_credentials", $"&connection_id={id}&provider_id=87", user);

        await visitor.Submit();
        Assert.Equal(SignIn, visitor.Heading);
        await visitor.Do("back");

        Assert.Equal("Renew Linxo Test Bank", visitor.Heading);
        Assert.Equal(1, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task After_a_failure_another_bank_can_be_chosen_and_nothing_is_left(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "add_connection");
        await visitor.Click(".banks button[value='90']");
        await visitor.Submit();
        await LogIn(visitor, "down");
        await visitor.WaitFor("Failed");

        await visitor.Do("another_bank");

        Assert.Equal("Choose your bank", visitor.Heading);
        Assert.Equal(0, await app.Count("connections"));
    }

    [Theory]
    [OnBothDatabases("")]
    [OnBothDatabases("&terms_body=")]
    public async Task A_bank_that_is_linked_already_is_updated(DatabaseKind kind, string parameters)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser(ownTerms: parameters.Length > 0);
        var id = await Link(app, user);

        var visitor = await Open(app, "add_connection", parameters, user);
        await visitor.Click(".banks button[value='87']");
        Assert.Equal(Linked, visitor.Heading);
        Assert.Equal("Compte courant, Livret <A>", visitor.Find("#linked-0-hint").TextContent);
        await visitor.Submit();
        if (parameters.Length == 0)
        {
            Assert.Equal("Renew Linxo Test Bank", visitor.Heading);
            await visitor.Submit();
        }
        // The channel in use, and no question which one.
        await LogIn(visitor, "dev");
        await LeaveFor(visitor);

        Assert.Contains($"result=updated&connection_id={id}", visitor.SentTo!.Query, StringComparison.Ordinal);
        Assert.Equal(1, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task Updating_by_the_other_channel_adds_it_to_the_connection(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var id = await Link(app, user);

        var visitor = await Open(app, "add_connection", "&provider_id=87&channel=REDIRECT", user);
        Assert.Equal(Linked, visitor.Heading);
        await visitor.Submit();
        await visitor.Submit();
        await ReturnFromBank(visitor, "1");
        await LeaveFor(visitor);

        Assert.Contains($"result=updated&connection_id={id}", visitor.SentTo!.Query, StringComparison.Ordinal);
        using var http = await app.SignedIn(user);
        Assert.Equal(2, (await http.Accounts()).Count);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_can_be_linked_beside_itself_and_the_way_back_leads_to_that_question(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var id = await Link(app, user);
        var visitor = await Open(app, "add_connection", "&channel=EMBEDDED", user);
        await visitor.Click(".banks button[value='87']");

        visitor.Find("#linked-0").RemoveAttribute("checked");
        visitor.Tick("another");
        await visitor.Submit();
        Assert.Equal(Consent, visitor.Heading);
        await visitor.Do("back");
        Assert.Equal(Linked, visitor.Heading);
        await visitor.Do("back");
        Assert.Equal("Choose your bank", visitor.Heading);
        await visitor.Click(".banks button[value='87']");
        visitor.Tick("another");
        await visitor.Submit();
        await visitor.Submit();
        await LogIn(visitor, "dev");
        await LeaveFor(visitor);

        Assert.Contains("result=created&connection_id=", visitor.SentTo!.Query, StringComparison.Ordinal);
        Assert.DoesNotContain(id, visitor.SentTo.Query, StringComparison.Ordinal);
        Assert.Equal(2, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task What_is_linked_survives_an_update_that_fails_or_is_given_up(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var id = await Link(app, user);
        var visitor = await Open(app, "add_connection", "&provider_id=87", user);
        await visitor.Submit();
        await visitor.Submit();
        await LogIn(visitor, "wrong");
        await visitor.WaitFor("Failed");

        // There is nothing else that works, to go on with.
        Assert.Null(visitor.Page.QuerySelector("input[name=do][value=skip]"));
        await visitor.Do("leave");

        Assert.Contains(
            $"status=error&result=wrong_credentials&connection_id={id}",
            visitor.SentTo!.Query,
            StringComparison.Ordinal
        );
        Assert.Equal((1, 2), (await app.Count("connections"), await app.Count("accounts")));
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_is_told_what_others_have_linked(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        await Link(app, await app.CreateWidgetUser());

        var visitor = await Open(app, "add_connection", "&provider_id=87");

        Assert.Equal(Consent, visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Another_person_s_connection_cannot_be_updated(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var other = await Link(app, await app.CreateWidgetUser());
        var user = await app.CreateWidgetUser();
        await Link(app, user);
        var visitor = await Open(app, "add_connection", "&provider_id=87", user);
        visitor.Find("#linked-0").SetAttribute("value", other);

        await visitor.Submit();

        Assert.Equal((HttpStatusCode.OK, Linked), (visitor.Status, visitor.Heading));
    }

    [Theory, OnBothDatabases]
    public async Task No_account_is_not_all_done(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "add_connection", "&provider_id=87&channel=EMBEDDED");
        await visitor.Submit();
        await LogIn(visitor, "none");
        await visitor.WaitFor("Failed");

        Assert.Equal("No account was found", visitor.Heading);
        await visitor.Do("retry");
        Assert.Equal(SignIn, visitor.Heading);
        await LogIn(visitor, "none");
        await visitor.WaitFor("Failed");
        await visitor.Do("leave");

        Assert.Contains("status=error&result=no_accounts", visitor.SentTo!.Query, StringComparison.Ordinal);
        Assert.Equal(0, await app.Count("connections"));
    }

    [Theory]
    [OnBothDatabases("dev", "status=success&result=created")]
    [OnBothDatabases(null, "status=error&result=no_accounts")]
    public async Task Where_the_bank_s_own_site_shows_none_the_other_channel_is_offered_for_what_it_is(
        DatabaseKind kind,
        string? login,
        string outcome
    )
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "add_connection", "&provider_id=87");
        await visitor.Submit();
        await visitor.Submit();
        await ReturnFromBank(visitor, "none");
        await visitor.WaitFor("Other");
        Assert.Equal("No current account found", visitor.Heading);

        if (login is not null)
        {
            await visitor.Do("other");
            await LogIn(visitor, login);
        }
        else
        {
            await visitor.Do("no_other");
            await visitor.WaitFor("Failed");
            Assert.Equal("No account was found", visitor.Heading);
            await visitor.Do("leave");
        }
        await LeaveFor(visitor);

        Assert.Contains(outcome, visitor.SentTo!.Query, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Who_has_no_accounts_has_no_choice_to_save(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var visitor = await Open(app, "manage_accounts");
        Assert.Equal("Your linked accounts", visitor.Heading);

        await visitor.Submit();

        Assert.Contains("status=error&result=no_accounts", visitor.SentTo!.Query, StringComparison.Ordinal);
    }

    [Theory]
    [OnBothDatabases("PAYMENT")]
    [OnBothDatabases("ALL")]
    [OnBothDatabases("OTHER")]
    public async Task A_channel_that_was_never_used_is_not_renewed(DatabaseKind kind, string expected)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var id = await Link(app, user);

        var visitor = await Open(
            app,
            "edit_credentials",
            $"&connection_id={id}&provider_id=87&expected_account_types={expected}",
            user
        );
        await visitor.Submit();

        Assert.Equal(SignIn, visitor.Heading);
    }

    [Theory, OnBothDatabases]
    public async Task Adding_a_bank_takes_no_connection_from_the_address(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateWidgetUser();
        var id = await Link(app, user);

        var visitor = await Open(app, "add_connection", $"&connection_id={id}", user);
        await visitor.Click(".banks button[value='90']");

        Assert.Equal("Link Épargne du Midi", visitor.Heading);
    }

    private static Task<TestApp> Start(DatabaseKind kind, ScriptedBanks? banks = null) =>
        TestApp.Start(kind, configure: builder => builder.Services.AddSingleton((banks ?? new()).Banks));

    private static async Task<PageVisitor> Open(
        TestApp app,
        string page,
        string parameters = "",
        TestUser? user = null
    ) => await app.Visit(await app.OpenWidget(user ?? await app.CreateWidgetUser()), page, Back + parameters);

    /// <summary>Links the first bank over EMBEDDED: the connection.</summary>
    private static async Task<string> Link(TestApp app, TestUser user)
    {
        var visitor = await Open(app, "add_connection", "&provider_id=87&channel=EMBEDDED", user);
        await visitor.Submit();
        await LogIn(visitor, "dev");
        await LeaveFor(visitor);
        using var http = await app.SignedIn(user);
        return await http.OnlyConnection();
    }

    private static async Task ReturnFromBank(PageVisitor visitor, string code)
    {
        await visitor.WaitFor("Handoff");
        var state = await visitor.LeaveForBank();
        await visitor.Open($"bank_callback/8701?state={state}&code={code}");
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
}
