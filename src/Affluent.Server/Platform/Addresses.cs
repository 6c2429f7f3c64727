using Affluent.Connectors.Contract;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Affluent.Server.Platform;

/// <summary>
/// The end of the address to which users are sent back. Each authorization server has one of its own, by which an answer that another sends is recognised
/// (RFC 9700, section 4.4): a bank that of its channel, an upstream one for all its banks.
/// </summary>
internal sealed record ReturnPlace
{
    private const int Longest = 40;

    private readonly string _end;

    private ReturnPlace(string end) => _end = end;

    /// <summary>That of a channel.</summary>
    public static ReturnPlace Of(ChannelDefinition channel) => new(channel.Upstream ?? channel.Id.Value);

    /// <summary>As it stands in an address; null: it is none.</summary>
    public static ReturnPlace? Read(string end) =>
        end.Length is > 0 and <= Longest && end.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c) || c == '_')
            ? new(end)
            : null;

    public override string ToString() => _end;
}

/// <summary>
/// How each role is reached from outside, without a slash at the end: as configured, else the address on which this process listens
/// followed by the role's path. Known once the process listens, before its first request.
/// </summary>
internal sealed class Addresses(Settings settings, IServer server)
{
    /// <summary>Below <see cref="Embed"/>: where banks send people back.</summary>
    public const string BankReturn = "/v2.1/widget/bank_callback";

    /// <summary>The authorization server; also the issuer of tokens.</summary>
    public string Auth => Of(settings.AuthUrl, "/auth");

    /// <summary>The API, before its version: <c>{Api}/v2.1/users</c>.</summary>
    public string Api => Of(settings.ApiUrl, "/api");

    /// <summary>A version of the API.</summary>
    public string ApiOf(ApiVersion version) => Api + version.Path;

    /// <summary>The widget.</summary>
    public string Embed => Of(settings.EmbedUrl, "/embed");

    /// <summary>Where users are sent back to, below <see cref="BankReturn"/>.</summary>
    public string BankReturnOf(ReturnPlace place) => $"{Embed}{BankReturn}/{place}";

    /// <summary>The pages of a household, at home.</summary>
    public string Household => Of(settings.HomeUrl, "") + "/household";

    /// <summary>The documentation.</summary>
    public string Docs => Of(settings.DocsAddress, "/docs");

    /// <summary>The root of the SimpleFIN server; always ends in <c>/simplefin</c>.</summary>
    public string SimpleFin => Of(settings.SimpleFinAddress, "/simplefin");

    /// <summary>The root of the façade in the shape of Enable Banking; always ends in <c>/enablebanking</c>.</summary>
    public string EnableBanking => Of(settings.EnableBankingFacadeAddress, "/enablebanking");

    /// <summary>
    /// An address on which somebody listens, of several the first, as one to go to: a listener on all interfaces is reached over loopback.
    /// </summary>
    public static string Reachable(string listen) => Reachable(ListenAddresses.Of(listen).First());

    /// <inheritdoc cref="Reachable(string)"/>
    public static string Reachable(BindingAddress binding)
    {
        var host = binding.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : binding.Host;
        return binding.IsUnixPipe ? "http://localhost" : $"{binding.Scheme}://{host}:{binding.Port}";
    }

    private string Of(Uri? configured, string path) =>
        configured?.AbsoluteUri.TrimEnd('/')
        ?? Reachable(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? settings.Listen)
            + path;
}
