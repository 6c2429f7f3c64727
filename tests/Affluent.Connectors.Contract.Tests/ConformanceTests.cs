using Affluent.Connectors.Contract.Conformance;

namespace Affluent.Connectors.Contract.Tests;

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
    }

    [Fact]
    public void Channels_are_checked_against_the_settings_of_their_family()
    {
        var manifest = new ConnectorManifest(
            "f",
            ChannelMode.Redirect,
            [
                new("url", SettingKind.Address, true, "where"),
                new("on", SettingKind.Switch, false, "whether"),
                new("days", SettingKind.Number, false, "how long"),
                new("way", SettingKind.Text, false, "how", ["a", "b"]),
            ]
        );
        ChannelDefinition Channel(params (string Name, string Value)[] settings) =>
            new()
            {
                Id = "101",
                Mode = ChannelMode.Redirect,
                Connector = "f",
                AccountTypes = [],
                Settings = settings.ToDictionary(s => s.Name, s => s.Value),
            };

        Assert.Empty(
            manifest.Check(Channel(("url", "https://x.example"), ("on", "true"), ("days", "90"), ("way", "a")))
        );
        Assert.Equal(
            [
                "channel 101: setting 'x' is not known to connector 'f'",
                "channel 101: setting 'url' is not an absolute http(s) address",
                "channel 101: setting 'on' is neither true nor false",
                "channel 101: setting 'days' is not a whole number",
                "channel 101: setting 'way' is none of: a, b",
            ],
            manifest.Check(Channel(("url", "file:///x"), ("on", "yes"), ("days", "-1"), ("way", "c"), ("x", "")))
        );
    }

    private static async Task Finds(string rule, Bad connector)
    {
        var examinee = new Examinee
        {
            Connector = () => connector,
            Channel = new ChannelDefinition
            {
                Id = "100",
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
        var found = await ConnectorContract
            .Rules.Single(r => r.Name.StartsWith(rule, StringComparison.Ordinal))
            .Check(examinee, TestContext.Current.CancellationToken);
        Assert.True(found.Count > 0, $"'{rule}' found nothing");
    }

    /// <summary>A connector with one exchange per step and faults to choose from.</summary>
    private sealed class Bad : IConnector
    {
        public Func<string, StepResult> Result { get; init; } = s => new StepResult.Done { Session = s };
        public Action<HttpResponseMessage> AfterExchange { get; init; } = _ => { };
        public Action<string> OnSession { get; init; } = _ => { };
        public Action<StepInput> OnInput { get; init; } = _ => { };
        public string? Header { get; init; }
        public string Address { get; init; } = "https://bank.example/";
        public bool IgnoresCancellation { get; init; }

        public ConnectorManifest Manifest { get; } = new("bad", ChannelMode.Embedded, []);

        public async Task<StepResult> Step(StepContext context, StepInput input, CancellationToken cancellation)
        {
            OnSession(context.Session);
            OnInput(input);
            using var request = new HttpRequestMessage(HttpMethod.Get, Address);
            if (Header is not null)
            {
                request.Headers.Add(Header, "203.0.113.7");
            }
            using var response = await context.Http.SendAsync(request, IgnoresCancellation ? default : cancellation);
            AfterExchange(response);
            return Result(context.Session);
        }
    }

    private sealed class Silent : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.OK));
    }
}
