using System.Diagnostics.Metrics;
using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Certificates;

/// <summary>
/// Tells of the ends of the certificates by which banks know the operator: as a measurement always, in the log daily when one is near. And of a signer that is away.
/// </summary>
internal sealed partial class CertificateWatch : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    private readonly IReadOnlyList<Watched> _all;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateWatch> _log;

    public CertificateWatch(Settings settings, TimeProvider time, IMeterFactory meters, ILogger<CertificateWatch> log)
    {
        (_time, _log) = (time, log);
        _all = [.. settings.BankCertificates.SelectMany(Read)];
        meters
            .Create(Metrics.Name)
            .CreateObservableGauge(
                "affluent.certificates.left",
                () => _all.Select(one => Measurement(one, (one.Ends - _time.GetUtcNow()).TotalSeconds)),
                "s",
                "How long the certificates by which banks know the operator last; less than zero: banks refuse it"
            );
    }

    /// <summary>What whoever asks how the process does is told besides.</summary>
    public IEnumerable<string> Notes() =>
        (
            from one in _all
            let left = one.Ends - _time.GetUtcNow()
            where left <= CertificateJudgement.Notice
            select string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Setting}: {(left <= TimeSpan.Zero ? "ended" : "ends")} on {one.Ends:yyyy-MM-dd}"
            )
        ).Concat(SignersAway().Select(socket => $"signer:{socket}: nobody signs there"));

    private IEnumerable<string> SignersAway() =>
        _all.Select(one => one.Signer).OfType<string>().Distinct().Where(socket => !Signer.IsAt(socket));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(Interval, _time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private void Look()
    {
        var now = _time.GetUtcNow();
        foreach (var one in _all)
        {
            var left = one.Ends - now;
            if (left <= TimeSpan.Zero)
            {
                LogEnded(_log, one.Setting, one.Ends);
            }
            else if (left <= CertificateJudgement.Notice)
            {
                LogEndsSoon(_log, one.Setting, one.Ends);
            }
        }
        foreach (var socket in SignersAway())
        {
            LogSignerAway(_log, socket);
        }
    }

    private static IEnumerable<Watched> Read(BankCertificateFile file)
    {
        // What cannot be read has been told of at the start.
        using var held = file.Load();
        if (held is not null)
        {
            yield return new(
                file.CertificateSetting,
                file.Use,
                file.Generation,
                CertificateJudgement.Ends(held.Certificate),
                held.Signer
            );
        }
    }

    private static Measurement<double> Measurement(Watched one, double value) =>
        new(
            value,
            new KeyValuePair<string, object?>("use", one.Use.Word()),
            new KeyValuePair<string, object?>("generation", one.Generation.Word())
        );

    private sealed record Watched(
        string Setting,
        CertificateUse Use,
        CertificateGeneration Generation,
        DateTimeOffset Ends,
        string? Signer
    );

    [LoggerMessage(
        5601,
        LogLevel.Warning,
        "The certificate of {Setting} ends on {Ends:yyyy-MM-dd}: see to the next one, and tell the banks of it"
    )]
    private static partial void LogEndsSoon(ILogger log, string setting, DateTimeOffset ends);

    [LoggerMessage(5602, LogLevel.Error, "The certificate of {Setting} ended on {Ends:yyyy-MM-dd}: banks refuse it")]
    private static partial void LogEnded(ILogger log, string setting, DateTimeOffset ends);

    [LoggerMessage(
        5603,
        LogLevel.Warning,
        "Nobody signs at {Socket}: banks that want signatures are not read until the signer is there"
    )]
    private static partial void LogSignerAway(ILogger log, string socket);
}

/// <summary>What the feature brings to the platform.</summary>
internal static class CertificateServices
{
    public static IServiceCollection AddCertificates(this IServiceCollection services, Settings settings)
    {
        if (!settings.Runs(Roles.Worker))
        {
            return services;
        }
        services.AddSingleton<CertificateWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<CertificateWatch>());
        return services.AddSingleton(provider => new HealthNotes(
            provider.GetRequiredService<CertificateWatch>().Notes
        ));
    }
}
