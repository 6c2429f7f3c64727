using System.Net;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Tests;

/// <summary>The choice among methods, and images that carry a code.</summary>
public sealed class ChallengeTests
{
    private const string ByMessage = "0";
    private const string ByApp = "1";
    private const string ByImage = "2";

    [Fact]
    public async Task A_person_chooses_a_method_and_is_asked_by_it()
    {
        await using var bank = await OpenBank.Open();
        var choice = await bank.SignIn("choice");
        Assert.Equal("/method", choice.Url.AbsolutePath);
        Assert.Equal(
            ["SMS au 06 XX XX XX 17", "Application sur « iPhone d'Anna »", "photoTAN"],
            choice.All("label.choice").Select(l => l.TextContent.Trim())
        );
        Assert.Equal("/method", (await bank.Get("/accounts")).Url.AbsolutePath);
        Assert.Equal("/method", (await bank.Get("/otp")).Url.AbsolutePath);

        var code = await bank.Submit(choice, ("method", ByMessage));
        Assert.Equal(
            ("/otp", "06 XX XX XX 17", "135790"),
            (code.Url.AbsolutePath, code.Text(".recipient"), code.Text(".test-code"))
        );
        Assert.Equal("/accounts", (await bank.Submit(code, ("otp", "135790"))).Url.AbsolutePath);
    }

    [Fact]
    public async Task The_app_approves_only_after_it_was_chosen()
    {
        await using var bank = await OpenBank.Open();
        var choice = await bank.SignIn("choice");
        bank.Clock.Advance(TimeSpan.FromSeconds(60));
        var asked = await bank.Submit(choice, ("method", ByApp));
        Assert.Equal("/approval", asked.Url.AbsolutePath);
        bank.Clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal("/approval", (await bank.Submit(asked)).Url.AbsolutePath);
        bank.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("/accounts", (await bank.Submit(asked)).Url.AbsolutePath);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("-1")]
    [InlineData("sms")]
    [InlineData(null)]
    public async Task What_is_not_offered_is_not_taken(string? method)
    {
        await using var bank = await OpenBank.Open();
        var choice = await bank.SignIn("choice");
        var again = await bank.Submit(choice, method is null ? [] : [("method", method)]);
        Assert.NotEmpty(again.All(".error.no-method"));
        Assert.Equal("/method", (await bank.Get("/accounts")).Url.AbsolutePath);
    }

