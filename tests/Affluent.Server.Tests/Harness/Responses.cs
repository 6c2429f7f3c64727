using System.Net;
using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>What a response of the API or the authorization server says, and how a request must have ended.</summary>
internal static class Responses
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The body of a 200.</summary>
    public static async Task<JsonElement> Read(this HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, Stop);
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {body}");
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    /// <summary>The ids of a list, in its order.</summary>
    public static async Task<T[]> ReadIds<T>(this HttpClient http, string path)
        where T : struct, IId<T> => [.. (await http.Read(path)).EnumerateArray().Select(e => e.Text("id")!.Id<T>())];

    /// <summary>An id as the API shows it.</summary>
    public static T Id<T>(this string text)
        where T : struct, IId<T> =>
        Ids.TryRead<T>(text, out var id) ? id : throw new FormatException($"'{text}' is no id.");

    /// <summary>The problem that a GET answers.</summary>
    public static async Task<JsonElement> ReadProblem(this HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, Stop);
        return await answer.Problem();
    }

    /// <summary>The problem of an answer, checked to be one of the published form.</summary>
    public static async Task<JsonElement> Problem(this HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", body);
        var problem = JsonSerializer.Deserialize<JsonElement>(body);
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.Equal(problem.GetProperty("code").GetString(), problem.GetProperty("error").GetString());
        Assert.NotEqual("", problem.GetProperty("error_description").GetString());
        Assert.NotEqual("", problem.GetProperty("trace_id").GetString());
        return problem;
    }

    public static string? Text(this JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) ? value.ToString() : null;

    /// <summary>The body as JSON.</summary>
    public static async Task<JsonElement> Json(this HttpResponseMessage answer) =>
        JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Stop));

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
            $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}"
        );
        return await answer.Json();
    }
}
