using System.Net;
using System.Text.Json;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>How a request must have ended, in the authorization server as in the API.</summary>
internal static class Outcomes
{
    /// <summary>The body as JSON.</summary>
    public static async Task<JsonElement> Json(this HttpResponseMessage answer) =>
        JsonSerializer.Deserialize<JsonElement>(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );

    /// <summary>The answer has this status and this error (of OAuth2 or of our problems).</summary>
    public static async Task<JsonElement> IsRefused(
        this Task<HttpResponseMessage> answering,
        HttpStatusCode status,
        string error
    )
    {
        using var answer = await answering;
        var body = await answer.Json();
        Assert.Equal((status, error), (answer.StatusCode, body.Text("error")));
        Assert.False(string.IsNullOrEmpty(body.Text("error_description")));
        return body;
    }

    /// <summary>The answer is a success; its body.</summary>
    public static async Task<JsonElement> IsGiven(this Task<HttpResponseMessage> answering)
    {
        using var answer = await answering;
        Assert.True(
            answer.IsSuccessStatusCode,
            $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}"
        );
        return await answer.Json();
    }
}
