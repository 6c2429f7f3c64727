using System.Net;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.SimpleFin;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>Where users look after their accounts they see which applications read them (SimpleFIN), and end that.</summary>
public sealed class WidgetApplicationsTests
{
    private const string Accounts = "Your linked accounts";

    [Theory, OnBothDatabases]
    public async Task Applications_are_listed_and_their_access_removed_once_the_user_has_said_so_twice(
        DatabaseKind kind
    )
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await SignedIn(app);
        await app.StoreAccount(await app.StoreConnection(user));
        var (actual, sure) = (await Link(app, http, "Actual"), await Link(app, http, "Sure"));
        await http.Offer("Firefly III");
        await app.Accounts(actual);
        var visitor = await app.Visit(await app.OpenWidget(user), "manage_accounts");

        Assert.Equal(
            [
                "Actual; Has access since 2 March 2026; Last read on 2 March 2026",
                "Sure; Has access since 2 March 2026; Has not read anything yet",
                "Firefly III; Setup token made on 2 March 2026; Not used yet; it can be until 3 March 2026",
            ],
            Applications(visitor)
        );
        Assert.Equal(
            ["Remove access: Actual", "Remove access: Sure", "Remove access: Firefly III"],
            visitor.Page.QuerySelectorAll(".applications button").Select(b => b.GetAttribute("aria-label"))
        );

        await visitor.Do("remove");
        Assert.Equal("Remove the access of Actual?", visitor.Heading);
        await visitor.Do("back");
        Assert.Equal((Accounts, 3), (visitor.Heading, Applications(visitor).Length));
        Assert.Null(visitor.Page.QuerySelector("[role=status]"));
        await app.Accounts(actual);

        await visitor.Do("remove");
        await visitor.Do("confirm");

        Assert.Equal((Accounts, 2), (visitor.Heading, Applications(visitor).Length));
        Assert.StartsWith(
            "The access is removed.",
            visitor.Find("[role=status]").TextContent,
            StringComparison.Ordinal
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Refusal(actual)).Status);
        await app.Accounts(sure);
        // The accounts are as they were.
        Assert.Single(visitor.Page.QuerySelectorAll("input[type=checkbox]:checked"));
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_removes_the_access_of_another_user(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await SignedIn(app);
        await Link(app, http, "Actual");
        var (neighbours, _) = await app.SignedInUser(user.Client);
        var url = await Link(app, neighbours, "Sure");
        var visitor = await app.Visit(await app.OpenWidget(user), "manage_accounts");

        foreach (var id in new[] { new Uri(url).UserInfo.Split(':')[0], "4711", "x", "" })
        {
            visitor.Find(".applications input[name=application]").SetAttribute("value", id);
            await visitor.Do("remove");
            Assert.Equal(Accounts, visitor.Heading);
        }
        await app.Accounts(url);
    }

    [Theory, OnBothDatabases]
    public async Task An_access_that_was_removed_meanwhile_is_said_to_be(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await SignedIn(app);
        var url = await Link(app, http, "Actual");
        var visitor = await app.Visit(await app.OpenWidget(user), "manage_accounts");
        await visitor.Do("remove");

        using var removed = await http.DeleteAsync(
            $"/api/v2.1/simplefin/accesses/{new Uri(url).UserInfo.Split(':')[0]}",
            TestContext.Current.CancellationToken
        );
        await visitor.LookAgain();
        Assert.Equal("This access is removed already", visitor.Heading);
        await visitor.Submit();

        // Who links nothing and lets nothing read has nothing to save.
        Assert.Equal((Accounts, 0), (visitor.Heading, Applications(visitor).Length));
        Assert.Equal("No account is linked yet.", visitor.Find("p.intro").TextContent);
    }

    [Theory, OnBothDatabases]
    public async Task Applications_are_listed_in_french_and_beside_no_account(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        app.Time.Advance(TimeSpan.FromDays(30));
        var (http, user) = await SignedIn(app);
        await Link(app, http, "<b>Budget</b> & co");

        var visitor = await app.Visit(await app.OpenWidget(user), "manage_accounts", "&locale=fr_FR");

        Assert.Equal(
            ["<b>Budget</b> & co; A accès depuis le 1er avril 2026; N’a encore rien lu"],
            Applications(visitor)
        );
        await visitor.Do("remove");
        Assert.Equal("Retirer l’accès de <b>Budget</b> & co ?", visitor.Heading);
        await visitor.Do("back");
        await visitor.Submit();
        Assert.StartsWith("Aucun compte", visitor.Heading, StringComparison.Ordinal);
    }

    private static async Task<(HttpClient Http, TestUser User)> SignedIn(TestApp app)
    {
        var user = await app.CreateWidgetUser();
        return (await app.SignedIn(user), user);
    }

    private static async Task<string> Link(TestApp app, HttpClient http, string name) =>
        (await app.Claim((await http.Offer(name)).ClaimUrl())).Body;

    private static string[] Applications(PageVisitor visitor) =>
        [
            .. visitor
                .Page.QuerySelectorAll(".applications li > p")
                .Select(p => string.Join("; ", p.Children.Select(part => part.TextContent))),
        ];
}
