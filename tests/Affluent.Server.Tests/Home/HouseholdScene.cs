using System.Net;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Home;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.SimpleFin;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>An installation at home, as the people of the household come to it.</summary>
internal static class HouseholdScene
{
    public const string Email = "ada@home.example";
    public const string Password = "tea-at-f0ur";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>An installation at home, with a bank that does what the test says.</summary>
    public static Task<TestApp> Start(
        DatabaseKind kind,
        FakeBank? bank = null,
        Action<WebApplicationBuilder>? configure = null,
        Func<Settings, Settings>? settings = null
    ) =>
        TestApp.Start(
            kind,
            s => (settings ?? (all => all))(s with { Environment = InstallationKind.Home }),
            builder =>
            {
                if (bank is not null)
                {
                    builder.Services.AddSingleton(bank.Banks());
                }
                configure?.Invoke(builder);
            }
        );

    /// <summary>What a start of the program does: the way to the first user.</summary>
    public static Task<SetupInvitation?> Begin(this TestApp app) => app.Service<HouseholdSetup>().Open(Stop);

    public static PageVisitor Browser(this TestApp app) => app.Browse("document");

    /// <summary>Fills in the set-up page as it is shown, and sends it.</summary>
    public static Task SendSetup(
        this PageVisitor visitor,
        string code,
        string email = Email,
        string password = Password,
        string? again = null
    )
    {
        visitor.Fill("code", code);
        visitor.Fill("username", email);
        visitor.Fill("password", password);
        visitor.Fill("password_again", again ?? password);
        return visitor.Submit();
    }

    /// <summary>Begins, and makes the first user; the browser in which that was done.</summary>
    public static async Task<PageVisitor> SetUp(this TestApp app)
    {
        var invitation = await app.Begin();
        var visitor = app.Browser();
        await visitor.Open(invitation!.Address);
        await visitor.SendSetup(invitation.Code.Value);
        Assert.Equal((HttpStatusCode.OK, "Your banks"), (visitor.Status, visitor.Heading));
        return visitor;
    }

    /// <summary>Signs in with another browser.</summary>
    public static async Task<PageVisitor> SignIn(
        this TestApp app,
        string email = Email,
        string password = Password,
        string page = "/household"
    )
    {
        var visitor = app.Browser();
        await visitor.Open(page);
        Assert.Equal("Sign in", visitor.Heading);
        await visitor.SendSignIn(email, password);
        return visitor;
    }

    public static Task SendSignIn(this PageVisitor visitor, string email, string password)
    {
        visitor.Fill("username", email);
        visitor.Fill("password", password);
        return visitor.Submit();
    }

    /// <summary>A member, as the harness knows users.</summary>
    public static async Task<TestUser> Member(this TestApp app, string email = Email)
    {
        var (household, user) = await app.Database.Read(
            async db =>
            {
                var found = await HouseholdStore.Find(db);
                return (
                    found,
                    await Server.Users.UserStore.FindByEmail(db, found!.ClientId, Server.Users.Email.Key(email))
                );
            },
            Stop
        );
        return new TestUser(new TestClient(household!.ClientId, "", ""), user!.Id, email, Password);
    }

    /// <summary>Another member of the household.</summary>
    public static async Task<TestUser> AddMember(this TestApp app, string email)
    {
        var household = (await app.Database.Read(HouseholdStore.Find, Stop))!;
        using var turn = await app.Service<Server.Users.Passwords>().Turn(household.ClientId, Stop);
        var hash = await turn!.Hash(new Secret(Password), Stop);
        await app.Database.Write(
            db => app.Service<Server.Users.NewUsers>().Insert(db, household.ClientId, email, hash),
            Stop
        );
        return await app.Member(email);
    }

    /// <summary>Links the EMBEDDED channel of a bank for a member, and reads it once; its id.</summary>
    public static async Task<ConnectionId> Link(this TestApp app, TestUser member, FakeBank bank)
    {
        if (bank.EmbeddedChannel.Accounts.Count == 0)
        {
            bank.EmbeddedChannel.With(Bank.Account("111"));
        }
        var draft = new ConnectionDraft
        {
            Provider = bank.Provider,
            Channel = bank.Provider.Channels.Single(channel => channel.Id.Value == FakeBank.Embedded),
            Credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "s3cret-pa55" },
            User = new PresentUser("127.0.0.1", UserAgent: null, AcceptLanguage: null),
        };
        var id = await app.Database.Write(db => ConnectionEdits.Create(app.WorkOf(db, member), draft), Stop);
        await app.RunDueSynchronizations();
        return id;
    }

    /// <summary>The token of the forms on the page.</summary>
    public static string FormToken(this PageVisitor visitor) =>
        visitor.Find("input[name=form_token]").GetAttribute("value")!;

    /// <summary>The cookie that the browser's last request has brought, which names its session.</summary>
    public static string SessionCookie(this PageVisitor visitor) =>
        visitor
            .Answer.RequestMessage!.Headers.GetValues("Cookie")
            .SelectMany(header => header.Split("; "))
            .Single(cookie => cookie.Contains("affluent_household", StringComparison.Ordinal));

    /// <summary>Where the start page leads who has this cookie; empty: it is shown.</summary>
    public static async Task<string> Leads(this TestApp app, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/household");
        request.Headers.Add("Cookie", cookie);
        using var answer = await app.Http.SendAsync(request, Stop);
        return answer.Headers.Location?.OriginalString ?? "";
    }

    /// <summary>Makes a setup token on the page and claims it: the application's access URL.</summary>
    public static async Task<string> ConnectApp(this TestApp app, PageVisitor visitor)
    {
        await visitor.Open("/simplefin/create");
        await visitor.Submit();
        var token = visitor.Find("#setup-token").TextContent.Trim();
        var (status, url) = await app.Claim(Encoding.UTF8.GetString(Convert.FromBase64String(token)));
        Assert.Equal(HttpStatusCode.OK, status);
        return url;
    }

    /// <summary>How many users the household has.</summary>
    public static async Task<long> CountMembers(this TestApp app) =>
        await app.Database.Read(
            async db => await Server.Users.UserStore.CountOf(db, (await HouseholdStore.Find(db))!.ClientId),
            Stop
        );

    /// <summary>What is wrong, as the page says it first.</summary>
    public static string Error(this PageVisitor visitor) => visitor.Find("#errors li").TextContent.Trim();
}
