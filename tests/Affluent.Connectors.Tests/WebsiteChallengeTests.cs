using Affluent.Connectors.Contract;
using Affluent.Connectors.Scraping;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using AngleSharp.Html.Parser;

namespace Affluent.Connectors.Tests;

/// <summary>Choices among methods, and images beside questions, as sites make them.</summary>
public sealed class WebsiteChallengeTests
{
    private const string Radios = """
        <header><form action="/lang"><select name=l><option value=fr>Français<option value=en>English</select></form></header>
        <main><h1>Authentification forte</h1><form method=post action="/sca"><input type=hidden name=t value=T0>
        <p>Comment voulez-vous confirmer votre identité ?</p>
        <ul><li><input type=radio id=m1 name=moyen value=SMS-1 checked><label for=m1>SMS au <b>06 ** ** ** 12</b></label>
        <li><label><input type=radio name=moyen value=APP-7> Application sur <i>iPhone d’Anna</i></label>
        <li><div><input type=radio name=moyen value=TAN> photoTAN</div>
        <li><input type=radio name=moyen value=KEY disabled> Clé</ul>
        <input type=checkbox name=trust value=1><button name=go value=next>Continuer</button><button name=back value=1>Annuler</button></form></main>
        """;

    private const string Select = """
        <title>Verify your identity</title><form method=post action="/sca"><input type=hidden name=t value=T0>
        <label for=d>Device</label><select id=d name=device><option value="">Please select</option>
        <option value=a>Text message to +44 •••• 12</option><option value=b selected>Galaxy S21</option></select><input type=submit value=Next></form>
        """;

    private const string Buttons = """
        <h1>Choose how we may reach you</h1><form method=post action="/sca"><input type=hidden name=t value=T0>
        <button name=via value=sms>Text <span>message</span></button><button name=via value=call>Phone call</button>
        <button name=via value=app formaction="/sca?app=1">Banking app</button><button type=button name=x>Help by phone</button><button name=cancel>Cancel</button></form>
        """;

    private const string NamedButtons = """
        <h2>Sécurité</h2><form method=post action="/sca"><p>Choisissez</p><input type=submit name=parSms value="Recevoir un SMS"><input type=submit name=parAppel value="Être appelé"></form>
        """;

    private const string Unnamed = """
        <h1>Vérification</h1><form method=post action="/sca"><input type=radio name=m value="" id=a><label for=a>SMS</label><input type=radio name=m value="" id=b><label for=b>E-mail</label></form>
        """;

    [Theory]
    [InlineData(
        Radios,
        "Comment voulez-vous confirmer votre identité ?",
        "SMS-1=SMS au 06 ** ** ** 12|APP-7=Application sur iPhone d’Anna|TAN=photoTAN",
        "APP-7",
        "/sca",
        "t=T0&go=next&moyen=APP-7"
    )]
    [InlineData(Select, null, "a=Text message to +44 •••• 12|b=Galaxy S21", "a", "/sca", "t=T0&device=a")]
    [InlineData(Buttons, null, "sms=Text message|call=Phone call|app=Banking app", "call", "/sca", "t=T0&via=call")]
    [InlineData(Buttons, null, "sms=Text message|call=Phone call|app=Banking app", "app", "/sca?app=1", "t=T0&via=app")]
    [InlineData(
        NamedButtons,
        "Choisissez",
        "Recevoir un SMS=Recevoir un SMS|Être appelé=Être appelé",
        "Être appelé",
        "/sca",
        "parAppel=%C3%8Atre+appel%C3%A9"
    )]
    [InlineData(Unnamed, null, "1=SMS|2=E-mail", "2", "/sca", "m=")]
    public async Task What_the_user_chose_is_sent_as_the_form_wants_it(
        string page,
        string? message,
        string options,
        string chosen,
        string address,
        string body
    )
    {
        var bank = Behind(page)
            .On(
                "POST",
                "/sca",
                _ => Html("""<form action=/c><p>We sent it to <b>06 ** 12</b></p><input name=otp></form>""")
            );
        using var run = SmallBanks.WebsiteRun(bank);

        var question = await run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        var code = await run.TakeAsked<Question.OneTimePassword>(Choice(chosen));

        Assert.True(question.CanBeShown);
        Assert.Equal(message, question.Message);
        Assert.Equal(options, string.Join('|', question.Options.Select(o => $"{o.Id}={o.Label}")));
        var sent = Assert.Single(bank.At("/sca"));
        Assert.Equal((address, body), (sent.Address.PathAndQuery, sent.Body));
        // The first code is no second try.
        Assert.Equal(("06 ** 12", false), (code.SentTo, code.Retry));
        Assert.Single(bank.At("/enter"));
    }

