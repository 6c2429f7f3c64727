using System.Reflection;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>What the pages say, in every language.</summary>
public sealed class WidgetTextTests
{
    private const string Name = "Banque X";

    // "Code" is one word in both, and a colon takes its blank in French only.
    private static readonly HashSet<string> SameInBoth = ["CodeTexts.Label"];

    public static TheoryData<string> Pages =>
        [.. typeof(Texts).Assembly.GetTypes().Where(t => t.BaseType == typeof(Texts)).Select(t => t.FullName!)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_text_is_said_in_both_languages(string page)
    {
        var type = typeof(Texts).Assembly.GetType(page)!;
        var (english, french) = (Said(type, Language.En), Said(type, Language.Fr));

        Assert.NotEmpty(english);
        Assert.All(
            english,
            text =>
            {
                Assert.NotEqual("", text.Value);
                Assert.NotEqual("", french[text.Key]);
                Assert.True(
                    SameInBoth.Contains(text.Key) || text.Value != french[text.Key],
                    $"{text.Key} says the same in both languages: {text.Value}"
                );
            }
        );
    }

    [Fact]
    public void Every_failure_has_words_of_its_own() =>
        Assert.Equal(
            Enum.GetValues<LinkFailure>().Length,
            Enum.GetValues<LinkFailure>().DistinctBy(failure => new FailedTexts(Language.En).Of(failure, Name)).Count()
        );

    /// <summary>All texts of a page, by name; those that take a value with each value of an enum, or a sample.</summary>
    private static Dictionary<string, string> Said(Type type, Language language)
    {
        var texts = Activator.CreateInstance(type, language)!;
        return type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .SelectMany(method =>
                Samples(method)
                    .Select(arguments =>
                        (
                            Name: $"{type.Name}.{method.Name.Replace("get_", "", StringComparison.Ordinal)}",
                            Arguments: arguments,
                            Value: Flat(method.Invoke(texts, arguments)!)
                        )
                    )
            )
            .ToDictionary(
                said =>
                    said.Arguments switch
                    {
                        [Enum value, ..] => $"{said.Name}.{value}",
                        [StatementAnswer.Refused refused] => $"{said.Name}.{refused.Fault}",
                        _ => said.Name,
                    },
                said => said.Value
            );
    }

    private static IEnumerable<object?[]> Samples(MethodInfo method)
    {
        var parameters = method.GetParameters().Select(p => p.ParameterType).ToArray();
        var enumeration = parameters.Select(p => Nullable.GetUnderlyingType(p) ?? p).FirstOrDefault(p => p.IsEnum);
        object?[] values =
            enumeration is not null ? [.. Enum.GetValues(enumeration)]
            : parameters.Contains(typeof(StatementAnswer.Refused))
                ? [.. Enum.GetValues<StatementFault>().Select(fault => new StatementAnswer.Refused(fault, 6, Name))]
            : [null];
        return values.Select(value =>
            parameters
                .Select(p =>
                    p == typeof(string) ? Name
                    : p == typeof(int) ? 6
                    : p == typeof(IReadOnlyCollection<Scope>) ? Enum.GetValues<Scope>()
                    : value
                )
                .ToArray()
        );
    }

    private static string Flat(object said) =>
        said switch
        {
            string text => text,
            IReadOnlyList<(string Value, string Text)> choices => string.Join('\n', choices.Select(c => c.Text)),
            IReadOnlyList<string> texts => string.Join('\n', texts),
            ValueTuple<string, string> words => $"{words.Item1}\n{words.Item2}",
            _ => throw new InvalidOperationException($"A text of type {said.GetType()}."),
        };
}
