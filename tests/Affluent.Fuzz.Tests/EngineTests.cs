using System.Text;

namespace Affluent.Fuzz.Tests;

/// <summary>The fuzzer finds what it is for: parsers that break their promise on purpose.</summary>
public sealed class EngineTests
{
    private static readonly CampaignOptions Short = new()
    {
        Duration = TimeSpan.FromSeconds(20),
        MostExecutions = 50_000,
        Patience = TimeSpan.FromSeconds(10),
    };

    [Fact]
    public void An_exception_that_is_not_documented_is_found_and_made_small()
    {
        var finding = Found(text =>
            text.Contains("[[", StringComparison.Ordinal) ? throw new FormatException() : text.Length
        );

        Assert.StartsWith("FormatException in ", finding.Kind, StringComparison.Ordinal);
        Assert.Equal("[[", Encoding.UTF8.GetString(finding.Input.Span));
        Assert.Contains("W1s=", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_promise_is_found_by_its_name()
    {
        var finding = Found(text =>
        {
            Promise.Holds(!text.Contains('\uFFFE', StringComparison.Ordinal), "no text holds U+FFFE");
            return null;
        });

        Assert.Equal("no text holds U+FFFE", finding.Kind);
    }

    [Fact]
    public void A_parser_that_hangs_is_left_behind()
    {
        var finding = Found(
            text =>
            {
                while (text.Contains("null", StringComparison.Ordinal))
                {
                    Thread.Yield();
                }
                return null;
            },
            patience: TimeSpan.FromSeconds(1)
        );

        Assert.Equal("hangs", finding.Kind);
        Assert.Contains("null", Encoding.UTF8.GetString(finding.Input.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_beyond_the_length_of_the_input_is_found()
    {
        var finding = Found(text => text.Contains("true", StringComparison.Ordinal) ? new byte[64 << 20].Length : 0);

        Assert.Equal("takes too much memory", finding.Kind);
    }

    [Fact]
    public void Time_that_grows_faster_than_the_input_is_found()
    {
        var finding = Found(
            text =>
            {
                var pairs = 0L;
                foreach (var a in text)
                {
                    foreach (var b in text)
                    {
                        pairs += a == b ? 1 : 0;
                    }
                }
                return pairs > 10;
            },
            timeLimit: TimeSpan.FromSeconds(0.02)
        );

        Assert.Equal("takes too long", finding.Kind);
    }

    [Fact]
    public void What_lies_deep_is_found_because_kinds_of_answers_guide()
    {
        // Each letter more is another kind of answer; no chance would find all eight of them at once.
        const string Word = "deadbeef";
        object? Answer(string text)
        {
            var right = text.Zip(Word).TakeWhile(pair => pair.First == pair.Second).Count();
            return right == Word.Length ? throw new InvalidOperationException() : right;
        }

        Assert.StartsWith("InvalidOperationException", Found(Answer, most: 400_000).Kind, StringComparison.Ordinal);
        Assert.Empty(
            new Campaign(
                FuzzTarget.OfText("blind", text => Answer(text) is null, "aaaaaaaa"),
                Short with
                {
                    MostExecutions = 400_000,
                }
            )
                .Run()
                .Findings
        );
    }

    [Fact]
    public void The_same_seed_makes_the_same_campaign()
    {
        List<string> inputs = [];
        object? Note(string text)
        {
            inputs.Add(text);
            return text.Length % 7;
        }
        var target = FuzzTarget.OfText("same", Note, "{\"a\": [1, \"b\"]}");

        _ = new Campaign(target, Short with { MostExecutions = 500 }).Run();
        var first = inputs.ToArray();
        inputs.Clear();
        _ = new Campaign(target, Short with { MostExecutions = 500 }).Run();

        Assert.Equal(first, inputs);
    }

    [Fact]
    public void Half_a_surrogate_pair_survives_being_written_as_bytes()
    {
        foreach (var text in new[] { "", "a", "é한😀", "\uD83D", "\uDE00\uD83D", "x\uDC00y", "\uFFFE\0" })
        {
            Assert.Equal(text, InputText.Decode(InputText.Encode(text)));
        }
        Assert.Equal("\uFFFD\uFFFD", InputText.Decode([0xFF, 0xED]));
    }

    private static Finding Found(
        Func<string, object?> check,
        TimeSpan? timeLimit = null,
        TimeSpan? patience = null,
        long most = 50_000
    )
    {
        var target = FuzzTarget.OfText("planted", check, "aaaaaaaa") with
        {
            TimeLimit = timeLimit ?? TimeSpan.FromSeconds(1),
            Longest = 12 * 1024,
        };
        var options = Short with { Patience = patience ?? Short.Patience, MostExecutions = most };
        return Assert.Single(new Campaign(target, options).Run().Findings);
    }
}
