using System.Text.Json.Serialization;
using Affluent.Server.Platform;

namespace Affluent.Server.Widget;

/// <summary>What a client sends to open a session; JSON or a form.</summary>
internal sealed record WidgetSessionRequest
{
    /// <summary>The user's access token.</summary>
    public string? AccessToken { get; init; }

    /// <summary>The client's id.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client's secret.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The session may then outlive the access token. Of the same sign-in; it is looked at, not used up, and not stored.</summary>
    public string? RefreshToken { get; init; }
}

/// <summary>A session just made.</summary>
internal sealed record WidgetSessionMessage
{
    /// <summary>32 characters.</summary>
    public required string SessionId { get; init; }

    /// <summary>UTC seconds.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>Collects the events of what the user does in the widget.</summary>
    public required QueueId QueueId { get; init; }

    /// <summary>Addresses of the pages; parameters are added to them with <c>&amp;</c>.</summary>
    [JsonPropertyName("_links")]
    public required IReadOnlyDictionary<WidgetPurpose, string> Links { get; init; }
}

/// <summary>What the page's script asks for while the bank is at work.</summary>
/// <param name="Showing">Differs from what the page shows when there is something else to see.</param>
/// <param name="Text">What is going on.</param>
internal sealed record ProgressMessage(string Showing, string? Text);

/// <summary>The message to the page around the frame, or to the one that opened the window.</summary>
internal sealed record OutcomeMessage
{
    [JsonPropertyName("eventName")]
    public string EventName { get; init; } = "redirect_to";

    /// <summary>As published: always this, whatever place the client named.</summary>
    public string RedirectUrl { get; init; } = "/success";

    /// <summary>The client's place where the user ends; null when it named none.</summary>
    public string? ReturnUrl { get; init; }
    public required OutcomeStatus Status { get; init; }
    public required string Result { get; init; }
    public ConnectionId? ConnectionId { get; init; }
    public QueueId? QueueId { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(WidgetSessionRequest))]
[JsonSerializable(typeof(WidgetSessionMessage))]
[JsonSerializable(typeof(ProgressMessage))]
[JsonSerializable(typeof(OutcomeMessage))]
internal sealed partial class WidgetJson : JsonSerializerContext;
