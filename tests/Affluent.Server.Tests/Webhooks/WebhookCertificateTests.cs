using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Webhooks;
using Xunit;

namespace Affluent.Server.Tests.Webhooks;

/// <summary>A receiver that wants to see a certificate, and knows nothing but the root above it.</summary>
public sealed class WebhookCertificateTests : IDisposable
{
    private static readonly DateTimeOffset From = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset Until = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly X509Certificate2 _server = Server();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory, OnBothDatabases]
    public async Task It_gets_what_is_sent_by_who_shows_one_and_nothing_else(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        using var root = Issued("root", above: null);
        using var between = Issued("between", root);
        using var own = Issued("affluent", between, isAuthority: false);
        var shown = new Settings
        {
            WebhookNetworks = PublicNetwork.Loopback,
            WebhookCertificateFile = Write(
                "shown.pem",
                $"{own.ExportCertificatePem()}\n{between.ExportCertificatePem()}"
            ),
            WebhookKeyFile = Write("shown.key", own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
        await using var receiver = await WebhookReceiver.Start(_server, root);
        var id = (await scene.Make(new { url = receiver.Url })).Text("id");
        await scene.App.CreateUser(scene.Client);

        using var without = Sender(shown with { WebhookCertificateFile = null, WebhookKeyFile = null });
        await scene.App.DispatcherWith(without).RunDue(Stop);
        Assert.Equal("FAILED", (await scene.Last(id)).Text("outcome"));
        Assert.Empty(receiver.Received);

        await scene.Advance(TimeSpan.FromMinutes(1));
        using var with = Sender(shown);
        await scene.App.DispatcherWith(with).RunDue(Stop);
        Assert.Equal("DELIVERED", (await scene.Last(id)).Text("outcome"));
        Assert.Single(receiver.Received);

        WebhookSender Sender(Settings settings) => new(settings, scene.App.Time, Trust());
    }

    private X509ChainPolicy Trust() =>
        new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { _server },
        };

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static X509Certificate2 Server()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=receiver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(From, Until);
    }

    private static X509Certificate2 Issued(string name, X509Certificate2? above, bool isAuthority = true)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (above is null)
        {
            return request.CreateSelfSigned(From, Until);
        }
        using var issued = request.Create(above, From, Until, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
