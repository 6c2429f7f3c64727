using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Banks that misbehave on the wire, through the real connector and the real HTTP client.</summary>
public sealed class BadBankTests
{
    /// <summary>The EMBEDDED channel of the bank that the catalogue has at the test bank's address.</summary>
    private const string Channel = "8700";

    private static readonly ChannelDefinition AnyChannel = new FakeBank().Provider.Channels[0];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nOops", "bank_unavailable")]
    [OnBothDatabases("HTTP/1.1 503 Night\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n", "bank_unavailable")]
    [OnBothDatabases("HTTP/1.1 429 Many\r\nContent-Length: 0\r\n\r\n", "rate_limited")]
    [OnBothDatabases("", "bank_unavailable")]
    [OnBothDatabases("not http at all\r\n\r\n", "bank_unavailable")]
    public async Task A_bank_that_answers_nonsense_ends_the_run_as_failed_with_the_reason(
        DatabaseKind kind,
        string bytes,
        string reason
    )
    {
        using var server = new RawServer(bytes);
        await using var app = await Start(kind, server.Address);
        var (http, id) = await Connect(app);

        await app.RunDueSynchronizations();
        for (var i = 0; i < 10 && await http.StatusOf(id) == "RUNNING"; i++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            await app.RunDueSynchronizations();
        }

        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal(reason, await app.ReasonOf(id, Channel));
        Assert.Equal("IDLE", await app.JobState(id));
        Assert.True(await app.DueAt(id) > app.Time.Seconds());
    }

