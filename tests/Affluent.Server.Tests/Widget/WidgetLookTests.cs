using System.Net;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Widget;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>The look that clients choose: what is read of it, and that nobody loses the text by it.</summary>
public sealed class WidgetLookTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("#123", "112233")]
    [InlineData("abc", "aabbcc")]
    [InlineData("#0a0B0c", "0a0b0c")]
    [InlineData("#11223380", "889099")]
    [InlineData("#1238", "808992")]
    [InlineData("#112233ff", "112233")]
    [InlineData("gold", "ffd700")]
    [InlineData("RebeccaPurple", "663399")]
    [InlineData("rgb(0, 0, 128)", "000080")]
    [InlineData("rgb(0 0 128 / 50%)", "8080c0")]
    [InlineData("rgba(0,0,0,0.5)", "808080")]
    [InlineData("rgba(100%, 0%, 0%, 1)", "ff0000")]
    [InlineData("rgb(300,-5,0)", "ff0000")]
    [InlineData("hsl(120, 100%, 25%)", "008000")]
    [InlineData("hsl(-240deg 100% 25%)", "008000")]
    [InlineData("hsla(0, 100%, 50%, .5)", "ff8080")]
    public void Colors_are_read_as_browsers_do_and_stand_on_white(string text, string digits)
    {
        Assert.True(CssColor.TryRead(text, out var color));
        Assert.Equal(digits, color.Digits);
    }

    [Theory]
    [InlineData("red;background:url(//evil.example)")]
    [InlineData("#12345")]
    [InlineData("rgb(1,2)")]
    [InlineData("rgb(1,2,3,4,5)")]
    [InlineData("rgb(NaN,0,0)")]
    [InlineData("hsl(Infinity,0%,0%)")]
    [InlineData("rgb(1e3,0,0)")]
    [InlineData("url(x)")]
    [InlineData("transparent")]
    [InlineData("ButtonFace")]
    [InlineData("currentcolor")]
    [InlineData("12")]
    public void What_is_no_color_is_none(string text) => Assert.False(CssColor.TryRead(text, out _));

    [Theory]
    [InlineData(
        "Open Sans, 'Arial', serif",
        "#123",
        "#0b5f58",
        ":root { --font: \"Open Sans\", \"Arial\", serif, system-ui, sans-serif; --accent: #0b5f58; --on-accent: #ffffff; --mark: #0b5f58; --ink: #112233; }"
    )]
    [InlineData("", "", "", ":root {  }")]
    public void A_look_is_written_anew_from_what_was_understood(string font, string ink, string elements, string css)
    {
        var (theme, ignored) = Theme.Read(font, ink, elements);

        Assert.Empty(ignored);
        Assert.Equal(css, theme.Css());
    }

    [Fact]
    public void Names_that_are_no_fonts_are_left_out_alone()
    {
        var (theme, ignored) = Theme.Read("Arial;} body{display:none, Georgia", null, null);

        Assert.Equal(["Georgia"], theme.Fonts);
        Assert.Equal([WidgetParameter.Font], ignored);
    }

    /// <summary>Whatever a client asks for: text by 4.5 to 1, what is no text by 3 to 1, on every ground that it stands on.</summary>
    [Fact]
    public void No_color_makes_a_page_unreadable() =>
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte)
            .Select((red, green, blue) => new CssColor(red, green, blue))
            .Array[2]
            .Sample(
                pair =>
                {
                    var (theme, _) = Theme.Read(null, $"#{pair[0].Digits}", $"#{pair[1].Digits}");
                    var css = theme.Css();
                    CssColor Value(string name)
                    {
                        var start = css.IndexOf($"--{name}: ", StringComparison.Ordinal) + name.Length + 4;
                        Assert.True(CssColor.TryRead(css[start..css.IndexOf(';', start)], out var color));
                        return color;
                    }
                    var tint = Value("accent").Over(CssColor.White, 0.08);
                    foreach (var ground in new[] { CssColor.White, new CssColor(0xf1, 0xf5, 0xf5), tint })
                    {
                        Assert.True(Value("ink").ContrastWith(ground) >= 4.5, css);
                        Assert.True(Value("mark").ContrastWith(ground) >= 3, css);
                    }
                    Assert.True(Value("on-accent").ContrastWith(Value("accent")) >= 4.5, css);
                },
                iter: 5_000
            );

    [Fact]
    public void White_on_white_becomes_readable_and_a_good_color_stays_as_it_is()
    {
        Assert.DoesNotContain("--ink: #ffffff", Theme.Read(null, "#fff", null).Theme.Css(), StringComparison.Ordinal);
        Assert.Contains("--ink: #123456", Theme.Read(null, "#123456", null).Theme.Css(), StringComparison.Ordinal);
        // A button may be as light as the client likes: its words are dark then, and its edge is.
        var gold = Theme.Read(null, null, "gold").Theme.Css();
        Assert.Contains("--accent: #ffd700; --on-accent: #000000;", gold, StringComparison.Ordinal);
        Assert.DoesNotContain("--mark: #ffd700", gold, StringComparison.Ordinal);
    }

    [Theory]
    [OnBothDatabases("font", "Arial;} body{display:none")]
    [OnBothDatabases("font_color", "red;background:url(//evil.example)")]
    [OnBothDatabases("elements_color", "nearly blue")]
    public async Task A_look_that_cannot_be_read_is_left_out_and_logged(DatabaseKind kind, string name, string value)
    {
        var log = new Lines();
        await using var app = await TestApp.Start(
            kind,
            configure: builder =>
            {
                builder.Services.AddSingleton(new ScriptedBanks().Banks);
                builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(log);
            }
        );

        var visitor = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "add_connection",
            $"&{name}={Uri.EscapeDataString(value)}"
        );
        using var css = await app.Http.GetAsync(
            $"/embed/v2.1/widget/theme.css?{name}={Uri.EscapeDataString(value)}",
            Stop
        );

        Assert.Equal((HttpStatusCode.OK, "Choose your bank"), (visitor.Status, visitor.Heading));
        Assert.Equal(":root {  }", await css.Content.ReadAsStringAsync(Stop));
        var line = Assert.Single(log.Written, line => line.Contains("as a look", StringComparison.Ordinal));
        Assert.Contains($"the parameter {name} ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(value, string.Join('\n', log.Written), StringComparison.Ordinal);
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Written { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Written.Enqueue(formatter(state, exception));

        public void Dispose() { }
    }
}
