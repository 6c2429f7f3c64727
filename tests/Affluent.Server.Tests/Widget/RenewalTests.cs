using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>A user goes to the bank again while the authorization of before still holds.</summary>
public sealed class RenewalTests
{
    private const string ProviderId = "91";
    private const string Channel = "9101";
    private const string Back = "&redirect_url=https%3A%2F%2Fclient.example%2Fback";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases("error=access_denied", "consent_denied")]
    [OnBothDatabases(null, "authorization_required")]
    public async Task Without_a_new_authorization_the_one_before_works_on(
        DatabaseKind kind,
        string? answer,
        string reason
    )
    {
        var banks = new ScriptedBanks();
        await using var app = await Start(kind, banks);
        var (user, http, id) = await Linked(app);
        var before = await Shown(http, id);
        app.Time.Advance(TimeSpan.FromDays(1));
        await app.RunDueSynchronizations();

        var (visitor, state) = await ToBank(app, user, id);
        if (answer is not null)
        {
            await visitor.Open($"bank_callback/{Channel}?state={state}&{answer}");
            await visitor.WaitFor("Failed");
            Assert.Equal("No authorization from your bank", visitor.Heading);
        }
        else
        {
            app.Time.Advance(TimeSpan.FromHours(1));
            await app.RunDueSynchronizations();
        }

        var denied = await Shown(http, id);
        Assert.Equal(("FAILED", reason), (denied.Text("status"), denied.Text("reason")));
        Assert.Equal(before.GetProperty("expires").GetInt64(), denied.GetProperty("expires").GetInt64());
        Assert.DoesNotContain("TOKEN_EXPIRED", await app.EventNames(id));
        app.Time.Advance(TimeSpan.FromDays(1));
        await app.RunDueSynchronizations();
        using var again = await app.SignedIn(user);
        Assert.Equal("SUCCESS", (await Shown(again, id)).Text("status"));
        await app.RunDueRevocations();
        Assert.Empty(banks.Revoked);
    }

    [Theory]
    [OnBothDatabases("new", true)]
    [OnBothDatabases("1", false)]
    public async Task The_one_before_ends_at_the_bank_when_another_one_works(
        DatabaseKind kind,
        string code,
        bool isAnother
    )
    {
        var banks = new ScriptedBanks();
        await using var app = await Start(kind, banks);
        var (user, http, id) = await Linked(app);

        var (visitor, state) = await ToBank(app, user, id);
        Assert.Empty(banks.Revoked);
        await visitor.Open($"bank_callback/{Channel}?state={state}&code={code}");
        await visitor.WaitFor("Ended");
        await app.RunDueRevocations();

        Assert.Equal("SUCCESS", (await Shown(http, id)).Text("status"));
        // A bank that goes on with the same authorization has only that one.
        Assert.Equal(isAnother ? ["in"] : Array.Empty<string>(), banks.Revoked);
        Assert.Equal(0, await app.Revocations());
    }

    [Theory, OnBothDatabases]
    public async Task One_that_is_given_up_twice_is_still_there_and_goes_with_its_connection(DatabaseKind kind)
    {
        var banks = new ScriptedBanks();
        await using var app = await Start(kind, banks);
        var (user, http, id) = await Linked(app);
        await ToBank(app, user, id);
        await ToBank(app, user, id);

        using var deleted = await http.DeleteAsync(new Uri($"/api/v2.1/connections/{id}", UriKind.Relative), Stop);
        deleted.EnsureSuccessStatusCode();
        await app.RunDueRevocations();

        Assert.Equal(["in"], banks.Revoked);
    }

    [Theory, OnBothDatabases]
    public async Task One_that_waits_to_be_ended_is_not_forgotten_for_the_one_that_replaced_it(DatabaseKind kind)
    {
        var banks = new ScriptedBanks();
        await using var app = await Start(kind, banks);
        var (user, http, id) = await Linked(app);
        var (visitor, state) = await ToBank(app, user, id);
        await visitor.Open($"bank_callback/{Channel}?state={state}&code=new");
        await visitor.WaitFor("Ended");

        using var deleted = await http.DeleteAsync(new Uri($"/api/v2.1/connections/{id}", UriKind.Relative), Stop);
        deleted.EnsureSuccessStatusCode();
        Assert.Equal(2, await app.Revocations());
        await app.RunDueRevocations();

        Assert.Equal(["in", "in anew"], banks.Revoked.Order(StringComparer.Ordinal));
        Assert.Equal(0, await app.Revocations());
    }

    /// <summary>Nobody keeps it, so nobody else would ever end it.</summary>
    [Theory, OnBothDatabases]
    public async Task What_somebody_elses_login_opened_ends_at_the_bank_at_once(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var channel = bank.RedirectChannel.With(Bank.Account("111") with { Iban = "FR7630006000011234567890189" });
        channel.Instead = (context, input) =>
            input switch
            {
                StepInput.Returned { Address.Query: var query } => new StepResult.Done
                {
                    Session = query.Contains("code=2", StringComparison.Ordinal) ? "theirs" : "mine",
                },
                _ when context.Session.Length == 0 => new StepResult.AskUser(
                    new Question.Redirect(new Uri($"https://bank.example/authorize?state={context.Callback!.State}"))
                )
                {
                    Session = "",
                },
                _ => null,
            };
        await using var app = await TestApp.StartWith(bank, kind);
        var (user, http, id) = await Linked(app, FakeBank.ProviderId, FakeBank.Redirect);
        channel.Accounts.Clear();
        channel.With(Bank.Account("222") with { Iban = "FR1420041010050500013M02606" });

        var visitor = await Renew(app, user, id, FakeBank.ProviderId);
        await visitor.WaitFor("Handoff");
        await visitor.Open($"bank_callback/{FakeBank.Redirect}?state={await visitor.LeaveForBank()}&code=2");
        await visitor.WaitFor("Failed");
        await app.RunDueRevocations();

        Assert.Equal("other_login", await app.ReasonOf(id, FakeBank.Redirect));
        Assert.Equal(["theirs"], channel.Steps.Where(s => s.Input is StepInput.Revoke).Select(s => s.Context.Session));
        channel.Accounts.Clear();
        channel.With(Bank.Account("111") with { Iban = "FR7630006000011234567890189" });
        await LinkedBank.Again(app, http, id);
        Assert.Equal("SUCCESS", await http.StatusOf(id, FakeBank.Redirect));
        Assert.Equal("mine", channel.Steps[^1].Context.Session);
    }

    [Theory, OnBothDatabases]
    public async Task A_token_that_comes_when_the_renewal_has_begun_is_kept_for_the_one_before(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var channel = bank.RedirectChannel.With(Bank.Account("111"));
        channel.Instead = (context, input) =>
            input switch
            {
                StepInput.Returned { Address.Query: var query }
                    when query.Contains("error=", StringComparison.Ordinal) => new StepResult.Refused(
                    Refusal.ConsentDenied,
                    "no"
                )
                {
                    Session = "",
                },
                StepInput.Returned => new StepResult.Done { Session = "in" },
                _ when context.Session.Length == 0 => new StepResult.AskUser(
                    new Question.Redirect(new Uri($"https://bank.example/authorize?state={context.Callback!.State}"))
                )
                {
                    Session = "",
                },
                _ => null,
            };
        await using var app = await TestApp.StartWith(bank, kind);
        var (user, http, id) = await Linked(app, FakeBank.ProviderId, FakeBank.Redirect);
        PageVisitor? visitor = null;
        channel.Does = async (context, _, _) =>
        {
            channel.Does = null;
            visitor = await Renew(app, user, id, FakeBank.ProviderId);
            await context.Keep("renewed");
        };
        await LinkedBank.Again(app, http, id);

        await visitor!.WaitFor("Handoff");
        var state = await visitor.LeaveForBank();
        await visitor.Open($"bank_callback/{FakeBank.Redirect}?state={state}&error=access_denied");
        await visitor.WaitFor("Failed");
        await LinkedBank.Again(app, http, id);

        Assert.Equal("SUCCESS", await http.StatusOf(id, FakeBank.Redirect));
        Assert.Equal("renewed", channel.Steps[^1].Context.Session);
    }

    private static Task<TestApp> Start(DatabaseKind kind, ScriptedBanks banks) =>
        TestApp.Start(kind, configure: builder => builder.Services.AddSingleton(banks.Banks));

    private static async Task<(TestUser User, HttpClient Http, string Id)> Linked(
        TestApp app,
        string bank = ProviderId,
        string channel = Channel
    )
    {
        var user = await app.CreateWidgetUser();
        var visitor = await app.Visit(
            await app.OpenWidget(user),
            "add_connection",
            $"{Back}&provider_id={bank}&channel=REDIRECT"
        );
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        await visitor.Open($"bank_callback/{channel}?state={await visitor.LeaveForBank()}&code=1");
        await visitor.WaitFor("Ended");
        var http = await app.SignedIn(user);
        return (user, http, await http.OnlyConnection());
    }

    private static async Task<PageVisitor> Renew(TestApp app, TestUser user, string id, string bank = ProviderId)
    {
        var visitor = await app.Visit(
            await app.OpenWidget(user),
            "edit_credentials",
            $"{Back}&connection_id={id}&provider_id={bank}&expected_account_types=PAYMENT"
        );
        await visitor.Submit();
        return visitor;
    }

    private static async Task<(PageVisitor Visitor, string State)> ToBank(TestApp app, TestUser user, string id)
    {
        var visitor = await Renew(app, user, id);
        await visitor.WaitFor("Handoff");
        return (visitor, await visitor.LeaveForBank());
    }

    private static async Task<JsonElement> Shown(HttpClient http, string id) =>
        (await http.Read($"/api/v2.1/connections/{id}"))
            .GetProperty("channels")
            .EnumerateArray()
            .Single(channel => channel.Text("channel_definition_id") == Channel);
}
