using System.Text;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>What operators collect of a running installation, read by OpenTelemetry's decoder and Prometheus's parser.</summary>
public sealed class TelemetryTests
{
    private const string File = """
        CREDENTIALS|dev|dev
        ACCOUNT|telemetry01|00010|01/08/26|812.40|Checkings||false|ROSE TREMOLET|Compte courant||||EUR
        TRANSACTION|-12.60|31/07/26|CB LIBRAIRIE DES QUAIS
        """;

    [Theory, OnBothDatabases]
    public async Task Requests_runs_steps_banks_and_database_are_seen_by_those_who_collect(DatabaseKind kind)
    {
        await using var collector = await Collector.Start();
        var metrics = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        await using var installation = await Installation.Start(
            kind,
            throughProxy: null,
            ["--otlp-endpoint", collector.Address, "--metrics-listen", metrics]
        );
        await using var files = await FileSite.Start();
        using var customer = await Customer.Of(installation);
        var connection = await customer.Connect(
            "dev",
            "dev",
            files.Put($"{Guid.NewGuid():N}.txt", Encoding.UTF8.GetBytes(File))
        );
        await customer.Succeeded(connection);

        // A run is measured at its end, just after its outcome can be read.
        var samples = await Scrape(metrics);
        for (var i = 0; i < 100 && Value("affluent_job_duration_seconds_count", ("result", "done")) == 0; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            samples = await Scrape(metrics);
        }
        // All that is buffered is handed over at the end.
        await installation.Server.Stop();
        var spans = await collector.Spans();

        var job = Assert.Single(spans, s => s.Attributes.GetValueOrDefault("connection_id") == connection);
        Assert.Equal(("job SYNCHRONIZATION", null, "done"), (job.Name, job.Parent, job.Attributes["result"]));
        var step = spans.First(s => s.Name == "step list_transactions" && s.Parent == job.Id);
        Assert.Equal(
            ("87", "EMBEDDED", "page"),
            (step.Attributes["provider"], step.Attributes["channel"], step.Attributes["result"])
        );
        var exchange = spans.First(s => s.Parent == step.Id);
        Assert.Equal(
            ("bank GET", "127.0.0.1", "200"),
            (exchange.Name, exchange.Attributes["server.address"], exchange.Attributes["http.response.status_code"])
        );
        Assert.Contains(spans, s => s.Name == "database write" && s.Parent == job.Id);
        var request = spans.First(s => s.Name == "POST /api/v2.1/connections/");
        Assert.Equal("201", request.Attributes["http.response.status_code"]);
        Assert.Contains(spans, s => s.Name.StartsWith("database", StringComparison.Ordinal) && s.Parent == request.Id);
        // Nothing but what the page about monitoring lists.
        Assert.Empty(spans.SelectMany(s => s.Attributes.Keys).Except(Documented("attributes")));

        Counted(1, "affluent_channels_finished_total", ("provider", "87"), ("status", "SUCCESS"));
        Counted(1, "affluent_job_duration_seconds_count", ("kind", "SYNCHRONIZATION"), ("result", "done"));
        Counted(null, "affluent_step_duration_seconds_count", ("step", "list_transactions"));
        Counted(null, "affluent_bank_duration_seconds_count", ("http_response_status_code", "200"));
        Counted(null, "affluent_database_duration_seconds_count", ("db_operation_name", "write"));
        Counted(null, "affluent_database_statements_total");
        Counted(null, "affluent_events_appended_total", ("name", "SYNCHRONIZATION_ENDED"));
        Counted(1, "http_server_request_duration_seconds_count", ("http_route", "/api/v2.1/connections/"));
        Counted(0, "affluent_jobs_due", ("priority", "BACKGROUND"));
        // Every measurement of ours that there is stands on the page.
        var documented = Documented("measurement");
        Assert.All(
            samples.Select(s => s.Name).Where(name => name.StartsWith("affluent_", StringComparison.Ordinal)),
            name => Assert.Contains(documented, known => name.StartsWith(known, StringComparison.Ordinal))
        );

        // Null: more than none.
        void Counted(double? expected, string name, params (string Name, string Value)[] labels)
        {
            var value = Value(name, labels);
            var all = samples.Where(s => s.Name == name).Select(s => $"{string.Join(',', s.Labels)} {s.Value}");
            Assert.True(
                expected is { } exactly ? value == exactly : value > 0,
                $"{name} {string.Join(',', labels)} is {value}, of\n{string.Join('\n', all)}"
            );
        }

        double Value(string name, params (string Name, string Value)[] labels) =>
            samples
                .Where(s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Name) == l.Value))
                .Sum(s => s.Value);
    }

    [Theory, OnBothDatabases]
    public async Task Nothing_but_the_measurements_is_served_at_their_address_and_they_nowhere_else(DatabaseKind kind)
    {
        var metrics = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        await using var installation = await Installation.Start(
            kind,
            throughProxy: null,
            ["--metrics-listen", metrics]
        );
        using var http = new HttpClient();

        Assert.Equal(404, await Status($"{metrics}/api/v2.1/providers"));
        Assert.Equal(404, await Status($"{metrics}/health"));
        Assert.Equal(200, await Status($"{metrics}/metrics"));
        Assert.Equal(404, await Status($"{installation.Address}metrics"));

        async Task<int> Status(string address)
        {
            using var answer = await http.GetAsync(new Uri(address), TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_collector_that_never_answers_keeps_no_process_from_ending(DatabaseKind kind)
    {
        await using var collector = await Collector.Start(silent: true);
        await using var installation = await Installation.Start(
            kind,
            throughProxy: null,
            ["--otlp-endpoint", collector.Address]
        );
        using var customer = await Customer.Of(installation);
        // Spans go out by and by.
        for (var i = 0; i < 150 && collector.Exports == 0; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        var took = await installation.Server.Stop();

        Assert.True(collector.Exports > 0);
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took}.");
    }

    /// <summary>Names in the first column (measurements), or in the second of the table of spans (attributes).</summary>
    private static IReadOnlyList<string> Documented(string what)
    {
        var page = System.IO.File.ReadAllText(Repository.Path("docs", "advanced", "monitoring.md"));
        var part = what == "attributes" ? page[page.IndexOf("| span |", StringComparison.Ordinal)..] : page;
        var rows = part.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        return
        [
            .. rows.Select(row => row.Split('|')[what == "attributes" ? 2 : 1])
                .SelectMany(cell => cell.Split('`').Where((_, i) => i % 2 == 1))
                .Select(name => what == "attributes" ? name : name.Replace('.', '_')),
        ];
    }

    private static async Task<IReadOnlyList<Sample>> Scrape(string address)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync($"{address}/metrics", TestContext.Current.CancellationToken);
        var scripts = Repository.Path("tests", "EndToEnd.Tests", "independent");
        foreach (var python in new[] { "python3", "/usr/bin/python3" })
        {
            var (code, output, _) = await OtherProgram.Run(
                python,
                ["read-metrics.py"],
                scripts,
                new Dictionary<string, string>(),
                text
            );
            if (code == 0)
            {
                return JsonSerializer.Deserialize<List<Sample>>(output, JsonSerializerOptions.Web)!;
            }
        }
        OtherProgram.Need(there: false, "Install python3-prometheus-client.");
        return [];
    }

    private sealed record Sample(string Name, Dictionary<string, string> Labels, double Value);
}
