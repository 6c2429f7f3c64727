using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Affluent.Connectors.Tests.Support;

/// <summary>Prism (npm @stoplight/prism-cli), which knows banks by the official descriptions of their standards alone.</summary>
public sealed class Prism : IDisposable
{
    private readonly Process _node = Process.Start(
        new ProcessStartInfo("node", ["bank.mjs"])
        {
            WorkingDirectory = NodeProgram.Folder("prism"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }
    )!;

    public async Task<JsonElement> Ask(JsonObject request, CancellationToken cancellation)
    {
        await _node.StandardInput.WriteLineAsync(request.ToJsonString().AsMemory(), cancellation);
        var answer =
            await _node.StandardOutput.ReadLineAsync(cancellation)
            ?? throw new InvalidOperationException("Prism has ended.");
        return JsonElement.Parse(answer);
    }

    public void Dispose()
    {
        _node.StandardInput.Close();
        _node.WaitForExit();
        _node.Dispose();
    }
}

/// <summary>A bank that answers with the examples of a description, and notes in what requests violate it. Tokens it gives by itself: descriptions do not know them.</summary>
/// <param name="before">What stands before the paths of the description.</param>
internal sealed class DescribedBank(Prism prism, string description, string before) : HttpMessageHandler
{
    public List<string> Violations { get; } = [];

    /// <summary>What was asked for, without ids.</summary>
    public HashSet<string> Asked { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var path = request.RequestUri!.PathAndQuery;
        if (path.EndsWith("/token", StringComparison.Ordinal))
        {
            return Answer(200, SmallBanks.Tokens(SmallBanks.AccessToken, SmallBanks.RefreshToken));
        }
        // Links of some examples name the base of the description, without a root.
        path = path.Replace("/v1/v1/", "/v1/", StringComparison.Ordinal);
        Assert.StartsWith(before, path, StringComparison.Ordinal);
        path = path[before.Length..];
        var headers = new JsonObject();
        foreach (
            var (name, values) in request
                .Headers.NonValidated.Select(h => (h.Key, h.Value))
                .Concat(request.Content?.Headers.NonValidated.Select(h => (h.Key, h.Value)) ?? [])
        )
        {
            headers[name.ToLowerInvariant()] = $"{values}";
        }
        var answer = await prism.Ask(
            new JsonObject
            {
                ["description"] = description,
                ["method"] = request.Method.Method,
                ["path"] = path,
                ["headers"] = headers,
                ["body"] = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken),
            },
            cancellationToken
        );
        Violations.AddRange(answer.GetProperty("violations").EnumerateArray().Select(v => v.GetString()!));
        Asked.Add($"{request.Method} {path.Split('?')[0].Split('/')[^1]}");
        return Answer(answer.GetProperty("status").GetInt32(), answer.GetProperty("body").GetString()!);
    }

    private static HttpResponseMessage Answer(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
