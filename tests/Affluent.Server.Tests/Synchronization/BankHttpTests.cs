using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class BankHttpTests
{
    private static readonly ChannelDefinition AnyChannel = new FakeBank().Provider.Channels[0];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bank_gets_no_header_that_its_connector_did_not_set_no_trace_of_ours_either()
    {
        ConcurrentQueue<string> names = new();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var bank = builder.Build();
        bank.Run(context =>
        {
            foreach (var name in context.Request.Headers.Keys)
            {
                names.Enqueue(name);
            }
            return Task.CompletedTask;
        });
        await bank.StartAsync(Stop);
        using var http = new BankHttp(new Settings(), TimeProvider.System, NullLogger<BankHttp>.Instance);
        using var span = new Activity("step") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        span.AddBaggage("user", "4711");

        using var stop = new StepStop(TimeProvider.System, Stop);
        using var answer = await http.Client(new ReadingBounds(), stop, AnyChannel).GetAsync(bank.Urls.First(), Stop);

        Assert.Equal(["Accept-Encoding", "Host"], names.Order());
    }

    /// <summary>A bank that takes each request and hangs up without a word, on connections old and new.</summary>
    [Theory]
    [InlineData("GET", false, 2)]
    [InlineData("GET", true, 2)]
    [InlineData("POST", false, 1)]
    [InlineData("POST", true, 1)]
    [InlineData("PUT", true, 1)]
    public async Task What_a_dropped_connection_took_along_is_sent_again_once_at_most_and_never_what_changes_something(
        string method,
        bool connected,
        int most
    )
    {
        using var bank = new DroppingServer();
        using var http = new BankHttp(new Settings(), TimeProvider.System, NullLogger<BankHttp>.Instance);
        using var stop = new StepStop(TimeProvider.System, Stop);
        using var client = http.Client(new ReadingBounds(), stop, AnyChannel);
        if (connected)
        {
            // Several connections wait to be used again.
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.GetStringAsync(bank.Address, Stop)));
        }
        bank.Drops = true;
        using var request = new HttpRequestMessage(new HttpMethod(method), bank.Address);
        request.Content = method == "GET" ? null : new StringContent("grant_type=authorization_code");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.SendAsync(request, Stop));

        Assert.InRange(bank.Dropped, 1, most);
    }

    /// <summary>Answers four at a time, until it takes requests and hangs up without a word; counts these.</summary>
    private sealed class DroppingServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _four = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _answered;
        private int _dropped;

        public DroppingServer()
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
            _ = Accept();
        }

        public Uri Address { get; }

        public bool Drops { get; set; }

        public int Dropped => Volatile.Read(ref _dropped);

        public void Dispose() => _listener.Dispose();

        private async Task Accept()
        {
            try
            {
                while (true)
                {
                    _ = Serve(await _listener.AcceptTcpClientAsync(Stop));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task Serve(TcpClient client)
        {
            using var _ = client;
            using var lines = new StreamReader(client.GetStream());
            while (await lines.ReadLineAsync(Stop) is { } line)
            {
                if (line != "")
                {
                    continue;
                }
                if (Drops)
                {
                    Interlocked.Increment(ref _dropped);
                    return;
                }
                if (Interlocked.Increment(ref _answered) == 4)
                {
                    _four.SetResult();
                }
                await _four.Task;
                await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), Stop);
            }
        }
    }
}
