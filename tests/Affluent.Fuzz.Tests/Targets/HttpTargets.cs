using System.Text;
using System.Text.Json;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>
/// The server and the test bank as a whole, over HTTP. An input is a request: a method and a target, headers, an empty line, a body;
/// <c>{user}</c> and other names stand for tokens and ids of a world that is made for the campaign.
/// </summary>
internal static class HttpTargets
{
    // Started elsewhere: what that takes is no input's doing.
    private static readonly Lazy<HttpWorld> Server = new(() => Promise.Of(Task.Run(HttpWorld.OfServer)));
    private static readonly Lazy<HttpWorld> TestBank = new(() => Promise.Of(Task.Run(HttpWorld.OfTestBank)));

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfText("http-server", text => Ask(Server.Value, text), [.. HttpSeeds.Server]) with
            {
                // Most of the time goes by on the way.
                TimeLimit = TimeSpan.FromSeconds(10),
            },
            FuzzTarget.OfText("http-testbank", text => Ask(TestBank.Value, text), [.. HttpSeeds.TestBank]) with
            {
                TimeLimit = TimeSpan.FromSeconds(10),
            },
        ];

    private static object? Ask(HttpWorld world, string text)
    {
        using var request = Read(world, text);
        if (request is null)
        {
            return null;
        }
        try
        {
            using var answer = Promise.Of(world.Http.SendAsync(request));
            var body = Promise.Of(answer.Content.ReadAsStringAsync());
            var status = (int)answer.StatusCode;
            Promise.Holds(status < 500 || (status == 503 && world.MayBeBusy), "no request breaks the program");
            if (status >= 400 && answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
            {
                using var problem = JsonDocument.Parse(body);
                Promise.Holds(
                    problem.RootElement.GetProperty("code").GetString() is { Length: > 0 },
                    "a problem has a code"
                );
            }
            return (
                request.RequestUri!.AbsolutePath.Split('/').ElementAtOrDefault(3),
                answer.StatusCode,
                answer.Content.Headers.ContentType?.MediaType
            );
        }
        // What HTTP itself does not allow is cut off before the program sees it.
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            return e.HttpRequestError;
        }
    }

    private static HttpRequestMessage? Read(HttpWorld world, string text)
    {
        var (head, body) = text.Split("\n\n", 2) is [var first, var rest] ? (first, rest) : (text, "");
        var lines = world.Fill(head).Split('\n');
        if (
            lines[0].Split(' ', 2) is not [var method, var target]
            || !method.All(char.IsAsciiLetterUpper)
            || method.Length is 0 or > 20
            || !target.StartsWith('/')
            || target.Any(c => c is <= ' ' or > '~')
            || !Uri.TryCreate(world.Origin, target, out var address)
            || address.Authority != world.Origin.Authority
            || HttpWorld.Forbids(method, address)
        )
        {
            return null;
        }
        var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(world.Fill(body)));
        foreach (var line in lines.Skip(1))
        {
            if (
                line.Split(':', 2) is [var name, var value]
                && value.All(c => c is >= ' ' and <= '~')
                && name is not ("Content-Length" or "Transfer-Encoding" or "Host" or "Expect" or "Connection")
            )
            {
                _ =
                    request.Headers.TryAddWithoutValidation(name, value.Trim())
                    || request.Content.Headers.TryAddWithoutValidation(name, value.Trim());
            }
        }
        return request;
    }
}
