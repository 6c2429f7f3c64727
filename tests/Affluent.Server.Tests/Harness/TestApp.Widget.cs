using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>A widget session as the client's server got it.</summary>
internal sealed record TestSession(string Id, JsonElement Answer)
{
    /// <summary>The address of a page, to which parameters are added with &amp;.</summary>
    public string Link(string page) => Answer.GetProperty("_links").GetProperty(page).GetString()!;
}

internal sealed partial class TestApp
{
    /// <summary>The origin that test clients register.</summary>
    public const string ClientOrigin = "https://client.example";

    /// <summary>A user of a client that may send users back to <see cref="ClientOrigin"/>.</summary>
    /// <param name="ownTerms">Whether the client's terms may stand in the place of ours.</param>
    public async Task<TestUser> CreateWidgetUser(bool ownTerms = false) =>
        await CreateUser(await CreateClient(ownTerms: ownTerms, redirectUrls: [ClientOrigin]));

    /// <summary>Asks for a session and returns the answer whatever it is.</summary>
    public Task<HttpResponseMessage> PostWidgetSession(
        object body,
        string path = "/embed/v2.1/widget/widget_session"
    ) => Http.PostAsJsonAsync(path, body, Stop);

    /// <summary>Opens a session for a user.</summary>
    public async Task<TestSession> OpenWidget(TestUser user, string query = "", string? token = null)
    {
        using var answer = await PostWidgetSession(
            new
            {
                access_token = token ?? await UserToken(user),
                client_id = user.Client.ClientId,
                client_secret = user.Client.Secret,
            },
            "/embed/v2.1/widget/widget_session" + query
        );
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var message = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return new TestSession(message.GetProperty("session_id").GetString()!, message);
    }

    /// <summary>A browser that shows a page of the widget.</summary>
    public async Task<PageVisitor> Visit(TestSession session, string page, string parameters = "")
    {
        var visitor = Browse("document");
        await visitor.Open(session.Link(page) + parameters);
        return visitor;
    }

    /// <summary>A browser that says to show its pages as a whole ("document") or in a frame ("iframe").</summary>
    /// <param name="site">Where it says that it comes from; null: it does not say.</param>
    public PageVisitor Browse(string destination, string? site = null) =>
        new(
            Http,
            RunDueSynchronizations,
            [
                ("Sec-Fetch-Dest", destination),
                ("Accept-Language", "en"),
                .. site is null ? [] : new[] { ("Sec-Fetch-Site", site) },
            ]
        );
}
