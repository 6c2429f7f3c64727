using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing.Conformance;

namespace Affluent.Connectors.Testing.Tests;

/// <summary>The rule about ending authorizations finds connectors that break it.</summary>
public sealed class RevocationRuleTests
{
    [Fact]
    public async Task One_that_keeps_to_it_is_left_in_peace() => Assert.Empty(await Check(new Revoker()));

    [Fact]
    public async Task A_number_that_is_kept_is_found() =>
        Assert.Contains(
            "an account's number is kept to end an authorization",
            await Check(new Revoker { Kept = session => session })
        );

    [Fact]
    public async Task A_failure_that_is_taken_for_done_is_found() =>
        Assert.Contains(
            "500: is taken for the end of the authorization",
            await Check(new Revoker { IsDone = _ => true })
        );

    [Fact]
    public async Task A_healthy_bank_that_is_taken_for_a_failure_is_found() =>
        Assert.Contains(
            await Check(new Revoker { IsDone = _ => false }),
            fault => fault.StartsWith("a healthy bank does not end the authorization", StringComparison.Ordinal)
        );

    [Fact]
    public async Task A_second_time_that_fails_is_found()
    {
        var times = 0;
        Assert.Contains(
            await Check(new Revoker { IsDone = status => status == HttpStatusCode.OK && ++times % 2 == 1 }),
            fault => fault.StartsWith("a second time is not taken for done", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_session_of_somebody_else_that_is_taken_is_found() =>
        Assert.Contains(
            "a session that is none of its own is taken for an authorization to end",
            await Check(new Revoker { IsOwn = _ => true })
        );

    private static Task<IReadOnlyList<string>> Check(Revoker connector) =>
        ConnectorContract
            .Rule("What is kept to end an authorization ends it, and tells of nobody")
            .Check(
                new ConnectorUnderTest
                {
                    Connector = () => connector,
                    Channel = new ChannelDefinition
                    {
                        Id = new ChannelDefinitionId("101"),
                        Mode = ChannelMode.Redirect,
                        Connector = "revoker",
                        AccountTypes = [],
                        Settings = new Dictionary<string, string> { ["url"] = "https://bank.example/" },
                    },
                    Bank = () => new Silent(),
                    User = _ => null,
                    Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
                    Secrets = ["top-secret"],
                },
                TestContext.Current.CancellationToken
            );

    /// <summary>Its session is the token and the number of its one account.</summary>
    private sealed class Revoker : IAccountInformation, IConsentRevocation
    {
        private const string Own = "token:";

        public Func<string, string> Kept { get; init; } = session => session[..session.IndexOf('|')];
        public Func<HttpStatusCode, bool> IsDone { get; init; } = status => status == HttpStatusCode.OK;
        public Func<string, bool> IsOwn { get; init; } = session => session.StartsWith(Own, StringComparison.Ordinal);

        public ConnectorManifest Manifest { get; } =
            new("revoker", ChannelMode.Redirect, [Capability.AccountInformation, Capability.ConsentRevocation], []);

        public Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation) =>
            Task.FromResult<StepResult>(
                new StepResult.Page
                {
                    Session = $"{Own}t|00012345678",
                    Accounts =
                    [
                        new BankAccount
                        {
                            Reference = "A",
                            Number = "00012345678",
                            Currency = "EUR",
                        },
                    ],
                }
            );

        public Task<StepResult> ListTransactions(
            StepContext context,
            BankAccount account,
            DateOnly? from,
            CancellationToken cancellation
        ) => Task.FromResult<StepResult>(new StepResult.Page { Session = context.Session });

        public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
            ListAccounts(context, cancellation);

        public RevocableConsent? Revocable(ChannelDefinition channel, string session) =>
            !IsOwn(session) ? null
            : session.Contains('|', StringComparison.Ordinal) ? new(Kept(session), "t")
            : new(session, "t");

        public async Task<StepResult> Revoke(StepContext context, CancellationToken cancellation)
        {
            using var answer = await context.Http.GetAsync(
                new Uri("https://bank.example/"),
                HttpCompletionOption.ResponseHeadersRead,
                cancellation
            );
            return IsDone(answer.StatusCode)
                ? new StepResult.Done { Session = "" }
                : new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session };
        }
    }

    private sealed class Silent : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
    }
}
