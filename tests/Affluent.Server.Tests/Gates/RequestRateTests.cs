using System.Collections.Concurrent;
using Affluent.Connectors.Contract;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Gates;

/// <summary>How fast requests reach a bank that bears only so many a second.</summary>
public sealed class RequestRateTests
{
    private const int PerSecond = 20;

    private static readonly ChannelDefinition AnyChannel = new FakeBank().Provider.Channels[0];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task No_request_of_two_nodes_is_at_the_bank_before_its_turn(DatabaseKind kind)
    {
        var arrivals = new ConcurrentQueue<TimeSpan>();
        var begin = TimeProvider.System.GetTimestamp();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.Run(context =>
        {
            arrivals.Enqueue(TimeProvider.System.GetElapsedTime(begin));
            return context.Response.WriteAsync("ok", Stop);
        });
        await server.StartAsync(Stop);
        var bank = new FakeBank().Provider with { RequestsPerSecond = PerSecond };
        await using var database = await TestDatabase.Create(kind);
        using var one = new BankHttp(new Settings(), TimeProvider.System, NullLogger<BankHttp>.Instance);
        using var other = new BankHttp(new Settings(), TimeProvider.System, NullLogger<BankHttp>.Instance);

        begin = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Requests(one), Requests(other));

        // A turn is told in milliseconds, and a timer keeps time to one.
        var early = arrivals.Order().Where((at, i) => at.TotalMilliseconds < (i * 1000.0 / PerSecond) - 2);
        Assert.Equal(12, arrivals.Count);
        Assert.Empty(early);

        Task Requests(BankHttp node)
        {
            var turn = new RequestRates(database.Database, TimeProvider.System).Of(bank);
            return Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Request(node, turn)));
        }

        async Task Request(BankHttp node, Func<CancellationToken, Task>? turn)
        {
            using var stop = new StepStop(TimeProvider.System, Stop);
            using var answer = await node.Client(new ReadingBounds(), stop, AnyChannel, turn)
                .GetAsync(server.Urls.First(), Stop);
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public void A_bank_that_sets_no_bound_is_asked_at_once() =>
        Assert.Null(new RequestRates(null!, TimeProvider.System).Of(new FakeBank().Provider));
}
