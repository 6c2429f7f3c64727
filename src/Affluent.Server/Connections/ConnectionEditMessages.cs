using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Body of POST /connections.</summary>
internal sealed record CreateConnectionMessage
{
    /// <summary>The bank.</summary>
    public string? ProviderId { get; init; }

    /// <summary>
    /// May be left out: the REDIRECT channel, or EMBEDDED when credentials are given or the bank has no other. Of several REDIRECT it is the first that is in service
    /// and answers.
    /// </summary>
    public string? ChannelDefinitionId { get; init; }

    /// <summary>An array of <c>{"id", "value"}</c>, or an object of values by id; on EMBEDDED only.</summary>
    public JsonElement? Credentials { get; init; }

    /// <summary>Where the bank's answer takes the user; mandatory on REDIRECT, at one of the client's registered origins.</summary>
    public string? RedirectUrl { get; init; }

    /// <summary>Whether to synchronize it every day; true when absent.</summary>
    public bool? AutoSync { get; init; }

    /// <summary>Whether the user consents account by account.</summary>
    public bool ConsentPerAccount { get; init; }
}

/// <summary>Body of PUT …/credentials and of POST …/user_input, which calls it <c>values</c>.</summary>
internal sealed record ValuesMessage
{
    /// <summary>An array of <c>{"id", "value"}</c>, or an object of values by id.</summary>
    public JsonElement? Credentials { get; init; }

    /// <inheritdoc cref="Credentials"/>
    public JsonElement? Values { get; init; }
}

/// <summary>Answer to POST /connections.</summary>
internal sealed record NewConnectionMessage
{
    /// <summary>Id of the connection.</summary>
    public required ConnectionId Id { get; init; }

    /// <summary>Where to go on.</summary>
    [JsonPropertyName("_links")]
    public required NewConnectionLinks Links { get; init; }
}

/// <summary>Where to go on.</summary>
/// <param name="Self">The connection.</param>
/// <param name="Authorize">Leads the user's browser to the bank, once; on REDIRECT only.</param>
internal sealed record NewConnectionLinks(LinkMessage Self, LinkMessage? Authorize);

/// <summary>A link.</summary>
/// <param name="Href">Its address.</param>
internal sealed record LinkMessage(string Href);

/// <summary>A connection that will be synchronized.</summary>
/// <param name="Id">Id of the connection.</param>
/// <param name="Href">Its address.</param>
internal sealed record SynchronizedMessage(ConnectionId Id, string Href);

/// <summary>What the bank asks.</summary>
internal sealed record UserInputMessage
{
    /// <summary>Id of the question; a new one each time the bank asks.</summary>
    public required QuestionId Id { get; init; }

    /// <summary>The connection that waits.</summary>
    public required ConnectionId ConnectionId { get; init; }

    /// <summary>The channel that waits.</summary>
    public required ChannelDefinitionId ChannelDefinitionId { get; init; }

    /// <summary>What is asked for.</summary>
    public required QuestionKind Kind { get; init; }

    /// <summary>In the bank's words: where a code was sent, what to approve; on REDIRECT the account that the user is to agree to, where a bank asks for each by itself.</summary>
    public string? Message { get; init; }

    /// <summary>Where the user's browser must go, on REDIRECT and some SITE_ACTION.</summary>
    public string? Address { get; init; }

    /// <summary>What belongs to the question: a code to be read from it, something to hold the bank's app before.</summary>
    public UserInputImage? Image { get; init; }

    /// <summary>True when an earlier answer was wrong.</summary>
    public bool Retry { get; init; }

    /// <summary>True when the answer is given and the run goes on.</summary>
    public bool Answered { get; init; }

    /// <summary>When it was asked, in UTC seconds.</summary>
    public required long Date { get; init; }

    /// <summary>Until when it can be answered, in UTC seconds.</summary>
    public required long Expires { get; init; }

    /// <summary>What to fill in; empty when there is nothing to type.</summary>
    public required IReadOnlyList<UserInputField> Fields { get; init; }
}

/// <summary>An image of a question.</summary>
/// <param name="MediaType">image/png, image/jpeg or image/gif.</param>
/// <param name="Data">Its bytes in base64 (RFC 4648, section 4), up to 256 KiB of them.</param>
internal sealed record UserInputImage(string MediaType, string Data);

/// <summary>One of the values that a field can have.</summary>
/// <param name="Id">Is sent as the value.</param>
/// <param name="Label">What to show, in the bank's words.</param>
internal sealed record UserInputOption(string Id, string Label);

/// <summary>A field to fill.</summary>
internal sealed record UserInputField
{
    /// <summary>Under this id the value is sent.</summary>
    public required string Id { get; init; }

    /// <summary>Short technical name.</summary>
    public required string Name { get; init; }

