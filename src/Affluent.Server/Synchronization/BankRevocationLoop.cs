using System.Diagnostics.Metrics;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Synchronization;

/// <summary>Looks for authorizations to end for as long as the program runs, and tells how many are left.</summary>
internal sealed class BankRevocationLoop : BackgroundService
{
    /// <summary>How long what another process asks for may go unnoticed; what this one does wakes the loop at once.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly BankRevoker _revoker;
    private readonly Database _database;
    private readonly DatabaseOutage _outage;
    private readonly TimeProvider _time;
    private readonly IHostApplicationLifetime _lifetime;
    private IReadOnlyList<WaitingRevocations> _waiting = [];

    public BankRevocationLoop(
        BankRevoker revoker,
        Database database,
        DatabaseOutage outage,
        TimeProvider time,
        IMeterFactory meters,
        IHostApplicationLifetime lifetime
    )
    {
        (_revoker, _database, _outage, _time, _lifetime) = (revoker, database, outage, time, lifetime);
        var meter = meters.Create(Metrics.Name);
        meter.CreateObservableGauge(
            "affluent.revocations.waiting",
            () => _waiting.Select(w => Measurement(w, w.Count)),
            "{authorization}",
            "Authorizations that nothing uses any more, still to be ended at their banks"
        );
        meter.CreateObservableGauge(
            "affluent.revocations.wait",
            () => _waiting.Select(w => Measurement(w, Math.Max(0, _time.Seconds() - w.OldestAskedAt))),
            "s",
            "For how long the oldest of them has waited"
        );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        // Told as soon as the process is: a bank's answer is waited for while the last requests end.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            stoppingToken,
            _lifetime.ApplicationStopping
        );
        using var watch = _database.Signals.For(BankRevocations.Due);
        try
        {
            while (true)
            {
                await Try(either.Token);
                await watch.Wait(Look, _time, either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The program ends; what was under way has been given back.
        }
    }

    private async Task Try(CancellationToken cancellation)
    {
        try
        {
            await _revoker.RunDue(cancellation);
            _waiting = await _database.Read(BankRevocationStore.Waiting, cancellation);
            await _outage.Answered(_database, cancellation);
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            _waiting = [];
            _outage.Noticed(error);
        }
    }

    private static Measurement<long> Measurement(WaitingRevocations waiting, long value) =>
        new(value, new KeyValuePair<string, object?>("channel", waiting.DefinitionId.Value));
}