    [Theory]
    [InlineData("phototan", null)]
    [InlineData("choice", ByImage)]
    public async Task The_image_alone_tells_the_code_and_another_one_each_time(string login, string? method)
    {
        await using var bank = await OpenBank.Open();
        async Task<Page> Asked()
        {
            var page = await bank.SignIn(login);
            return method is null ? page : await bank.Submit(page, ("method", method));
        }

        var earlier = await Picture(bank, await Asked());
        var asked = await Asked();
        var own = await Picture(bank, asked);
        Assert.Empty(asked.All(".test-code"));
        Assert.DoesNotContain(QrReader.CodeOf(own), asked.Html.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.Equal(own, await Picture(bank, await bank.Get("/otp")));

        var again = await bank.Submit(asked, ("otp", QrReader.CodeOf(earlier)));
        Assert.NotEmpty(again.All(".error.wrong-code"));
        var renewed = await Picture(bank, again);
        var late = await bank.Submit(again, ("otp", QrReader.CodeOf(own)));
        Assert.NotEmpty(late.All(".error.wrong-code"));
        Assert.NotEqual(QrReader.CodeOf(own), QrReader.CodeOf(renewed));

        var inside = await bank.Submit(late, ("otp", QrReader.CodeOf(await Picture(bank, late))));
        Assert.Equal("/accounts", inside.Url.AbsolutePath);
    }

    [Fact]
    public async Task Nobody_else_sees_the_image()
    {
        await using var bank = await OpenBank.Open();
        await bank.SignIn("phototan");
        using var stranger = bank.NewBrowser();
        using var answer = await stranger.GetAsync("/picture", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await bank.SignIn("otp");
        Assert.Equal(HttpStatusCode.NotFound, (await bank.Get("/picture")).Response.StatusCode);
    }

    [Fact]
    public async Task The_pages_of_the_interface_ask_the_same()
    {
        await using var bank = await OpenBank.Open();
        var choice = await bank.Submit(await bank.Authorize(), ("login", "choice"), ("password", "dev"));
        var again = await bank.Submit(choice, ("method", "nonsense"));
        Assert.NotEmpty(again.All(".error.no-method"));
        var code = await bank.Submit(again, ("method", ByImage));
        var wrong = await bank.Submit(code, ("otp", "1"));
        Assert.NotEmpty(wrong.All(".error.wrong-code"));
        var consent = await bank.Submit(wrong, ("otp", QrReader.CodeOf(await Picture(bank, wrong))));
        Assert.Single(consent.All("form.consent"));
    }

    [Fact]
    public async Task An_app_may_have_to_be_held_before_an_image()
    {
        await using var files = await FileHost.Open(
            ("a.txt", "CREDENTIALS|a|b\nOPTION|approval_seconds|5\nOPTION|image|true\nACCOUNT|u|n|01/02/26|1|Savings")
        );
        await using var bank = await OpenBank.Open();
        var asked = await bank.SignIn("a", "b", files.Url("a.txt"));
        Assert.Equal("Test bank: approve this login", QrReader.TextOf(await Picture(bank, asked)));
        bank.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("/accounts", (await bank.Submit(asked)).Url.AbsolutePath);
    }

    [Fact]
    public void A_scenario_says_what_each_method_asks()
    {
        var person = Assert
            .IsType<ScenarioFile.Loaded>(
                Parse(
                    """
                    { "label": "SMS", "code": 1234, "code_sent_to": "06" }, { "label": "App", "label_en": "The app", "approval_seconds": 5, "image": true },
                    { "label": "TAN", "image": "true" }
                    """
                )
            )
            .Scenario.People[0];
        Assert.Null(person.Challenge);
        Assert.Equal(
            [
                new Method("SMS", "SMS", new Challenge.Code("1234", "06")),
                new Method("App", "The app", new Challenge.Approval(TimeSpan.FromSeconds(5), WithImage: true)),
                new Method("TAN", "TAN", new Challenge.Image()),
            ],
            person.Methods
        );
    }

    [Theory]
    [InlineData("""{ "code": "1" }""", "methods[0]", "this method has no label")]
    [InlineData("""{ "label": "A" }""", "methods[0]", "this method asks for nothing")]
    [InlineData("""{ "label": "A", "image": false }""", "methods[0]", "this method asks for nothing")]
    [InlineData("""{ "label": "A", "image": 7 }""", "methods[0].image", "image must be true or false")]
    [InlineData("""{ "label": "A", "code": "1", "image": true }""", "methods[0].image", "a code and an image exclude")]
    [InlineData(
        """{ "label": "A", "code": "1", "approval_seconds": 3 }""",
        "methods[0].approval_seconds",
        "a code and an approval exclude each other"
    )]
    [InlineData(
        """{ "label": "A", "code": "1" }, { "label": "B", "approval_seconds": "x" }""",
        "methods[1].approval_seconds",
        "approval_seconds must be a number"
    )]
    [InlineData("""3""", "methods[0]", "this must be an object")]
    [InlineData("""{ "label": ["A"], "code": 1 }""", "methods[0].label", "this must be a text or a number")]
    public void A_wrong_method_is_named_by_its_path(string methods, string path, string reason) =>
        Assert.Contains(
            Assert.IsType<ScenarioFile.Refused>(Parse(methods)).Errors,
            e => e.Location.Path == "$.people[0]." + path && e.Reason.StartsWith(reason, StringComparison.Ordinal)
        );

    [Theory]
    [InlineData(""" "code": "1", """)]
    [InlineData(""" "approval_seconds": 3, """)]
    [InlineData(""" "image": true, """)]
    public void Methods_exclude_a_challenge_of_the_person(string member) =>
        Assert.Equal(
            "$.people[0].methods[0]",
            Assert
                .Single(Assert.IsType<ScenarioFile.Refused>(Parse("""{ "label": "A", "code": "1" }""", member)).Errors)
                .Location.Path
        );

    [Fact]
    public void There_are_at_most_ten_methods() =>
        Assert.Equal(
            "$.people[0].methods[10]",
            Assert
                .Single(
                    Assert
                        .IsType<ScenarioFile.Refused>(
                            Parse(string.Join(',', Enumerable.Repeat("""{ "label": "A", "code": "1" }""", 11)))
                        )
                        .Errors
                )
                .Location.Path
        );

    private static ScenarioFile Parse(string methods, string members = "") =>
        ScenarioFiles.Parse(
            "s.json",
            $$"""{ "people": [ { "login": "a", "password": "b", {{members}} "methods": [ {{methods}} ] } ] }""",
            new DateOnly(2026, 11, 22)
        );

    private static async Task<byte[]> Picture(OpenBank bank, Page page)
    {
        var source = page.Html.QuerySelector("form img")!.GetAttribute("src");
        using var answer = await bank.Browser.GetAsync(source, TestContext.Current.CancellationToken);
        Assert.Equal(
            (HttpStatusCode.OK, "image/png"),
            (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType)
        );
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }
}
