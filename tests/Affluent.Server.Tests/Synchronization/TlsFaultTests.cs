using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Whose fault a connection is that came to nothing, at OpenSSL's own server, which sends the alerts of the standard.</summary>
public sealed class TlsFaultTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_certificate_that_the_bank_refuses_is_the_operators_fault(string version)
    {
        using var bankRoot = BankKeysTests.Authority("Bank Root");
        using var root = BankKeysTests.Authority("Trust Service");
        using var other = BankKeysTests.Authority("Another Service");
        using var ours = BankKeysTests.Issued("PSDFR-ACPR-12345", root, isAuthority: false);
        using var unknown = BankKeysTests.Issued("PSDFR-ACPR-12345", other, isAuthority: false);
        using var own = BankKeysTests.Issued("localhost", bankRoot, isAuthority: false);
        await using var bank = await Server.Start(_folder, own, root, version);
        var authorities = bankRoot.ExportCertificatePem();

        Assert.Null(await Fault(bank, ours, authorities));
        Assert.StartsWith(
            "the bank refuses our certificate: ",
            await Fault(bank, unknown, authorities),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "the bank refuses our certificate: ",
            await Fault(bank, null, authorities),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_authority_that_nobody_has_named_is_the_operators_fault_and_an_old_certificate_the_banks()
    {
        using var bankRoot = BankKeysTests.Authority("Bank Root");
        using var own = BankKeysTests.Issued("localhost", bankRoot, isAuthority: false);
        await using var bank = await Server.Start(_folder, own, null, "-tls1_3");

        const string unknown = "the bank's certificate is of an authority that is not known: certificate_authorities";
        Assert.Null(await Fault(bank, null, bankRoot.ExportCertificatePem()));
        Assert.Equal(unknown, await Fault(bank, null, null));
        using var other = BankKeysTests.Authority("Another Root");
        Assert.Equal(unknown, await Fault(bank, null, other.ExportCertificatePem()));

        using var old = BankKeysTests.Issued(
            "localhost",
            bankRoot,
            isAuthority: false,
            until: DateTimeOffset.UnixEpoch.AddYears(1)
        );
        await using var forgetful = await Server.Start(_folder, old, null, "-tls1_3");
        Assert.Equal("none of ours", await Fault(forgetful, null, bankRoot.ExportCertificatePem()));
    }

    [Theory, OnBothDatabases]
    public async Task It_ends_the_run_as_the_operators_fault_and_not_as_a_bank_that_is_down(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var running = app;
        bank.EmbeddedChannel.Does = (_, _, _) =>
            throw new HttpRequestException("refused", new UnknownAuthorityException());

        await LinkedBank.Again(app, http, id);

        Assert.Equal(("FAILED", "operator_fault"), await Channel(http, id));
    }

    /// <summary>Connectors take a connection that came to nothing for a bank that does not answer.</summary>
    [Theory, OnBothDatabases]
    public async Task What_a_connector_takes_for_a_bank_that_is_down_is_the_operators_fault_where_it_is(
        DatabaseKind kind
    )
    {
        using var bankRoot = BankKeysTests.Authority("Bank Root");
        using var own = BankKeysTests.Issued("localhost", bankRoot, isAuthority: false);
        await using var server = await Server.Start(_folder, own, null, "-tls1_3");
        var bank = new FakeBank();
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var running = app;
        bank.EmbeddedChannel.Does = async (context, _, cancellation) =>
        {
            await context.Keep("renewed");
            await Assert.ThrowsAsync<HttpRequestException>(() =>
                context.Http.GetStringAsync(server.Address, cancellation)
            );
        };
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session };

        await LinkedBank.Again(app, http, id);

        Assert.Equal(("FAILED", "operator_fault"), await Channel(http, id));
        (bank.EmbeddedChannel.Does, bank.EmbeddedChannel.Instead) = (null, null);
        await LinkedBank.Again(app, http, id);
        Assert.Equal("renewed", bank.EmbeddedChannel.Steps[^1].Context.Session);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_wants_a_certificate_is_not_asked_without_one(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.Provider = bank.Provider with
        {
            Channels = [.. bank.Provider.Channels.Select(channel => channel with { ClientCertificate = true })],
        };

        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var running = app;

        Assert.Equal(("FAILED", "operator_fault"), await Channel(http, id));
        Assert.Empty(bank.EmbeddedChannel.Steps);
    }

    private static async Task<(string? Status, string? Reason)> Channel(HttpClient http, string id)
    {
        var channel = await http.Channel(id, FakeBank.Embedded);
        return (channel.Text("status"), channel.Text("reason"));
    }

    /// <summary>Null: the bank answers.</summary>
    private async Task<string?> Fault(Server bank, X509Certificate2? shown, string? authorities)
    {
        var settings = shown is null
            ? new Settings()
            : new Settings
            {
                ClientCertificateFile = Write("shown.pem", shown.ExportCertificatePem()),
                ClientKeyFile = Write("shown.key", shown.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            };
        using var http = new BankHttp(settings, TimeProvider.System, NullLogger<BankHttp>.Instance);
        using var stop = new StepStop(TimeProvider.System, Stop);
        var channel = new FakeBank().Provider.Channels[0] with
        {
            ClientCertificate = true,
            CertificateAuthorities = authorities,
        };
        try
        {
            await http.Client(new ReadingBounds(), stop, channel).GetStringAsync(bank.Address, Stop);
            return null;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return TlsFault.Of(error, isShown: true) ?? "none of ours";
        }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary><c>openssl s_server</c>; with an authority it wants certificates of that one.</summary>
    private sealed class Server(Process process, int port) : IAsyncDisposable
    {
        public Uri Address { get; } = new($"https://127.0.0.1:{port}/");

        public static async Task<Server> Start(
            DirectoryInfo folder,
            X509Certificate2 own,
            X509Certificate2? root,
            string version
        )
        {
            var port = FreePort();
            string Write(string name, string text)
            {
                var path = Path.Combine(folder.FullName, $"{port}-{name}");
                File.WriteAllText(path, text);
                return path;
            }
            string[] arguments =
            [
                "s_server",
                "-accept",
                $"127.0.0.1:{port}",
                "-www",
                "-quiet",
                version,
                "-cert",
                Write("own.pem", own.ExportCertificatePem()),
                "-key",
                Write("own.key", own.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
                .. root is null
                    ? []
                    : new[]
                    {
                        "-Verify",
                        "1",
                        "-verify_return_error",
                        "-CAfile",
                        Write("root.pem", root.ExportCertificatePem()),
                    },
            ];
            var process = Process.Start(
                new ProcessStartInfo("openssl", arguments)
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    RedirectStandardInput = true,
                }
            )!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            for (var tries = 0; ; tries++)
            {
                try
                {
                    using var client = new TcpClient();
                    await client.ConnectAsync(IPAddress.Loopback, port, Stop);
                    return new Server(process, port);
                }
                catch (SocketException) when (tries < 200)
                {
                    await Task.Delay(25, Stop);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
