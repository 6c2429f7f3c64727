using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Platform;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;

namespace Affluent.Server.Authorization;

/// <summary>
/// Compares client secrets by one SHA-256: they are 256 random bits made by us, which no slow hash makes safer.
/// </summary>
internal sealed class ClientManager(
    IOpenIddictApplicationCache<ClientRow> cache,
    ILogger<OpenIddictApplicationManager<ClientRow>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictApplicationStore<ClientRow> store,
    TimeProvider time
) : OpenIddictApplicationManager<ClientRow>(cache, logger, options, store)
{
    /// <summary>An id from a Basic header can hold anything; PostgreSQL would not even look for one with U+0000.</summary>
    public override ValueTask<ClientRow?> FindByClientIdAsync(
        string identifier,
        CancellationToken cancellationToken = default
    ) =>
        identifier.Contains('\0', StringComparison.Ordinal)
            ? ValueTask.FromResult<ClientRow?>(null)
            : base.FindByClientIdAsync(identifier, cancellationToken);

    protected override ValueTask<string> ObfuscateClientSecretAsync(
        string secret,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(new Secret(secret).Hash());

    /// <summary>The client's secret, or the one before it while that may go on.</summary>
    public override async ValueTask<bool> ValidateClientSecretAsync(
        ClientRow application,
        string secret,
        CancellationToken cancellationToken = default
    ) =>
        (
            application is { PreviousSecret: { } previous, PreviousSecretUntil: { } until }
            && until > time.Seconds()
            && Matches(secret, previous)
        ) || await base.ValidateClientSecretAsync(application, secret, cancellationToken);

    protected override ValueTask<bool> ValidateClientSecretAsync(
        string secret,
        string comparand,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(Matches(secret, comparand));

    private static bool Matches(string secret, string hash) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(new Secret(secret).Hash()),
            Encoding.UTF8.GetBytes(hash)
        );
}
