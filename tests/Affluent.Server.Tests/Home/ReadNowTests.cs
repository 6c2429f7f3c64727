using System.Net;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Connections;
using Affluent.Server.Home;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>A member has a bank read now, as one who is there.</summary>
public sealed class ReadNowTests
{
    private const string Button = ".entries li button";

    private readonly FakeBank _bank = new();

    [Theory, OnBothDatabases]
    public async Task A_bank_is_read_at_once_and_the_page_follows(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        await app.Link(await app.Member(), _bank);
        app.Time.Advance(TimeSpan.FromHours(3));
        _bank.EmbeddedChannel.Steps.Clear();
        await visitor.Open("/household");
        Assert.Equal(
            ["Fake Bank", "Up to date", "Last read on 2 March 2026, 08:00"],
            visitor.Page.QuerySelectorAll(".entries li p > *").Select(line => line.TextContent)
        );
        Assert.Equal(
            ("Read now", "Read now: Fake Bank"),
            (visitor.Find(Button).TextContent, visitor.Find(Button).GetAttribute("aria-label"))
        );
        Assert.Null(visitor.Page.Body!.GetAttribute("data-progress"));

        await visitor.Click(Button);

        Assert.StartsWith("Is being read", visitor.Find(".entries small").TextContent, StringComparison.Ordinal);
        Assert.Null(visitor.Page.QuerySelector(Button));
        Assert.Equal("/household/progress", visitor.Page.Body!.GetAttribute("data-progress"));
        // Without a script the page looks again by itself.
        Assert.Contains("http-equiv=\"refresh\" content=\"3\"", visitor.Find("noscript").InnerHtml);
        await app.RunDueSynchronizations();
        await visitor.Open("/household");
        Assert.Equal(
            ["Fake Bank", "Up to date", "Last read on 2 March 2026, 11:00"],
            visitor.Page.QuerySelectorAll(".entries li p > *").Select(line => line.TextContent)
        );
        // The bank is told that its user is there: it counts such readings apart.
        Assert.All(_bank.EmbeddedChannel.Steps, step => Assert.Equal("127.0.0.1", step.Context.User?.IpAddress));
        Assert.NotEmpty(_bank.EmbeddedChannel.Steps);
    }

    [Theory, OnBothDatabases]
    public async Task The_page_learns_when_there_is_something_else_to_see(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        await app.Link(await app.Member(), _bank);
        await visitor.Open("/household");
        await visitor.Click(Button);
        var showing = visitor.Showing;

        Assert.Equal(showing, await Progress(visitor));
        await app.RunDueSynchronizations();
        Assert.NotEqual(showing, await Progress(visitor));
        // Whoever is signed out meanwhile is to see that.
        Assert.Equal("", await Progress(app.Browser()));
    }

    [Theory, OnBothDatabases]
    public async Task Where_the_bank_asks_something_the_page_leads_there_and_back(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        await app.Link(await app.Member(), _bank);
        var inside = false;
        _bank.EmbeddedChannel.Instead = (context, input) =>
        {
            inside |= input is StepInput.Answer;
            return inside
                ? null
                : new StepResult.AskUser(
                    new Question.OneTimePassword("SMS", 6, Digits: true, ExpiresAt: null, Retry: false)
                )
                {
                    Session = context.Session,
                };
        };
        await visitor.Open("/household");
        await visitor.Click(Button);
        await app.RunDueSynchronizations();

        await visitor.Open("/household");
        Assert.Equal(
            ("Needs you: the bank asks you something", "Answer: Fake Bank"),
            (visitor.Find(".entries li.urgent small").TextContent, visitor.Find(Button).GetAttribute("aria-label"))
        );
        await visitor.Click(Button);
        Assert.Contains("/widget/user_input?session_id=", visitor.Address.PathAndQuery);
        visitor.Fill("otp", "123456");
        await visitor.Submit();
        await visitor.WaitFor("Ended");
        await visitor.Submit();

        Assert.Equal("Your banks", visitor.Heading);
        Assert.Equal("Up to date", visitor.Find(".entries small").TextContent);
    }

