using System.Text.RegularExpressions;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>The package for clients' pages and the reference know every word that the widget says.</summary>
public sealed class ConnectPackageWordsTests
{
    private static readonly string Root = Harness.Repository.Root;

    [Fact]
    public void The_package_lists_the_words_of_the_widget()
    {
        var source = File.ReadAllText(Path.Combine(Root, "clients", "typescript", "src", "messages.ts"));
        IEnumerable<string> Listed(string name)
        {
            var list = Regex.Match(source, $@"const {name} = \[(?<words>[^\]]*)\] as const", RegexOptions.None, Limit);
            return Regex
                .Matches(list.Groups["words"].Value, "\"(?<word>[a-z_]+)\"", RegexOptions.None, Limit)
                .Select(m => m.Groups["word"].Value);
        }

        Assert.Equal(Words<SuccessResult>(), Listed("successResults"));
        Assert.Equal(Words<LinkFailure>(), Listed("failures"));
        Assert.Equal(Words<PageStep>(), Listed("steps"));
    }

    [Fact]
    public void The_package_names_every_parameter_that_is_not_an_older_name_or_its_own_to_set()
    {
        var source = File.ReadAllText(Path.Combine(Root, "clients", "typescript", "src", "widget.ts"));
        var list = source[source.IndexOf("interface WidgetParameters", StringComparison.Ordinal)..];
        list = list[..list.IndexOf('}', StringComparison.Ordinal)];
        var listed = Regex
            .Matches(list, "^  (?<name>[a-z_]+)\\?:", RegexOptions.Multiline, Limit)
            .Select(m => m.Groups["name"].Value);
        string[] left =
        [
            .. new[]
            {
                WidgetParameter.AspspCallbackUri,
                WidgetParameter.Display,
                WidgetParameter.RedirectUri,
                WidgetParameter.CaptiveMode,
                WidgetParameter.Lng,
            }.Select(parameter => parameter.Word()),
        ];
        Assert.Equal(Words<WidgetParameter>().Except(left).Order(), listed.Order());
    }

    [Fact]
    public void The_reference_names_every_result_and_step()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "reference", "widget.md"));
        Assert.All(
            [.. Words<SuccessResult>(), .. Words<LinkFailure>(), .. Words<PageStep>(), .. Words<PageEvent>()],
            word => Assert.Contains($"`{word}`", page, StringComparison.Ordinal)
        );
    }

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static IEnumerable<string> Words<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(word => word.Word());
}
