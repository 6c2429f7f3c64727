using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Affluent.Server.Platform;

/// <summary>
/// How the platform is reached from outside, without a slash at the end. Where the settings name no host, it is the address that
/// the server listens on, known once it has started.
/// </summary>
internal sealed class Addresses(Settings settings, IServer server)
{
    /// <summary>The authorization server; also the issuer of tokens.</summary>
    public string Auth => Of(settings.AuthUrl, "/auth");

    /// <summary>The API, before its version: <c>{Api}/v2.1/users</c>.</summary>
    public string Api => Of(settings.ApiUrl, "/api");

    /// <summary>The widget.</summary>
    public string Embed => Of(settings.EmbedUrl, "/embed");

    private string Of(Uri? configured, string prefix) =>
        configured is null ? Bound() + prefix : configured.AbsoluteUri.TrimEnd('/');

    private string Bound() =>
        (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? settings.Listen).TrimEnd('/');
}
