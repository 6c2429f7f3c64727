using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>Ends a run of which nothing can be counted on but its job: what it should go on with cannot be read.</summary>
internal static class FailedRun
{
    /// <summary>Its channels that do not wait for their user, and the connection, have failed by a fault of ours; the next run begins anew.</summary>
    /// <param name="message">By which the fault is found in the log.</param>
    public static Task End(RunTools tools, Job job, string? message) =>
        tools.Database.Write(
            async db =>
            {
                var held = await Claim.Hold(db, job, tools.Seconds);
                var id = new ConnectionId(job.SubjectId);
                if (await ConnectionsStore.Find(db, job.UserId, id) is not { } connection)
                {
                    return;
                }
                List<NewEvent> events = [];
                List<RunChannel> failed = [];
                foreach (var channel in await ChannelStore.InUse(db, job.UserId, id))
                {
                    if (Outcome.NeedsUser(channel.Status))
                    {
                        continue;
                    }
                    var change = new ChannelChange
                    {
                        Status = Outcome.OfFault.Status,
                        Reason = Outcome.OfFault.Reason,
                        Message = message,
                        EndedAt = tools.Seconds,
                    };
                    await ChannelStore.Save(db, new(job.UserId, id, channel.DefinitionId, channel.Epoch), change);
                    failed.Add(
                        new()
                        {
                            ChannelDefinitionId = channel.DefinitionId,
                            Status = Outcome.OfFault.Status,
                            Reason = Outcome.OfFault.Reason,
                        }
                    );
                    events.AddRange(Outcome.Events(id, channel.DefinitionId, Outcome.OfFault));
                }
                var since = connection.FailingSince ?? tools.Seconds;
                await ConnectionsStore.SetStatus(db, job.UserId, id, ConnectionStatus.Failed, since);
                await QuestionStore.Delete(db, job);
                var next = Schedule.NextSlot(id.Value, Rhythm.Of(tools.Banks, connection.ProviderId), tools.Now, since);
                await JobStore.Apply(
                    db,
                    held,
                    new JobChange.Ended(connection.AutoSync ? next.ToUnixTimeSeconds() : null)
                );
                if (held.RunId is not null)
                {
                    var content = new RunContent { Channels = failed };
                    await RunRecordStore.Insert(
                        db,
                        RunRecord.Of(held, ConnectionStatus.Failed, content, tools.Seconds)
                    );
                    events.Add(
                        NewEvent.OfConnection(EventName.SynchronizationEnded, id) with
                        {
                            Status = ConnectionStatus.Failed.Word(),
                            Reason = Outcome.OfFault.Reason?.Word(),
                            Changes = WrittenChanges.Of(held),
                        }
                    );
                }
                await EventLog.Append(
                    new UserWork(db, job.UserId, job.ClientId, tools.Vault, tools.Ids, tools.Seconds),
                    events
                );
            },
            CancellationToken.None
        );
}
