using System.Net;
using System.Security.Cryptography.X509Certificates;
using Affluent.TestBank.Imitation;

namespace Affluent.TestBank;

/// <summary>How a test bank is set up.</summary>
public sealed record TestBankOptions
{
    /// <summary>Where it listens, for example <c>http://127.0.0.1:5200</c>; port 0 takes a free one. Several are separated by <c>;</c>.</summary>
    public required string Urls { get; init; }

    /// <summary>Where third parties and customers reach it, when that is not where it listens; null: as they ask.</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>Where a request was sent to, as others would write it, without a slash at the end.</summary>
    internal string AddressOf(HttpRequest request) =>
        PublicAddress?.AbsoluteUri.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}";

    /// <summary>Folder for its key (mode 0600) and its consents, so that they outlive the process; null keeps all in memory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>A scenario file (<c>.json</c> or pipe-separated) instead of the default scenario.</summary>
    public string? ScenarioPath { get; init; }

    /// <summary>
    /// Networks beyond the public internet from which it fetches accounts files. Everybody who can reach the bank, through a proxy too, can
    /// make it connect there.
    /// </summary>
    public IReadOnlyList<IPNetwork> FileNetworks { get; init; } = [];

    /// <summary>The machine itself, for <see cref="FileNetworks"/>.</summary>
    public static IReadOnlyList<IPNetwork> Loopback { get; } =
    [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>The one third party registered at the bank's OAuth2 server.</summary>
    public string ClientId { get; init; } = "affluent";

    /// <summary>That third party's secret.</summary>
    public string ClientSecret { get; init; } = "affluent-secret";

    /// <summary>
    /// That third party's public RSA key, as PEM, with which signatures are verified.
    /// </summary>
    public string? ClientPublicKey { get; init; }

    /// <summary>
    /// Addresses to which customers may be sent back: one of these, or below one of these. Empty allows any loopback address.
    /// </summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>Banks that it is like, each at addresses of its own, beside its own faces.</summary>
    public IReadOnlyList<Likeness> Likenesses { get; init; } = [];

    /// <summary>Its own certificate with the key, for https addresses among <see cref="Urls"/>.</summary>
    public X509Certificate2? ServerCertificate { get; init; }

    /// <summary>
    /// The public key of the certificate that third party shows when it connects over https, as PEM; null: it is not asked for one.
    /// </summary>
    public string? ClientCertificateKey { get; init; }

    /// <summary>How it takes signatures and certificates; to look at them it needs <see cref="ClientPublicKey"/>, and <see cref="ClientCertificateKey"/>.</summary>
    public Strictness Strictness { get; init; }
}
