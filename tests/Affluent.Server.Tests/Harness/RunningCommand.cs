using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Affluent.Server.Commands;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>A command that goes on until it is ended.</summary>
internal sealed class RunningCommand : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _end = new();
    private readonly WrittenLines _output = new();
    private readonly StringWriter _errors = new(CultureInfo.InvariantCulture);
    private readonly Task<int> _run;

    public RunningCommand(string[] arguments) =>
        _run = Task.Run(() => CommandLine.Run(arguments, _output, _errors, _end.Token), CancellationToken.None);

    public string Errors => _errors.ToString();

    /// <summary>The next line that holds this; those before it are passed by.</summary>
    public async Task<string> Line(string part)
    {
        while (true)
        {
            var line = await _output
                .Next()
                .WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    /// <summary>How it ends by itself.</summary>
    /// <param name="pass">Lets time pass meanwhile.</param>
    public async Task<ExitCode> End(Action? pass = null)
    {
        for (var i = 0; i < 1_000 && !_run.IsCompleted; i++)
        {
            pass?.Invoke();
            await Task.WhenAny(_run, Task.Delay(20, TestContext.Current.CancellationToken));
        }
        return (ExitCode)await _run.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _run.WaitAsync(Patience, TimeProvider.System, CancellationToken.None);
        _end.Dispose();
        await _output.DisposeAsync();
        await _errors.DisposeAsync();
    }
}

/// <summary>Hands on each line as it is written.</summary>
internal sealed class WrittenLines : TextWriter
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public override Encoding Encoding => Encoding.UTF8;

    public Task<string> Next() => _lines.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();

    public override Task WriteLineAsync(string? value)
    {
        _lines.Writer.TryWrite(value ?? "");
        return Task.CompletedTask;
    }
}
