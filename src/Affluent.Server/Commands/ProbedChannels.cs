using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affluent.Server.Commands;

/// <summary>Tries ways to banks, for commands that tell what works.</summary>
internal static class ProbedChannels
{
    /// <summary>Tells each step as it is taken.</summary>
    /// <param name="channels">Each with what is said before its steps.</param>
    /// <param name="listed">Is told of the banks that an upstream lists.</param>
    /// <returns>Whether all steps went well.</returns>
    public static async Task<ExitCode> Tell(
        IEnumerable<(string Head, ChannelDefinition Channel)> channels,
        Settings settings,
        TextWriter output,
        CancellationToken cancellation,
        Action<IReadOnlyList<UpstreamBank>>? listed = null
    )
    {
        var time = TimeProvider.System;
        using var http = new BankHttp(settings, time, NullLogger<BankHttp>.Instance);
        var code = ExitCode.Done;
        foreach (var (head, channel) in channels)
        {
            await output.WriteLineAsync(head);
            using var stop = new StepStop(time, cancellation);
            using var client = http.Client(new ReadingBounds(), stop, channel);
            var probe = new BankProbe(
                new()
                {
                    Channel = channel,
                    Http = client,
                    Keep = _ => Task.CompletedTask,
                    Now = time.GetUtcNow(),
                    Seal = http.SealFor(channel),
                },
                time
            )
            {
                RedirectUri = ReturnOf(settings, channel),
                Environment = channel.Upstream is null ? null : settings.EnableBankingEnvironment,
                Listed = listed,
                HasCertificate = !http.LacksClientFor(channel),
                FaultOfCertificates = error => TlsFault.Of(error, channel.ClientCertificate),
            };
            await foreach (var step in probe.Run(cancellation))
            {
                await output.WriteLineAsync(Line(step));
                code = step.Result is ProbedResult.Failed ? ExitCode.Failed : code;
            }
        }
        return code;
    }

    /// <summary>Where a bank sends users back.</summary>
    public static string ReturnOf(Settings settings, ChannelDefinition channel) =>
        $"{settings.EmbedUrl?.AbsoluteUri.TrimEnd('/') ?? $"{Addresses.Reachable(settings.Listen)}/embed"}{Addresses.BankReturn}/{ReturnPlace.Of(channel)}";

    private static string Line(ProbedStep step) =>
        step.Result switch
        {
            ProbedResult.Good(var words) => $"    ok      {step.Name}: {words}",
            ProbedResult.NotTried(var why) => $"    -       {step.Name}: not tried, {why}",
            ProbedResult.Failed(var blame, var words) => $"    FAILED  {step.Name}: {words} [{blame.Word()}]",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
