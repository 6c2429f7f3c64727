using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;

namespace Affluent.Server.Connections;

/// <summary>
/// Who is there. A client that calls with its own token forwards its user's address in the headers that banks know (PSU-IP-Address,
/// PSU-User-Agent, PSU-Accept-Language). A user's token speaks for its user, who calls: in a browser it may be in anybody's hands, and what
/// address these claim is not told to a bank.
/// </summary>
internal static class Presence
{
    /// <summary>The user who makes this request, or for whom a client's server makes it just now.</summary>
    public static PresentUser Of(HttpContext context, Caller caller) =>
        OfSynchronization(context, caller) ?? OfBrowser(context);

    /// <summary>The user whose browser makes this request: their address is that of the connection, whatever the browser claims.</summary>
    public static PresentUser OfBrowser(HttpContext context)
    {
        var headers = context.Request.Headers;
        return new PresentUser(
            (context.Connection.RemoteIpAddress ?? System.Net.IPAddress.Loopback).ToString(),
            Short(headers.UserAgent),
            Short(headers.AcceptLanguage)
        );
    }

    /// <summary>The same for a request that may also come from a machine at night: null unless the user is known to be there.</summary>
    public static PresentUser? OfSynchronization(HttpContext context, Caller caller) =>
        caller.UserId is not null ? OfBrowser(context) : Forwarded(context.Request.Headers);

    // What is no address tells of nobody.
    private static PresentUser? Forwarded(IHeaderDictionary headers) =>
        headers["PSU-IP-Address"] is [{ Length: > 0 and <= 45 } address, ..]
        && System.Net.IPAddress.TryParse(address, out var ip)
            ? new PresentUser(ip.ToString(), Short(headers["PSU-User-Agent"]), Short(headers["PSU-Accept-Language"]))
            : null;

    private static string? Short(string? text) =>
        text is not { Length: > 0 } ? null
        : text.Length > 300 ? text[..(char.IsHighSurrogate(text[299]) ? 299 : 300)]
        : text;
}
