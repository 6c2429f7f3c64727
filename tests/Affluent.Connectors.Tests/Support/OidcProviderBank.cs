using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The bank of <c>tests/oidc-provider</c>, whose authorization server was written elsewhere (npm oidc-provider), and what a person does on its pages.</summary>
public sealed class OidcProviderBank : IAsyncLifetime
{
    public const string ReturnAddress = "https://tpp.example/return";
    public const string Secret = "secret: 100 % + & more of it";
    public const string FirstRegistration = "token-of-first-registration";
    private static readonly string[] WithCode = ["authorization_code", "refresh_token", "client_credentials"];

    private readonly RSA _directory = RSA.Create(2048);
    private readonly X509Certificate2 _server = Certified("CN=127.0.0.1");
    private Process? _node;

    /// <summary>What we show when a connection is made.</summary>
    public static X509Certificate2 Shown { get; } = Certified("CN=Client of tests, O=Affluent, C=FR");

    public Uri Issuer { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (NodeProgram.FindFolder("oidc-provider") is not { } folder)
        {
            return;
        }
        _node = Process.Start(
            new ProcessStartInfo("node", ["bank.mjs"])
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        await _node.StandardInput.WriteLineAsync(
            new JsonObject
            {
                ["key"] = _server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(),
                ["cert"] = _server.ExportCertificatePem(),
                ["initialAccessToken"] = FirstRegistration,
                ["directory"] = _directory.ExportSubjectPublicKeyInfoPem(),
                ["clients"] = new JsonArray(
                    Client(
                        "pushes",
                        ("token_endpoint_auth_method", "private_key_jwt"),
                        ("jwks", SealOfTests.Jwks("PS256")),
                        ("request_object_signing_alg", "PS256"),
                        ("require_signed_request_object", true),
                        ("require_pushed_authorization_requests", true),
                        ("tls_client_certificate_bound_access_tokens", true),
                        ("id_token_signed_response_alg", "PS256")
                    ),
                    Client(
                        "hybrid",
                        ("token_endpoint_auth_method", "private_key_jwt"),
                        ("jwks", SealOfTests.Jwks("ES256")),
                        ("request_object_signing_alg", "ES256"),
                        ("require_signed_request_object", true),
                        ("grant_types", new JsonArray([.. WithCode, "implicit"])),
                        ("response_types", new JsonArray("code id_token")),
                        ("id_token_signed_response_alg", "ES256")
                    ),
                    Client(
                        "tls",
                        ("token_endpoint_auth_method", "tls_client_auth"),
                        ("tls_client_auth_subject_dn", "CN=Client of tests,O=Affluent,C=FR"),
                        ("tls_client_certificate_bound_access_tokens", true)
                    ),
                    Client("basic", ("token_endpoint_auth_method", "client_secret_basic"), ("client_secret", Secret)),
                    Signing("PS256"),
                    Signing("ES256")
                ),
            }.ToJsonString()
        );
        _ = _node.StandardError.ReadToEndAsync();
        var said =
            await _node.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The bank of oidc-provider does not start.");
        Issuer = new Uri(JsonElement.Parse(said).GetProperty("issuer").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            _node.StandardInput.Close();
            await _node.WaitForExitAsync();
            _node.Dispose();
        }
        _server.Dispose();
        _directory.Dispose();
    }

    /// <summary>What the directory says of a client whose seal signs by an algorithm.</summary>
    internal string Statement(string algorithm)
    {
        var header = Encoded(new JsonObject { ["alg"] = "PS256", ["typ"] = "JWT" });
        var claims = Encoded(
            new JsonObject
            {
                ["iss"] = "OpenBanking Ltd",
                ["iat"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(),
                ["jti"] = $"{Guid.NewGuid()}",
                ["software_id"] = "software-1",
                ["software_client_name"] = "Littoral",
                ["software_redirect_uris"] = new JsonArray(ReturnAddress),
                ["software_jwks"] = SealOfTests.Jwks(algorithm),
            }
        );
        var signature = _directory.SignData(
            Encoding.ASCII.GetBytes($"{header}.{claims}"),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pss
        );
        return $"{header}.{claims}.{EncodeToString(signature)}";

        static string Encoded(JsonObject json) => EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    /// <summary>A connection whose user has not been at the bank.</summary>
    /// <param name="certificate">What is shown when a connection is made; null: nothing.</param>
    internal ConnectorRun Run(
        string client,
        X509Certificate2? certificate,
        Seal? seal,
        params (string Name, string Value)[] more
    ) => Run(new OpenBankingConnector(), "open-banking/v4.0/aisp", client, certificate, seal, more);

    /// <summary>The same over the interface of another family.</summary>
    internal ConnectorRun Run(
        IConnector connector,
        string api,
        string client,
        X509Certificate2? certificate,
        Seal? seal,
        params (string Name, string Value)[] more
    )
    {
        // Skips where the library is not installed, but not in CI.
        NodeProgram.Folder("oidc-provider");
        var settings = new Dictionary<string, string>
        {
            ["issuer"] = Issuer.OriginalString,
            ["authorize_url"] = $"{Issuer}auth",
            ["token_url"] = $"{Issuer}token",
            ["api_url"] = $"{Issuer}{api}",
            ["client_id"] = client,
            ["assertion_audience"] = Issuer.OriginalString,
        };
        if (connector is OpenBankingConnector)
        {
            settings["jwks_url"] = $"{Issuer}jwks";
        }
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }
        var channel = new ChannelDefinition
        {
            Id = new ChannelDefinitionId("101"),
            Mode = ChannelMode.Redirect,
            Connector = connector.Manifest.Family,
            AccountTypes = [BankAccountType.Checkings],
            Settings = settings,
        };
        Assert.Empty(connector.Manifest.Check(channel));
        return new ConnectorRun(connector, channel, Network(certificate))
        {
            // The server looks at its own clock.
            Now = TimeProvider.System.GetUtcNow(),
            Callback = new BankCallback(new Uri(ReturnAddress), "state-of-this-connection"),
            Seal = seal,
        };
    }

    /// <summary>A person's way through the bank's pages, back to us.</summary>
    public async Task<Uri> Agree(Uri address)
    {
        using var browser = new HttpClient(Network(certificate: null, cookies: true));
        for (var steps = 0; steps < 10; steps++)
        {
            using var answer = await browser.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.True(
                answer.StatusCode is HttpStatusCode.SeeOther or HttpStatusCode.Found,
                await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
            );
            address = new Uri(address, answer.Headers.Location!);
            if (address.OriginalString.StartsWith(ReturnAddress, StringComparison.Ordinal))
            {
                return address;
            }
        }
        throw new InvalidOperationException("The bank does not send the user back.");
    }

    public SocketsHttpHandler Network(X509Certificate2? certificate, bool cookies = false)
    {
        var handler = ConnectorRun.Network();
        handler.UseCookies = cookies;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.GetCertHashString() == _server.GetCertHashString();
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }
        return handler;
    }

    /// <summary>A certificate that nobody signed but itself.</summary>
    public static X509Certificate2 Certified(string name)
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
    }

    private static JsonObject Signing(string algorithm) =>
        Client(
            $"signs-{algorithm}",
            ("token_endpoint_auth_method", "private_key_jwt"),
            ("token_endpoint_auth_signing_alg", algorithm),
            ("jwks", SealOfTests.Jwks(algorithm))
        );

    private static JsonObject Client(string id, params (string Name, JsonNode Value)[] more)
    {
        var client = new JsonObject
        {
            ["client_id"] = id,
            ["redirect_uris"] = new JsonArray(ReturnAddress),
            ["grant_types"] = new JsonArray([.. WithCode]),
            ["response_types"] = new JsonArray("code"),
            ["scope"] = "openid accounts",
        };
        foreach (var (name, value) in more)
        {
            client[name] = value;
        }
        return client;
    }
}
