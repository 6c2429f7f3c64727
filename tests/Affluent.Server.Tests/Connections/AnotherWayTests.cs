using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Connections;

/// <summary>A way that fails for one user alone, whom no outage is known for yet: who tries again is led by the next.</summary>
public sealed class AnotherWayTests
{
    private const string Iban = "FR7630006000011234567890189";

    private readonly TwoWays _ways = new TwoWays().With(Iban, (-5, "2026-02-20", "SHOP"));

    [Theory, OnBothDatabases]
    public async Task Who_links_and_tries_again_goes_by_the_next_way(DatabaseKind kind)
    {
        await using var app = await _ways.Start(kind);
        Fails(_ways.FirstWay);
        var user = await app.CreateWidgetUser();
        var visitor = await app.Visit(
            await app.OpenWidget(user),
            "add_connection",
            $"&redirect_url=https%3A%2F%2Fclient.example%2Fback&provider_id={FakeBank.ProviderId}"
        );
        await visitor.Submit();
        await visitor.WaitFor("Failed");
        Assert.Equal("Something went wrong on our side", visitor.Heading);
        Assert.Empty(_ways.SecondWay.Steps);

        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        await Return(visitor, TwoWays.Second);
        await visitor.WaitFor("Ended");

        var http = await app.SignedIn(user);
        var id = Assert.Single((await http.Read("/api/v2.1/connections")).EnumerateArray()).Text("id")!;
        Assert.Equal("SUCCESS", await http.StatusOf(id, TwoWays.Second));
        Assert.Equal("EMPTY", await http.StatusOf(id, TwoWays.First));
        Assert.Single(await http.Transactions());
    }

    [Theory, OnBothDatabases]
    public async Task Where_no_way_works_each_is_tried_in_turn(DatabaseKind kind)
    {
        await using var app = await _ways.Start(kind);
        Fails(_ways.FirstWay);
        Fails(_ways.SecondWay);
        var visitor = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "add_connection",
            $"&provider_id={FakeBank.ProviderId}"
        );
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var before = (First: _ways.FirstWay.Steps.Count, Second: _ways.SecondWay.Steps.Count);
            await visitor.Submit();
            await visitor.WaitFor("Failed");
            // The one that it takes the place of is looked at, too.
            Assert.True(
                attempt % 2 == 0
                    ? _ways.FirstWay.Steps.Count > before.First
                    : _ways.SecondWay.Steps.Count > before.Second
            );
        }
    }

    [Theory, OnBothDatabases]
    public async Task Who_renews_and_tries_again_goes_by_the_next_way_and_keeps_all_ids(DatabaseKind kind)
    {
        await using var app = await _ways.Start(kind);
        var user = await app.CreateWidgetUser();
        var (http, id) = await Linked(app, user);
        var before = (await http.Transactions()).Select(t => t.Text("id")).ToArray();
        TwoWays.End(_ways.FirstWay);
        await LinkedBank.Again(app, http, id);
        Assert.Equal("consent_expired", await app.ReasonOf(id, TwoWays.First));
        Fails(_ways.FirstWay);

        var visitor = await Renew(app, user, id);
        await visitor.WaitFor("Failed");
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        await Return(visitor, TwoWays.Second);
        await visitor.WaitFor("Ended");

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal("EMPTY", await http.StatusOf(id, TwoWays.First));
        Assert.Equal(before, (await http.Transactions()).Select(t => t.Text("id")));
    }

    [Theory, OnBothDatabases]
    public async Task Who_has_an_authorization_that_holds_is_not_sent_for_another(DatabaseKind kind)
    {
        await using var app = await _ways.Start(kind);
        var user = await app.CreateWidgetUser();
        var (http, id) = await Linked(app, user);
        var held = _ways.FirstWay.Instead;
        Fails(_ways.FirstWay);
        await LinkedBank.Again(app, http, id);
        Assert.Equal("operator_fault", await app.ReasonOf(id, TwoWays.First));

        var visitor = await app.Visit(
            await app.OpenWidget(user),
            "user_input",
            $"&redirect_url=https%3A%2F%2Fclient.example%2Fback&connection_id={id}"
        );
        Assert.StartsWith("AskAgain", visitor.Showing, StringComparison.Ordinal);
        _ways.FirstWay.Instead = held;
        await visitor.Submit();
        await visitor.WaitFor("Handoff");

        // Anew by the same way, not by another.
        Assert.Empty(_ways.SecondWay.Steps);
    }

    private static void Fails(FakeChannel way)
    {
        var before = way.Instead;
        way.Instead = (context, input) =>
            input is StepInput.Revoke
                ? before?.Invoke(context, input)
                : new StepResult.Refused(Refusal.OperatorFault, "ours") { Session = context.Session };
    }

    private static async Task<(HttpClient Http, string Id)> Linked(TestApp app, TestUser user)
    {
        var visitor = await app.Visit(
            await app.OpenWidget(user),
            "add_connection",
            $"&redirect_url=https%3A%2F%2Fclient.example%2Fback&provider_id={FakeBank.ProviderId}"
        );
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        await Return(visitor, TwoWays.First);
        await visitor.WaitFor("Ended");
        var http = await app.SignedIn(user);
        return (http, Assert.Single((await http.Read("/api/v2.1/connections")).EnumerateArray()).Text("id")!);
    }

    private static async Task Return(PageVisitor visitor, string way)
    {
        var state = await visitor.LeaveForBank();
        await visitor.Open($"bank_callback/{way}?state={state}&code=1");
    }

    private static async Task<PageVisitor> Renew(TestApp app, TestUser user, string id)
    {
        var visitor = await app.Visit(
            await app.OpenWidget(user),
            "edit_credentials",
            $"&redirect_url=https%3A%2F%2Fclient.example%2Fback&connection_id={id}&expected_account_types=PAYMENT"
        );
        await visitor.Submit();
        return visitor;
    }
}
