using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>A question as it is sealed and stored.</summary>
internal sealed record QuestionContent
{
    /// <summary>CREDENTIALS, OTP, APP_APPROVAL, REDIRECT or SITE_ACTION.</summary>
    public required string Kind { get; init; }
    public string? Message { get; init; }
    public int? Length { get; init; }
    public bool Digits { get; init; }
    public bool Retry { get; init; }
    public long? ExpiresAt { get; init; }
    public int PollSeconds { get; init; }
    public Uri? Address { get; init; }

    public static QuestionContent Of(Question question) =>
        question switch
        {
            Question.Credentials => new() { Kind = "CREDENTIALS" },
            Question.OneTimePassword otp => new()
            {
                Kind = "OTP",
                Message = otp.SentTo,
                Length = otp.Length,
                Digits = otp.Digits,
                Retry = otp.Retry,
                ExpiresAt = otp.ExpiresAt?.ToUnixTimeSeconds(),
            },
            Question.AppApproval app => new()
            {
                Kind = "APP_APPROVAL",
                Message = app.Message,
                PollSeconds = (int)Math.Clamp(app.PollEvery.TotalSeconds, 1, 60),
                ExpiresAt = app.ExpiresAt?.ToUnixTimeSeconds(),
            },
            Question.Redirect redirect => new() { Kind = "REDIRECT", Address = redirect.Address },
            Question.SiteAction site => new()
            {
                Kind = "SITE_ACTION",
                Message = site.Message,
                Address = site.Address,
            },
            _ => throw new ArgumentException(question.GetType().Name, nameof(question)),
        };

    public Question ToQuestion()
    {
        DateTimeOffset? expires = ExpiresAt is { } at ? DateTimeOffset.FromUnixTimeSeconds(at) : null;
        return Kind switch
        {
            "CREDENTIALS" => new Question.Credentials(),
            "OTP" => new Question.OneTimePassword(Message, Length, Digits, expires, Retry),
            "APP_APPROVAL" => new Question.AppApproval(Message, TimeSpan.FromSeconds(PollSeconds), expires),
            "REDIRECT" => new Question.Redirect(Address!),
            "SITE_ACTION" => new Question.SiteAction(Message, Address),
            _ => throw new InvalidOperationException($"A question of kind {Kind}."),
        };
    }
}

/// <summary>An answer as it is sealed and stored: values of a form, or the address at which the user came back.</summary>
internal sealed record QuestionAnswer(IReadOnlyDictionary<string, string> Values, Uri? Returned);

/// <summary>Checks answers against the question.</summary>
internal static partial class AnswerForm
{
    /// <summary>The values to hand to the connector, or the field that is wrong. Messages never repeat a value.</summary>
    public static (IReadOnlyDictionary<string, string> Values, Problem? Problem) Check(
        Question question,
        ChannelDefinition? channel,
        IReadOnlyDictionary<string, string> values
    ) =>
        question switch
        {
            Question.Credentials when channel is not null => CredentialsForm.Check(channel, values),
            Question.OneTimePassword otp => CheckCode(otp, values),
            Question.Redirect => (
                values,
                Problem.BadBody("the bank's own page answers this question: open its address")
            ),
            _ => values.Count == 0
                ? (values, null)
                : (values, Problem.BadBody("this question takes no fields", values.Keys.First())),
        };

    private static (IReadOnlyDictionary<string, string>, Problem?) CheckCode(
        Question.OneTimePassword otp,
        IReadOnlyDictionary<string, string> values
    )
    {
        const string Field = Question.OneTimePassword.Field;
        if (values.Keys.FirstOrDefault(name => name != Field) is { } unknown)
        {
            return (values, Problem.BadBody($"there is no field '{unknown}'", unknown));
        }
        if (!values.TryGetValue(Field, out var code) || code.Trim() is not { Length: > 0 and <= 100 } trimmed)
        {
            return (values, Problem.BadBody($"the field '{Field}' is missing", Field));
        }
        var fits =
            (otp.Length is not { } length || trimmed.Length == length) && (!otp.Digits || Digits().IsMatch(trimmed));
        return fits
            ? (new Dictionary<string, string>(StringComparer.Ordinal) { [Field] = trimmed }, null)
            : (values, Problem.BadBody($"the field '{Field}' does not have the form asked for", Field));
    }

    [GeneratedRegex("^[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(QuestionAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;
