using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Nodes;

/// <summary>Three nodes on one PostgreSQL, or one on an SQLite file, the strict bank, and a client that acts for its users.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const int Size = 3;
    private const string Postgres = "postgres";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-cluster-");
    private readonly List<Node> _nodes = [];
    private readonly Uri[] _addresses;

    private Cluster(StrictBank bank, BankBooks books, int size)
    {
        (Bank, Books) = (bank, books);
        _addresses =
        [
            .. Enumerable.Range(0, size).Select(_ => new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}")),
        ];
    }

    public StrictBank Bank { get; }

    public BankBooks Books { get; }

    public IReadOnlyList<Node> Nodes => _nodes;

    public ClusterClient Client { get; private set; } = null!;

    /// <param name="database">As --database takes it; empty.</param>
    public static async Task<Cluster> Start(string database, TimeSpan tokenLife)
    {
        var books = new BankBooks();
        var cluster = new Cluster(
            await StrictBank.Start(books, tokenLife),
            books,
            database.StartsWith(Postgres, StringComparison.Ordinal) ? Size : 1
        );
        try
        {
            for (var number = 0; number < cluster._addresses.Length; number++)
            {
                cluster.Add(number, database);
            }
            // The first makes the tables and the keys.
            await cluster._nodes[0].Start();
            var others = Task.WhenAll(cluster._nodes.Skip(1).Select(node => node.Start()));
            cluster.Client = await cluster.NewClient(database);
            await others;
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends all sessions of the database, as its restart does, and refuses others for as long as one takes.</summary>
    public async Task RestartDatabase(TestDatabase database, TimeSpan takes)
    {
        _nodes.ForEach(node => node.IsDatabaseAway = true);
        await database.EndSessions();
        await Task.Delay(takes, TestContext.Current.CancellationToken);
        _nodes.ForEach(node => node.IsDatabaseAway = false);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
        await Bank.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void Add(int number, string database)
    {
        var gate = database.StartsWith(Postgres, StringComparison.Ordinal) ? new DatabaseGate(new Uri(database)) : null;
        var catalogue = _folder.CreateSubdirectory($"catalogue-{number}");
        File.WriteAllText(Path.Combine(catalogue.FullName, "strict.json"), Bank.EntryFor(number));
        string[] arguments =
        [
            "serve",
            "--listen",
            Origin(_addresses[number]),
            "--test-bank-listen",
            "off",
            "--catalogue-folder",
            catalogue.FullName,
            "--api-url",
            $"{Origin(_addresses[0])}/api",
            "--auth-url",
            $"{Origin(_addresses[0])}/auth",
            "--embed-url",
            $"{Origin(_addresses[0])}/embed",
            "--limit-synchronizations",
            "off",
            "--limit-connections",
            "off",
            "--limit-answers",
            "off",
            "--limit-queues",
            "off",
            "--data-directory",
            _folder.FullName,
            "--database",
            gate?.Address.ToString() ?? database,
        ];
        _nodes.Add(
            new Node(
                number,
                gate,
                Books,
                () =>
                    ServerProcess.Start(
                        _folder.FullName,
                        line => line.Contains("Ready after", StringComparison.Ordinal),
                        arguments
                    )
            )
        );
    }

    private async Task<ClusterClient> NewClient(string database)
    {
        var (code, output) = await ServerProcess.RunToEnd(
            _folder.FullName,
            "client",
            "create",
            "--name",
            "Cluster",
            "--client-mode",
            "--redirect-urls",
            ClusterClient.Site,
            "--data-directory",
            _folder.FullName,
            "--database",
            database
        );
        Assert.True(code == 0, output);
        return await ClusterClient.SignIn(_addresses, Printed(output, "client_id"), Printed(output, "client_secret"));
    }

    private static string Printed(string output, string name) =>
        output
            .Split('\n')
            .First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Trim(' ', ':', '=', '\r');

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
