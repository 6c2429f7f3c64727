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
    IOpenIddictApplicationStore<ClientRow> store
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

    protected override ValueTask<bool> ValidateClientSecretAsync(
        string secret,
        string comparand,
        CancellationToken cancellationToken = default
    ) =>
        ValueTask.FromResult(
            CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(new Secret(secret).Hash()),
                Encoding.UTF8.GetBytes(comparand)
            )
        );
}