    [Theory, OnBothDatabases]
    public async Task A_page_without_a_login_form_is_not_blamed_on_the_user(DatabaseKind kind)
    {
        using var server = new RawServer(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 25\r\nConnection: close\r\n\r\n<html>Closed today</html>"
        );
        await using var app = await Start(kind, server.Address);
        var (http, id) = await Connect(app);

        await app.RunDueSynchronizations();

        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("FAILED", await http.StatusOf(id, Channel));
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_is_not_there_ends_the_run_as_failed(DatabaseKind kind)
    {
        var server = new RawServer("");
        server.Dispose();
        await using var app = await Start(kind, server.Address);
        var (http, id) = await Connect(app);

        await app.RunDueSynchronizations();
        for (var i = 0; i < 10 && await http.StatusOf(id) == "RUNNING"; i++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            await app.RunDueSynchronizations();
        }

        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("bank_unavailable", await app.ReasonOf(id, Channel));
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_never_answers_is_given_up(DatabaseKind kind)
    {
        using var server = new RawServer(bytes: null);
        await using var app = await Start(kind, server.Address);
        var (http, id) = await Connect(app);

        var run = app.RunDueSynchronizations();
        for (var i = 0; i < 200 && !run.IsCompleted; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
            app.Time.Advance(TimeSpan.FromSeconds(5));
        }
        await run.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);

        Assert.Equal("FAILED", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_says_more_than_is_read_ends_the_run_as_failed(DatabaseKind kind)
    {
        var page = new string(' ', BankLimits.LargestAnswer + 1);
        using var server = new RawServer(
            $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n{page}"
        );
        await using var app = await Start(kind, server.Address);
        var (http, id) = await Connect(app);

        await app.RunDueSynchronizations();

        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("bank_not_understood", await app.ReasonOf(id, Channel));
    }

    [Fact]
    public async Task An_answer_is_handed_on_as_it_comes_and_given_up_when_its_end_does_not()
    {
        using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", hangsUp: false);
        var time = new FakeTimeProvider();
        using var http = new BankHttp(new Settings(), time, NullLogger<BankHttp>.Instance);

        using var stop = new StepStop(time, Stop);
        using var response = await http.Client(new ReadingBounds(), stop, AnyChannel)
            .GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead, Stop);
        await using var body = await response.Content.ReadAsStreamAsync(Stop);
        var half = new byte[4];
        await body.ReadExactlyAsync(half, Stop);
        var rest = body.ReadAsync(new byte[5], Stop).AsTask();
        time.Advance(BankLimits.LongestSilence);

        Assert.Equal("half"u8.ToArray(), half);
        await Assert.ThrowsAsync<HttpIOException>(() =>
            rest.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop)
        );
    }

    [Theory]
    [InlineData("10.0.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1::1", true)]
    public void Only_addresses_of_the_public_internet_are_banks(string address, bool expected) =>
        Assert.Equal(expected, PublicNetwork.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task In_production_no_bank_stands_on_this_machine()
    {
        using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var http = new BankHttp(
            new Settings { Environment = InstallationKind.Production },
            TimeProvider.System,
            NullLogger<BankHttp>.Instance
        );

        using var stop = new StepStop(TimeProvider.System, Stop);
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            http.Client(new ReadingBounds(), stop, AnyChannel).GetAsync(server.Address, Stop)
        );
    }

    [Theory, OnBothDatabases]
    public async Task The_second_channel_goes_on_when_the_first_fails_and_leaves_the_firsts_accounts_alone(
        DatabaseKind kind
    )
    {
        var bank = new FakeBank();
        var shared = Bank.Account("FR1420041010050500013M02606");
        bank.RedirectChannel.With(shared, Bank.Booked("r", -5, "2026-02-20", "CARTE SHOP"));
        bank.EmbeddedChannel.With(shared, Bank.Booked("e", -5, "2026-02-20", "CARTE SHOP"));
        bank.EmbeddedChannel.With(Bank.Account("999"), Bank.Booked("s", 1, "2026-02-20", "INTEREST"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var id = await TestApp.Connect(http, FakeBank.Redirect, "https://app.example/back");
        await app.RunDueSynchronizations();
        using var added = await http.PutAsJsonAsync(
            $"/api/v2.1/connections/{id}/channels/100/credentials",
            new { credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "dev" } },
            Stop
        );
        await app.RunDueSynchronizations();
        var both = await http.StatusOf(id);
        var owner = (await http.Account(shared.Number!)).Text("last_channel_definition_id");

        bank.RedirectChannel.Instead = (_, _) => Bank.Refused(Refusal.ConsentExpired);
        await RunTests.Synchronize(http, id);
        await app.RunDueSynchronizations();

        Assert.Equal(HttpStatusCode.NoContent, added.StatusCode);
        Assert.Equal("SUCCESS", both);
        Assert.Equal("101", owner);
        Assert.Equal("PARTIAL_SUCCESS", await http.StatusOf(id));
        Assert.Equal("TOKEN_EXPIRED", await http.StatusOf(id, FakeBank.Redirect));
        // The authorization is gone, so the other channel reads the account now: same account, same transaction.
        Assert.Equal("100", (await http.Account(shared.Number!)).Text("last_channel_definition_id"));
        Assert.Equal(2, (await http.Accounts()).Count);
        Assert.Equal(2, (await http.Transactions()).Count);
    }

    private static Task<TestApp> Start(DatabaseKind kind, Uri bank) =>
        TestApp.Start(kind, settings: s => s with { TestBankUrl = bank });

    private static async Task<(HttpClient Http, string Id)> Connect(TestApp app)
    {
        var (http, _) = await app.SignedInUser();
        using var answer = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = "87",
                channel_definition_id = Channel,
                credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "dev" },
            },
            Stop
        );
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (http, (await answer.Json()).Text("id")!);
    }

    /// <summary>Says the same bytes to everybody, and hangs up or not; with null it never says anything.</summary>
    private sealed class RawServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();

        public RawServer(string? bytes, bool hangsUp = true)
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
            _ = Serve(bytes, hangsUp);
        }

        public Uri Address { get; }

        public void Dispose()
        {
            _end.Cancel();
            _listener.Dispose();
            _end.Dispose();
        }

        private async Task Serve(string? bytes, bool hangsUp)
        {
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync(_end.Token);
                    _ = Answer(client, bytes, hangsUp);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task Answer(TcpClient client, string? bytes, bool hangsUp)
        {
            using (client)
            {
                try
                {
                    var stream = client.GetStream();
                    _ = await stream.ReadAsync(new byte[4096], _end.Token);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(bytes ?? ""), _end.Token);
                    if (bytes is null || !hangsUp)
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token);
                    }
                }
                catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
                {
                    // Hung up.
                }
            }
        }
    }
}
