namespace Affluent.Server.EnableBankingFacade;

/// <summary>What is written down of the requests of an application or a session. Times are UTC seconds.</summary>
/// <param name="Day">Of <paramref name="Requests"/>, counted from 1970-01-01.</param>
internal sealed record FacadeUse(long? UsedAt, int Day, int Requests);

/// <summary>
/// Counts requests without writing each: a node keeps them in mind, and writes them down together with a later one, once <see cref="Pause"/> has passed. A node that
/// stops forgets what it had not written down.
/// </summary>
internal sealed class FacadeUses
{
    /// <summary>How long a node writes nothing of one after it has, in seconds.</summary>
    public const long Pause = 300;

    public const int SecondsOfDay = 86_400;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Use> _uses = [];
    private int _day;

    /// <summary>Counts a request; null: it is one more than <paramref name="atMost"/> a day.</summary>
    /// <param name="id">Of the application or session: no two have the same.</param>
    /// <param name="known">As it was just read.</param>
    /// <param name="atMost">Null: any number.</param>
    /// <param name="now">UTC seconds.</param>
    /// <returns>How many requests are to be written down now, this one among them.</returns>
    public int? Count(long id, FacadeUse known, int? atMost, long now)
    {
        var day = (int)(now / SecondsOfDay);
        lock (_lock)
        {
            if (day != _day)
            {
                _uses.Clear();
                _day = day;
            }
            var use = _uses.TryGetValue(id, out var kept) ? kept : new Use(0, 0, known.UsedAt ?? 0);
            // Other nodes write, too.
            var written = Math.Max(use.Written, known.Day == day ? known.Requests : 0);
            if (written + use.Waiting >= atMost)
            {
                return null;
            }
            var waiting = use.Waiting + 1;
            var isTime = now - use.Since >= Pause;
            _uses[id] = isTime ? new Use(written + waiting, 0, now) : new Use(written, waiting, use.Since);
            return isTime ? waiting : 0;
        }
    }

    /// <param name="Written">Of the day, as far as this node knows.</param>
    /// <param name="Waiting">Counted and not written.</param>
    /// <param name="Since">When something was written last, in UTC seconds.</param>
    private sealed record Use(int Written, int Waiting, long Since);
}
