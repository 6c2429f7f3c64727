using System.CommandLine;
using Affluent.Server.Authorization;
using Affluent.Server.Commands.Demo;
using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary>
/// <c>demo</c>: starts a sandbox of its own and walks through the quick start by itself, over the public HTTP interfaces only, once
/// per channel. Then stays up, or ends with <c>--once</c>.
/// </summary>
internal static class DemoCommand
{
    /// <summary>The client's site, at which the widget hands users back. Nothing needs to answer there.</summary>
    private const string ClientSite = "http://localhost:8080";

    public static Command Create()
    {
        var command = new Command(
            "demo",
            "Start a sandbox with the test bank and walk through the quick start by itself; then stay up to be explored."
        );
        var options = SettingOptions.AddTo(command, "listen", "data_directory", "test_bank_listen", "catalogue_folder");
        var once = new Option<bool>("--once")
        {
            Description = "End after the tables: 0 when all went well, 1 when not.",
        };
        command.Options.Add(once);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                settings = settings with { DataDirectory = Path.Combine(settings.DataDirectory, "demo") };
                await Run(
                    await DemoKeys.Seal(settings, TimeProvider.System, cancellation),
                    asked.GetValue(once),
                    asked.InvocationConfiguration.Output,
                    cancellation
                );
            }
        );
        return command;
    }

    private static async Task Run(Settings settings, bool once, TextWriter output, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var narrator = new Narrator(output, time);
        narrator.Title("Affluent: from one command to a user's accounts and transactions");
        using var logs = LoggerFactory.Create(logging => Logs.Configure(logging, settings, LogLevel.Error));
        await using var installation = await narrator.Step(
            "Platform and test bank, on an SQLite file of their own",
            () => Installation.Start(settings, logs, time, cancellation),
            _ => settings.Database
        );
        var place = await MakeClient(installation, narrator, cancellation);
        using var quickStart = new QuickStart(place, narrator, time);
        try
        {
            await Walk(quickStart, narrator, cancellation);
            if (!once)
            {
                narrator.Title("A widget session for you");
                var (_, widget) = await quickStart.OpenWidget(NewEmail(), cancellation);
                ShowAddresses(installation, widget, narrator);
            }
        }
        catch (Exception e) when (e is DemoException or HttpRequestException or KeyNotFoundException)
        {
            await output.WriteLineAsync();
            throw new CommandException(ExitCode.Failed, $"The demo stopped: {e.Message}");
        }
        if (!once)
        {
            await installation.WaitForShutdown();
        }
    }

    private static async Task Walk(QuickStart quickStart, Narrator narrator, CancellationToken cancellation)
    {
        foreach (var channel in new[] { DemoChannel.Embedded, DemoChannel.Redirect })
        {
            narrator.Title(
                channel == DemoChannel.Embedded
                    ? "Channel EMBEDDED: the user gives login and password to the widget"
                    : "Channel REDIRECT: the user logs in at the bank"
            );
            await quickStart.Walk(channel, NewEmail(), cancellation);
        }
    }

    private static IReadOnlyList<string> Grants { get; } = NewClient.StandardGrants(InstallationKind.Sandbox);

    private static string NewEmail() => $"demo-{Guid.NewGuid().ToString("N")[..8]}@example.org";

    private static Task<DemoPlace> MakeClient(
        Installation installation,
        Narrator narrator,
        CancellationToken cancellation
    ) =>
        narrator.Step(
            $"Client              affluent client create --name Demo --grants {string.Join(',', Grants)} --redirect-urls {ClientSite}",
            async () =>
            {
                var (client, error) = new NewClient(
                    "Demo",
                    Grants,
                    NewClient.KnownScopes,
                    [ClientSite],
                    ClientMode: false
                ).Check(InstallationKind.Sandbox);
                var (made, secret) = await installation.CreateClient(
                    client ?? throw new DemoException(error!),
                    cancellation
                );
                var addresses = installation.Addresses;
                return new DemoPlace(
                    new Uri(addresses.Auth),
                    new Uri(addresses.Api),
                    new Uri(addresses.Embed),
                    made.ClientId,
                    secret.Value,
                    new Uri(ClientSite + "/linked")
                );
            },
            place => $"client_id {place.ClientId}"
        );

    private static void ShowAddresses(Installation installation, Uri widget, Narrator narrator)
    {
        var addresses = installation.Addresses;
        narrator.Title("Open");
        narrator.Say($"  Widget          {widget}");
        narrator.Say($"  API reference   {addresses.Docs}/api");
        narrator.Say($"  Documentation   {addresses.Docs}/");
        narrator.Say($"  Test bank       {installation.TestBank}");
        narrator.Say("");
        narrator.Say("In the widget choose Linxo Test Bank and log in with dev / dev. Ctrl-C ends the demo.");
    }
}
