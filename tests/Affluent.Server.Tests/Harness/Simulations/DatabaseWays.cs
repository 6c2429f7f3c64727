using Affluent.Server.Storage;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>
/// A database on which simulations are played one after the other, and the ways by which their processes reach it. To open them, and to have a server
/// plan its statements anew, takes longer than a seed.
/// </summary>
internal sealed class DatabaseWays : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly List<Database> _ofPlaces = [];

    private DatabaseWays(TestDatabase database) => _database = database;

    public static async Task<DatabaseWays> Create(DatabaseKind kind) => new(await TestDatabase.Create(kind));

    /// <summary>The simulation's own, by which it looks, and that of whoever asks nodes for runs.</summary>
    public Database Own => _database.Database;

    /// <summary>Where the installation keeps its key.</summary>
    public string KeyFile => Path.Combine(_database.Folder, "master.key");

    /// <summary>That of the nodes at a place: each process has its own.</summary>
    public Database OfPlace(int place)
    {
        while (_ofPlaces.Count <= place)
        {
            _ofPlaces.Add(Database.Open(_database.Address));
        }
        return _ofPlaces[place];
    }

    /// <summary>For the next simulation, after one that has come to its end.</summary>
    public Task Empty() => _database.Empty();

    public async ValueTask DisposeAsync()
    {
        foreach (var way in _ofPlaces)
        {
            await way.DisposeAsync();
        }
        await _database.DisposeAsync();
    }
}
