using Affluent.Server.Platform;

namespace Affluent.Server.SimpleFin;

/// <summary>
/// Counts the requests of accesses without writing each: a node keeps them in mind, and writes them down together with a later one, once
/// <see cref="Pause"/> has passed. A node that stops forgets what it had not written down.
/// </summary>
internal sealed class SimpleFinUses
{
    /// <summary>How long a node writes nothing of an access after it has, in seconds.</summary>
    public const long Pause = 300;

    private readonly Lock _lock = new();
    private readonly Dictionary<SimpleFinAccessId, Use> _uses = [];
    private int _day;

    /// <summary>Counts a request; null: it is one more than <paramref name="atMost"/> a day.</summary>
    /// <param name="access">As it was just read.</param>
    /// <param name="atMost">Null: any number.</param>
    /// <param name="now">UTC seconds.</param>
    /// <returns>How many requests are to be written down now, this one among them.</returns>
    public int? Count(SimpleFinAccess access, int? atMost, long now)
    {
        var day = SimpleFinDay.At(now);
        lock (_lock)
        {
            if (day != _day)
            {
                _uses.Clear();
                _day = day;
            }
            var use = _uses.TryGetValue(access.Id, out var known) ? known : new Use(0, 0, access.UsedAt ?? 0);
            // Other nodes write, too.
            var written = Math.Max(use.Written, access.RequestsDay == day ? access.Requests : 0);
            if (written + use.Waiting >= atMost)
            {
                return null;
            }
            var waiting = use.Waiting + 1;
            var isTime = now - use.Since >= Pause;
            _uses[access.Id] = isTime ? new Use(written + waiting, 0, now) : new Use(written, waiting, use.Since);
            return isTime ? waiting : 0;
        }
    }

    /// <param name="Written">Of the day, as far as this node knows.</param>
    /// <param name="Waiting">Counted and not written.</param>
    /// <param name="Since">When something was written last, in UTC seconds.</param>
    private sealed record Use(int Written, int Waiting, long Since);
}
