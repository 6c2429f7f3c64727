using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Events;

namespace Affluent.Server.Synchronization;

/// <summary>
/// How far a run has come, as the job's row holds it: the channels that are finished. Which accounts are finished stands on the
/// accounts (<c>synced_run</c>). Ids and codes only.
/// </summary>
internal sealed record Progress : WrittenChanges
{
    /// <summary>By channel definition.</summary>
    public IReadOnlyDictionary<string, ChannelResult> Done { get; init; } = new Dictionary<string, ChannelResult>();

    /// <summary>An account may be read by both channels.</summary>
    public Progress With(AccountChanges changes)
    {
        var (known, others) = (
            Changes.FirstOrDefault(c => c.AccountId == changes.AccountId),
            Changes.Where(c => c.AccountId != changes.AccountId)
        );
        return this with
        {
            Written = AccountChanges.Write([
                .. others,
                new(
                    changes.AccountId,
                    changes.New + (known?.New ?? 0),
                    changes.Changed + (known?.Changed ?? 0),
                    changes.Removed + (known?.Removed ?? 0)
                ),
            ]),
        };
    }

    /// <summary>What came of the finished channels.</summary>
    [JsonIgnore]
    public IEnumerable<ChannelResult> Results => Done.Values;

    /// <summary>What came of a channel; null: it is not finished.</summary>
    public ChannelResult? Of(ChannelDefinitionId definitionId) => Done.GetValueOrDefault(definitionId.Value);

    public Progress With(ChannelDefinitionId definitionId, ChannelResult result) =>
        this with
        {
            Done = new Dictionary<string, ChannelResult>(Done, StringComparer.Ordinal)
            {
                [definitionId.Value] = result,
            },
        };

    /// <summary>What is kept of the run when it ends.</summary>
    public RunContent ToContent(RunSteps steps) =>
        new()
        {
            Channels =
            [
                .. Done.Select(done => new RunChannel
                {
                    ChannelDefinitionId = new ChannelDefinitionId(done.Key),
                    Status = done.Value.Status,
                    Reason = done.Value.Reason,
                    AccountsRead = done.Value.AccountsRead,
                    AccountsFailed = done.Value.AccountsFailed,
                    AccountsIncomplete = done.Value.AccountsIncomplete,
                }),
            ],
            Steps = steps.All,
        };

    public string Write() => JsonSerializer.Serialize(this, ProgressJson.Default.Progress);

    public static Progress Read(string? text) =>
        text is null ? new Progress() : JsonSerializer.Deserialize(text, ProgressJson.Default.Progress)!;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(Progress))]
internal sealed partial class ProgressJson : JsonSerializerContext;
