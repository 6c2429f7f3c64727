using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>A user's way from an application through sign-in and widget back to it, and what comes of it.</summary>
public sealed class FacadeFlowTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly RecordedEvents _log = new();
    private readonly FakeBank _bank = new();

    public FacadeFlowTests()
    {
        _bank.Provider = _bank.Provider with { Channels = [_bank.Provider.Channels[0]] };
        _bank.RedirectChannel.With(
            Bank.Account("111", 1234.5m) with
            {
                Iban = "FR7630006000011234567890189",
                OwnerName = "Ada Lovelace",
                Usage = BankAccountUsage.Personal,
            },
            Bank.Booked("a1", -12.30m, "2026-02-27", "BOULANGERIE"),
            Bank.Pending(5m, "2026-03-01", "REMISE")
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_user_signs_in_links_the_bank_and_the_application_reads(DatabaseKind kind)
    {
        var (app, user, application) = await Start(kind);
        await using var _ = app;
        var page = await app.Page(application, app.Wanted(application, "Fake Bank"));
        Assert.StartsWith($"{app.Origin}enablebanking/authorize/", page, StringComparison.Ordinal);

        var shown = app.Browse("document");
        await shown.Open(page);
        Assert.Equal(
            [
                "see the accounts of Fake Bank that you share, with their balances and transactions",
                "do so until 30 May 2026 at the latest, without asking you again",
            ],
            shown.Page.QuerySelectorAll(".points li").Select(item => item.TextContent.Trim())
        );
        Assert.Contains("form-action 'self' http://127.0.0.1", Policy(shown));
        Assert.Contains(" https://app.example;", Policy(shown));
        foreach (var asset in new[] { "widget.css", "widget.js" })
        {
            using var answer = await app.Http.GetAsync($"/enablebanking/{asset}", Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        var visitor = await app.SignInAt(page, user);
        Assert.Equal("/embed/v2.1/widget/add_connection", visitor.Address.AbsolutePath);
        var back = await visitor.Link();

        Assert.StartsWith(
            "https://app.example/eb-callback?from=bank&code=",
            back.OriginalString,
            StringComparison.Ordinal
        );
        Assert.Equal("s t&te=é", back.Query("state"));
        var session = await app.Begin(application, back.Query("code")!);
        var uid = Assert.Single(session.Uids);
        var hash = session.Begun.GetProperty("accounts")[0].Text("identification_hash");
        var psu = (await app.Read(application, $"/sessions/{session.Id}")).Text("psu_id_hash");
        Assert.Equal(44, psu!.Length);
        Assert.Equal(
            $$$"""{"session_id":"{{{session.Id}}}","accounts":[{"uid":"{{{uid}}}","account_id":{"iban":"FR7630006000011234567890189","other":{"identification":"111","scheme_name":"BBAN"}},"all_account_ids":[{"identification":"FR7630006000011234567890189","scheme_name":"IBAN"},{"identification":"111","scheme_name":"BBAN"}],"account_servicer":{"name":"Fake Bank"},"name":"Ada Lovelace","display_name":"Account 111","details":"Account 111","usage":"PRIV","cash_account_type":"CACC","currency":"EUR","identification_hash":"{{{hash}}}","identification_hashes":["{{{hash}}}"]}],"aspsp":{"name":"Fake Bank","country":"FR"},"psu_type":"personal","access":{"valid_until":"2026-05-30T08:00:00+00:00"}}""",
            session.Begun.GetRawText()
        );
        Assert.Equal(
            session.Begun.GetProperty("accounts")[0].GetRawText(),
            (await app.Read(application, $"/accounts/{uid}/details")).GetRawText()
        );
        Assert.Equal(
            """{"balances":[{"name":"CLOSING_BOOKED","balance_amount":{"currency":"EUR","amount":"1234.50"},"balance_type":"CLBD"}]}""",
            (await app.Read(application, $"/accounts/{uid}/balances")).GetRawText()
        );
        using var http = await app.SignedIn(user);
        var ids = (await http.Transactions()).Select(t => t.Text("id")).ToArray();
        Assert.Equal(
            $$"""{"transactions":[{"entry_reference":"{{ids[0]}}","transaction_amount":{"currency":"EUR","amount":"5.00"},"credit_debit_indicator":"CRDT","status":"PDNG","transaction_date":"2026-03-01","remittance_information":["REMISE"],"transaction_id":"{{ids[0]}}"},{"entry_reference":"{{ids[1]}}","transaction_amount":{"currency":"EUR","amount":"12.30"},"credit_debit_indicator":"DBIT","status":"BOOK","booking_date":"2026-02-27","remittance_information":["BOULANGERIE"],"transaction_id":"{{ids[1]}}"}],"continuation_key":null}""",
            (await app.Read(application, $"/accounts/{uid}/transactions")).GetRawText()
        );
        Assert.Equal(
            $$"""{"status":"AUTHORIZED","accounts":["{{uid}}"],"accounts_data":[{"uid":"{{uid}}","identification_hash":"{{hash}}","identification_hashes":["{{hash}}"]}],"aspsp":{"name":"Fake Bank","country":"FR"},"psu_type":"personal","psu_id_hash":"{{psu}}","access":{"valid_until":"2026-05-30T08:00:00+00:00"},"created":"2026-03-02T08:00:00+00:00","authorized":"2026-03-02T08:00:00+00:00"}""",
            (await app.Read(application, $"/sessions/{session.Id}")).GetRawText()
        );
        Assert.Equal(
            ["APPLICATION", "BANK"],
            _log.All.Where(e => e.Name == "consent_given").Select(e => e.Values["Kind"])
        );
        var begun = _log.Only("enable_banking_session_begun");
        Assert.Equal((user.Client.Id.ToString(), user.Id.ToString()), begun.Whose);
        string[] secrets = [page.Split('/')[^1], back.Query("code")!];
        Assert.All(_log.Everything, e => Assert.All(secrets, s => Assert.DoesNotContain(s, e.Whole)));
        var stored = await app.Snapshot("enable_banking_authorizations", "enable_banking_sessions");
        Assert.All(secrets, s => Assert.DoesNotContain(s, stored));
    }

    [Theory, OnBothDatabases]
    public async Task Consent_is_kept_word_for_word(DatabaseKind kind)
    {
        var (app, user, application) = await Start(kind);
        await using var _ = app;
        await app.SignInAt(await app.Page(application, app.Wanted(application, "Fake Bank")), user);

        var consents = await app.Database.Read(db => Affluent.Server.Consents.ConsentStore.List(db, user.Id), Stop);
        var text = await app.Database.Read(
            db => Affluent.Server.Consents.ConsentStore.Text(db, Assert.Single(consents).TextHash),
            Stop
        );
        Assert.Equal(
            """
            Sign in
            When you sign in, you allow Firefly at home to:
            see the accounts of Fake Bank that you share, with their balances and transactions
            do so until 30 May 2026 at the latest, without asking you again
            Sign in and allow
            """,
            text
        );
    }

    [Theory, OnBothDatabases]
    public async Task Who_does_not_agree_comes_back_with_an_error_and_who_cannot_sign_in_stays(DatabaseKind kind)
    {
        var (app, user, application) = await Start(kind);
        await using var _ = app;
        var stranger = await app.CreateUser(await app.CreateClient());
        var page = await app.Page(application, app.Wanted(application, "Fake Bank"));

        // A user of another client is nobody here.
        var visitor = await app.SignInAt(page, stranger);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        Assert.Contains("is not right", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        visitor = await app.SignInAt(page, user with { Password = "wrong" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        // A form that was not shown in this browser.
        visitor = app.Browse("document");
        await visitor.Post(
            page,
            new Dictionary<string, string>
            {
                ["username"] = user.Email,
                ["password"] = user.Password,
                ["form_token"] = "made-up",
            }
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
        Assert.Equal(0, await app.Count("widget_sessions"));

        visitor = app.Browse("document");
        await visitor.Open(page);
        await visitor.Click("button[value=cancel]");
        Assert.Equal("access_denied", visitor.SentTo!.Query("error"));
        Assert.Equal("s t&te=é", visitor.SentTo!.Query("state"));

        // In the widget: back by its own way out.
        page = await app.Page(application, app.Wanted(application, "Fake Bank"));
        visitor = await app.SignInAt(page, user);
        await visitor.Do("cancel");
        Assert.Equal("access_denied", (await visitor.Leave()).Query("error"));
        page = await app.Page(application, app.Wanted(application, "Fake Bank"));
        Assert.Contains("form-action 'self' http://127.0.0.1", Policy(await app.SignInAt(page, user)));
        Assert.Equal(0, await app.Count("enable_banking_sessions"));
    }

    [Theory, OnBothDatabases]
    public async Task The_way_back_is_open_to_the_browser_that_signed_in_and_its_code_counts_once(DatabaseKind kind)
    {
        var (app, user, application) = await Start(kind);
        await using var _ = app;
        var page = await app.Page(application, app.Wanted(application, "Fake Bank"));
        var victim = await app.SignInAt(page, user);
        var back = await victim.Link();

        var code = back.Query("code")!;
        // Who has the address of the page alone gets no code by it.
        var other = app.Browse("document");
        var before = app.Database.Transactions;
        foreach (var guess in new[] { page.Split('/')[^1], "x", new string('x', 5000) })
        {
            await other.Open($"/enablebanking/return/{guess}?status=success&connection_id=1");
            Assert.Equal(HttpStatusCode.BadRequest, other.Status);
            Assert.Null(other.SentTo);
        }
        foreach (var guess in new[] { "x", code })
        {
            await app.Refusal(application, "/sessions", HttpMethod.Post, new { code = guess[..^1] + "x" });
        }
        // Who guesses keeps no writer waiting.
        Assert.Equal(before, app.Database.Transactions);
        var all = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => app.Ask(application, HttpMethod.Post, "/sessions", new { code }))
        );
        Assert.Single(all, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(5, all.Count(answer => answer.Body.Text("error") == "ALREADY_AUTHORIZED"));
        Assert.Equal(1, await app.Count("enable_banking_sessions"));
        // The page and the way back are over with it.
        foreach (var over in new[] { page, victim.Address.AbsoluteUri })
        {
            await other.Open(over);
            Assert.Equal((HttpStatusCode.BadRequest, "This link is no longer valid"), (other.Status, other.Heading));
        }

        // Too late for the code, and for the page.
        var late = await app.Page(application, app.Wanted(application, "Fake Bank"));
        var second = (await (await app.SignInAt(late, user)).Link()).Query("code")!;
        app.Time.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal(
            (422, "EXPIRED_AUTHORIZATION_CODE"),
            await app.Refusal(application, "/sessions", HttpMethod.Post, new { code = second })
        );
        app.Time.Advance(TimeSpan.FromSeconds(6600));
        await other.Open(late);
        Assert.Equal(HttpStatusCode.BadRequest, other.Status);
        await app.RunDuePeriodicTasks();
        Assert.Equal(0, await app.Count("enable_banking_authorizations"));
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_of_somebody_else_or_of_another_bank_brings_no_code(DatabaseKind kind)
    {
        var (app, user, application) = await Start(kind);
        await using var _ = app;
        var neighbour = await app.CreateUser(user.Client);
        var theirs = await app.StoreConnection(neighbour, FakeBank.ProviderId);
        var another = await app.StoreConnection(user, "501");

        foreach (
            var query in new[]
            {
                $"status=success&connection_id={theirs.Id}",
                $"status=success&connection_id={another.Id}",
                "status=success",
                "status=error",
                "",
            }
        )
        {
            // The way back as the browser goes it, but for what it says.
            var back = Secret.Generate();
            var page = await app.Page(application, app.Wanted(application, "Fake Bank"));
            await app.Database.Write(
                async db =>
                {
                    var found = await FacadeStore.FindByPage(db, new Secret(page.Split('/')[^1]));
                    var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
                    Assert.True(await FacadeStore.SignIn(db, found!.Id, user.Id, back.Hash(), now));
                },
                Stop
            );
            var visitor = app.Browse("document");
            await visitor.Open($"/enablebanking/return/{back.Value}?{query}");
            var sent = await visitor.Leave();
            Assert.True(sent.Query("code") is null && sent.Query("error") is not null, $"{query}: {sent.Query}");
        }
    }

    [Theory, OnBothDatabases]
    public async Task What_is_linked_already_is_given_without_a_way_to_the_bank(DatabaseKind kind)
    {
        var (app, user, application) = await Start(kind);
        await using var _ = app;
        await (await app.SignInAt(await app.Page(application, app.Wanted(application, "Fake Bank")), user)).Link();
        using var http = await app.SignedIn(user);
        var linked = await http.Read("/api/v2.1/connections");
        var connection = Assert.Single(linked.EnumerateArray()).Text("id");

        var visitor = await app.SignInAt(await app.Page(application, app.Wanted(application, "Fake Bank")), user);
        Assert.Equal("Fake Bank is linked already", visitor.Heading);
        Assert.Equal(
            "Take what is linked",
            visitor.Find($"label[for={visitor.Find("input:checked").Id}] span").TextContent
        );
        await visitor.Submit();
        var session = await app.Begin(application, (await visitor.Leave()).Query("code")!);

        var uid = Assert.Single(session.Uids);
        Assert.Equal(
            2,
            (await app.Read(application, $"/accounts/{uid}/transactions")).GetProperty("transactions").GetArrayLength()
        );
        // Nothing was asked of the bank, nor of the user.
        Assert.Equal(linked.GetRawText(), (await http.Read("/api/v2.1/connections")).GetRawText());

        // In a session of the client's own there is no such choice, even for who knows how it is sent.
        var own = await app.Visit(await app.OpenWidget(user), "add_connection", $"&provider_id={FakeBank.ProviderId}");
        Assert.Equal("Fake Bank is linked already", own.Heading);
        Assert.Empty(own.Page.QuerySelectorAll("[id^=taken-]"));
        await own.Post(
            own.Find("form").GetAttribute("action")!,
            [
                new("token", own.Find("input[name=token]").GetAttribute("value")!),
                new("do", "decide"),
                new("connection_id", $"as-it-is-{connection}"),
            ]
        );
        await own.LookAgain();
        Assert.Equal("Fake Bank is linked already", own.Heading);
    }

    [Theory]
    [OnBothDatabases("nothing")]
    [OnBothDatabases("nothing is shared")]
    [OnBothDatabases("the bank wants the user")]
    [OnBothDatabases("the consent is over")]
    public async Task What_cannot_be_read_on_is_not_given_as_it_is(DatabaseKind kind, string why)
    {
        var (app, user, application) = await Start(kind);
        await using var _ = app;
        var connection = new TestConnection
        {
            Id = app.Service<Server.Platform.Ids>().Next<Server.Platform.ConnectionId>(),
            UserId = user.Id,
            ClientId = user.Client.Id,
            ProviderId = new(FakeBank.ProviderId),
        };
        await app.StoreBareConnection(connection);
        await app.StoreChannel(
            new TestChannel
            {
                UserId = user.Id,
                ConnectionId = connection.Id,
                DefinitionId = new(FakeBank.Redirect),
                Mode = ChannelMode.Redirect,
                ExpiresAt = app.Time.GetUtcNow().ToUnixTimeSeconds() + (why == "the consent is over" ? 0 : 86_400),
                Status = why == "the bank wants the user" ? ChannelStatus.ChallengeRequired : ChannelStatus.Success,
            }
        );
        await app.StoreAccount(connection);
        if (why == "nothing is shared")
        {
            await app.Database.Write(
                db => Affluent.Server.Accounts.AccountsStore.Select(db, user.Id, connection.Id, []),
                Stop
            );
        }

        var visitor = await app.SignInAt(await app.Page(application, app.Wanted(application, "Fake Bank")), user);

        Assert.Equal("Fake Bank is linked already", visitor.Heading);
        Assert.Equal(why == "nothing", visitor.Page.QuerySelector("#taken-0") is not null);
        Assert.Equal(why == "nothing" ? "taken-0" : "linked-0", visitor.Find("input:checked").Id);
    }

    private async Task<(TestApp App, TestUser User, TestFacadeApplication Application)> Start(DatabaseKind kind)
    {
        var app = await TestApp.Start(
            kind,
            configure: builder =>
            {
                builder.Services.AddSingleton(_bank.Banks());
                _log.AddTo(builder);
            }
        );
        var user = await app.CreateUser(await app.CreateClient());
        return (app, user, await app.RegisterFacade(user.Client));
    }

    private static string Policy(PageVisitor visitor) =>
        visitor.Answer.Headers.GetValues("Content-Security-Policy").Single();
}
