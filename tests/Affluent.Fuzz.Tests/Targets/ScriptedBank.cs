using System.Globalization;
using System.Net;
using System.Text;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>
/// A bank whose answers are the input, one after the other; the last one comes again and again. An answer is a status, headers, an
/// empty line and a body; a line of equals signs parts it from the next.
/// </summary>
internal sealed class ScriptedBank : HttpMessageHandler
{
    /// <summary>The only hosts that a connector may ask.</summary>
    public static readonly string[] Hosts =
    [
        "api.bank.example",
        "login.bank.example",
        "www.bank.example",
        "data.bank.example",
    ];

    private const int MostRequests = 150;

    private readonly List<Func<HttpResponseMessage>> _answers = [];
    private readonly List<byte[]> _bodies = [];
    private int _asked;

    public ScriptedBank(ReadOnlyMemory<byte> script)
    {
        while (true)
        {
            var end = script.Span.IndexOf("\n=====\n"u8);
            Add(end < 0 ? script : script[..end]);
            if (end < 0)
            {
                return;
            }
            script = script[(end + 7)..];
        }
    }

    /// <summary>The bodies of the answers that were asked for.</summary>
    public IEnumerable<byte[]> Given => _bodies.Take(Math.Min(_asked, _bodies.Count));

    /// <summary>How many requests came.</summary>
    public int Asked => _asked;

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var address = request.RequestUri!;
        Promise.Holds(
            address.Scheme == "https"
                && address.UserInfo == ""
                && Hosts.Contains(address.Authority, StringComparer.OrdinalIgnoreCase),
            "nothing is sent to another host than the bank's"
        );
        Promise.Holds(_asked < MostRequests, "a step ends after some requests");
        var response = _answers[Math.Min(_asked++, _answers.Count - 1)]();
        response.RequestMessage = request;
        return Task.FromResult(response);
    }

    private void Add(ReadOnlyMemory<byte> answer)
    {
        var cut = answer.Span.IndexOf("\n\n"u8);
        var head = Encoding.Latin1.GetString(answer.Span[..(cut < 0 ? answer.Length : cut)]).Split('\n');
        var body = cut < 0 ? [] : answer[(cut + 2)..].ToArray();
        var status = int.TryParse(head[0], CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, 100, 999)
            : 200;
        _bodies.Add(body);
        _answers.Add(() =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
            foreach (var line in head.Skip(1))
            {
                // As a network hands headers over: in Latin-1, without ends of lines.
                var (name, value) = line.Split(':', 2) is [var n, var v]
                    ? (n, v.Trim().Replace("\r", "", StringComparison.Ordinal))
                    : ("", "");
                if (name != "" && !response.Headers.TryAddWithoutValidation(name, value))
                {
                    response.Content.Headers.TryAddWithoutValidation(name, value);
                }
            }
            return response;
        });
    }
}
