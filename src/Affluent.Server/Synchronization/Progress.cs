using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affluent.Server.Synchronization;

/// <summary>
/// How far a run has come, as the connection's row holds it: the channels that are finished. Which accounts are finished stands on
/// the accounts (<c>synced_run</c>). Ids and codes only.
/// </summary>
internal sealed record Progress
{
    public IReadOnlyDictionary<string, ChannelResult> Done { get; init; } = new Dictionary<string, ChannelResult>();

    public Progress With(string definitionId, ChannelResult result) =>
        this with
        {
            Done = new Dictionary<string, ChannelResult>(Done, StringComparer.Ordinal) { [definitionId] = result },
        };

    public string Write() => JsonSerializer.Serialize(this, ProgressJson.Default.Progress);

    public static Progress Read(string? text) =>
        text is null ? new Progress() : JsonSerializer.Deserialize(text, ProgressJson.Default.Progress)!;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(Progress))]
internal sealed partial class ProgressJson : JsonSerializerContext;
