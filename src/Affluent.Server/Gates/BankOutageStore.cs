using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Gates;

/// <summary>Every statement about banks that do not answer, and about requests of which a bank bears only some.</summary>
internal static class BankOutageStore
{
    private const string Columns = "definition_id, failures, last_failed, pauses, since, down_until, probed_by";

    /// <summary>All that are known; nearly always none.</summary>
    public static Task<IReadOnlyList<BankOutage>> List(DbWork db) =>
        db.Query<BankOutage>($"select {Columns} from bank_outages");

    /// <summary>Keeps what <paramref name="change"/> makes of what is known of a channel; nobody changes it in between.</summary>
    public static async Task<(BankOutage? Before, BankOutage After)> Change(
        DbWork db,
        ChannelDefinitionId definitionId,
        Func<BankOutage?, BankOutage> change
    )
    {
        // Made where there is none (the first failure is yet to be counted), and locked in one statement: between two, another could hear the bank answer.
        var before = await db.Find<BankOutage>(
            $"""
            insert into bank_outages (definition_id, failures, last_failed, pauses, since) values (@DefinitionId, 0, 0, 0, 0)
            on conflict (definition_id) do update set failures = bank_outages.failures
            returning {Columns}
            """,
            new { DefinitionId = definitionId }
        );
        if (before is { Failures: 0 })
        {
            before = null;
        }
        var after = change(before);
        await db.Execute(
            """
            update bank_outages set failures = @Failures, last_failed = @LastFailed, pauses = @Pauses, since = @Since, down_until = @DownUntil,
                probed_by = @ProbedBy
            where definition_id = @DefinitionId
            """,
            after
        );
        return (before, after);
    }

    /// <summary>Lets one run try whether the bank is still down; false: another one does, or it is not time.</summary>
    public static async Task<bool> TakeProbe(
        DbWork db,
        ChannelDefinitionId definitionId,
        ConnectionId connection,
        long until,
        long now
    ) =>
        await db.Execute(
            """
            update bank_outages set down_until = @Until, probed_by = @Connection
            where definition_id = @DefinitionId and down_until <= @Now
            """,
            new
            {
                DefinitionId = definitionId,
                Connection = connection,
                Until = until,
                Now = now,
            }
        ) == 1;

    /// <summary>The bank answers; null: it was not known to fail.</summary>
    public static Task<BankOutage?> Delete(DbWork db, ChannelDefinitionId definitionId) =>
        db.Find<BankOutage>(
            $"delete from bank_outages where definition_id = @DefinitionId returning {Columns}",
            new { DefinitionId = definitionId }
        );

    /// <summary>Takes the next requests to a bank, each <paramref name="apart"/> milliseconds after the one before; when the first of them may go.</summary>
    public static async Task<long> TakeRequests(DbWork db, ProviderId bank, int requests, long apart, long now) =>
        await db.Scalar<long>(
            """
            insert into bank_requests (provider_id, next_at) values (@Bank, @Now + @Taken)
            on conflict (provider_id) do update set next_at =
                case when bank_requests.next_at > @Now then bank_requests.next_at else @Now end + @Taken
            returning next_at
            """,
            new
            {
                Bank = bank,
                Taken = requests * apart,
                Now = now,
            }
        ) - (requests * apart);
}
