using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages;

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

    /// <summary>A session of the user that is to live on with this access token; none: there is to be a new one.</summary>
    public string? SessionId { get; init; }
}

/// <summary>A session just made, or prolonged.</summary>
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

/// <summary>A message to the page around the frame, or to the one that opened the window: all have this shape.</summary>
internal sealed record PageMessage
{
    [JsonPropertyName("eventName")]
    public required PageEvent EventName { get; init; }

    /// <summary>As published: on the end always <c>/success</c>, whatever place the client named, and never before.</summary>
    public string? RedirectUrl { get; init; }

    /// <summary>The client's place where the user ends; null when it named none, and before the end.</summary>
    public string? ReturnUrl { get; init; }
    public required MessageStatus Status { get; init; }
    public required string Result { get; init; }
    public ConnectionId? ConnectionId { get; init; }
    public QueueId? QueueId { get; init; }

    /// <summary>Said where there is no session to tell of, nor a client whose origins were known: it holds nothing.</summary>
    public static PageMessage SessionOver { get; } =
        new()
        {
            EventName = PageEvent.SessionOver,
            Status = MessageStatus.Error,
            Result = PageEvent.SessionOver.Word(),
        };

    public static PageMessage Step(SessionContext session, WidgetPage page) =>
        new()
        {
            EventName = PageEvent.Step,
            Status = page.Failure is null ? MessageStatus.Running : MessageStatus.Error,
            Result = page.Failure?.Word() ?? page.Step.Word(),
            ConnectionId = session.State.ConnectionId,
            QueueId = session.State.QueueId,
        };

    public string Write() => JsonSerializer.Serialize(this, WidgetJson.Default.PageMessage);
}

/// <summary>The field <c>eventName</c> of a message.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<PageEvent>))]
internal enum PageEvent
{
    /// <summary>As published: the session has come to an end.</summary>
    RedirectTo,

    /// <summary>There is something else to see.</summary>
    Step,

    /// <summary>The session is soon over, unless the client prolongs it.</summary>
    SessionEnding,

    /// <summary>The session is over.</summary>
    SessionOver,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(WidgetSessionRequest))]
[JsonSerializable(typeof(WidgetSessionMessage))]
[JsonSerializable(typeof(ProgressMessage))]
[JsonSerializable(typeof(PageMessage))]
internal sealed partial class WidgetJson : JsonSerializerContext;
