using System.Runtime.InteropServices;

namespace Affluent.Server.Commands;

/// <summary>
/// Hears Ctrl-C and SIGTERM while the parts of a process start. A host that runs hears them too, and takes them from the process: the test
/// bank, which runs first, would end alone while the rest goes on.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    private readonly CancellationTokenSource _told;
    private readonly PosixSignalRegistration[] _heard;

    public EndSignals(CancellationToken cancellation)
    {
        _told = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _heard =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear),
        ];
    }

    /// <summary>Cancelled once the process was told to end.</summary>
    public CancellationToken Token => _told.Token;

    public static CommandException Told() =>
        new(ExitCode.Done, "Told to end while it was starting, it has ended. What was done so far stays.");

    public void Dispose()
    {
        foreach (var registration in _heard)
        {
            registration.Dispose();
        }
        _told.Dispose();
    }

    private void Hear(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _told.Cancel();
    }
}
