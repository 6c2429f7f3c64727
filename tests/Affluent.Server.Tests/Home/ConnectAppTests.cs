using System.Net;
using System.Text;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Affluent.Server.Tests.SimpleFin;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary><c>/simplefin/create</c>: setup tokens that members of the household make themselves.</summary>
public sealed class ConnectAppTests
{
    private readonly RecordedEvents _log = new();

    [Theory, OnBothDatabases]
    public async Task A_member_makes_a_token_which_is_claimed_once_and_reads_the_members_accounts(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind, configure: _log.AddTo);
        var visitor = await app.SetUp();
        var member = await app.Member();
        var account = await app.StoreAccount(await app.StoreConnection(member), a => a with { BalanceMinor = 123_456 });
        await app.StoreTransactions(account, 3);

        await visitor.Open("/household");
        await visitor.Click("a[href='/simplefin/create']");
        Assert.Equal("Connect an app", visitor.Heading);
        await visitor.Submit();
        Assert.Equal("Your setup token", visitor.Heading);
        var token = visitor.Find("#setup-token").TextContent.Trim();
        var claim = Encoding.UTF8.GetString(Convert.FromBase64String(token));
        Assert.StartsWith($"{app.Origin}simplefin/claim/", claim, StringComparison.Ordinal);
        var (status, url) = await app.Claim(claim);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Claim(claim)).Status);
        var set = await app.Accounts(url, "?start-date=0");
        Assert.Equal("1234.56", Assert.Single(set.List("accounts")).Text("balance"));
        Assert.Equal(3, set.TransactionIds().Length);

        // Shown once: no page has it again, nor the log.
        await visitor.Open("/simplefin/create");
        Assert.DoesNotContain(token, visitor.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.All(_log.Everything, e => Assert.DoesNotContain(claim.Split('/')[^1], e.Whole));
        Assert.Equal("Actual", visitor.Find(".applications strong").TextContent);
        Assert.Equal((member.Client.Id.ToString(), member.Id.ToString()), _log.Only("simplefin_offered").Whose);

        await visitor.Click(".applications details button");
        Assert.Equal("Connect an app", visitor.Heading);
        Assert.Empty(visitor.Page.QuerySelectorAll(".applications li"));
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Refusal(url)).Status);
        _log.Only("simplefin_revoked");
    }

    [Theory, OnBothDatabases]
    public async Task Who_is_not_signed_in_is_asked_to_and_comes_back(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        await app.SetUp();

        var visitor = await app.SignIn(page: "/simplefin/create");
        Assert.Equal("Connect an app", visitor.Heading);

        // And no other place than our own pages.
        var other = app.Browser();
        await other.Open("/household/sign-in?next=https://elsewhere.example/");
        await other.SendSignIn(HouseholdScene.Email, HouseholdScene.Password);
        Assert.Equal((null, "Your banks"), (other.SentTo, other.Heading));
    }

    [Theory, OnBothDatabases]
    public async Task A_form_of_another_site_or_member_makes_and_removes_nothing(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        await app.AddMember("bob@home.example");
        var bob = await app.SignIn("bob@home.example", page: "/simplefin/create");
        await ada.Open("/simplefin/create");
        await ada.Submit();
        await ada.Open("/simplefin/create");
        var access = ada.Find("input[name=application]").GetAttribute("value")!;
        var bobs = bob.Find("input[name=form_token]").GetAttribute("value")!;

        // Bob, with his own form, names what is Ada's; and Ada's browser is made to send a form without its token.
        await bob.Post("/simplefin/create", Removal(access, bobs));
        await ada.Post("/simplefin/create", Removal(access, ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        await ada.Post("/simplefin/create", [new("do", "make_token"), new("app", "actual"), new("form_token", bobs)]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        var nobody = app.Browser();
        await nobody.Post(
            "/simplefin/create",
            [new("do", "make_token"), new("app", "actual"), new("form_token", bobs)]
        );
        Assert.Equal("Sign in", nobody.Heading);

        await bob.Open("/simplefin/create");
        Assert.Empty(bob.Page.QuerySelectorAll(".applications li"));
        await ada.Open("/simplefin/create");
        Assert.Single(ada.Page.QuerySelectorAll(".applications li"));

        static KeyValuePair<string, string>[] Removal(string access, string token) =>
            [new("do", "remove_access"), new("application", access), new("form_token", token)];
    }

    [Theory, OnBothDatabases]
    public async Task Another_app_has_a_name_and_there_are_only_so_many(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var visitor = await app.SetUp();
        await visitor.Open("/simplefin/create");
        await Make("  ");
        Assert.Equal("Name of the other app: 1 to 100 characters on one line.", visitor.Error());
        foreach (var name in new[] { "a\nb", "a\u202Eb", "a\u2066b" })
        {
            await Make(name);
            Assert.Equal("Name of the other app: 1 to 100 characters on one line.", visitor.Error());
        }
        await Make(new string('x', 101));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Connect an app"), (visitor.Status, visitor.Heading));
        for (var made = 0; made < Server.SimpleFin.SimpleFinAccess.Most; made++)
        {
            await Make($"App {made}");
            Assert.Equal("Your setup token", visitor.Heading);
            await visitor.Open("/simplefin/create");
        }

        await Make("One more");

        Assert.Contains("as many accesses as there may be", visitor.Error());

        Task Make(string name) =>
            visitor.Post(
                "/simplefin/create",
                [
                    new("do", "make_token"),
                    new("app", "other_app"),
                    new("name", name),
                    new("form_token", visitor.Find("input[name=form_token]").GetAttribute("value")!),
                ]
            );
    }
}
