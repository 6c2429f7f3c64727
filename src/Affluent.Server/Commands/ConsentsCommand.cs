using System.CommandLine;
using System.Globalization;
using Affluent.Server.Consents;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary><c>consents</c>: shows what a user agreed to.</summary>
internal static class ConsentsCommand
{
    public static Command Create()
    {
        var user = new Option<string>("--user")
        {
            Required = true,
            HelpName = "USER",
            Description = "The user, by the id of the API",
        };
        var command = new Command(
            "consents",
            "Show what a user agreed to: when, from where, and which words they read."
        )
        {
            user,
        };
        var options = SettingOptions.AddTo(command, "environment", "data_directory", "database");
        command.SetAction(
            async (asked, cancellation) =>
            {
                if (!Ids.TryRead<UserId>(asked.GetValue(user)!, out var userId))
                {
                    throw new CommandException(ExitCode.Usage, "--user is not the id of a user.");
                }
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var (consents, texts) = await database.Read(
                    async db =>
                    {
                        var found = await ConsentStore.List(db, userId);
                        List<(string Hash, string? Body)> bodies = [];
                        foreach (var hash in found.Select(consent => consent.TextHash).Distinct())
                        {
                            bodies.Add((hash, await ConsentStore.Text(db, hash)));
                        }
                        return (found, bodies);
                    },
                    cancellation
                );
                var output = asked.InvocationConfiguration.Output;
                if (consents.Count == 0)
                {
                    await output.WriteLineAsync($"There is no consent of a user {userId}.");
                }
                foreach (var consent in consents)
                {
                    await Show(consent, output);
                }
                foreach (var (hash, body) in texts)
                {
                    await output.WriteLineAsync($"text {hash}");
                    foreach (var line in (body ?? "").Split('\n'))
                    {
                        await output.WriteLineAsync($"    {Printable(line)}");
                    }
                }
            }
        );
        return command;
    }

    private static async Task Show(ConsentRecord consent, TextWriter output)
    {
        await output.WriteLineAsync($"{Shown(consent.AgreedAt)}  {consent.Kind.Word()}  {consent.Id}");
        await output.WriteLineAsync($"    client: {consent.ClientId}");
        await output.WriteLineAsync($"    from: {consent.Address ?? "unknown"}");
        await output.WriteLineAsync($"    bank: {consent.ProviderId?.Value ?? "none"}");
        await output.WriteLineAsync($"    connection: {consent.ConnectionId?.ToString() ?? "none"}");
        await output.WriteLineAsync($"    accounts: {(consent.AccountIds == "" ? "none" : consent.AccountIds)}");
        await output.WriteLineAsync($"    until: {(consent.EndsAt is { } end ? Shown(end) : "no end named")}");
        var terms = consent.ClientTerms ? ", with the client's terms" : "";
        await output.WriteLineAsync($"    words: {consent.Language}, version {consent.Version}{terms}");
        await output.WriteLineAsync($"    text: {consent.TextHash}");
    }

    private static string Shown(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Some of the words are a client's: they shall not steer a terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
