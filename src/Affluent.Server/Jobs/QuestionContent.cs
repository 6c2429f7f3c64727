using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Server.Storage;

namespace Affluent.Server.Jobs;

/// <summary>A question as it is sealed and stored.</summary>
internal sealed record QuestionContent
{
    public required QuestionKind Kind { get; init; }
    public string? Message { get; init; }
    public int? Length { get; init; }
    public bool Digits { get; init; }
    public bool Retry { get; init; }
    public long? ExpiresAt { get; init; }
    public int PollSeconds { get; init; }
    public Uri? Address { get; init; }
    public IReadOnlyList<ChoiceOption>? Options { get; init; }
    public string? ImageType { get; init; }
    public byte[]? Image { get; init; }

    public static QuestionContent Of(Question question) =>
        question switch
        {
            Question.Credentials => new() { Kind = QuestionKind.Credentials },
            Question.OneTimePassword otp => new()
            {
                Kind = QuestionKind.Otp,
                Message = otp.SentTo,
                Length = otp.Length,
                Digits = otp.Digits,
                Retry = otp.Retry,
                ExpiresAt = otp.ExpiresAt?.ToUnixTimeSeconds(),
                ImageType = otp.Image?.MediaType,
                Image = otp.Image?.Content.ToArray(),
            },
            Question.Choice choice => new()
            {
                Kind = QuestionKind.Choice,
                Message = choice.Message,
                Options = choice.Options,
            },
            Question.AppApproval app => new()
            {
                Kind = QuestionKind.AppApproval,
                Message = app.Message,
                PollSeconds = (int)Math.Clamp(app.PollEvery.TotalSeconds, 1, 60),
                ExpiresAt = app.ExpiresAt?.ToUnixTimeSeconds(),
                ImageType = app.Image?.MediaType,
                Image = app.Image?.Content.ToArray(),
            },
            Question.Redirect redirect => new()
            {
                Kind = QuestionKind.Redirect,
                Message = redirect.Account,
                Address = redirect.Address,
            },
            Question.SiteAction site => new()
            {
                Kind = QuestionKind.SiteAction,
                Message = site.Message,
                Address = site.Address,
            },
            Question.StatementFile => new() { Kind = QuestionKind.StatementFile },
            _ => throw new UnreachableException(),
        };

    public Question ToQuestion()
    {
        var image = ImageType is null || Image is null ? null : new QuestionImage(ImageType, Image);
        DateTimeOffset? expires = ExpiresAt is { } at ? DateTimeOffset.FromUnixTimeSeconds(at) : null;
        return Kind switch
        {
            QuestionKind.Credentials => new Question.Credentials(),
            QuestionKind.Otp => new Question.OneTimePassword(Message, Length, Digits, expires, Retry) { Image = image },
            QuestionKind.Choice => new Question.Choice(Message, Options!),
            QuestionKind.AppApproval => new Question.AppApproval(Message, TimeSpan.FromSeconds(PollSeconds), expires)
            {
                Image = image,
            },
            QuestionKind.Redirect => new Question.Redirect(Address!) { Account = Message },
            QuestionKind.SiteAction => new Question.SiteAction(Message, Address),
            QuestionKind.StatementFile => new Question.StatementFile(),
        };
    }

    public string Write() => JsonSerializer.Serialize(this, QuestionJson.Default.QuestionContent);

    public static QuestionContent Read(string text) =>
        JsonSerializer.Deserialize(text, QuestionJson.Default.QuestionContent)!;
}

/// <summary>An answer as it is sealed and stored: values of a form, or the address at which the user came back.</summary>
internal sealed record QuestionAnswer(IReadOnlyDictionary<string, string> Values, Uri? Returned)
{
    public string Write() => JsonSerializer.Serialize(this, QuestionJson.Default.QuestionAnswer);

    public static QuestionAnswer Read(string text) =>
        JsonSerializer.Deserialize(text, QuestionJson.Default.QuestionAnswer)!;
}

/// <summary>Checks answers against the question.</summary>
internal static partial class AnswerForm
{
    /// <summary>The values to hand to the connector, or the field that is wrong.</summary>
    /// <param name="channel">The channel that asks; null: this installation has it no longer.</param>
    public static FormReading Read(
        Question question,
        ChannelDefinition? channel,
        IReadOnlyDictionary<string, string> values
    ) =>
        question switch
        {
            Question.Credentials when channel is not null => CredentialsForm.Read(channel, values),
            Question.OneTimePassword otp => ReadCode(otp, values),
            Question.Choice choice => ReadChoice(choice, values),
            Question.Redirect => new FormReading.Faulty(new FieldFault(FieldFaultKind.AnsweredAtBank, "")),
            Question.StatementFile => new FormReading.Faulty(new FieldFault(FieldFaultKind.AnsweredByFile, "")),
            _ when values.Count > 0 => new FormReading.Faulty(
                new FieldFault(FieldFaultKind.NotAsked, values.Keys.First())
            ),
            _ => new FormReading.Good(values),
        };

    private static FormReading ReadChoice(Question.Choice choice, IReadOnlyDictionary<string, string> values)
    {
        const string Field = Question.Choice.Field;
        if (values.Keys.FirstOrDefault(name => name != Field) is { } unknown)
        {
            return new FormReading.Faulty(new FieldFault(FieldFaultKind.Unknown, unknown));
        }
        if (!values.TryGetValue(Field, out var id) || id.Length == 0)
        {
            return new FormReading.Faulty(new FieldFault(FieldFaultKind.Missing, Field));
        }
        return choice.Options.Any(option => option.Id == id)
            ? new FormReading.Good(values)
            : new FormReading.Faulty(new FieldFault(FieldFaultKind.Malformed, Field));
    }

    private static FormReading ReadCode(Question.OneTimePassword otp, IReadOnlyDictionary<string, string> values)
    {
        const string Field = Question.OneTimePassword.Field;
        if (values.Keys.FirstOrDefault(name => name != Field) is { } unknown)
        {
            return new FormReading.Faulty(new FieldFault(FieldFaultKind.Unknown, unknown));
        }
        if (!values.TryGetValue(Field, out var code) || code.Trim() is not { Length: > 0 and <= 100 } trimmed)
        {
            return new FormReading.Faulty(new FieldFault(FieldFaultKind.Missing, Field));
        }
        var fits =
            (otp.Length is not { } length || trimmed.Length == length) && (!otp.Digits || Digits().IsMatch(trimmed));
        return fits
            ? new FormReading.Good(new Dictionary<string, string>(StringComparer.Ordinal) { [Field] = trimmed })
            : new FormReading.Faulty(new FieldFault(FieldFaultKind.Malformed, Field));
    }

    [GeneratedRegex("^[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<QuestionKind>)]
)]
[JsonSerializable(typeof(QuestionContent))]
[JsonSerializable(typeof(QuestionAnswer))]
internal sealed partial class QuestionJson : JsonSerializerContext;
