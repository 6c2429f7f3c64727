using System.Diagnostics;
using System.Globalization;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Scraping;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Pages made to be costly: each is read or given up in seconds, whole step included.</summary>
public sealed class HostilePageTests
{
    private const string Row = "<tr><td>01/11/2026</td><td>CB</td><td>-1,00</td></tr>";
    private static readonly TimeSpan Patience = BankLimits.LongestParsing + TimeSpan.FromSeconds(20);

    public static TheoryData<string, string> Pages =>
        new()
        {
            { "elements in one another", Many("<div>", 80_000) },
            { "formatting in one another", Many("<b a={0}>", 40_000) },
            { "formatting opened again in each paragraph", Many("<p><b a={0}>", 40_000) },
            {
                "formatting opened again at each text",
                "<p>" + Many("<b a={0}>", 150) + "</p>" + Many("<p>x</p>", 1_000_000)
            },
            { "formatting closed in the wrong order", Many("<b><i></b>", 40_000) },
            { "text where a table has none", "<table>" + Many("x<b>", 80_000) },
            { "more pieces than a page has", Many("<p>", 400_000) },
            { "attributes of one tag", "<p " + Many("a{0} ", 800_000) + ">" },
            { "attributes given to the body again and again", Many("<body a{0}>", 240_000) + "x" },
            { "ends of what was never begun", Many("<span>", 150) + Many("</x>", 240_000) },
            { "tables in one another", Many("<table><tr><td class=alert>", 40_000) },
            { "alerts in one another", Many("<div class=alert>", 190) + new string('x', 7_000_000) },
            { "words and values", "<dl>" + Many("<dt>a<dd>b", 100_000 / 2) + "</dl>" },
            { "forms", Many("<form><input name=a></form>", 60_000) },
            { "ways to choose from", "<h1>Choose</h1><form><label>SMS" + Many("<input type=radio name=m>x", 100_000) },
            {
                "ways to choose from in one long label",
                "<h1>Choose</h1><form><label>SMS" + Many("<input type=radio name=m>", 50) + new string('x', 7_000_000)
            },
            { "cells of one row", "<table><tr>" + Many("<th>date</th>", 60_000) + "</tr></table>" },
            { "one long text", new string('x', 8_000_000) },
        };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_costly_page_ends_the_step_in_seconds(string kind, string html)
    {
        var bank = SmallBanks.Website().Page("/", html);
        using var run = SmallBanks.WebsiteRun(bank);
        var begun = Stopwatch.GetTimestamp();

        var result = await run.Take(new StepInput.ListAccounts());

        Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, kind);
        Assert.Equal(Refusal.NotUnderstood, Assert.IsType<StepResult.Refused>(result).Reason);
    }

    [Fact]
    public void A_page_as_deep_as_pages_may_be_is_read_and_a_deeper_one_is_not()
    {
        // html and body come around it.
        Assert.NotNull(Parse(Many("<div>", BankLimits.DeepestElement - 3)));
        Assert.Null(Parse(Many("<div>", BankLimits.DeepestElement + 1)));
    }

    [Fact]
    public void A_large_honest_page_is_read()
    {
        var html = new StringBuilder("<table>");
        for (var row = 0; row < 10_000; row++)
        {
            html.Append(Row);
        }
        Assert.NotNull(Parse(html.Append("</table>").ToString()));
    }

    private static AngleSharp.Html.Dom.IHtmlDocument? Parse(string html) =>
        PageParser.Parse(Encoding.UTF8.GetBytes(html), Encoding.UTF8).Document;

    private static string Many(string piece, int count) =>
        string.Concat(
            Enumerable
                .Range(0, count)
                .Select(i => piece.Replace("{0}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
        );
}
