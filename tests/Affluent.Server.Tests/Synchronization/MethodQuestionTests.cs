using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Banks that let their customers choose how to confirm, or show them an image.</summary>
public sealed class MethodQuestionTests
{
    private static readonly byte[] Gif = Convert.FromBase64String(
        "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task What_was_chosen_over_the_api_reaches_the_bank_and_nothing_else_does(DatabaseKind kind)
    {
        var bank = That(
            asks: new Question.Choice("How?", [new("1", "SMS to ** 12"), new("2", "The app on Ada's phone")]),
            then: new Question.AppApproval("Approve", TimeSpan.FromSeconds(2), null) { Image = new("image/gif", Gif) }
        );
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        var question = await Question_of(http, id);
        Assert.Equal(("CHOICE", "How?"), (question.Text("kind"), question.Text("message")));
        Assert.Equal(
            """{"id":"choice","name":"choice","type":"TEXT","options":[{"id":"1","label":"SMS to ** 12"},{"id":"2","label":"The app on Ada\u0027s phone"}],"optional":false}""",
            question.GetProperty("fields")[0].GetRawText()
        );
        Assert.Equal("CHALLENGE_REQUIRED", await http.StatusOf(id, FakeBank.Embedded));
        Assert.Equal(HttpStatusCode.BadRequest, await Answer(http, id, new { choice = "3" }));
        Assert.Equal(HttpStatusCode.BadRequest, await Answer(http, id, new { }));
        Assert.Equal(HttpStatusCode.BadRequest, await Answer(http, id, new { otp = "1" }));
        Assert.Equal(HttpStatusCode.NoContent, await Answer(http, id, new { choice = "2" }));
        await app.RunDueSynchronizations();

        var answer = Assert.IsType<StepInput.Answer>(bank.EmbeddedChannel.Steps[^1].Input);
        Assert.Equal("2", Assert.Single(answer.Values).Value);
        question = await Question_of(http, id);
        Assert.Equal("APP_APPROVAL", question.Text("kind"));
        Assert.Equal(
            ("image/gif", Convert.ToBase64String(Gif)),
            (question.GetProperty("image").Text("media_type"), question.GetProperty("image").Text("data"))
        );
        // Neither what was offered nor the image stands anywhere in plain.
        Assert.DoesNotContain("Ada's phone", await app.StoredText(), StringComparison.Ordinal);
    }

    [Theory]
    [OnBothDatabases("a type that browsers run")]
    [OnBothDatabases("too large")]
    [OnBothDatabases("no options")]
    [OnBothDatabases("two options of one id")]
    public async Task A_question_that_cannot_be_shown_is_not_asked(DatabaseKind kind, string what)
    {
        var otp = new Question.OneTimePassword(null, 6, Digits: true, null, Retry: false);
        await using var app = await TestApp.StartWith(
            That(
                what switch
                {
                    "a type that browsers run" => otp with { Image = new("image/svg+xml", "<svg/>"u8.ToArray()) },
                    "too large" => otp with { Image = new("image/png", new byte[QuestionImage.MostBytes + 1]) },
                    "no options" => new Question.Choice(null, []),
                    _ => new Question.Choice(null, [new("1", "a"), new("1", "b")]),
                }
            ),
            kind
        );
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("bank_not_understood", await app.ReasonOf(id, FakeBank.Embedded));
    }

    [Theory, OnBothDatabases]
    public async Task By_night_a_choice_waits_for_the_user_without_asking(DatabaseKind kind)
    {
        var bank = That(new Question.Choice(null, [new("1", "SMS")]));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        app.Time.Advance(TimeSpan.FromMinutes(11));
        await app.RunDueSynchronizations();

        Assert.Equal("CHALLENGE_REQUIRED", await http.StatusOf(id, FakeBank.Embedded));
        Assert.Equal("code_required", await app.ReasonOf(id, FakeBank.Embedded));
    }

    private static FakeBank That(Question asks, Question? then = null)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.EmbeddedChannel.Instead = (_, input) =>
            new StepResult.AskUser(input is StepInput.Answer && then is not null ? then : asks) { Session = "asked" };
        return bank;
    }

    private static Task<JsonElement> Question_of(HttpClient http, string id) =>
        http.Read($"/api/v2.1/connections/{id}/user_input");

    private static async Task<HttpStatusCode> Answer(HttpClient http, string id, object values)
    {
        using var answer = await http.PostAsJsonAsync($"/api/v2.1/connections/{id}/user_input", new { values }, Stop);
        return answer.StatusCode;
    }
}
