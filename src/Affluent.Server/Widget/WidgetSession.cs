using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>A user's time in the widget: for one user of one client, until it expires.</summary>
internal sealed record WidgetSession
{
    /// <summary>Seconds that a session lives.</summary>
    public const long Lifetime = 3_600;

    /// <summary>Seconds that it lives when the client gave a refresh token: it wants its user to take the time.</summary>
    public static readonly long LongLifetime = (long)Revocations.LongestDelegation.TotalSeconds;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>32 characters, 190 random bits.</summary>
    public required string Id { get; init; }
    public required UserId UserId { get; init; }
    public required ClientId ClientId { get; init; }

    /// <summary>The access token that it was opened with: what ends this one ends the session.</summary>
    public required TokenId TokenId { get; init; }

    /// <summary>The sign-in that the token came from.</summary>
    public AuthorizationId? AuthorizationId { get; init; }

    /// <summary>Grows with each step that the session takes.</summary>
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
    public WidgetPurpose Purpose { get; init; }
    public WidgetStep Step { get; init; }
    public WidgetParameters Parameters { get; init; } = new();

    /// <summary>The bank in work.</summary>
    public ProviderId? ProviderId { get; init; }

    /// <summary>The channel in work.</summary>
    public ChannelDefinitionId? DefinitionId { get; init; }

    public ConnectionId? ConnectionId { get; init; }

    /// <summary>Whether a bank that is linked already is to be linked once more, beside what there is.</summary>
    public bool AddsAnother { get; init; }

    /// <summary>The steps that the user took to come here, for the way back.</summary>
    public IReadOnlyList<WidgetStep> Trail { get; init; } = [];

    /// <summary>What the user agreed to here before a connection is made.</summary>
    public ConsentId? ConsentId { get; init; }

    /// <summary>Whether the connection was made here: it goes again when nothing comes of it.</summary>
    public bool Created { get; init; }

    /// <summary>Whether the user has answered something here.</summary>
    public bool Touched { get; init; }

    /// <summary>Collects the events from the making of the session on.</summary>
    public QueueId? QueueId { get; init; }

    /// <summary>Whether the page runs inside a frame.</summary>
    public bool Framed { get; init; }

    /// <summary>The application whose access is to be removed, at <see cref="WidgetStep.Removal"/>.</summary>
    public string? ApplicationId { get; init; }

    /// <summary>Whether the user has just removed one.</summary>
    public bool HasRemoved { get; init; }

    /// <summary>How it ended, at <see cref="WidgetStep.Done"/>.</summary>
    public WidgetOutcome? Outcome { get; init; }

    /// <summary>Whether the session links a new bank.</summary>
    [JsonIgnore]
    public bool AddsBank => Purpose is WidgetPurpose.AddConnection or WidgetPurpose.ProfessionalAccount;

    /// <summary>Whether the user came to link a bank, and updates the connection there is.</summary>
    [JsonIgnore]
    public bool UpdatesBank => AddsBank && ConnectionId is not null && !Created;

    /// <summary>The first step, once the address is read.</summary>
    [JsonIgnore]
    public WidgetStep FirstStep =>
        Purpose switch
        {
            WidgetPurpose.AddConnection or WidgetPurpose.ProfessionalAccount => Parameters.ProviderId is null
                ? WidgetStep.Start
                : WidgetStep.Consent,
            WidgetPurpose.EditCredentials or WidgetPurpose.Terms => WidgetStep.Consent,
            WidgetPurpose.UserInput => WidgetStep.Linking,
            WidgetPurpose.ManageAccounts => WidgetStep.Start,
        };

    /// <summary>
    /// The state once an address is opened: another purpose, bank or connection starts from the beginning, anything else goes on where
    /// the session was.
    /// </summary>
    /// <param name="framed">Whether the browser says that it is a frame; null when it does not say.</param>
    public WidgetState Open(WidgetPurpose purpose, WidgetParameters parameters, bool? framed)
    {
        var inFrame = framed ?? (parameters.AspspCallbackUri is not null);
        var sameSubject =
            Opened
            && purpose == Purpose
            && parameters.ConnectionId == Parameters.ConnectionId
            && parameters.ProviderId == Parameters.ProviderId;
        if (sameSubject)
        {
            return this with { Parameters = parameters, Framed = inFrame };
        }
        var opened = new WidgetState
        {
            Opened = true,
            Purpose = purpose,
            Parameters = parameters,
            QueueId = QueueId,
            Framed = inFrame,
        };
        return opened.Restart();
    }

    /// <summary>The state at another step, to which the user goes from the present one.</summary>
    public WidgetState On(WidgetStep step) => this with { Step = step, Trail = [.. Trail, Step] };

    /// <summary>The state at the beginning again.</summary>
    public WidgetState Restart() =>
        this with
        {
            Step = FirstStep,
            ProviderId = Parameters.ProviderId,
            DefinitionId = null,
            ConnectionId = AddsBank ? null : Parameters.ConnectionId,
            AddsAnother = false,
            Trail = [],
            ConsentId = null,
            Created = false,
            Touched = false,
            ApplicationId = null,
            HasRemoved = false,
            Outcome = null,
        };
}

/// <summary>What a session is opened for; each has an address of its own.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<WidgetPurpose>))]
internal enum WidgetPurpose
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
[JsonConverter(typeof(WordConverter<WidgetStep>))]
internal enum WidgetStep
{
    /// <summary>The bank is to be chosen, or the accounts where the session is about these.</summary>
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

    /// <summary>An application's access is to be removed, once the user has said so again.</summary>
    Removal,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<ChannelMode>), typeof(WordConverter<BankAccountType>)]
)]
[JsonSerializable(typeof(WidgetState))]
internal sealed partial class WidgetStateJson : JsonSerializerContext;
