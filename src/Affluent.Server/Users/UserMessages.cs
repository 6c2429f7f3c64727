using System.Text.Json.Serialization;

namespace Affluent.Server.Users;

/// <summary>POST /users.</summary>
internal sealed record CreateUserMessage
{
    public string? Email { get; init; }
    public string? Password { get; init; }
}

/// <summary>PUT or PATCH /users/{id}: what is absent stays as it is; an empty name takes the name away.</summary>
internal sealed record EditUserMessage
{
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public string? Email { get; init; }

    /// <summary>The new password; needs <see cref="CurrentPassword"/>.</summary>
    public string? Password { get; init; }
    public string? CurrentPassword { get; init; }
}

/// <summary>A user as the API shows one (reference, section d.1); absent fields are left out.</summary>
internal sealed record UserMessage
{
    public required string Id { get; init; }
    public required string Email { get; init; }
    public required bool EmailVerified { get; init; }
    public string? FirstName { get; init; }
    public string? LastName { get; init; }

    /// <summary>UTC seconds.</summary>
    public required long CreationDate { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CreateUserMessage))]
[JsonSerializable(typeof(EditUserMessage))]
[JsonSerializable(typeof(UserMessage))]
internal sealed partial class UserJson : JsonSerializerContext;
