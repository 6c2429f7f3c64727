using System.Collections.Concurrent;
using System.Diagnostics;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class BankHttpTests
{
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
        using var answer = await http.Client(new ReadingBounds(), stop).GetAsync(bank.Urls.First(), Stop);

        Assert.Equal(["Accept-Encoding", "Host"], names.Order());
    }
}
