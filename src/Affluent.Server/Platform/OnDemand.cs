using System.Collections;

namespace Affluent.Server.Platform;

/// <summary>
/// Items that are made when somebody comes by them, and not kept: a database that takes them in works on the first while the later ones
/// are made, and never are all of them in memory.
/// </summary>
/// <param name="make">Makes the item at a place; the same one each time.</param>
internal sealed class OnDemand<T>(int count, Func<int, T> make) : IReadOnlyList<T>
{
    public int Count => count;

    public T this[int index] => make(index);

    public IEnumerator<T> GetEnumerator() => Enumerable.Range(0, count).Select(make).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