    [Theory, OnBothDatabases]
    public async Task An_authorization_that_ended_in_the_meantime_leads_to_the_bank(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        await app.Link(await app.Member(), _bank);
        _bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.AskUser(new Question.Credentials()) { Session = context.Session };
        await visitor.Open("/household");
        await visitor.Click(Button);
        await app.RunDueSynchronizations();

        // The channel itself does not say that it waits: the open question does.
        await visitor.Open("/household");
        await visitor.Click(Button);

        Assert.Contains("/widget/user_input?session_id=", visitor.Address.PathAndQuery);
        Assert.NotNull(visitor.Page.QuerySelector("#login"));
    }

    [Theory, OnBothDatabases]
    public async Task A_closed_bank_says_until_when_and_is_not_asked(DatabaseKind kind)
    {
        var begin = new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
        _bank.Provider = _bank.Provider with { Maintenance = [new(begin.AddHours(2), begin.AddHours(5))] };
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        var connection = await app.Link(await app.Member(), _bank);
        app.Time.Advance(TimeSpan.FromHours(3));
        _bank.EmbeddedChannel.Steps.Clear();

        await visitor.Open("/household");
        Assert.Equal(
            "The bank does not answer, or is closed: it can be read again from 2 March 2026, 13:00",
            visitor.Find(".entries small:last-child").TextContent
        );
        Assert.Null(visitor.Page.QuerySelector(Button));
        await visitor.Post("/household/read", Fields(connection, visitor.FormToken()));
        Assert.Equal(("Your banks", "Up to date"), (visitor.Heading, visitor.Find(".entries small").TextContent));
        Assert.Equal(0, await app.RunDueSynchronizations());

        app.Time.Advance(TimeSpan.FromHours(2));
        await visitor.Open("/household");
        await visitor.Click(Button);
        await app.RunDueSynchronizations();
        Assert.NotEmpty(_bank.EmbeddedChannel.Steps);
    }

    [Theory]
    [OnBothDatabases(LaterReason.RateLimited, "Could not be read: the bank was asked too often, and wants a pause")]
    [OnBothDatabases(LaterReason.BankUnavailable, "Could not be read")]
    public async Task What_could_not_be_read_says_when_it_is_tried_again(DatabaseKind kind, object reason, string state)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        await app.Link(await app.Member(), _bank);
        _bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Later(context.Now.AddHours(2), (LaterReason)reason) { Session = context.Session };
        await visitor.Open("/household");
        await visitor.Click(Button);
        await app.RunDueSynchronizations();

