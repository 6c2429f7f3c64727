using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.SimpleFin;

/// <summary>SimpleFIN as an application drives it, from the setup token on.</summary>
internal static class SimpleFinScene
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Makes a setup token over the API; the answer.</summary>
    public static async Task<JsonElement> Offer(this HttpClient http, string name = "Actual", string query = "")
    {
        using var answer = await http.PostAsJsonAsync($"/api/v2.1/simplefin/accesses{query}", new { name }, Stop);
        var body = await answer.Json();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, body.GetRawText());
        Assert.EndsWith($"/simplefin/accesses/{body.Text("id")}", answer.Headers.Location!.AbsolutePath);
        return body;
    }

    /// <summary>Where a setup token is claimed.</summary>
    public static string ClaimUrl(this JsonElement offer) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(offer.Text("setup_token")!));

    /// <summary>Claims a setup token as applications do.</summary>
    public static async Task<(HttpStatusCode Status, string Body)> Claim(this TestApp app, string url)
    {
        using var answer = await app.Http.PostAsync(url, content: null, Stop);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }

    /// <summary>From the user's token to an application's access URL.</summary>
    public static async Task<string> Link(this TestApp app, HttpClient http)
    {
        var (status, url) = await app.Claim((await http.Offer()).ClaimUrl());
        Assert.Equal(HttpStatusCode.OK, status);
        return url;
    }

    /// <summary>Asks for accounts with the credentials of an access URL.</summary>
    public static async Task<HttpResponseMessage> Get(this TestApp app, string accessUrl, string query = "")
    {
        var url = new Uri(accessUrl);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"{url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.Unescaped)}/accounts{query}"
        );
        request.Headers.Authorization = Basic(url.UserInfo);
        return await app.Http.SendAsync(request, Stop);
    }

    public static AuthenticationHeaderValue Basic(string credentials) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));

    /// <summary>The account set that is answered.</summary>
    public static async Task<JsonElement> Accounts(this TestApp app, string accessUrl, string query = "")
    {
        using var answer = await app.Get(accessUrl, query);
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{query}: {(int)answer.StatusCode} {body}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    /// <summary>What is answered instead: a status and words.</summary>
    public static async Task<(HttpStatusCode Status, string Words)> Refusal(
        this TestApp app,
        string accessUrl,
        string query = ""
    )
    {
        using var answer = await app.Get(accessUrl, query);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }

    public static IReadOnlyList<JsonElement> List(this JsonElement element, string member) =>
        [.. element.GetProperty(member).EnumerateArray()];

    /// <summary>The ids of all transactions of all accounts.</summary>
    public static string[] TransactionIds(this JsonElement set) =>
        [.. set.List("accounts").SelectMany(a => a.List("transactions")).Select(t => t.Text("id")!)];

    /// <summary>The ids of the accounts.</summary>
    public static string[] AccountIds(this JsonElement set) => [.. set.List("accounts").Select(a => a.Text("id")!)];
}
