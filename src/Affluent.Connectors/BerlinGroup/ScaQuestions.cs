using System.Text.Json;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>The bank's methods and challenges as questions (NextGenPSD2 1.3, section 14.13 "Authentication Object" and 14.14 "Challenge Data"). Pure.</summary>
internal static partial class ScaQuestions
{
    private const int LongestText = 500;

    /// <summary>Those that can be told apart.</summary>
    public static IReadOnlyList<ChoiceOption> Methods(JsonElement answer) =>
        [
            .. answer
                .Items("scaMethods")
                .Select(method =>
                    (
                        Id: method.Text("authenticationMethodId"),
                        Label: Plain(Name(method)) ?? method.Text("authenticationType")
                    )
                )
                .Where(method => method is { Id: { Length: <= 200 }, Label: not null })
                .Select(method => new ChoiceOption(method.Id!, method.Label!))
                .DistinctBy(option => option.Id)
                .Take(Question.Choice.MostOptions),
        ];

    /// <summary>The length that banks name is the greatest: codes may be shorter.</summary>
    public static Question.OneTimePassword Code(JsonElement answer)
    {
        var challenge = answer.Item("challengeData");
        string?[] texts =
        [
            answer.Item("chosenScaMethod") is { } method ? Name(method) : null,
            challenge?.Text("additionalInformation"),
            answer.Text("psuMessage"),
            .. challenge?.Items("data").Select(data => data.AsText()) ?? [],
        ];
        return new Question.OneTimePassword(
            Plain(string.Join("\n", texts.Where(text => text is not null).Distinct())),
            Length: null,
            Digits: string.Equals(challenge?.Text("otpFormat"), "integer", StringComparison.OrdinalIgnoreCase),
            ExpiresAt: null,
            Retry: false
        )
        {
            Image = Image(challenge?.Text("image")),
        };
    }

    private static string? Name(JsonElement method) => method.Text("name") ?? method.Text("explanation");

    private static QuestionImage? Image(string? base64)
    {
        if (base64 is null || base64.Length > 2 * QuestionImage.MostBytes)
        {
            return null;
        }
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            ? QuestionImages.Of(bytes.AsMemory(0, length))
            : null;
    }

    // Some write it for a web page.
    private static string? Plain(string? text)
    {
        if (text is null)
        {
            return null;
        }
        var plain = Blanks().Replace(Tag().Replace(text, " "), " ").Trim();
        return plain.Length == 0 ? null
            : plain.Length <= LongestText ? plain
            : plain[..(char.IsHighSurrogate(plain[LongestText - 1]) ? LongestText - 1 : LongestText)];
    }

    [GeneratedRegex("</?[a-zA-Z][^<>]{0,200}>", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Blanks();
}