        await visitor.Open("/household");
        Assert.Equal(state, visitor.Find(".entries small").TextContent);
        Assert.StartsWith(
            "Tried again by itself on 3 March 2026, 0",
            visitor.Find(".entries small:last-child").TextContent,
            StringComparison.Ordinal
        );
        // And the member may try before.
        Assert.Equal("Read now", visitor.Find(Button).TextContent);
    }

    [Theory, OnBothDatabases]
    public async Task A_reading_that_was_put_off_says_until_when_and_a_member_need_not_wait(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        await app.SetUp();
        await app.Link(await app.Member(), _bank);
        _bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Later(context.Now.AddHours(3), LaterReason.BankUnavailable) { Session = context.Session };
        app.Time.Advance(TimeSpan.FromHours(22));
        await app.RunDueSynchronizations();

        var visitor = await app.SignIn();
        Assert.Equal(
            [
                "Could not be read just now",
                "Last read on 2 March 2026, 08:00",
                "Tried again by itself on 3 March 2026, 09:00",
            ],
            visitor.Page.QuerySelectorAll(".entries small").Select(line => line.TextContent)
        );
        Assert.Null(visitor.Page.Body!.GetAttribute("data-progress"));
        _bank.EmbeddedChannel.Instead = null;
        await visitor.Click(Button);
        await app.RunDueSynchronizations();

        await visitor.Open("/household");
        Assert.Equal("Up to date", visitor.Find(".entries small").TextContent);
    }

    [Theory, OnBothDatabases]
    public async Task Who_asks_twice_has_it_read_once(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var visitor = await app.SetUp();
        var connection = await app.Link(await app.Member(), _bank);
        await visitor.Open("/household");
        var token = visitor.FormToken();

        await visitor.Post("/household/read", Fields(connection, token));
        await visitor.Post("/household/read", Fields(connection, token));

        Assert.Equal(
            2,
            (await app.EventNames(connection.ToString())).Count(name => name == "SYNCHRONIZATION_REQUESTED")
        );
    }

    [Theory, OnBothDatabases]
    public async Task More_than_the_limit_allows_is_refused_and_says_when_to_come_again(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(
            kind,
            _bank,
            settings: all =>
                all with
                {
                    RateLimits = new Dictionary<LimitedAction, RateLimit>(all.RateLimits)
                    {
                        [LimitedAction.Synchronization] = new(Client: null, User: 1, Address: null),
                    },
                }
        );
        var visitor = await app.SetUp();
        var connection = await app.Link(await app.Member(), _bank);
        await visitor.Open("/household");
        var token = visitor.FormToken();
        await visitor.Post("/household/read", Fields(connection, token));
        await app.RunDueSynchronizations();

        await visitor.Post("/household/read", Fields(connection, token));

        Assert.Equal(
            (HttpStatusCode.TooManyRequests, "One moment, please", 60),
            (visitor.Status, visitor.Heading, visitor.Answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds)
        );
        Assert.Equal(0, await app.RunDueSynchronizations());
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await visitor.Post("/household/read", Fields(connection, token));
        Assert.Equal(1, await app.RunDueSynchronizations());
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_has_anothers_bank_read_nor_by_anothers_form(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, _bank);
        var ada = await app.SetUp();
        var connection = await app.Link(await app.Member(), _bank);
        await app.AddMember("bob@home.example");
        var bob = await app.SignIn("bob@home.example");
        await ada.Open("/household");
        var adas = ada.FormToken();

        await ada.Post("/household/read", Fields(connection, ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        await bob.Post("/household/read", Fields(connection, adas));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bob.Status);
        await bob.Open("/household");
        await bob.Post("/household/read", Fields(connection, bob.FormToken()));
        Assert.Equal("Your banks", bob.Heading);
        var nobody = app.Browser();
        await nobody.Post("/household/read", Fields(connection, ""));
        Assert.Equal("Sign in", nobody.Heading);

        Assert.Equal(0, await app.RunDueSynchronizations());
    }

    [Theory]
    [InlineData(ConnectionStatus.None, "NotReadYet")]
    [InlineData(ConnectionStatus.Running, "BeingRead")]
    [InlineData(ConnectionStatus.Success, "UpToDate")]
    [InlineData(ConnectionStatus.PartialSuccess, "ReadInPart")]
    [InlineData(ConnectionStatus.Failed, "NotReachable")]
    [InlineData(ConnectionStatus.Closed, "Ended")]
    public void Each_state_of_a_connection_has_its_words(object status, string state) =>
        Assert.Equal(state, StateOf((ConnectionStatus)status));

    [Theory]
    [InlineData(ChannelStatus.AuthFailed, "NeedsUser")]
    [InlineData(ChannelStatus.TokenExpired, "NeedsUser")]
    [InlineData(ChannelStatus.PasswordChangeRequired, "NeedsUser")]
    [InlineData(ChannelStatus.ChallengeRequired, "Asks")]
    [InlineData(ChannelStatus.UserActionRequired, "Asks")]
    [InlineData(ChannelStatus.Failed, "ReadInPart")]
    public void What_a_channel_wants_of_its_user_comes_first(object status, string state)
    {
        Assert.Equal(state, StateOf(ConnectionStatus.PartialSuccess, (ChannelStatus)status));
        Assert.Equal("Ended", StateOf(ConnectionStatus.Closed, (ChannelStatus)status));
    }

    /// <summary>What the page's script is told.</summary>
    private static async Task<string> Progress(PageVisitor visitor)
    {
        await visitor.Open("/household/progress");
        return JsonSerializer.Deserialize<JsonElement>(visitor.Page.Body!.TextContent).Text("showing")!;
    }

    private static string StateOf(ConnectionStatus status, params ChannelStatus[] channels) =>
        HouseholdBank
            .StateOf(
                status,
                [
                    .. channels.Select(channel => new ChannelMessage
                    {
                        ChannelDefinitionId = new("1"),
                        Mode = ChannelMode.Embedded,
                        Status = channel,
                        AccountTypes = [],
                        ChannelDefinitionUnavailable = false,
                    }),
                ],
                asks: false,
                putOff: false
            )
            .ToString();

    private static Dictionary<string, string> Fields(ConnectionId connection, string token) =>
        new() { ["connection"] = connection.ToString(), ["form_token"] = token };
}
