using System.Data.Common;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Synchronization;

/// <summary>
/// Ends authorizations at their banks that nothing uses any more. Every node has one; a row is taken for the time of a lease, longer than a step may last. A
/// node that dies leaves it to another one: to end it a second time does no harm.
/// </summary>
internal sealed partial class BankRevoker(
    Database database,
    Banks banks,
    BankHttp http,
    BankGates gates,
    RequestRates rates,
    Vault vault,
    SecurityLog security,
    TimeProvider time,
    ILogger<BankRevoker> log
)
{
    public static readonly TimeSpan Lease = BankLimits.LongestStep + TimeSpan.FromMinutes(1);

    private const int AtOnce = 8;
    private static readonly TimeSpan PauseWhenOutOfService = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Tries all that are due, until none is; how many tries that took.</summary>
    public async Task<int> RunDue(CancellationToken cancellation)
    {
        var tries = 0;
        while (await Claim(cancellation) is { Count: > 0 } claimed)
        {
            await Task.WhenAll(claimed.Select(revocation => Try(revocation, cancellation)));
            tries += claimed.Count;
        }
        return tries;
    }

    private async Task<IReadOnlyList<BankRevocation>> Claim(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var now = time.Seconds();
        // Nearly always there is none: that shall not take the turn of a writer.
        return await database.Read(db => BankRevocationStore.AnyDue(db, now), cancellation)
            ? await database.Write(
                db => BankRevocationStore.Claim(db, AtOnce, now + (long)Lease.TotalSeconds, now),
                cancellation
            )
            : [];
    }

    private async Task Try(BankRevocation revocation, CancellationToken cancellation)
    {
        using var scope = log.BeginScope(new LogScope { ConnectionId = $"{revocation.ConnectionId}" });
        try
        {
            var decision = await Decide(revocation, cancellation);
            if (await database.Write(db => Keep(db, revocation, decision), CancellationToken.None))
            {
                Tell(revocation, decision);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await database.Write(
                async db =>
                {
                    await BankRevocationStore.PutOff(db, revocation, revocation.Attempts, time.Seconds());
                    return true;
                },
                CancellationToken.None
            );
        }
    }

    private async Task<RevocationDecision> Decide(BankRevocation revocation, CancellationToken cancellation)
    {
        var now = time.Seconds();
        if (banks.Channel(revocation.DefinitionId) is not { Bank: var provider } bank)
        {
            // A catalogue that is being changed may have it again tomorrow.
            return RevocationDecision.Closed(revocation, now + (long)PauseWhenOutOfService.TotalSeconds, now);
        }
        if (gates.ClosedUntil(provider, revocation.DefinitionId) is { } until)
        {
            return RevocationDecision.Closed(revocation, until, now);
        }
        if (bank.Definition.Unavailable)
        {
            return RevocationDecision.Closed(revocation, now + (long)PauseWhenOutOfService.TotalSeconds, now);
        }
        StepResult result;
        try
        {
            var session = vault.OpenAlone(revocation.Secret, revocation.Purpose);
            if (
                bank.Connector is not IConsentRevocation connector
                || connector.Revocable(bank.Definition, session) is null
            )
            {
                return new RevocationDecision.Over(RevocationEnd.NotOffered);
            }
            result = await Ask(connector, bank.Definition, provider, revocation, session, cancellation);
        }
        // A connector's words could quote the bank: where it happened is enough. The database's failures are not ours to judge.
        catch (Exception error) when (error is not (OperationCanceledException or DbException or TimeoutException))
        {
            LogBug(log, revocation.DefinitionId, error.GetType().Name, error.StackTrace);
            result = new StepResult.Refused(Refusal.NotUnderstood, "a fault of ours") { Session = "" };
        }
        if (result is StepResult.Refused { Reason: not Refusal.ConsentExpired } refused)
        {
            LogRefused(log, revocation.DefinitionId, refused.Reason, refused.Detail);
        }
        return RevocationDecision.After(revocation, result, time.Seconds());
    }

    private async Task<StepResult> Ask(
        IConsentRevocation connector,
        ChannelDefinition channel,
        Provider provider,
        BankRevocation revocation,
        string session,
        CancellationToken cancellation
    )
    {
        using var stop = new StepStop(time, cancellation);
        using var client = http.Client(new ReadingBounds(), stop, channel, rates.Of(provider));
        var context = new StepContext
        {
            Channel = channel,
            Http = client,
            Session = session,
            Keep = renewed => Renew(revocation, renewed),
            Now = time.GetUtcNow(),
            Seal = http.SealFor(channel),
        };
        try
        {
            return await SynchronizationMetrics.Step(
                ConnectorStep.Revoke,
                provider.Id,
                channel.Mode,
                () => connector.Revoke(context, stop.Token)
            );
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException
                || (error is OperationCanceledException && !stop.HasStopped)
            )
        {
            return new StepResult.Later(time.GetUtcNow(), LaterReason.BankUnavailable) { Session = session };
        }
    }

    /// <summary>
    /// Writes at once what the bank handed over, which it does only once: a token that was exchanged ends nothing. A database that refuses it is asked again
    /// for as long as the lease lasts.
    /// </summary>
    private async Task Renew(BankRevocation revocation, string session)
    {
        var secret = vault.SealAlone(session, revocation.Purpose);
        var begun = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await database.Write(
                    async db =>
                    {
                        // Another node may be at it by now, with the token that is spent: it begins anew with this one.
                        if (!await BankRevocationStore.Renew(db, revocation, secret))
                        {
                            await BankRevocationStore.Put(
                                db,
                                revocation with
                                {
                                    WrappedKey = secret.WrappedKey,
                                    Session = secret.Content,
                                }
                            );
                        }
                        return true;
                    },
                    CancellationToken.None
                );
                return;
            }
            catch (Exception error) when (DatabaseOutage.Is(error) && time.GetElapsedTime(begun) < Lease)
            {
                await Task.Delay(
                    Schedule.Backoff(attempt, FirstPause, revocation.ConnectionId.Value, LongestPause),
                    time,
                    CancellationToken.None
                );
            }
        }
    }

    /// <summary>False: another node is at it by now.</summary>
    private async Task<bool> Keep(DbWork db, BankRevocation revocation, RevocationDecision decision)
    {
        if (decision is not RevocationDecision.Again again)
        {
            return await BankRevocationStore.Delete(db, revocation);
        }
        await BankRevocationStore.PutOff(db, revocation, again.Attempts, again.NextAt);
        if (again.OthersUntil is { } until)
        {
            await BankRevocationStore.PutOffAll(db, revocation.DefinitionId, until, time.Seconds());
        }
        return true;
    }

    private void Tell(BankRevocation revocation, RevocationDecision decision)
    {
        SynchronizationMetrics.Revoked(decision);
        if (decision is not RevocationDecision.Over { End: var end })
        {
            return;
        }
        var about = new SecuritySubject(ConnectionId: revocation.ConnectionId);
        switch (end)
        {
            case RevocationEnd.Revoked or RevocationEnd.OverBefore:
                security.BankAccessEnded(about, revocation.DefinitionId);
                break;
            case RevocationEnd.NotOffered or RevocationEnd.GivenUp:
                security.BankAccessLeft(about, revocation.DefinitionId, end.Word());
                break;
        }
    }

    [LoggerMessage(
        5501,
        LogLevel.Warning,
        "Channel {Channel}: an authorization that nothing uses any more is not ended, {Reason}: {Detail}; it is tried again"
    )]
    private static partial void LogRefused(ILogger log, ChannelDefinitionId channel, Refusal reason, string detail);

    [LoggerMessage(
        5502,
        LogLevel.Error,
        "Channel {Channel}: a fault of ours while an authorization is ended, {Error} {Trace}"
    )]
    private static partial void LogBug(ILogger log, ChannelDefinitionId channel, string error, string? trace);
}
