using System.Text.Json.Serialization;
using Affluent.Server.Platform;

namespace Affluent.Server.Users;

/// <summary>A user to create.</summary>
internal sealed record CreateUserMessage
{
    /// <summary>Names the user to its client; unique within the client, whatever the case of its letters.</summary>
    public string? Email { get; init; }

    /// <summary>At least 6 characters with a letter and a digit.</summary>
    public string? Password { get; init; }
}

/// <summary>PUT or PATCH /users/{id}: what is absent stays as it is; an empty name takes the name away.</summary>
internal sealed record EditUserMessage
{
    /// <summary>Given name; empty takes it away.</summary>
    public string? FirstName { get; init; }

    /// <summary>Family name; empty takes it away.</summary>
    public string? LastName { get; init; }

    /// <summary>The new address.</summary>
    public string? Email { get; init; }

    /// <summary>The new password; needs <c>current_password</c>.</summary>
    public string? Password { get; init; }

    /// <summary>The password that is valid until now.</summary>
    public string? CurrentPassword { get; init; }
}

/// <summary>A user of a client. What is not known is absent.</summary>
internal sealed record UserMessage
{
    /// <summary>Id of the user.</summary>
    public required UserId Id { get; init; }

    /// <summary>As given when the user was created.</summary>
    public required string Email { get; init; }

    /// <summary>Whether the address has been proved to be the user's.</summary>
    public required bool EmailVerified { get; init; }

    /// <summary>Given name.</summary>
    public string? FirstName { get; init; }

    /// <summary>Family name.</summary>
    public string? LastName { get; init; }

    /// <summary>When it was made, in UTC seconds.</summary>
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
