using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Server.Events;
using Affluent.Server.Jobs;

namespace Affluent.Server.Connections;

/// <summary>What a run has written of transactions so far, as the job's row holds it.</summary>
internal record WrittenChanges
{
    /// <summary>By account; those without any change are left out.</summary>
    [JsonIgnore]
    public IReadOnlyList<AccountChanges> Changes => AccountChanges.Read(Written);

    /// <summary><see cref="Changes"/> as stored; null: none.</summary>
    public string? Written { get; init; }

    /// <summary>Of the run of a job that ends before it is done; none where the row cannot be read, for which it may end.</summary>
    public static IReadOnlyList<AccountChanges> Of(Job job)
    {
        try
        {
            return job.Progress is { } progress
                ? JsonSerializer.Deserialize(progress, WrittenChangesJson.Default.WrittenChanges)?.Changes ?? []
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(WrittenChanges))]
internal sealed partial class WrittenChangesJson : JsonSerializerContext;
