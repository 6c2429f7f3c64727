using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>Which page is for which state of a session; no database, no HTTP.</summary>
public sealed class WidgetPagesTests
{
    private const long Now = 1_000;

    private static readonly Banks Banks = new ScriptedBanks().Banks;
    private static readonly Provider Bank = Banks.Provider(new ProviderId("87"))!;

    private static readonly Question[] Questions =
    [
        new Question.Credentials(),
        new Question.OneTimePassword(null, null, Digits: true, ExpiresAt: null, Retry: false),
        new Question.Choice(null, [new("sms", "SMS")]),
        new Question.AppApproval(null, TimeSpan.FromSeconds(2), ExpiresAt: null),
        new Question.Redirect(new Uri("https://bank.example")),
        new Question.SiteAction(null, null),
        new Question.StatementFile(),
    ];

    [Fact]
    public void Whatever_the_state_exactly_one_page_is_for_it_or_the_session_goes_on_by_itself()
    {
        HashSet<string> shown = [];
        foreach (var session in States())
        {
            var pages = WidgetPages.All.Select(page => page(session)).OfType<WidgetPage>().ToList();

            var goesOn = session.Work is BankWork.Finished ? 1 : 0;
            Assert.True(
                pages.Count + goesOn == 1,
                $"{session.State}: {string.Join(", ", pages.Select(page => page.Key))}"
            );
            shown.UnionWith(pages.Select(page => page.GetType().Name));
        }
        Assert.Equal(WidgetPages.All.Count, shown.Count);
    }

    [Fact]
    public void A_session_that_goes_on_by_itself_soon_has_something_to_show()
    {
        foreach (var start in States())
        {
            var session = start;
            for (var i = 0; i < 3 && session.Work is BankWork.Finished finished; i++)
            {
                session = session with { Session = session.Session with { State = finished.Next } };
            }

            Assert.True(session.Work is not BankWork.Finished, $"{start.State}");
        }
    }

    private static IEnumerable<SessionContext> States() =>
        from purpose in Enum.GetValues<WidgetPurpose>()
        from step in Enum.GetValues<WidgetStep>()
        from channel in new[] { "8700", "8701" }
        from touched in new[] { false, true }
        from parameters in new WidgetParameters[]
        {
            new(),
            new() { WaitsForTransactions = false },
            new() { SelectAccounts = true },
            new() { ConsentPerAccount = true, WaitsForTransactions = false },
        }
        from provider in new[] { null, Bank }
        // These steps are reached with a bank only.
        where provider is not null || step is not (WidgetStep.Channel or WidgetStep.Credentials)
        from connection in Connections()
        from question in connection is null ? [null] : OpenQuestions()
        // What is linked already is looked at where it is asked about.
        from linked in step == WidgetStep.Consent && connection is null && purpose == WidgetPurpose.AddConnection
            ? new IReadOnlyList<WidgetConnection>[] { [], [.. Connections().OfType<WidgetConnection>().Take(1)] }
            :
            [
                [],
            ]
        select new SessionContext(
            new WidgetSession
            {
                Id = "s",
                UserId = new UserId(1),
                ClientId = new ClientId(2),
                TokenId = new TokenId(4),
                Version = 0,
                ExpiresAt = 2 * Now,
                State = new WidgetState
                {
                    Opened = true,
                    Purpose = purpose,
                    Step = step,
                    Parameters = parameters,
                    DefinitionId = new ChannelDefinitionId(channel),
                    Touched = touched,
                    Outcome = step == WidgetStep.Done ? new WidgetOutcome.Cancelled() : null,
                },
            },
            new Client(),
            Banks,
            provider,
            connection,
            question,
            connection?.Accounts ?? [],
            Now
        )
        {
            Linked = linked,
        };

    private static IEnumerable<WidgetConnection?> Connections() =>
        new WidgetConnection?[] { null }.Concat(
            from running in new[] { false, true }
            from status in new[]
            {
                ChannelStatus.Empty,
                ChannelStatus.Success,
                ChannelStatus.Failed,
                ChannelStatus.AuthFailed,
            }
            from accounts in new IReadOnlyList<WidgetAccount>[] { [], [Account("8701")] }
            select new WidgetConnection(
                new ConnectionId(3),
                Bank.Id,
                running,
                Complete: !running && status == ChannelStatus.Success,
                [
                    new WidgetChannel(new ChannelDefinitionId("8701"), ChannelMode.Redirect, status, Reason: null),
                    new WidgetChannel(
                        new ChannelDefinitionId("8700"),
                        ChannelMode.Embedded,
                        ChannelStatus.Empty,
                        Reason: null
                    ),
                ],
                accounts
            )
        );

    private static IEnumerable<OpenQuestion?> OpenQuestions() =>
        [
            null,
            .. Questions.Select(question => Asked(question, answered: false)),
            Asked(Questions[0], answered: true),
            Asked(Questions[0], answered: false) with
            {
                ExpiresAt = Now,
            },
        ];

    private static OpenQuestion Asked(Question question, bool answered) =>
        new(
            new QuestionId(4),
            new ConnectionId(3),
            new ChannelDefinitionId("8700"),
            question,
            AskedAt: 0,
            ExpiresAt: Now + 1,
            answered
        );

    private static WidgetAccount Account(string channel) =>
        new(
            new AccountId(5),
            new ConnectionId(3),
            Name: null,
            Number: null,
            Type: null,
            "EUR",
            Balance: null,
            new ChannelDefinitionId(channel),
            Selected: true
        );
}
