using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Providers;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>All banks of an upstream send users back to one address: whose answer it is says the state, and it is protected as that of one bank.</summary>
public sealed class CommonReturnTests
{
    private const string Common = "/embed/v2.1/widget/bank_callback/some_upstream";
    private const string NotAwaited = "This link is no longer valid";

    [Theory, OnBothDatabases]
    public async Task Users_of_two_banks_come_back_to_one_address_each_to_their_own(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.RedirectChannel.With(Bank.Account("111"));
        await using var app = await Start(kind, bank);
        var (first, second) = (await Leave(app, "1"), await Leave(app, "2"));

        await second.Visitor.Open($"{Common}?state={second.State}&code=of-two");
        await second.Visitor.WaitFor("Ended");
        await first.Visitor.Open($"{Common}?state={first.State}&code=of-one");
        await first.Visitor.WaitFor("Ended");

        Assert.Equal(
            [("101", "of-one"), ("201", "of-two")],
            bank.RedirectChannel.Steps.Where(step => step.Input is StepInput.Returned)
                .Select(step =>
                    (step.Context.Channel.Id.Value, ((StepInput.Returned)step.Input).Address.Query.Split("code=")[^1])
                )
                .Order()
        );
        Assert.All(
            bank.RedirectChannel.Steps.Where(step => step.Context.Callback is not null),
            step => Assert.Equal(new Uri(app.Origin, Common), step.Context.Callback!.RedirectUri)
        );
    }

    [Theory, OnBothDatabases]
    public async Task It_is_bound_to_its_upstream_its_browser_and_one_use(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.RedirectChannel.With(Bank.Account("111"));
        await using var app = await Start(kind, bank);
        var (visitor, state) = await Leave(app, "1");

        foreach (var elsewhere in new[] { "101", "201", "301", "other_upstream", "SOME_UPSTREAM", "some-upstream" })
        {
            await visitor.Open($"/embed/v2.1/widget/bank_callback/{elsewhere}?state={state}&code=1");
            Assert.Equal((elsewhere, NotAwaited), (elsewhere, visitor.Heading));
        }
        var other = app.Browse("document");
        await other.Open($"{Common}?state={state}&code=1");
        Assert.Equal((HttpStatusCode.Forbidden, "This did not begin in this browser"), (other.Status, other.Heading));
        await other.Open($"{Common}?state=made-up&code=1");
        Assert.Equal(NotAwaited, other.Heading);
        Assert.DoesNotContain("USER_INPUT_ANSWERED", await app.Snapshot("events"), StringComparison.Ordinal);

        await visitor.Open($"{Common}?state={state}&code=1");
        await visitor.Open($"{Common}?state={state}&code=2");
        await visitor.WaitFor("Ended");

        Assert.Equal(
            "code=1",
            Assert.Single(bank.RedirectChannel.Steps, step => step.Input is StepInput.Returned).Input
                is StepInput.Returned returned
                ? returned.Address.Query.Split('&')[^1]
                : ""
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_of_no_upstream_is_not_answered_for_there(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.RedirectChannel.With(Bank.Account("111"));
        await using var app = await Start(kind, bank);
        var (visitor, state) = await Leave(app, "3");

        await visitor.Open($"{Common}?state={state}&code=1");
        Assert.Equal(NotAwaited, visitor.Heading);

        await visitor.Open($"/embed/v2.1/widget/bank_callback/301?state={state}&code=1");
        await visitor.WaitFor("Ended");
    }

    private static async Task<(PageVisitor Visitor, string State)> Leave(TestApp app, string provider)
    {
        var session = await app.OpenWidget(await app.CreateWidgetUser());
        var visitor = app.Browse("document");
        await visitor.Open($"{session.Link("add_connection")}&provider_id={provider}&channel=REDIRECT");
        await visitor.Submit();
        await visitor.WaitFor("Handoff");
        return (visitor, await visitor.LeaveForBank());
    }

    // Two banks of one upstream, and one of none.
    private static Task<TestApp> Start(DatabaseKind kind, FakeBank bank)
    {
        bank.RedirectChannel.Instead = (context, input) =>
            input switch
            {
                StepInput.Returned => new StepResult.Done { Session = "agreed" },
                _ when context.Session == "agreed" => null,
                _ => new StepResult.AskUser(
                    new Question.Redirect(new Uri($"https://fake.example/authorize?state={context.Callback!.State}"))
                )
                {
                    Session = "",
                },
            };
        var provider = bank.Provider;
        Provider[] banks =
        [
            .. new[] { ("1", "some_upstream"), ("2", "some_upstream"), ("3", null) }.Select(one =>
                provider with
                {
                    Id = new ProviderId(one.Item1),
                    Name = $"Bank {one.Item1}",
                    Channels =
                    [
                        provider.Channels[0] with
                        {
                            Id = new ChannelDefinitionId($"{one.Item1}01"),
                            Upstream = one.Item2,
                        },
                    ],
                }
            ),
        ];
        return TestApp.Start(
            kind,
            configure: builder => builder.Services.AddSingleton(new Banks(banks, _ => bank.RedirectChannel))
        );
    }
}
