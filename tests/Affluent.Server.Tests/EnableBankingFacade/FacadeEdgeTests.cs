using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>Where one authorization, one transaction or one request ends.</summary>
public sealed class FacadeEdgeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly FakeBank _bank = new();

    public FacadeEdgeTests()
    {
        _bank.Provider = _bank.Provider with { Channels = [_bank.Provider.Channels[0]] };
        _bank.RedirectChannel.With(
            Bank.Account("111", 1234.5m),
            Bank.Booked("a1", -12.30m, "2026-02-27", "BOULANGERIE")
        );
    }

    [Theory]
    [OnBothDatabases("page")]
    [OnBothDatabases("widget")]
    [OnBothDatabases("bank")]
    [OnBothDatabases("code")]
    public async Task One_authorization_gets_one_answer(DatabaseKind kind, string end)
    {
        await using var app = await TestApp.StartWith(_bank, kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var page = await app.Page(application, app.Wanted(application, "Fake Bank"));
        // Who mistypes a password can go on; so can who signs in anew, in the place of who was on the way before.
        var visitor = await app.SignInAt(page, user with { Password = "wrong" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        var before = await app.SignInAt(page, user);
        var waiting = app.Browse("document");
        await waiting.Open(page);
        var address = "";
        Uri answer;
        switch (end)
        {
            case "page":
                visitor = app.Browse("document");
                await visitor.Open(page);
                await visitor.Click("button[value=cancel]");
                answer = visitor.SentTo!;
                break;
            case "widget":
                visitor = await app.SignInAt(page, user);
                await visitor.Do("cancel");
                answer = await visitor.Leave();
                address = visitor.Address.AbsoluteUri;
                break;
            case "bank":
                var back = Secret.Generate();
                var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
                await app.Database.Write(
                    async db =>
                    {
                        var found = await FacadeStore.FindByPage(db, new Secret(page.Split('/')[^1]));
                        Assert.True(await FacadeStore.SignIn(db, found!.Id, user.Id, back.Hash(), now));
                    },
                    Stop
                );
                visitor = app.Browse("document");
                await visitor.Open($"/enablebanking/return/{back.Value}?status=error");
                answer = await visitor.Leave();
                address = visitor.Address.AbsoluteUri;
                break;
            default:
                visitor = await app.SignInAt(page, user);
                answer = await visitor.Link();
                break;
        }
        Assert.Equal(
            end switch
            {
                "page" or "widget" => "access_denied",
                "bank" => "server_error",
                _ => null,
            },
            answer.Query("error")
        );
        Assert.Equal("s t&te=é", answer.Query("state"));

        // The page is over: to look at, to sign in on, to cancel; and so is the way back.
        waiting.Fill("username", user.Email);
        waiting.Fill("password", user.Password);
        await waiting.Submit();
        Assert.Equal("This link is no longer valid", waiting.Heading);
        Assert.Null(waiting.SentTo);
        foreach (var over in new[] { page, address }.Where(one => one != ""))
        {
            await waiting.Open(over);
            Assert.Equal(
                (HttpStatusCode.BadRequest, "This link is no longer valid"),
                (waiting.Status, waiting.Heading)
            );
        }
        await before.Do("cancel");
        Assert.Equal("This link is no longer valid", await Ends(before));
        if (end == "code")
        {
            await app.Begin(application, answer.Query("code")!);
        }

        static async Task<string> Ends(PageVisitor visitor)
        {
            while (visitor.Page.QuerySelector("body[data-leave-to]") is { } body)
            {
                await visitor.Open(body.GetAttribute("data-leave-to")!);
            }
            return visitor.Heading;
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_transaction_is_read_by_its_id_within_its_account(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var connection = await app.StoreConnection(user);
        var account = await app.StoreAccount(connection);
        await app.StoreTransactions(account, 3);
        var session = await app.Session(application, user, connection.Id);
        var of = $"/accounts/{session.Uids[0]}/transactions";
        // Of another account of the user's, and of another user's.
        var elsewhere = await app.StoreTransactions(await app.StoreAccount(await app.StoreConnection(user)), 1);
        var neighbour = await app.StoreConnection(await app.CreateUser(user.Client));
        var theirs = await app.StoreTransactions(await app.StoreAccount(neighbour), 1);

        var listed = (await app.Read(application, of)).GetProperty("transactions").EnumerateArray().ToArray();
        foreach (var row in listed)
        {
            Assert.Equal(row.Text("entry_reference"), row.Text("transaction_id"));
            Assert.Equal(
                row.GetRawText(),
                (await app.Read(application, $"{of}/{row.Text("transaction_id")}")).GetRawText()
            );
        }
        Assert.Equal(3, listed.Length);
        foreach (var id in new[] { $"{elsewhere[0].Id}", $"{theirs[0].Id}", "4711", "nonsense", "-1", "%20" })
        {
            Assert.Equal((404, "TRANSACTION_DOES_NOT_EXIST"), await app.Refusal(application, $"{of}/{id}"));
        }
    }

    [Theory]
    [OnBothDatabases("GET", "/enablebanking/nothing", 404, "WRONG_REQUEST_PARAMETERS")]
    [OnBothDatabases("GET", "/api/enablebanking/payments", 404, "WRONG_REQUEST_PARAMETERS")]
    [OnBothDatabases("GET", "/enablebanking/auth", 405, "WRONG_REQUEST_PARAMETERS")]
    [OnBothDatabases("PUT", "/enablebanking/sessions", 405, "WRONG_REQUEST_PARAMETERS")]
    [OnBothDatabases("POST", "/enablebanking/auth", 413, "WRONG_REQUEST_PARAMETERS")]
    [OnBothDatabases("GET", "/enablebanking/application", 421, "INVALID_HOST")]
    [OnBothDatabases("GET", "/api/enablebanking/application", 421, "INVALID_HOST")]
    public async Task Whatever_is_answered_instead_has_the_form_of_the_interface(
        DatabaseKind kind,
        string method,
        string path,
        int status,
        string error
    )
    {
        await using var app = await TestApp.Start(kind);
        var application = await app.RegisterFacade(await app.CreateClient());
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = status == 421 ? "evil.example" : null;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", app.Token(application));
        if (status == 413)
        {
            request.Content = JsonContent.Create(new { state = new string('x', 1_100_000) });
            // Asks before it sends, so that a refusal is read and not cut off.
            request.Headers.ExpectContinue = true;
        }

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Equal(
            (status, "application/json"),
            ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType)
        );
        var body = await answer.Json();
        Assert.Equal((status, error), (body.GetProperty("code").GetInt32(), body.Text("error")));
        Assert.Equal(3, body.EnumerateObject().Count());
        Assert.True(body.Text("message")!.Length > 20);
        Assert.Equal(status == 405, answer.Content.Headers.Allow.Count > 0);
    }

    [Theory, OnBothDatabases]
    public async Task An_application_is_called_by_a_name_on_one_line(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        using var http = app.WithToken(await app.ClientToken(await app.CreateClient()));
        string[] bad = ["a\nb", "a\tb", "a\u0085b", "a\u2028b", "a\u202Ab", "a\u202Eb", "a\u2066b", "a\u2069b"];

        foreach (var name in bad)
        {
            await Register(name).IsRefused(HttpStatusCode.BadRequest, "invalid_body");
        }
        // Letters of any script, which have a direction of their own.
        foreach (var name in new[] { "Mon budget à moi", "תקציב", "家計簿 📒" })
        {
            Assert.Equal(name, (await Register(name).IsGiven()).Text("name"));
        }

        Task<HttpResponseMessage> Register(string name) =>
            http.PostAsJsonAsync(
                "/api/v2.1/enable_banking/applications",
                new
                {
                    name,
                    public_key = FacadeScene.Key().ExportSubjectPublicKeyInfoPem(),
                    redirect_urls = new[] { FacadeScene.Redirect },
                },
                Stop
            );
    }
}
