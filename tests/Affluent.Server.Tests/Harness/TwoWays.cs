using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Affluent.Server.Tests.Harness;

/// <summary>A bank that two REDIRECT ways lead to, 101 before 102, each with pages of its own; and an EMBEDDED one, 100, where it is asked for.</summary>
internal sealed class TwoWays
{
    public const string First = FakeBank.Redirect;
    public const string Second = "102";

    private readonly bool _hasSite;
    private readonly FakeBank _fake = new();

    public TwoWays(bool hasSite = false)
    {
        _hasSite = hasSite;
        FirstWay = Asking("first");
        SecondWay = Asking("second");
    }

    public FakeChannel FirstWay { get; }

    public FakeChannel SecondWay { get; }

    public FakeChannel Site => _fake.EmbeddedChannel;

    /// <summary>What is made of the ways' entries.</summary>
    public Func<ChannelDefinition, ChannelDefinition> Shape { get; set; } = channel => channel;

    private Banks? _banks;

    public Provider Provider
    {
        get
        {
            var (redirect, embedded) = (_fake.Provider.Channels[0], _fake.Provider.Channels[1]);
            ChannelDefinition[] channels =
            [
                redirect,
                redirect with
                {
                    Id = new ChannelDefinitionId(Second),
                    Connector = "fake-second",
                },
                .. _hasSite ? [embedded] : Array.Empty<ChannelDefinition>(),
            ];
            return _fake.Provider with { Channels = [.. channels.Select(Shape)] };
        }
    }

    public Banks Banks =>
        _banks ??= new(
            [Provider],
            family =>
                family switch
                {
                    "fake-redirect" => FirstWay,
                    "fake-second" => SecondWay,
                    _ => Site,
                }
        );

    public Task<TestApp> Start(DatabaseKind kind) =>
        TestApp.Start(kind, configure: builder => builder.Services.AddSingleton(Banks));

    /// <summary>A way does not answer, as runs of others have found.</summary>
    public Task Down(TestApp app, string way) =>
        app.Service<BankGates>()
            .Failed(
                Provider with
                {
                    Outage = new OutageSettings
                    {
                        Failures = 1,
                        FirstPause = TimeSpan.FromMinutes(30),
                        LongestPause = TimeSpan.FromHours(1),
                    },
                },
                new ChannelDefinitionId(way),
                app.NextId<ConnectionId>(),
                app.Time.Seconds() + 1_800
            );

    /// <summary>Both ways list this account, with these movements, under names and ids of their own.</summary>
    public TwoWays With(string iban, params (decimal Amount, string Day, string Text)[] movements)
    {
        foreach (var (way, name) in new[] { (FirstWay, "first"), (SecondWay, "second") })
        {
            way.With(
                Bank.Account(iban, movements.Sum(m => m.Amount)) with
                {
                    Iban = iban,
                    Number = null,
                    Reference = $"{name}-{iban}",
                },
                [.. movements.Select((m, i) => Bank.Booked($"{name}-{iban}-{i}", m.Amount, m.Day, m.Text))]
            );
        }
        return this;
    }

    private static FakeChannel Asking(string name) =>
        new(ChannelMode.Redirect)
        {
            Instead = (context, input) =>
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
                    StepInput.Returned => new StepResult.Done { Session = name },
                    StepInput.Revoke => null,
                    _ when context.Session.Length == 0 => new StepResult.AskUser(
                        new Question.Redirect(
                            new Uri($"https://{name}.example/authorize?state={context.Callback?.State}")
                        )
                    )
                    {
                        Session = "",
                    },
                    _ => null,
                },
        };

    /// <summary>The sessions that were ended at the bank by this way.</summary>
    public static IReadOnlyList<string> Revoked(FakeChannel way) =>
        [.. way.Steps.Where(step => step.Input is StepInput.Revoke).Select(step => step.Context.Session)];

    /// <summary>Nothing of this way can be used any more without the user.</summary>
    public static void End(FakeChannel way)
    {
        var before = way.Instead!;
        way.Instead = (context, input) =>
            context.Session.Length > 0 && input is not (StepInput.Revoke or StepInput.Returned)
                ? Bank.Refused(Refusal.ConsentExpired)
                : before(context, input);
    }
}
