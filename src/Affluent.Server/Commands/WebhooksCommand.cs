using System.CommandLine;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Webhooks;

namespace Affluent.Server.Commands;

/// <summary><c>webhooks</c>: looks at the webhooks of a client, makes and ends them, and forwards events to a developer.</summary>
internal static class WebhooksCommand
{
    private static readonly string[] Needed =
    [
        "environment",
        "data_directory",
        "database",
        "master_key_file",
        "other_master_key_files",
        "webhook_networks",
        "limit_webhooks",
    ];

    public static Command Create() =>
        new("webhooks", "Look at the addresses to which a client's events are sent, and keep them.")
        {
            List(),
            Make(),
            Switch("enable", "Send events there again.", WebhookStatus.Active),
            Switch("disable", "Send nothing there any more; what is on its way is dropped.", WebhookStatus.Disabled),
            Delete(),
            WebhooksListenCommand.Create(),
        };

    private static Argument<string> Webhook() =>
        new("webhook-id") { Description = "Its id, as webhooks list shows it" };

    private static Command List()
    {
        var client = ClientCommand.ClientId();
        var command = new Command("list", "List the webhooks of a client, oldest first, and how they do.") { client };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                await using var database = await Installation.OpenMigrated(options.ReadValid(asked), cancellation);
                var name = asked.GetValue(client)!;
                var rows = await database.Read(
                    async db =>
                        await WebhookStore.List(
                            db,
                            (await ClientStore.FindByClientId(db, name) ?? throw ClientCommand.NoSuchClient(name)).Id
                        ),
                    cancellation
                );
                var output = asked.InvocationConfiguration.Output;
                foreach (var row in rows)
                {
                    var state =
                        row.Status == WebhookStatus.Disabled ? $"disabled ({row.StatusReason?.Word()})"
                        : row.FailingSince is { } since ? $"failing since {ShownTime.Of(since)}"
                        : "active";
                    await output.WriteLineAsync($"{row.Id}  {state}  {row.Url}  {row.Types ?? row.Format.Word()}");
                }
            }
        );
        return command;
    }

    private static Command Make()
    {
        var client = ClientCommand.ClientId();
        var url = new Argument<string>("url") { Description = "Where events are to be sent: https://…" };
        var types = new Option<string>("--types")
        {
            HelpName = "LIST",
            Description = "Types and names of events, separated by commas (all)",
        };
        var format = Word<WebhookFormat>("--format", "EVENT|PUBLISHED", "In which form (EVENT)");
        var signature = Word<WebhookSignature>(
            "--signature",
            "HMAC_SHA256|ED25519",
            "How they are signed (HMAC_SHA256)"
        );
        var description = new Option<string>("--description") { HelpName = "NOTE", Description = "Words of your own" };
        var command = new Command("create", "Make a webhook of a client. Its secret is shown once, here.")
        {
            client,
            url,
            types,
            format,
            signature,
            description,
        };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                var (wanted, problem) = await new WebhookCheck(settings).Of(
                    new EditWebhookMessage
                    {
                        Url = asked.GetValue(url),
                        Description = asked.GetValue(description),
                        Types = asked
                            .GetValue(types)
                            ?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                        Format = asked.GetValue(format),
                        Signature = asked.GetValue(signature),
                    },
                    signature: null,
                    cancellation
                );
                if (wanted is null)
                {
                    throw new CommandException(ExitCode.Usage, problem!.Detail);
                }
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var name = asked.GetValue(client)!;
                var found =
                    await database.Read(db => ClientStore.FindByClientId(db, name), cancellation)
                    ?? throw ClientCommand.NoSuchClient(name);
                var (edits, secrets) = await Tools(settings, database, cancellation);
                var row =
                    await edits.Create(found.Id, wanted, cancellation)
                    ?? throw new CommandException(
                        ExitCode.Failed,
                        $"Client {name} has {settings.Webhooks} webhooks, as many as it may have (limit_webhooks)."
                    );
                var output = asked.InvocationConfiguration.Output;
                await output.WriteLineAsync($"webhook  {row.Id}");
                await output.WriteLineAsync($"secret   {secrets.Shown(row)}");
            }
        );
        return command;
    }

    private static Command Switch(string name, string meaning, WebhookStatus status)
    {
        var id = Webhook();
        var command = new Command(name, meaning) { id };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var key = Arguments.Id<WebhookId>(asked.GetValue(id)!);
                var (edits, _) = await Tools(settings, database, cancellation);
                _ =
                    await edits.Switch(await ClientOf(database, key, cancellation), key, status, cancellation)
                    ?? throw NoSuchWebhook(key);
                await asked.InvocationConfiguration.Output.WriteLineAsync($"Webhook {key} is {status.Word()}.");
            }
        );
        return command;
    }

    private static Command Delete()
    {
        var id = Webhook();
        var command = new Command("delete", "End a webhook, and forget what was sent there.") { id };
        var options = SettingOptions.AddTo(command, Needed);
        command.SetAction(
            async (asked, cancellation) =>
            {
                var settings = options.ReadValid(asked);
                await using var database = await Installation.OpenMigrated(settings, cancellation);
                var key = Arguments.Id<WebhookId>(asked.GetValue(id)!);
                var (edits, _) = await Tools(settings, database, cancellation);
                if (!await edits.Delete(await ClientOf(database, key, cancellation), key, cancellation))
                {
                    throw NoSuchWebhook(key);
                }
                await asked.InvocationConfiguration.Output.WriteLineAsync($"Webhook {key} is deleted.");
            }
        );
        return command;
    }

    private static async Task<ClientId> ClientOf(Database database, WebhookId id, CancellationToken cancellation) =>
        await database.Read(db => WebhookStore.ClientOf(db, id), cancellation) ?? throw NoSuchWebhook(id);

    private static CommandException NoSuchWebhook(WebhookId id) =>
        new(ExitCode.Failed, $"There is no webhook {id}: see affluent webhooks list CLIENT-ID.");

    private static async Task<(WebhookEdits Edits, WebhookSecrets Secrets)> Tools(
        Settings settings,
        Database database,
        CancellationToken cancellation
    )
    {
        var secrets = new WebhookSecrets(new Vault(MasterKey.Load(settings, mayCreate: false)));
        var ids = new Ids(TimeProvider.System, await database.Write(Ids.TakeNode, cancellation));
        return (new WebhookEdits(database, secrets, ids, settings, TimeProvider.System), secrets);
    }

    private static Option<T?> Word<T>(string name, string form, string meaning)
        where T : struct, Enum =>
        new(name)
        {
            HelpName = form,
            Description = meaning,
            CustomParser = given =>
            {
                if (Vocabulary<T>.TryRead(given.Tokens[0].Value, out var word))
                {
                    return word;
                }
                given.AddError($"{name} takes {form.Replace("|", " or ", StringComparison.Ordinal)}.");
                return null;
            },
        };
}
