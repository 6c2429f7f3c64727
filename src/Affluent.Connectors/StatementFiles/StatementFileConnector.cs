using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.StatementFiles;

/// <summary>
/// Reads what a user's bank has given them as a file: OFX, camt.052 and camt.053, MT940, QIF, or a table (CSV). The file stands in the session until the run is
/// over.
/// </summary>
public sealed class StatementFileConnector : IAccountInformation, IEmbeddedAuthentication, IStatementFiles
{
    /// <inheritdoc />
    public ConnectorManifest Manifest { get; } =
        new(
            "statement_file",
            ChannelMode.Embedded,
            [Capability.AccountInformation, Capability.EmbeddedAuthentication, Capability.StatementFiles],
            [
                .. StatementHintWords.All.Select(hint => new ConnectorSetting(
                    hint.Value,
                    SettingKind.Text,
                    false,
                    StatementHintWords.Meaning(hint.Key),
                    hint.Key == StatementHint.DateOrder ? StatementHintWords.Orders : null
                )),
                new("time_zone", SettingKind.TimeZone, false, "zone of the files' days (Europe/Paris unless said)"),
            ]
        )
        {
            CredentialNames = [],
        };

    /// <inheritdoc />
    public StatementAnswer Pack(
        ChannelDefinition channel,
        ReadOnlySpan<byte> content,
        IReadOnlyDictionary<StatementHint, string> hints,
        DateTimeOffset now
    )
    {
        switch (Read(channel, content, hints, now))
        {
            case StatementReading.Refused refused:
                return new StatementAnswer.Refused(refused.Fault, refused.Line, refused.Column);
            default:
                var packed = PackedFile.Pack(content, hints);
                return PackedFile.Write(packed).Length > BankLimits.LongestSession
                    ? new StatementAnswer.Refused(StatementFault.TooLarge)
                    : new StatementAnswer.Packed(packed);
        }
    }

    /// <inheritdoc />
    public Task<StepResult> AcceptAnswer(
        StepContext context,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<StepResult>(
            values.ContainsKey(Question.StatementFile.Field)
                ? new StepResult.Done { Session = PackedFile.Write(values) }
                : new StepResult.Refused(Refusal.NotUnderstood, "the answer holds no file") { Session = "" }
        );
    }

    /// <inheritdoc />
    public Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation) =>
        Task.FromResult(
            Reading(
                context,
                statements => new StepResult.Page
                {
                    Session = context.Session,
                    Accounts = [.. statements.Select(s => s.Account)],
                },
                cancellation
            )
        );

    /// <inheritdoc />
    public Task<StepResult> ListTransactions(
        StepContext context,
        BankAccount account,
        DateOnly? from,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            Reading(
                context,
                statements =>
                    statements.FirstOrDefault(s =>
                        s.Account.Reference == account.Reference && s.Account.Currency == account.Currency
                    )
                        is { } statement
                        ? Page(statement, context.Session)
                        : new StepResult.Refused(Refusal.AccountRefused, "the file does not hold this account")
                        {
                            Session = context.Session,
                        },
                cancellation
            )
        );

    /// <inheritdoc />
    public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<StepResult>(
            new StepResult.Refused(Refusal.NotUnderstood, "a file has no second page") { Session = context.Session }
        );
    }

    private static StepResult.Page Page(Statement statement, string session) =>
        new()
        {
            Session = session,
            // What is only announced in a file would stay so for ever.
            Transactions =
            [
                .. statement
                    .Entries.Select(e => e.Transaction)
                    .OfType<BankTransaction>()
                    .Where(t => t.Status == BankTransactionStatus.Booked),
            ],
            Unreadable = [.. statement.Entries.Where(e => e.Transaction is null).Select(e => e.Fault)],
            // Without a period it may leave out anything.
            CompleteFrom = statement is { From: { } from, Until: not null } ? from : DateOnly.MaxValue,
            CompleteUntil = statement.Until,
        };

    private static StepResult Reading(
        StepContext context,
        Func<IReadOnlyList<Statement>, StepResult> page,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        if (PackedFile.Read(context.Session) is not { } packed)
        {
            return new StepResult.AskUser(new Question.StatementFile()) { Session = "" };
        }
        return Read(context.Channel, packed.Content, packed.Hints, context.Now) switch
        {
            StatementReading.Accounts accounts => page(accounts.Statements),
            StatementReading.Refused refused => new StepResult.Refused(
                Refusal.NotUnderstood,
                $"the file cannot be read: {refused.Fault}"
            )
            {
                Session = "",
            },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static StatementReading Read(
        ChannelDefinition channel,
        ReadOnlySpan<byte> content,
        IReadOnlyDictionary<StatementHint, string> hints,
        DateTimeOffset now
    )
    {
        var name = channel.Settings.GetValueOrDefault("time_zone");
        var zone = TimeZoneInfo.FindSystemTimeZoneById(string.IsNullOrEmpty(name) ? "Europe/Paris" : name);
        return StatementFile.Read(
            content,
            StatementHintWords.Hints(channel.Settings, hints),
            zone,
            Dates.Of(now, zone)
        );
    }
}
