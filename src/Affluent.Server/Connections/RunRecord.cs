using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>What came of a run, kept for a time: ids, words and counts only.</summary>
internal sealed record RunRecord
{
    public UserId UserId { get; init; }
    public ConnectionId ConnectionId { get; init; }
    public RunId Id { get; init; }

    /// <summary>UTC seconds.</summary>
    public long EndedAt { get; init; }

    /// <summary>Whether the user was there at its end.</summary>
    public bool Attended { get; init; }
    public JobRequest Request { get; init; }
    public ConnectionStatus Status { get; init; }

    /// <summary>How often it was taken up: once, and again each time that it was put off.</summary>
    public int Attempts { get; init; }

    /// <summary>Under which the log tells of its end.</summary>
    public string? TraceId { get; init; }

    /// <summary>A <see cref="RunContent"/>.</summary>
    public string Content { get; init; } = "";

    /// <summary>Of a run that has just ended, while its job still tells of it.</summary>
    public static RunRecord Of(Job job, ConnectionStatus status, RunContent content, long now) =>
        new()
        {
            UserId = job.UserId,
            ConnectionId = new ConnectionId(job.SubjectId),
            Id = job.RunId!.Value,
            EndedAt = now,
            Attended = job.IsAttended(now),
            Request = job.RunRequest ?? JobRequest.All,
            Status = status,
            Attempts = job.Attempt + 1,
            TraceId = System.Diagnostics.Activity.Current?.TraceId.ToString(),
            Content = content.Write(),
        };
}

/// <summary>What a connector is asked for in one step.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum ConnectorStep
{
    ListAccounts,
    ListTransactions,
    ShareAccounts,
    AcceptAnswer,
    AcceptReturn,
    Poll,
    Revoke,
}

/// <summary>What a run did.</summary>
internal sealed record RunContent
{
    /// <summary>The channels, in their order.</summary>
    public IReadOnlyList<RunChannel> Channels { get; init; } = [];

    /// <summary>The steps since it was taken up last.</summary>
    public IReadOnlyList<RunStep> Steps { get; init; } = [];

    public string Write() => JsonSerializer.Serialize(this, RunJson.Default.RunContent);

    public static RunContent Read(string text) => JsonSerializer.Deserialize(text, RunJson.Default.RunContent)!;
}

/// <summary>What came of a channel in a run.</summary>
internal sealed record RunChannel
{
    /// <summary>The channel definition of the provider.</summary>
    public required ChannelDefinitionId ChannelDefinitionId { get; init; }

    /// <summary>How the run left it.</summary>
    public required ChannelStatus Status { get; init; }

    /// <summary>Why it is not well; absent when it is.</summary>
    public ChannelReason? Reason { get; init; }

    /// <summary>What that means, and whose move it is, in English; absent when all is well.</summary>
    public string? Explanation { get; init; }

    /// <summary>How many accounts are up to date now.</summary>
    public int AccountsRead { get; init; }

    /// <summary>How many the bank refused.</summary>
    public int AccountsFailed { get; init; }

    /// <summary>Of those read, how many lack rows that could not be kept.</summary>
    public int AccountsIncomplete { get; init; }
}

/// <summary>A kind of step, as often as it was taken.</summary>
internal sealed record RunStep
{
    /// <summary>What the bank was asked for.</summary>
    public required ConnectorStep Step { get; init; }

    /// <summary>How many steps of this kind: one for each page of a list.</summary>
    public required int Count { get; init; }

    /// <summary>How long they took together, in milliseconds.</summary>
    public required long DurationMs { get; init; }
}

/// <summary>Every statement about the records of runs.</summary>
internal static class RunRecordStore
{
    private const string Columns =
        "user_id, connection_id, id, ended_at, attended, request, status, attempts, trace_id, content";

    /// <summary>Keeps what came of a run; one that ends twice (a node died in between) is kept once.</summary>
    public static Task Insert(DbWork db, RunRecord run) =>
        db.Execute(
            """
            insert into runs (user_id, connection_id, id, ended_at, attended, request, status, attempts, trace_id, content)
            values (@UserId, @ConnectionId, @Id, @EndedAt, @Attended, @Request, @Status, @Attempts, @TraceId, @Content)
            on conflict (user_id, connection_id, id) do nothing
            """,
            run
        );

    /// <summary>The runs over a connection, the latest first.</summary>
    public static Task<IReadOnlyList<RunRecord>> List(DbWork db, UserId userId, ConnectionId connectionId, Page page) =>
        db.Query<RunRecord>(
            $"""
            select {Columns} from runs where user_id = @UserId and connection_id = @ConnectionId
            order by id desc limit @Limit offset @Skip
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                page.Limit,
                page.Skip,
            }
        );

    /// <summary>Forgets runs that ended more than so many days ago.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost, int days) =>
        db.Execute(
            """
            delete from runs where (user_id, connection_id, id) in
                (select user_id, connection_id, id from runs where ended_at < @EndedBefore order by ended_at limit @AtMost)
            """,
            new { EndedBefore = now - (days * 86_400L), AtMost = atMost }
        );
}

/// <summary>A run, as the API shows it. Times are UTC seconds.</summary>
internal sealed record RunMessage
{
    /// <summary>Its id, which the log and events name too.</summary>
    public required RunId Id { get; init; }

    /// <summary>What it was to do: ALL or LIST_ACCOUNTS.</summary>
    public required JobRequest Type { get; init; }

    /// <summary>When it began.</summary>
    public required long BeginDate { get; init; }

    /// <summary>When it ended.</summary>
    public required long EndDate { get; init; }

    /// <summary>Whether the user was there.</summary>
    public required bool Attended { get; init; }

    /// <summary>How it left the connection.</summary>
    public required ConnectionStatus Status { get; init; }

    /// <summary>How often it was taken up; more than once when the bank or the user made it wait.</summary>
    public required int Attempts { get; init; }

    /// <summary>By which an operator finds its end in the log; absent where nothing is traced.</summary>
    public string? TraceId { get; init; }

    /// <summary>What came of each channel.</summary>
    public required IReadOnlyList<RunChannel> Channels { get; init; }

    /// <summary>What the bank was asked for, since the run was taken up last.</summary>
    public required IReadOnlyList<RunStep> Steps { get; init; }

    public static RunMessage Of(RunRecord run)
    {
        var content = RunContent.Read(run.Content);
        return new RunMessage
        {
            Id = run.Id,
            Type = run.Request,
            BeginDate = Ids.MadeAt(run.Id.Value).ToUnixTimeSeconds(),
            EndDate = run.EndedAt,
            Attended = run.Attended,
            Status = run.Status,
            Attempts = run.Attempts,
            TraceId = run.TraceId,
            Channels =
            [
                .. content.Channels.Select(channel =>
                    channel.Reason is { } reason ? channel with { Explanation = ChannelAdvice.Of(reason) } : channel
                ),
            ],
            Steps = content.Steps,
        };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<ConnectorStep>), typeof(WordConverter<JobRequest>)]
)]
[JsonSerializable(typeof(RunContent))]
[JsonSerializable(typeof(IReadOnlyList<RunMessage>))]
internal sealed partial class RunJson : JsonSerializerContext;
