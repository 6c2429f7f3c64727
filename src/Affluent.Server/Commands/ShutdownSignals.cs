using System.Runtime.InteropServices;

namespace Affluent.Server.Commands;

/// <summary>
/// Hears Ctrl-C and SIGTERM while the parts of a process start. A host that runs hears them too, and takes them from the process: the test
/// bank, which runs first, would end alone while the rest goes on.
/// </summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource _shutdown;
    private readonly PosixSignalRegistration[] _registrations;

    public ShutdownSignals(CancellationToken cancellation)
    {
        _shutdown = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    /// <summary>Cancelled once the process was told to end.</summary>
    public CancellationToken Token => _shutdown.Token;

    public static CommandException Interrupted() =>
        new(ExitCode.Done, "Told to end while it was starting, it has ended. What was done so far stays.");

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
        _shutdown.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _shutdown.Cancel();
    }
}
