using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Affluent.Server.Platform;
using Affluent.Server.Security;

namespace Affluent.Server.Authorization;

/// <summary>
/// Counts what clients, users and addresses do, and says when it is too much. Each node counts for itself; what protects secrets is
/// counted in the database (<see cref="Throttle"/>).
/// </summary>
internal sealed class RequestLimits(Settings settings, SecurityLog security, TimeProvider time) : IDisposable
{
    // A user who is refused costs the client and the address nothing.
    private static readonly LimitedBy[] Order = [LimitedBy.User, LimitedBy.Address, LimitedBy.Client];

    // The framework keeps one limiter for each who was seen lately, and forgets those that are as good as new.
    private readonly PartitionedRateLimiter<Counted> _limiters = PartitionedRateLimiter.Create<Counted, Counted>(
        counted => RateLimitPartition.Get(counted, _ => new MinuteLimiter(counted.PerMinute, time))
    );

    /// <summary>Counts an action; not null: it is one too many, and so many seconds are to pass before the next.</summary>
    /// <param name="user">The user, by id or by the name that was typed; null: nobody.</param>
    /// <param name="address">Where the request came from, a believed proxy looked through; null: not known.</param>
    public long? Take(LimitedAction action, ClientId clientId, string? user, IPAddress? address)
    {
        foreach (var by in Order)
        {
            var key = by switch
            {
                LimitedBy.User => user is null ? null : $"{clientId} {user}",
                LimitedBy.Address => Key(address),
                LimitedBy.Client => clientId.ToString(),
            };
            if (key is null || settings.RateLimits[action].For(by) is not { } perMinute)
            {
                continue;
            }
            using var lease = _limiters.AttemptAcquire(new Counted(action, by, key, perMinute));
            if (!lease.IsAcquired)
            {
                LimitMetrics.Refused(action, by);
                security.RequestLimited(new(clientId, Known(action, user)), action, by);
                return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
                    ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds))
                    : 1;
            }
        }
        return null;
    }

    // The name that somebody typed to sign in is told to nobody.
    private static UserId? Known(LimitedAction action, string? user) =>
        action != LimitedAction.SignIn && Ids.TryRead<UserId>(user ?? "", out var id) ? id : null;

    /// <summary>By what an address is counted: who has one of IPv6 has all of its network (RFC 6177).</summary>
    public static string? Key(IPAddress? address) =>
        address switch
        {
            null => null,
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
            { AddressFamily: AddressFamily.InterNetworkV6 } =>
                $"{BinaryPrimitives.ReadUInt64BigEndian(address.GetAddressBytes()):x16}",
            _ => address.ToString(),
        };

    public void Dispose() => _limiters.Dispose();

    private sealed record Counted(LimitedAction Action, LimitedBy By, string Key, int PerMinute);
}

/// <summary>
/// So many a minute, at once or one after the other: as a bucket that holds a minute's worth and fills evenly. The framework's own
/// limiters read another clock than ours.
/// </summary>
internal sealed class MinuteLimiter(int perMinute, TimeProvider time) : RateLimiter
{
    private readonly TimeSpan _each = TimeSpan.FromMinutes(1) / perMinute;
    private readonly Lock _lock = new();

    // When all that was taken will have come back.
    private DateTimeOffset _fullAt = DateTimeOffset.MinValue;

    public override TimeSpan? IdleDuration
    {
        get
        {
            lock (_lock)
            {
                var idle = time.GetUtcNow() - _fullAt;
                return idle > TimeSpan.Zero ? idle : null;
            }
        }
    }

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var fullAt = (_fullAt > now ? _fullAt : now) + (_each * permitCount);
            var excess = fullAt - now - TimeSpan.FromMinutes(1);
            // A rounded share of a minute is not a refusal.
            if (excess > TimeSpan.FromMilliseconds(1))
            {
                return new Lease(excess);
            }
            _fullAt = fullAt;
            return new Lease(null);
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        int permitCount,
        CancellationToken cancellationToken
    ) => ValueTask.FromResult(AttemptAcquireCore(permitCount));

    private sealed class Lease(TimeSpan? retryAfter) : RateLimitLease
    {
        public override bool IsAcquired => retryAfter is null;

        public override IEnumerable<string> MetadataNames => retryAfter is null ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? retryAfter : null;
            return metadata is not null;
        }
    }
}
