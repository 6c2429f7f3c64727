using System.Text.Json.Serialization;
using Affluent.Server.Platform;

namespace Affluent.Server.SimpleFin;

/// <summary>A new access over SimpleFIN.</summary>
internal sealed record CreateSimpleFinAccessMessage
{
    /// <summary>For which application it is, as the user will see it in lists: 1 to 100 characters.</summary>
    public string? Name { get; init; }
}

/// <summary>An application's access to a user's shared accounts over SimpleFIN.</summary>
internal sealed record SimpleFinAccessMessage
{
    /// <summary>Id of the access.</summary>
    public required SimpleFinAccessId Id { get; init; }

    /// <summary>For which application it is.</summary>
    public required string Name { get; init; }

    /// <summary>When it was made, in UTC seconds.</summary>
    public required long CreationDate { get; init; }

    /// <summary>
    /// What the user pastes into the application, good for one use; only in the answer that made it.
    /// </summary>
    public string? SetupToken { get; init; }

    /// <summary>Until when the setup token can be used, in UTC seconds; absent once it was.</summary>
    public long? SetupTokenExpirationDate { get; init; }

    /// <summary>When an application used the setup token, in UTC seconds; absent while none has.</summary>
    public long? ClaimDate { get; init; }

    /// <summary>When the application read accounts last, in UTC seconds and up to five minutes early; absent while it never did.</summary>
    public long? LastUseDate { get; init; }

    public static SimpleFinAccessMessage Of(SimpleFinAccess access) =>
        new()
        {
            Id = access.Id,
            Name = access.Name,
            CreationDate = access.CreatedAt,
            SetupTokenExpirationDate = access.ClaimedAt is null ? access.CodeExpiresAt : null,
            ClaimDate = access.ClaimedAt,
            LastUseDate = access.UsedAt,
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CreateSimpleFinAccessMessage))]
[JsonSerializable(typeof(SimpleFinAccessMessage))]
[JsonSerializable(typeof(IReadOnlyList<SimpleFinAccessMessage>))]
internal sealed partial class SimpleFinAccessJson : JsonSerializerContext;
