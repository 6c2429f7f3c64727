using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary>One call of <c>banks register</c>.</summary>
internal sealed record RegistrationWork(
    BankRegistration Registration,
    RegisteringClient Client,
    Provider Bank,
    ChannelDefinition Channel,
    ChannelDefinition Unfilled,
    string? RecordFile,
    string? Token,
    bool IsMeant,
    TextWriter Output
)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>What people do.</summary>
    public async Task Tell(Settings settings)
    {
        await Output.WriteLineAsync(
            $"{Bank.Name} knows its clients by people: register on its portal for developers, or as it says."
        );
        List<string> lines = [$"Give as the address to which it sends users back: {Client.RedirectUri}"];
        foreach (var file in settings.BankCertificates.Where(file => file.Generation == Channel.Certificates))
        {
            using var held = file.Load();
            var words = file.Use == CertificateUse.Qwac ? "the certificate that is shown" : "the seal";
            lines.Add(
                held is null
                    ? $"Set {file.CertificateSetting} where the bank wants {words}: none is set"
                    : $"Give {words} ({file.Certificate}): {held.Certificate.Subject}, serial number {held.Certificate.SerialNumber}, until {held.Certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}"
            );
        }
        if (Client.LegalId is { } number)
        {
            lines.Add($"Give your number at the authority: {number}");
        }
        if (Channel.Settings.GetValueOrDefault("scope") is { Length: > 0 } scope)
        {
            lines.Add($"Ask for the scope: {scope}");
        }
        lines.AddRange(
            BanksRegisterCommand
                .OfTheBank.SelectMany(Variables)
                .Select(variable => $"Then {BankVariables.HowToSet(variable)}")
        );
        lines.Add($"Then try the way: affluent banks probe {Bank.Id}");
        for (var at = 0; at < lines.Count; at++)
        {
            await Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {at + 1}. {lines[at]}"));
        }
    }

    public async Task Send(bool isUpdate, CancellationToken cancellation)
    {
        if (Client.Name == "" || Client.Contacts.Count == 0)
        {
            throw new CommandException(ExitCode.Failed, "Say who you are: --name and --contact.");
        }
        JsonObject wanted;
        try
        {
            wanted = Registration.Wanted(Client);
        }
        catch (CryptographicException)
        {
            throw new CommandException(
                ExitCode.Failed,
                "The bank is to know your key: set seal_certificate_file and seal_key_file."
            );
        }
        catch (FormatException e)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"Say what the directory says of you: --software-statement-file FILE. {e.Message}"
            );
        }
        var (known, file) = isUpdate ? await Known(cancellation) : (null, RecordFile);
        var address = known?.Address ?? Registration.Address!;
        await Output.WriteLineAsync($"{(isUpdate ? "PUT" : "POST")} {address}\n{wanted.ToJsonString(Readable)}");
        if (!IsMeant)
        {
            await Output.WriteLineAsync("Nothing was sent: say --yes and --record FILE.");
            return;
        }
        if (file is null || (!isUpdate && File.Exists(file)))
        {
            throw new CommandException(
                ExitCode.Failed,
                "Say --record FILE, where there is none yet: the bank tells what it holds only once."
            );
        }
        var answer = known is null
            ? await Registration.Register(wanted, Token, cancellation)
            : await Registration.Update(known, wanted, cancellation);
        await Keep(file, Judged(answer), known, cancellation);
    }

    public async Task Read(CancellationToken cancellation)
    {
        var (known, file) = await Known(cancellation);
        var answer = Judged(await Registration.Read(known, cancellation));
        var shown = JsonNode.Parse(answer.Record.GetRawText())!.AsObject();
        shown.Remove("client_secret");
        shown.Remove("registration_access_token");
        await Output.WriteLineAsync(shown.ToJsonString(Readable));
        if (answer.Token is not null)
        {
            await Keep(file, answer, known, cancellation);
        }
    }

    public async Task Delete(CancellationToken cancellation)
    {
        var (known, file) = await Known(cancellation);
        await Output.WriteLineAsync($"DELETE {known.Address}");
        if (!IsMeant)
        {
            await Output.WriteLineAsync("Nothing was sent: say --yes.");
            return;
        }
        if (await Registration.Delete(known, cancellation) is RegistrationAnswer.Failed failed)
        {
            throw Refused(failed);
        }
        File.Delete(file);
        await Output.WriteLineAsync($"{Bank.Name} no longer knows {known.Id}: no connection to it works any more.");
    }

    private IEnumerable<string> Variables(string setting) =>
        BanksRegisterCommand
            .Placeholder()
            .Matches(Unfilled.Settings.GetValueOrDefault(setting, ""))
            .Select(match => match.Value[1..^1]);

    private static RegistrationAnswer.Known Judged(RegistrationAnswer answer) =>
        answer switch
        {
            RegistrationAnswer.Known known => known,
            RegistrationAnswer.Failed failed => throw Refused(failed),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static CommandException Refused(RegistrationAnswer.Failed failed) =>
        new(
            ExitCode.Failed,
            string.Create(CultureInfo.InvariantCulture, $"The bank does not do it: {failed.Status} {failed.Words}")
        );

    /// <summary>Keeps what the bank tells only once, and says what is to be set.</summary>
    private async Task Keep(
        string file,
        RegistrationAnswer.Known answer,
        RegisteredClient? before,
        CancellationToken cancellation
    )
    {
        var kept = JsonNode.Parse(answer.Record.GetRawText())!.AsObject();
        kept["registration_client_uri"] ??= (answer.Address ?? before?.Address)?.AbsoluteUri;
        kept["registration_access_token"] ??= before?.Token;
        var next = $"{file}.new";
        File.Delete(next);
        await KeyFile.Write(next, kept.ToJsonString(Readable), cancellation);
        File.Move(next, file, overwrite: true);
        await Output.WriteLineAsync(
            $"{Bank.Name} knows this installation as {answer.ClientId}. All that it told is in {file}."
        );
        foreach (var variable in Variables("client_id"))
        {
            await Output.WriteLineAsync($"Now {BankVariables.HowToSet(variable)}: {answer.ClientId}");
        }
        foreach (var variable in Variables("client_secret"))
        {
            await Output.WriteLineAsync($"Now {BankVariables.HowToSet(variable)}: client_secret of that file");
        }
    }

    private async Task<(RegisteredClient Known, string File)> Known(CancellationToken cancellation)
    {
        var file =
            RecordFile ?? throw new CommandException(ExitCode.Failed, "Say --record FILE, as registering made it.");
        JsonElement json = default;
        try
        {
            json = JsonElement.Parse(await BanksRegisterCommand.Text(file, cancellation) ?? "");
        }
        catch (JsonException)
        {
            // It says nothing.
        }
        string? Member(string name) =>
            json.ValueKind == JsonValueKind.Object
            && json.TryGetProperty(name, out var member)
            && member.ValueKind == JsonValueKind.String
                ? member.GetString()
                : null;
        return
            Uri.TryCreate(Member("registration_client_uri"), UriKind.Absolute, out var address)
            && Member("client_id") is { } id
            && (Member("registration_access_token"), Registration.Kind)
                is
                    ({ }, _)
                    or
                    (null, RegistrationKind.OpenBankingUk)
            ? (
                new RegisteredClient(address, id)
                {
                    Token = Member("registration_access_token"),
                    Secret = Member("client_secret"),
                },
                file
            )
            : throw new CommandException(
                ExitCode.Failed,
                $"The file {file} does not say where the registration is looked at, as whom, and with which token."
            );
    }
}
