using Microsoft.AspNetCore.Http;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>Requests as Kestrel hands them over.</summary>
internal static class Request
{
    public static HttpContext Of(string query)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString("?" + query);
        return context;
    }

    /// <summary>A request whose first line is its type, the rest its body.</summary>
    public static DefaultHttpContext WithBody(ReadOnlyMemory<byte> input)
    {
        var cut = Math.Max(0, input.Span.IndexOf((byte)'\n'));
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.ContentType = InputText.Decode(input.Span[..cut]).TrimEnd('\r');
        context.Request.Body = new MemoryStream(cut == 0 ? input.ToArray() : input[(cut + 1)..].ToArray());
        context.Response.Body = new MemoryStream();
        return context;
    }

    /// <summary>A request with these headers, one a line.</summary>
    public static DefaultHttpContext WithHeaders(string lines)
    {
        var context = new DefaultHttpContext();
        foreach (var line in lines.Split('\n'))
        {
            if (line.Split(':', 2) is [var name, var value] && name.Trim() != "")
            {
                context.Request.Headers.Append(name.Trim(), value.Trim());
            }
        }
        return context;
    }
}
