using System.Net.Http.Headers;
using System.Web;

namespace Affluent.Connectors.Tests.Support;

/// <summary>Keeps what a connector and a bank say to each other, for somebody else to judge.</summary>
internal sealed class Exchanges
{
    private readonly List<Dictionary<string, object?>> _all = [];

    /// <summary>What was asked for, by method and the words of the path: ids left out.</summary>
    public IEnumerable<string> Asked =>
        _all.Select(e =>
                $"{e["method"]} {string.Join('/', ((string)e["path"]!).Split('/').Where(part => part.All(c => char.IsAsciiLetterLower(c) || c == '-')))}"
            )
            .Distinct();

    /// <summary>What an OpenAPI description does not allow of what was said, by Prism's proxy; skips the test where the description, or who reads it, is missing.</summary>
    /// <param name="description">Its file among the official ones.</param>
    /// <param name="under">Where the interface is that it describes: what is said elsewhere is not judged.</param>
    public async Task<IReadOnlyList<string>> Faults(string description, string under)
    {
        Dictionary<string, object?>[] here =
        [
            .. _all.Where(e => ((string)e["path"]!).StartsWith(under + "/", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(here);
        var file = Path.Combine(Shared.Folder("specs"), description);
        string[] said = await NodeProgram.Verify(
            "prism",
            [new Dictionary<string, object?> { ["description"] = file, ["base"] = under }, .. here],
            TestContext.Current.CancellationToken
        );
        Assert.Equal(here.Length, said.Length);
        return [.. said.Where(line => line != "fits")];
    }

    public void Add(Dictionary<string, object?> exchange) => _all.Add(exchange);
}

/// <summary>The network, with somebody who listens.</summary>
internal sealed class Heard(Exchanges by) : DelegatingHandler(ConnectorRun.Network())
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var sent = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        var answer = await base.SendAsync(request, cancellationToken);
        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
        by.Add(
            new Dictionary<string, object?>
            {
                ["method"] = request.Method.Method,
                ["path"] = request.RequestUri.AbsolutePath,
                ["query"] = query.AllKeys.ToDictionary(name => name!, name => query[name]),
                ["headers"] = Named(request.Headers),
                ["request"] = sent,
                ["status"] = (int)answer.StatusCode,
                ["type"] = $"{answer.Content.Headers.ContentType}",
                ["answerHeaders"] = Named(answer.Headers),
                ["answer"] = await answer.Content.ReadAsStringAsync(cancellationToken),
            }
        );
        return answer;
    }

    private static Dictionary<string, string> Named(HttpHeaders headers) =>
        headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value));
}
