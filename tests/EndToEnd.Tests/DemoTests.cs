using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The first thing that a newcomer runs.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-demo-");

    [Fact]
    public async Task The_demo_walks_both_channels_prints_their_tables_and_ends_with_0()
    {
        var (code, output) = await Demo("http://127.0.0.1:0");
        Assert.True(code == 0, output);
        var parts = output.Split("Channel REDIRECT");
        Assert.Equal(2, parts.Length);
        Assert.Contains("Channel EMBEDDED", parts[0], StringComparison.Ordinal);
        // EMBEDDED brings all kinds of account, REDIRECT current accounts and cards.
        AssertTables(parts[0], "CHECKINGS", "SAVINGS", "LOAN", "CREDIT_CARD");
        AssertTables(parts[1], "CHECKINGS", "CREDIT_CARD");
    }

    [Fact]
    public async Task A_port_in_use_ends_the_demo_with_6_and_says_which()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        var (code, output) = await Demo(address);
        Assert.Equal(6, code);
        Assert.Contains($"Nothing can listen at {address}: the port is in use", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_ends_the_demo_with_1_and_the_reason()
    {
        // A bank that does not know the customer of the quick start.
        var scenario = Path.Combine(_folder.FullName, "nobody.txt");
        await File.WriteAllTextAsync(
            scenario,
            """
            CREDENTIALS|somebody|else
            CREDENTIALS_OWNER|SOMEBODY ELSE
            ACCOUNT|abcdefabcdef|1|01/08/26|10.00|Checkings||false|SOMEBODY ELSE|Current|||FR7630099000120004127653080|EUR
            """,
            TestContext.Current.CancellationToken
        );
        var (code, output) = await Demo("http://127.0.0.1:0", scenario);
        Assert.True(code == 1, output);
        Assert.Contains("The demo stopped: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<(int ExitCode, string Output)> Demo(string listen, string? scenario = null)
    {
        if (scenario is not null)
        {
            // The demo has no option for it: the settings file has.
            File.WriteAllText(
                Path.Combine(_folder.FullName, "affluent.json"),
                $$"""{ "test_bank_scenario": "{{scenario}}" }"""
            );
        }
        return ServerProcess.RunToEnd(
            _folder.FullName,
            "demo",
            "--once",
            "--data-directory",
            _folder.FullName,
            "--listen",
            listen,
            "--test-bank-listen",
            "http://127.0.0.1:0"
        );
    }

    private static void AssertTables(string part, params string[] types)
    {
        var lines = part.Split('\n');
        Assert.All(
            types,
            type => Assert.Contains(lines, line => line.Contains($"  {type} ", StringComparison.Ordinal))
        );
        var transactions = lines
            .SkipWhile(line =>
                !(
                    line.TrimStart().StartsWith("date ", StringComparison.Ordinal)
                    && line.Contains("label", StringComparison.Ordinal)
                )
            )
            .Skip(2)
            .TakeWhile(line => line.Trim().Length > 0);
        Assert.NotEmpty(transactions);
    }
}