    /// <summary>What to write beside the field, by language.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>TEXT or PWD.</summary>
    public required CredentialType Type { get; init; }

    /// <summary>Number of characters, where known.</summary>
    public int? Length { get; init; }

    /// <summary>The only values that it can have; absent: it is typed.</summary>
    public IReadOnlyList<UserInputOption>? Options { get; init; }

    /// <summary>What a value must look like, as a whole.</summary>
    public string? Regexp { get; init; }

    /// <summary>Whether it may be left empty.</summary>
    public bool Optional { get; init; }

    public static IReadOnlyList<UserInputField> Of(Question question, ChannelDefinition? channel) =>
        question switch
        {
            Question.Credentials =>
            [
                .. (channel?.Credentials ?? []).Select(f => new UserInputField
                {
                    Id = f.Id,
                    Name = f.Name,
                    Labels = f.Labels,
                    Type = f.Type,
                    Regexp = f.Regexp,
                    Optional = f.Optional,
                }),
            ],
            Question.OneTimePassword otp =>
            [
                new UserInputField
                {
                    Id = Question.OneTimePassword.Field,
                    Name = Question.OneTimePassword.Field,
                    Type = CredentialType.Text,
                    Length = otp.Length,
                    Regexp = otp.Digits ? "[0-9]+" : null,
                },
            ],
            Question.Choice choice =>
            [
                new UserInputField
                {
                    Id = Question.Choice.Field,
                    Name = Question.Choice.Field,
                    Type = CredentialType.Text,
                    Options = [.. choice.Options.Select(option => new UserInputOption(option.Id, option.Label))],
                },
            ],
            Question.StatementFile =>
            [
                .. Enum.GetValues<StatementHint>()
                    .Select(hint => new UserInputField
                    {
                        Id = StatementFiles.NameOf(hint),
                        Name = StatementFiles.NameOf(hint),
                        Type = CredentialType.Text,
                        Optional = true,
                    }),
            ],
            _ => [],
        };
}

/// <summary>Says what is wrong with a form, as the API does. Never repeats a value.</summary>
internal static class FieldFaults
{
    public static Problem Problem(FormReading reading) =>
        reading is FormReading.Faulty { Fault: var fault }
            ? Problem(fault)
            : throw new ArgumentException("Nothing is wrong with the form.", nameof(reading));

    public static Problem Problem(FieldFault fault)
    {
        var field = fault.Name is { } name ? $"credential '{fault.Field}' ({name})" : $"field '{fault.Field}'";
        return fault.Kind switch
        {
            FieldFaultKind.Unknown => Platform.Problem.BadBody($"there is no field '{fault.Field}'", fault.Field),
            FieldFaultKind.Missing => Platform.Problem.BadBody($"the {field} is missing", fault.Field),
            FieldFaultKind.Malformed => Platform.Problem.BadBody(
                $"the {field} does not have the form asked for",
                fault.Field
            ),
            FieldFaultKind.NotAsked => Platform.Problem.BadBody("this question takes no fields", fault.Field),
            FieldFaultKind.AnsweredAtBank => Platform.Problem.BadBody(
                "the bank's own page answers this question: open its address"
            ),
            FieldFaultKind.AnsweredByFile => Platform.Problem.BadBody(
                "a file answers this question: send it to …/user_input/file"
            ),
        };
    }
}

/// <summary>Reads values given as <c>[{"id", "value"}]</c> or as <c>{id: value}</c>.</summary>
internal static class GivenValues
{
    public static (IReadOnlyDictionary<string, string> Values, Problem? Problem) Read(JsonElement? given, string field)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (given is not { } json || json.ValueKind == JsonValueKind.Null)
        {
            return (values, null);
        }
        var pairs = json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().Select(p => (Id: (string?)p.Name, Value: Text(p.Value))),
            JsonValueKind.Array => json.EnumerateArray().Select(e => (Id: Member(e, "id"), Value: Member(e, "value"))),
            _ => [(null, null)],
        };
        foreach (var (id, value) in pairs)
        {
            if (id is null || value is null || !values.TryAdd(id, value))
            {
                return (
                    values,
                    Problem.BadBody(
                        $"'{field}' must be a list of objects with 'id' and 'value', or an object of values by id",
                        field
                    )
                );
            }
        }
        return (values, null);
    }

    private static string? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? Text(value) : null;

    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<CredentialType>), typeof(WordConverter<QuestionKind>)]
)]
[JsonSerializable(typeof(CreateConnectionMessage))]
[JsonSerializable(typeof(ValuesMessage))]
[JsonSerializable(typeof(NewConnectionMessage))]
[JsonSerializable(typeof(IReadOnlyList<SynchronizedMessage>))]
[JsonSerializable(typeof(UserInputMessage))]
internal sealed partial class ConnectionEditJson : JsonSerializerContext;
