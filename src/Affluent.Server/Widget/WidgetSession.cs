using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Affluent.Server.Widget;

/// <summary>A user's time in the widget: for one user of one client, until it expires.</summary>
internal sealed record WidgetSession
{
    /// <summary>Seconds that a session lives.</summary>
    public const long Lifetime = 3_600;

    /// <summary>Seconds that it lives when the client gave a refresh token: it wants its user to take the time.</summary>
    public const long LongLifetime = 4 * 3_600;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>32 characters, 190 random bits.</summary>
    public required string Id { get; init; }
    public required long UserId { get; init; }
    public required long ClientId { get; init; }

    /// <summary>Grows with each step that a form takes.</summary>
    public required long Version { get; init; }

    /// <summary>UTC seconds.</summary>
    public required long ExpiresAt { get; init; }
    public required WidgetState State { get; init; }

    public static string NewId() => RandomNumberGenerator.GetString(Alphabet, 32);

    /// <summary>
    /// Goes into every form of a page: good for this session at this step only. A form sent twice, or from an old page of the
    /// browser's history, is recognised by it and does nothing.
    /// </summary>
    public string FormToken =>
        Base64Url.EncodeToString(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"form:{Id}:{Version}")
                )
            )
        );

    public bool Owns(string? formToken) =>
        formToken is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(formToken),
            Encoding.UTF8.GetBytes(FormToken)
        );
}

/// <summary>Where a session stands; stored as JSON, without secrets and without data of the bank.</summary>
internal sealed record WidgetState
{
    /// <summary>Whether a page was opened yet.</summary>
    public bool Opened { get; init; }
    public WidgetPage Page { get; init; } = WidgetPage.AddConnection;
    public WidgetStep Step { get; init; } = WidgetStep.Start;
    public WidgetParameters Parameters { get; init; } = new();

    /// <summary>The bank in work.</summary>
    public string? ProviderId { get; init; }

    /// <summary>The channel in work.</summary>
    public string? DefinitionId { get; init; }

    public long? ConnectionId { get; init; }

    /// <summary>Whether the connection was made here: it goes again when nothing comes of it.</summary>
    public bool Created { get; init; }

    /// <summary>Whether the user has answered something here.</summary>
    public bool Touched { get; init; }

    /// <summary>Collects the events from the making of the session on.</summary>
    public long? QueueId { get; init; }

    /// <summary>Whether the page runs inside a frame.</summary>
    public bool Framed { get; init; }

    /// <summary>How it ended, at <see cref="WidgetStep.Done"/>.</summary>
    public WidgetOutcome? Outcome { get; init; }
}

/// <summary>What a session is opened for.</summary>
internal enum WidgetPage
{
    AddConnection,
    EditCredentials,
    UserInput,
    ManageAccounts,
    Terms,
    ProfessionalAccount,
}

/// <summary>
/// The steps that the user takes. Between two of them the connection is at work, and what it needs (a question of the bank) is
/// shown as it stands there.
/// </summary>
internal enum WidgetStep
{
    /// <summary>The bank is to be chosen.</summary>
    Start,

    /// <summary>Consent and terms.</summary>
    Consent,

    /// <summary>One of two channels.</summary>
    Channel,

    /// <summary>The credentials form of the channel in work.</summary>
    Credentials,

    /// <summary>The channel in work is being linked: the list of accounts is read, questions are asked.</summary>
    Linking,

    /// <summary>Accounts are to be chosen.</summary>
    Accounts,

    /// <summary>The second channel is offered.</summary>
    Other,

    /// <summary>Transactions are being read.</summary>
    Reading,

    /// <summary>The end.</summary>
    Done,
}

/// <summary>How a session ended, in the words of the message to the client (reference, section e.5).</summary>
/// <param name="Status">success, error or cancelled.</param>
/// <param name="Result">created, updated, accepted, or why not: a code in snake_case.</param>
/// <param name="Partial">Something could not be read yet.</param>
internal sealed record WidgetOutcome(string Status, string Result, bool Partial = false)
{
    public const string Success = "success";
    public const string Error = "error";
    public const string Cancelled = "cancelled";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(WidgetState))]
internal sealed partial class WidgetStateJson : JsonSerializerContext;
