using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing.Conformance;

namespace Affluent.Connectors.Testing.Tests;

/// <summary>The rules find connectors that break them.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public async Task Each_way_to_break_the_contract_is_found()
    {
        await Finds(
            "A run from an empty session",
            new Bad { Result = s => new StepResult.Refused(Refusal.NotUnderstood, "?") { Session = s } }
        );
        await Finds(
            "Nonsense from the bank",
            new Bad { AfterExchange = r => _ = r.IsSuccessStatusCode ? 0 : throw new FormatException("bad") }
        );
        await Finds(
            "Nonsense from the bank",
            new Bad { Result = s => new StepResult.Refused(Refusal.NotUnderstood, "token top-secret") { Session = s } }
        );
        await Finds("A run without the user", new Bad { Header = "PSU-IP-Address" });
        await Finds("Requests stay", new Bad { Address = "https://elsewhere.example/" });
        await Finds("Requests stay", new Bad { Address = "https://bank.example/?t=top-secret" });
        await Finds(
            "A session that is none",
            new Bad
            {
                OnSession = s =>
                {
                    if (s != "")
                    {
                        throw new FormatException(s);
                    }
                },
            }
        );
        await Finds(
            "An input out of turn",
            new Bad
            {
                OnInput = i =>
                {
                    if (i is StepInput.Poll)
                    {
                        throw new FormatException();
                    }
                },
            }
        );
        await Finds("A cancelled step", new Bad { IgnoresCancellation = true });
        await Finds("What the bank gives or takes only once", new Bad { Form = "refresh_token=r1" });
    }

    [Fact]
    public async Task A_list_of_capabilities_that_is_not_true_is_found()
    {
        var rule = ConnectorContract.Rule("The manifest lists exactly the capabilities that the connector implements");

        async Task<IReadOnlyList<string>> Check(params Capability[] listed) =>
            await rule.Check(UnderTest(new Bad { Listed = listed }), TestContext.Current.CancellationToken);

        Assert.Empty(await Check([.. StepConnector.Capabilities]));
        Assert.Equal(
            ["AccountConsent is implemented, but not listed", "Payments is listed, but not implemented"],
            await Check([.. StepConnector.Capabilities.Except([Capability.AccountConsent]), Capability.Payments])
        );
        Assert.Equal(
            ["AccountConsent is listed 2 times"],
            await Check([.. StepConnector.Capabilities, Capability.AccountConsent])
        );
    }

    [Fact]
    public async Task A_question_whose_answer_no_capability_takes_is_found()
    {
        var tested = UnderTest(new Asks());

        var found = await ConnectorContract
            .Rule("Nonsense from the bank is a result, never an exception, and no detail holds a secret")
            .Check(tested, TestContext.Current.CancellationToken);

        Assert.Contains(
            found,
            f =>
                f.EndsWith(
                    "AskUser SiteAction is a question whose answer no capability takes",
                    StringComparison.Ordinal
                )
        );
    }

    private static async Task Finds(string rule, IConnector connector)
    {
        var found = await ConnectorContract
            .Rules.Single(r => r.Name.StartsWith(rule, StringComparison.Ordinal))
            .Check(UnderTest(connector), TestContext.Current.CancellationToken);
        Assert.True(found.Count > 0, $"'{rule}' found nothing");
    }

    private static ConnectorUnderTest UnderTest(IConnector connector) =>
        new()
        {
            Connector = () => connector,
            Channel = new ChannelDefinition
            {
                Id = new ChannelDefinitionId("100"),
                Mode = ChannelMode.Embedded,
                Connector = "bad",
                AccountTypes = [],
                Settings = new Dictionary<string, string> { ["url"] = "https://bank.example/" },
            },
            Bank = () => new Silent(),
            User = _ => null,
            Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
            Secrets = ["top-secret"],
        };

    /// <summary>A connector with one exchange per step and faults to choose from.</summary>
    private sealed class Bad : StepConnector
    {
        public Func<string, StepResult> Result { get; init; } = s => new StepResult.Done { Session = s };
        public Action<HttpResponseMessage> AfterExchange { get; init; } = _ => { };
        public Action<string> OnSession { get; init; } = _ => { };
        public Action<StepInput> OnInput { get; init; } = _ => { };
        public string? Header { get; init; }
        public string Address { get; init; } = "https://bank.example/";
        public string? Form { get; init; }
        public bool IgnoresCancellation { get; init; }

        public IReadOnlyList<Capability> Listed { get; init; } = Capabilities;

        public override ConnectorManifest Manifest => new("bad", ChannelMode.Embedded, Listed, []);

        protected override async Task<StepResult> Step(
            StepContext context,
            StepInput input,
            CancellationToken cancellation
        )
        {
            OnSession(context.Session);
            OnInput(input);
            using var request = new HttpRequestMessage(Form is null ? HttpMethod.Get : HttpMethod.Post, Address);
            request.Content = Form is null ? null : new StringContent(Form);
            if (Header is not null)
            {
                request.Headers.Add(Header, "203.0.113.7");
            }
            using var response = await context.Http.SendAsync(request, IgnoresCancellation ? default : cancellation);
            AfterExchange(response);
            return Result(context.Session);
        }
    }

    /// <summary>Asks for something that it cannot take.</summary>
    private sealed class Asks : IAccountInformation
    {
        public ConnectorManifest Manifest { get; } =
            new("asks", ChannelMode.Embedded, [Capability.AccountInformation], []);

        public async Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation)
        {
            using var response = await context.Http.GetAsync(new Uri("https://bank.example/"), cancellation);
            return new StepResult.AskUser(new Question.SiteAction("Terms", null)) { Session = context.Session };
        }

        public Task<StepResult> ListTransactions(
            StepContext context,
            BankAccount account,
            DateOnly? from,
            CancellationToken cancellation
        ) => ListAccounts(context, cancellation);

        public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
            ListAccounts(context, cancellation);
    }

    private sealed class Silent : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.OK));
    }
}