    [Fact]
    public async Task An_answer_that_names_nothing_offered_is_not_sent()
    {
        var bank = Behind(Radios).On("POST", "/sca", _ => Html("?"));
        using var run = SmallBanks.WebsiteRun(bank);
        await run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        var waiting = run.Session;

        foreach (var answer in new[] { Choice("KEY"), Choice(""), Code("SMS-1") })
        {
            run.Session = waiting;
            await run.TakeRefused(answer, Refusal.NotUnderstood);
        }

        Assert.Empty(bank.At("/sca"));
    }

    [Fact]
    public async Task A_choice_is_sent_once_though_the_node_stops_behind_it()
    {
        var bank = Behind(Radios).On("POST", "/sca", _ => throw new InvalidOperationException("The node stops."));
        using var run = SmallBanks.WebsiteRun(bank);
        await run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());

        await Assert.ThrowsAsync<InvalidOperationException>(() => run.Take(Choice("TAN")));
        await run.Take<StepResult.Done>(Choice("TAN"));

        Assert.Single(bank.At("/sca"));
    }

    [Fact]
    public async Task A_choice_may_lead_to_the_app_and_lead_to_another_choice()
    {
        var bank = Behind(Radios)
            .On("POST", "/sca", r => Html(r.Body.EndsWith("TAN", StringComparison.Ordinal) ? Buttons : App));
        using var run = SmallBanks.WebsiteRun(bank);
        await run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());

        var second = await run.TakeAsked<Question.Choice>(Choice("TAN"));
        await run.TakeAsked<Question.AppApproval>(Choice("sms"));

        Assert.Equal("sms", second.Options[0].Id);
        Assert.Equal(["t=T0&go=next&moyen=TAN", "t=T0&via=sms"], bank.At("/sca").Select(r => r.Body));
    }

    [Fact]
    public async Task A_form_of_choice_is_not_sent_to_another_site()
    {
        var bank = Behind(Radios.Replace("\"/sca\"", "\"https://elsewhere.example/sca\"", StringComparison.Ordinal));
        using var run = SmallBanks.WebsiteRun(bank);
        await run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        var before = bank.Requests.Count;

        await run.TakeRefused(Choice("TAN"), Refusal.NotUnderstood);

        Assert.Equal(before, bank.Requests.Count);
    }

    [Theory]
    [InlineData(
        "<h1>Choisissez votre agence</h1><form><input type=radio name=a value=1> Paris<input type=radio name=a value=2> Lyon</form>"
    )]
    [InlineData(
        "<h1>Comment aimez-vous le standard ?</h1><form><select name=m><option value=1>Montant<option value=2>Santander</select></form>"
    )]
    [InlineData(
        "<h1>Choose a phone</h1><form><input name=q><button name=a value=1>Mobile</button><button name=a value=2>App</button></form>"
    )]
    [InlineData(
        "<h1>Confirm in your app</h1><form><button name=a value=done>I have</button><button name=a value=sms>Send an SMS</button></form>"
    )]
    [InlineData(
        "<h1>Validez dans votre application</h1><form><button name=a value=done>J’ai validé</button><button name=a value=sms>Recevoir un SMS</button></form>"
    )]
    [InlineData(
        "<h1>Conditions</h1><form>Vous acceptez :<button name=d value=y>Accepter</button><button name=d value=n>Refuser</button></form>"
    )]
    [InlineData(
        "<h1>Boutique</h1><form><input type=radio name=a value=1> iPhone<input type=radio name=a value=2> Mobile</form>"
    )]
    [InlineData("<h1>Choose</h1><form><button name=via value=sms>SMS</button><button>Cancel</button></form>")]
    public void Other_lists_and_buttons_are_no_choice_of_a_method(string page) =>
        Assert.IsNotType<PageKind.Choice>(PageKind.Of(new HtmlParser().ParseDocument(page)));

    [Fact]
    public async Task A_page_of_more_than_fifty_ways_is_none()
    {
        var many = string.Concat(
            Enumerable.Range(0, 51).Select(i => $"<label><input type=radio name=m value={i}>SMS {i}</label>")
        );
        using var run = SmallBanks.WebsiteRun(Behind($"<h1>Identification</h1><form>{many}</form>"));

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.NotUnderstood);
    }

    private static readonly byte[] Png = [0x89, .. "PNG\r\n\x1a\n"u8, .. "one"u8];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 2];
    private static readonly byte[] Gif = [.. "GIF89a"u8, 3];

    private const string App =
        """<h1>Confirm on your phone</h1><main><img src="/logo.png" alt="Bank"><p>Scan it.</p><img id=qrCode src="/p"></main>""";

    [Theory]
    [InlineData("""<img src="/p" alt="photoTAN">""")]
    [InlineData("""<img src="p" class="big qr-code">""")]
    [InlineData("""<div><img src="https://www.bank.example/p?v=2" title="Challenge"></div>""")]
    [InlineData("""<p>Scannez l’image.</p><img src=" /p ">""")]
    public async Task The_image_beside_the_code_comes_with_the_question(string image)
    {
        foreach (var (bytes, type) in new[] { (Png, "image/png"), (Jpeg, "image/jpeg"), (Gif, "image/gif") })
        {
            var bank = Behind(
                    $"""<header><img src="/logo.png" alt="qr"></header><form method=post action=/c>{image}<input name=otp></form>"""
                )
                .On(
                    "GET",
                    "/p",
                    r =>
                        r.Headers["Cookie"].Contains("inside=s1", StringComparison.Ordinal)
                            ? new Reply(Type: "application/octet-stream", Headers: ("Set-Cookie", "seen=1; Path=/"))
                            {
                                Bytes = bytes,
                            }
                            : new Reply(Status: 403)
                );
            using var run = SmallBanks.WebsiteRun(bank);

            var question = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

            Assert.Equal(type, question.Image?.MediaType);
            Assert.Equal(bytes, question.Image?.Content.ToArray());
            Assert.Single(bank.At("/p"));
            Assert.Empty(bank.At("/logo.png"));
            Assert.Contains("seen", run.Session, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_image_within_the_page_is_not_asked_for()
    {
        var data = Uri.EscapeDataString(Convert.ToBase64String(Png));
        var bank = Behind(
            $"<form method=post action=/c><img alt='QR' src='DATA:image/gif;base64,{data}'><input name=otp></form>"
        );
        using var run = SmallBanks.WebsiteRun(bank);

        var question = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        // What it is, its bytes say.
        Assert.Equal("image/png", question.Image?.MediaType);
        Assert.Equal(Png, question.Image?.Content.ToArray());
        Assert.Equal("/behind", bank.Requests[^1].Address.AbsolutePath);
    }

    [Theory]
    [InlineData("https://elsewhere.example/p")]
    [InlineData("//elsewhere.example/p")]
    [InlineData("http://www.bank.example/p")]
    [InlineData("https://www.bank.example:8443/p")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:image/svg+xml;base64,PHN2Zy8+")]
    [InlineData("data:image/png,%89PNG")]
    [InlineData("data:image/png;base64,!!!")]
    [InlineData("data:image/png;base64,")]
    [InlineData("data:")]
    public async Task An_image_from_elsewhere_or_that_is_none_is_left_out(string source)
    {
        var bank = Behind($"<form method=post action=/c><img alt='QR' src='{source}'><input name=otp></form>");
        using var run = SmallBanks.WebsiteRun(bank);

        var question = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        Assert.Null(question.Image);
        Assert.Equal("/behind", bank.Requests[^1].Address.AbsolutePath);
    }

    public static TheoryData<string, int, byte[], bool> Answers =>
        new()
        {
            { "as large as one may be", 200, Sized(QuestionImage.MostBytes), true },
            { "larger", 200, Sized(QuestionImage.MostBytes + 1), false },
            { "vector graphics", 200, [.. "<svg xmlns='http://www.w3.org/2000/svg'/>"u8], false },
            { "a page", 200, [.. "<html>"u8], false },
            { "nothing", 200, [], false },
            { "not found", 404, Png, false },
            { "moved", 302, Png, false },
            { "out of order", 503, Png, false },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Only_what_browsers_show_is_handed_on(string kind, int status, byte[] bytes, bool shown)
    {
        var bank = Behind("<form method=post action=/c><img alt='QR' src='/p'><input name=otp></form>")
            .On("GET", "/p", _ => new Reply("", status, "image/png", ("Location", "/q")) { Bytes = bytes });
        using var run = SmallBanks.WebsiteRun(bank);

        var question = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        Assert.True(shown == question.Image is not null, kind);
        Assert.True(question.CanBeShown);
        Assert.Empty(bank.At("/q"));
    }

    [Fact]
    public async Task An_app_is_held_before_the_image_of_its_page()
    {
        var bank = Behind(App).On("GET", "/p", _ => new Reply { Bytes = Gif });
        using var run = SmallBanks.WebsiteRun(bank);

        var question = await run.TakeAsked<Question.AppApproval>(new StepInput.ListAccounts());
        var still = await run.TakeAsked<Question.AppApproval>(new StepInput.Poll());

        Assert.Equal(("Scan it.", "image/gif"), (question.Message, question.Image?.MediaType));
        Assert.Equal(Gif, still.Image?.Content.ToArray());
    }

    [Theory]
    [InlineData("""<form><img src="/x.png" alt="Illustration"><p>Code envoyé par SMS</p><input name=otp></form>""")]
    [InlineData("""<form><p>Scan one.</p><img src="/a"><img src="/b"><input name=otp></form>""")]
    [InlineData("""<form><input name=otp></form><a href=/store><img src="/qr.png" alt="QR code of our app"></a>""")]
    [InlineData("""<form><input name=otp></form><footer><img src="/qr.png"></footer>""")]
    public async Task Decoration_is_no_image_of_the_question(string page)
    {
        var bank = Behind(page);
        using var run = SmallBanks.WebsiteRun(bank);

        var question = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        Assert.Null(question.Image);
        Assert.Equal("/behind", bank.Requests[^1].Address.AbsolutePath);
    }

    /// <summary>The small bank with another page behind its login.</summary>
    private static FakeBank Behind(string page) =>
        SmallBanks
            .Website()
            .On(
                "POST",
                "/enter",
                _ => new Reply("", 302, "text/html", ("Location", "/behind"), ("Set-Cookie", "inside=s1; Path=/"))
            )
            .Page("/behind", page);

    private static byte[] Sized(int length)
    {
        var bytes = new byte[length];
        Png.CopyTo(bytes, 0);
        return bytes;
    }

    private static Reply Html(string page) => new(page, Type: "text/html");

    private static StepInput.Answer Choice(string id) =>
        new(new Dictionary<string, string> { [Question.Choice.Field] = id });

    private static StepInput.Answer Code(string code) =>
        new(new Dictionary<string, string> { [Question.OneTimePassword.Field] = code });
}
