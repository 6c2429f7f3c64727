using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Certificates;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Commands;

/// <summary><c>certificates</c>: what banks will say to the operator's certificates, and certificates for sandboxes.</summary>
internal static partial class CertificatesCommand
{
    private static readonly string[] Needed =
    [
        "environment",
        "catalogue_folder",
        "bank_variables_folder",
        "test_bank_listen",
        "test_bank_url",
        .. new Settings().BankCertificates.SelectMany(file => new[] { file.CertificateSetting, file.KeySetting }),
    ];

    public static Command Create() =>
        new("certificates", "Check the certificates by which banks know you, or make some for sandboxes.")
        {
            Check(),
            MakeTest(),
        };

    private static Command Check()
    {
        var command = new Command(
            "check",
            "Show the certificates that the settings name: holder, roles, authority, chain, dates, and the banks that want them. Exit code 1 when banks would refuse one, or want one that is not set."
        );
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, _) =>
            {
                var settings = options.ReadValid(asked);
                var channels = Banks
                    .Load(settings)
                    .All.SelectMany(bank => bank.Channels.Select(c => (bank, c)))
                    .ToList();
                var output = asked.InvocationConfiguration.Output;
                List<string> faults = [];
                foreach (var file in settings.BankCertificates)
                {
                    var banks = channels
                        .Where(c => c.c.Certificates == file.Generation && Wants(c.c, file.Use))
                        .Select(c => $"{c.bank.Id} {c.bank.Name}")
                        .Distinct(StringComparer.Ordinal)
                        .ToList();
                    foreach (var line in Describe(file, banks, faults))
                    {
                        await output.WriteLineAsync(line);
                    }
                }
                if (faults.Count > 0)
                {
                    throw new CommandException(ExitCode.Failed, string.Join('\n', faults));
                }
            }
        );
        return command;
    }

    private static Command MakeTest()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "Where to put the files; none that is there is overwritten",
        };
        var organization = new Option<string>("--organization")
        {
            Description = "Name of the holder",
            DefaultValueFactory = _ => "Test provider",
        };
        var identifier = new Option<string>("--identifier")
        {
            Description = "The holder's number at its authority, as banks know it",
            DefaultValueFactory = _ => "PSDFR-ACPR-12345",
        };
        var days = new Option<int>("--days")
        {
            Description = "For how many days they are valid",
            DefaultValueFactory = _ => 365,
        };
        var key = new Option<TestKeyKind>("--key")
        {
            Description = "Of which kind the keys are: rsa, or p256 for banks that want ES256",
            DefaultValueFactory = _ => TestKeyKind.Rsa,
        };
        var command = new Command(
            "make-test",
            "Make an authority, a QWAC and a QSEAL with the roles PSP_AI and PSP_PI, for sandboxes that take any. No bank takes them in earnest."
        )
        {
            folder,
            organization,
            identifier,
            days,
            key,
        };
        command.SetAction(
            async (asked, cancellation) =>
            {
                var number = asked.GetValue(identifier)!;
                var valid = asked.GetValue(days);
                if (!Identifier().IsMatch(number))
                {
                    throw new CommandException(
                        ExitCode.Settings,
                        "--identifier must have the form PSD, country, authority, number: PSDFR-ACPR-12345"
                    );
                }
                if (valid is < 1 or > 3_650)
                {
                    throw new CommandException(ExitCode.Settings, "--days must be from 1 to 3650");
                }
                var now = TimeProvider.System.GetUtcNow();
                var made = TestCertificates.Make(
                    asked.GetValue(organization)!,
                    number,
                    now.AddHours(-1),
                    now.AddDays(valid),
                    asked.GetValue(key)
                );
                var path = Path.GetFullPath(asked.GetValue(folder)!);
                Directory.CreateDirectory(path);
                if (made.Keys.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists) is { } there)
                {
                    throw new CommandException(
                        ExitCode.Failed,
                        $"There is a file {there} already: name another folder."
                    );
                }
                foreach (var (name, text) in made)
                {
                    await KeyFile.Write(Path.Combine(path, name), text, cancellation);
                }
                await asked.InvocationConfiguration.Output.WriteLineAsync(
                    $"""
                    client_certificate_file={Path.Combine(path, "qwac.pem")}
                    client_key_file={Path.Combine(path, "qwac.key")}
                    seal_certificate_file={Path.Combine(path, "qseal.pem")}
                    seal_key_file={Path.Combine(path, "qseal.key")}
                    """
                );
            }
        );
        return command;
    }

    private static IEnumerable<string> Describe(BankCertificateFile file, List<string> banks, List<string> faults)
    {
        var wanted = banks.Count == 0 ? "no bank" : string.Join(", ", banks);
        OperatorCertificate? held = null;
        string? unreadable = null;
        try
        {
            held = BankKeys.Load(file);
        }
        catch (Exception error) when (error is KeyFileException or IOException or UnauthorizedAccessException)
        {
            unreadable = error.Message;
        }
        using (held)
        {
            if (unreadable is not null)
            {
                faults.Add($"{file.CertificateSetting}: {unreadable}");
                yield return $"{file.Use.Word()} ({file.CertificateSetting}): cannot be used";
                yield return $"    wanted by: {wanted}";
            }
            else if (held is not null)
            {
                var now = TimeProvider.System.GetUtcNow();
                faults.AddRange(
                    CertificateJudgement
                        .Faults(held.Certificate, file.Use, now)
                        .Select(fault => $"{file.CertificateSetting}: {fault}")
                );
                foreach (var line in Lines(held, file, now))
                {
                    yield return line;
                }
                yield return $"    wanted by: {wanted}";
            }
            else if (banks.Count > 0)
            {
                faults.Add($"{file.CertificateSetting}: is not set, and wanted by {wanted}");
                yield return $"{file.Use.Word()} ({file.CertificateSetting}): not set";
                yield return $"    wanted by: {wanted}";
            }
            else if (file.Generation == CertificateGeneration.Present)
            {
                yield return $"{file.Use.Word()} ({file.CertificateSetting}): not set, and wanted by no bank";
            }
        }
    }

    private static IEnumerable<string> Lines(OperatorCertificate held, BankCertificateFile file, DateTimeOffset now)
    {
        var (certificate, psd) = (held.Certificate, PsdCertificate.Of(held.Certificate));
        yield return $"{file.Use.Word()} ({file.CertificateSetting}): {psd.Identifier ?? "no number"}  {psd.Organization}";
        yield return $"    roles: {(psd.Roles.Count == 0 ? "none" : string.Join(", ", psd.Roles.Select(role => role.Word())))}";
        if (psd.Authority is { } authority)
        {
            yield return $"    authority: {authority.Id}  {authority.Name}";
        }
        yield return $"    issuer: {certificate.Issuer}";
        yield return $"    serial: {certificate.SerialNumber}";
        yield return $"    chain: {Chain(held)}";
        var left = (int)Math.Floor((CertificateJudgement.Ends(certificate) - now).TotalDays);
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"    valid: {Day(certificate.NotBefore)} to {Day(certificate.NotAfter)}{(left < 0 ? "" : $", {left} days left")}{(left >= 0 && CertificateJudgement.EndsSoon(certificate, now) ? ": see to the next one" : "")}"
        );
    }

    /// <summary>How far the file leads towards an authority: many banks want to see the certificates between.</summary>
    private static string Chain(OperatorCertificate held)
    {
        var last = held.Certificate;
        var length = 0;
        while (
            last.Subject != last.Issuer
            && length <= held.Above.Count
            && held.Above.FirstOrDefault(above => above.Subject == last.Issuer) is { } next
        )
        {
            last = next;
            length++;
        }
        return last.Subject == last.Issuer
            ? string.Create(CultureInfo.InvariantCulture, $"complete, {length} above it in the file")
            : $"the file lacks {last.Issuer}";
    }

    private static bool Wants(ChannelDefinition channel, CertificateUse use) =>
        use switch
        {
            CertificateUse.Qwac => channel.ClientCertificate,
            CertificateUse.Qseal => Families.Find(channel.Connector)?.Manifest.WantsSeal?.Invoke(channel.Settings)
                ?? false,
        };

    private static string Day(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // ETSI TS 119 495, section 5.2.1.
    [GeneratedRegex(
        "^PSD[A-Z]{2}-[A-Z]{2,8}-[!-~]{1,60}$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    )]
    private static partial Regex Identifier();
}
