using Affluent.Server.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// An installation of a test: a folder, the addresses at which its processes listen, a client. A process may be killed and started
/// again on the same data; the test bank is a process of its own and lives on.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    /// <summary>The client's own site, registered; nothing answers there unless the test does.</summary>
    public Uri ClientSite { get; } = new($"http://localhost:{ServerProcess.FreePort()}");

    private readonly List<ServerProcess> _processes = [];
    private readonly string[] _settings;
    private string _bank = "";

    private Installation(TestDatabase database, string[] settings) => (Database, _settings) = (database, settings);

    /// <summary>Where the platform listens, the first process of it.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where the test bank listens.</summary>
    public Uri TestBank => new(_bank);

    public string ClientId { get; private set; } = "";
    public string ClientSecret { get; private set; } = "";

    /// <summary>The database, empty when the first process comes to it.</summary>
    public TestDatabase Database { get; }

    /// <summary>What all processes of it have written so far.</summary>
    public string Logs => string.Join('\n', _processes.Select(p => p.Output));

    /// <summary>The platform in one process, the test bank in another, one client.</summary>
    /// <param name="throughProxy">What stands between the platform and the test bank; null: nothing.</param>
    /// <param name="settings">Further options of the platform's processes.</param>
    public static async Task<Installation> Start(
        DatabaseKind kind,
        Func<Uri, Uri>? throughProxy = null,
        params string[] settings
    )
    {
        var installation = new Installation(await TestDatabase.CreateEmpty(kind), settings);
        try
        {
            var port = ServerProcess.FreePort();
            installation._bank = $"http://127.0.0.1:{port}";
            installation._processes.Add(
                await ServerProcess.Start(
                    installation.Folder,
                    line => line.Contains("The test bank is open", StringComparison.Ordinal),
                    "test-bank",
                    "--data-directory",
                    installation.Folder,
                    "--test-bank-listen",
                    installation._bank
                )
            );
            if (throughProxy is not null)
            {
                installation._bank = throughProxy(installation.TestBank).GetLeftPart(UriPartial.Authority);
            }
            installation.Address = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}");
            await installation.Serve();
            await installation.CreateClient();
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    /// <summary>A process of the platform on the same data: the first one's successor, or a further node.</summary>
    public async Task<ServerProcess> Serve(Uri? address = null)
    {
        var process = await ServerProcess.Start(
            Folder,
            line => line.Contains("Ready after", StringComparison.Ordinal),
            [
                "serve",
                "--listen",
                (address ?? Address).GetLeftPart(UriPartial.Authority),
                "--test-bank-listen",
                "off",
                "--test-bank-url",
                _bank,
                .. Data,
                .. _settings,
            ]
        );
        _processes.Add(process);
        return process;
    }

    /// <summary>The process of the platform that was started last.</summary>
    public ServerProcess Server => _processes[^1];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
        await Database.DisposeAsync();
    }

    private string Folder => Database.Folder;

    private string[] Data => ["--data-directory", Folder, "--database", Database.Address];

    private async Task CreateClient()
    {
        var (code, output) = await ServerProcess.RunToEnd(
            Folder,
            [
                "client",
                "create",
                "--name",
                "End to end",
                "--grants",
                "client_credentials,password,refresh_token",
                "--redirect-urls",
                ClientSite.ToString(),
                .. Data,
            ]
        );
        Assert.True(code == 0, output);
        ClientId = Printed(output, "client_id");
        ClientSecret = Printed(output, "client_secret");
    }

    private static string Printed(string output, string name) =>
        output
            .Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => line[name.Length..].TrimStart(':', '=', ' ').Trim())
            .First();
}
