using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Server.Certificates;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Synchronization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affluent.Server.Commands;

/// <summary><c>banks register</c>: makes this installation known to a bank, or says what people do who must.</summary>
internal static partial class BanksRegisterCommand
{
    // What the bank has yet to tell.
    public static readonly string[] OfTheBank = ["client_id", "client_secret"];

    public static Command Create()
    {
        var id = new Argument<string>("bank-id") { Description = "The provider's id, as banks list shows it" };
        var name = new Option<string?>("--name") { Description = "As users read your name at the bank" };
        var contacts = new Option<string[]>("--contact")
        {
            HelpName = "MAIL",
            Description = "Whom the bank writes to; more than once for more than one",
        };
        var token = new Option<string?>("--token-file")
        {
            HelpName = "FILE",
            Description = "The token with which the bank lets clients come, where it wants one",
        };
        var statement = new Option<string?>("--software-statement-file")
        {
            HelpName = "FILE",
            Description = "What a directory says of you, where the bank wants that",
        };
        var yes = new Option<bool>("--yes") { Description = "Send it; else it is only shown" };
        var record = new Option<string?>("--record")
        {
            HelpName = "FILE",
            Description =
                "The file of the registration, with its secrets (mode 0600): made with --yes, read by --read, --update and --delete",
        };
        var read = new Option<bool>("--read") { Description = "Show what the bank knows, without secrets" };
        var update = new Option<bool>("--update") { Description = "Tell the bank anew (with --yes)" };
        var delete = new Option<bool>("--delete") { Description = "End the registration (with --yes)" };
        var command = new Command(
            "register",
            "Show what a bank is told to know you, and send it with --yes (RFC 7591, RFC 7592, STET); where people do that, what they do. Exit code 1 when the bank refuses."
        )
        {
            id,
            name,
            contacts,
            token,
            statement,
            yes,
            record,
            read,
            update,
            delete,
        };
        var options = SettingOptions.AddTo(
            command,
            [
                "environment",
                "embed_url",
                "catalogue_folder",
                "bank_variables_folder",
                "test_bank_listen",
                "test_bank_url",
                .. new Settings().BankCertificates.SelectMany(file =>
                    new[] { file.CertificateSetting, file.KeySetting }
                ),
            ]
        );
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var (bank, channel, unfilled) = Find(asked.GetValue(id)!, settings);
                var time = TimeProvider.System;
                using var http = new BankHttp(settings, time, NullLogger<BankHttp>.Instance);
                using var stop = new StepStop(time, cancellation);
                using var client = http.Client(new ReadingBounds(), stop, channel);
                var registration = new BankRegistration(
                    new()
                    {
                        Channel = channel,
                        Http = client,
                        Keep = _ => Task.CompletedTask,
                        Now = time.GetUtcNow(),
                        Seal = http.SealFor(channel),
                    }
                );
                var work = new RegistrationWork(
                    registration,
                    new RegisteringClient(
                        asked.GetValue(name) ?? "",
                        asked.GetValue(contacts) ?? [],
                        $"{settings.EmbedUrl?.AbsoluteUri.TrimEnd('/') ?? throw new CommandException(ExitCode.Failed, "Set embed_url: the bank is told where it sends users back.")}{Addresses.BankReturn}/{channel.Id}"
                    )
                    {
                        SoftwareStatement = await Text(asked.GetValue(statement), cancellation),
                        LegalId = LegalId(settings, channel),
                        CertificateSubject = Subject(settings, channel),
                    },
                    bank,
                    channel,
                    unfilled,
                    asked.GetValue(record),
                    await Text(asked.GetValue(token), cancellation),
                    asked.GetValue(yes),
                    asked.InvocationConfiguration.Output
                );
                await (
                    asked.GetValue(read) ? work.Read(cancellation)
                    : asked.GetValue(delete) ? work.Delete(cancellation)
                    : registration.Kind == RegistrationKind.Manual ? work.Tell(settings)
                    : work.Send(asked.GetValue(update), cancellation)
                );
                return (int)ExitCode.Done;
            }
        );
        return command;
    }

    /// <summary>The channel that can be registered, with all that the bank has not yet to tell.</summary>
    private static (Provider Bank, ChannelDefinition Channel, ChannelDefinition Unfilled) Find(
        string id,
        Settings settings
    )
    {
        var bank =
            Banks.Unfilled(settings).FirstOrDefault(one => one.Id.Value == id)
            ?? throw new CommandException(ExitCode.Failed, $"The catalogue has no bank {id}. See: affluent banks list");
        var unfilled =
            bank.Channels.FirstOrDefault(one => Knows(one, "client_id") && Knows(one, "token_url"))
            ?? throw new CommandException(ExitCode.Failed, $"The bank {id} knows no clients.");
        var filled = unfilled.Settings.ToDictionary(
            setting => setting.Key,
            setting =>
                Placeholder()
                    .Replace(
                        setting.Value,
                        match => settings.BankVariables.GetValueOrDefault(match.Value[1..^1], match.Value)
                    )
        );
        var missing = filled
            .Where(setting => !OfTheBank.Contains(setting.Key))
            .SelectMany(setting => Placeholder().Matches(setting.Value))
            .Select(match => match.Value[1..^1])
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (missing.Count > 0)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"The bank {id} is not configured but for what it has yet to tell: set {string.Join(", ", missing)}"
            );
        }
        var channel = unfilled with { Settings = filled };
        var faults = Affluent.Connectors.Families.Find(channel.Connector)!.Manifest.Check(channel);
        return faults.Count == 0
            ? (bank, channel, unfilled)
            : throw new CommandException(ExitCode.Failed, string.Join('\n', faults));
    }

    private static bool Knows(ChannelDefinition channel, string setting) =>
        channel.Settings.GetValueOrDefault(setting) is { Length: > 0 };

    private static string? LegalId(Settings settings, ChannelDefinition channel) =>
        CertificateOf(settings, channel, CertificateUse.Qseal, held => PsdCertificate.Of(held).Identifier)
        ?? CertificateOf(settings, channel, CertificateUse.Qwac, held => PsdCertificate.Of(held).Identifier);

    // RFC 4514 has no blanks between its parts.
    private static string? Subject(Settings settings, ChannelDefinition channel) =>
        CertificateOf(
            settings,
            channel,
            CertificateUse.Qwac,
            held => held.Subject.Replace(", ", ",", StringComparison.Ordinal)
        );

    private static string? CertificateOf(
        Settings settings,
        ChannelDefinition channel,
        CertificateUse use,
        Func<X509Certificate2, string?> tell
    )
    {
        using var held = settings
            .BankCertificates.First(file => file.Use == use && file.Generation == channel.Certificates)
            .Load();
        return held is null ? null : tell(held.Certificate);
    }

    public static async Task<string?> Text(string? file, CancellationToken cancellation)
    {
        if (file is null)
        {
            return null;
        }
        try
        {
            return (await File.ReadAllTextAsync(file, cancellation)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"The file {file} cannot be read: {e.Message}");
        }
    }

    /// <summary>A variable of the installation, as it is written.</summary>
    [GeneratedRegex(@"\{[a-z][a-z0-9_]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Placeholder();
}
