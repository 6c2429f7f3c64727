using System.Diagnostics.Metrics;
using Affluent.Server.Certificates;
using Affluent.Server.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Certificates;

/// <summary>The end of a certificate is told of in time: in the log, by the measurement, to whoever asks how the process does.</summary>
public sealed class CertificateWatchTests : IDisposable
{
    private static readonly DateTimeOffset Begins = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task It_is_told_daily_in_the_last_month()
    {
        foreach (var (name, text) in TestCertificates.Make("Littoral", "PSDFR-ACPR-12345", Begins, Begins.AddDays(32)))
        {
            await File.WriteAllTextAsync(
                Path.Combine(_folder.FullName, name),
                text,
                TestContext.Current.CancellationToken
            );
        }
        var settings = new Settings
        {
            NextSealCertificateFile = Path.Combine(_folder.FullName, "qseal.pem"),
            NextSealKeyFile = Path.Combine(_folder.FullName, "qseal.key"),
        };
        var time = new FakeTimeProvider(Begins);
        var log = new Lines();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var watch = new CertificateWatch(settings, time, services.GetRequiredService<IMeterFactory>(), log);
        using var listener = Listen(out var left);

        await watch.StartAsync(TestContext.Current.CancellationToken);
        await Until(() => log.Looks == 0, time, days: 1);
        Assert.Empty(watch.Notes());

        await Until(() => log.Count(LogLevel.Warning) >= 2, time, days: 2);
        Assert.Equal(["next_seal_certificate_file: ends on 2026-12-30"], watch.Notes());
        listener.RecordObservableInstruments();
        Assert.InRange(left[^1].Seconds, 1, 30 * 86_400);
        Assert.Contains(new("use", "QSEAL"), left[^1].Tags);
        Assert.Contains(new("generation", "NEXT"), left[^1].Tags);

        await Until(() => log.Count(LogLevel.Error) >= 1, time, days: 40);
        Assert.Equal(["next_seal_certificate_file: ended on 2026-12-30"], watch.Notes());
        listener.RecordObservableInstruments();
        Assert.True(left[^1].Seconds < 0);
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    // The loop goes on in its own time: days pass until it has seen enough of them.
    private static async Task Until(Func<bool> isSo, FakeTimeProvider time, int days)
    {
        for (var day = 0; day < days || !isSo(); day++)
        {
            Assert.True(day < 200, "in vain");
            time.Advance(TimeSpan.FromDays(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private static MeterListener Listen(out List<(double Seconds, KeyValuePair<string, object?>[] Tags)> measured)
    {
        List<(double, KeyValuePair<string, object?>[])> all = [];
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Name == "affluent.certificates.left")
                {
                    me.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => all.Add((value, tags.ToArray())));
        listener.Start();
        measured = all;
        return listener;
    }

    private sealed class Lines : ILogger<CertificateWatch>
    {
        private readonly List<LogLevel> _levels = [];

        public int Looks => Count(LogLevel.Warning) + Count(LogLevel.Error);

        public int Count(LogLevel level)
        {
            lock (_levels)
            {
                return _levels.Count(l => l == level);
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            lock (_levels)
            {
                _levels.Add(logLevel);
            }
        }
    }
}
