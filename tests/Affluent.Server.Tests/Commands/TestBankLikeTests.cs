using System.Net;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Certificates;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.TestBank;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>The test bank stands in the place of banks of the catalogue, wherever the installation is reached.</summary>
public sealed class TestBankLikeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Its_places_are_those_that_the_catalogue_names_and_return_to_the_widget_alone()
    {
        var settings = Settings("la-banque-postale") with { EmbedUrl = new Uri("https://app.example/embed") };
        await using var bank = await Installation.StartTestBank(
            settings,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
        settings = settings with { TestBankUrl = TestBankApp.Address(bank) };
        var channel = Banks.Load(settings).All.SelectMany(b => b.Channels).Single(c => c.Imitated);

        HttpStatusCode[] statuses =
        [
            await Asked(channel.Settings, "https://app.example/embed/v2.1/widget/bank_callback/489901"),
            await Asked(channel.Settings, "https://app.example.evil/embed/v2.1/widget/bank_callback/489901"),
        ];

        Assert.Equal(
            $"{settings.TestBankUrl}like/489901/oauth2.labanquepostale.com/authorize",
            channel.Settings["authorize_url"]
        );
        Assert.Equal([HttpStatusCode.SeeOther, HttpStatusCode.BadRequest], statuses);
    }

    [Fact]
    public void It_knows_the_operator_by_the_seal()
    {
        var made = TestCertificates.Make(
            "Littoral Apps",
            "PSDFR-ACPR-12345",
            TimeProvider.System.GetUtcNow().AddDays(-1),
            TimeProvider.System.GetUtcNow().AddDays(1)
        );
        foreach (var (name, text) in made)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, name), text);
        }
        var settings = Settings("bpce");
        var with = settings with
        {
            SealCertificateFile = Path.Combine(_folder.FullName, "qseal.pem"),
            SealKeyFile = Path.Combine(_folder.FullName, "qseal.key"),
        };
        using var certificate = X509Certificate2.CreateFromPem(made["qseal.pem"]);

        Assert.Null(Assert.Single(TestBankSetup.LikenessesOf(settings)).ClientPublicKey);
        Assert.Equal(
            certificate.GetRSAPublicKey()!.ExportSubjectPublicKeyInfoPem(),
            Assert.Single(TestBankSetup.LikenessesOf(with)).ClientPublicKey
        );
    }

    private Settings Settings(string profile)
    {
        var catalogue = _folder.CreateSubdirectory("catalogue").FullName;
        File.WriteAllText(
            Path.Combine(catalogue, "like.json"),
            $$"""
            {
              "id": "4899", "name": "Like", "country_code": "FRA", "base_url": "https://bank.example", "test": true,
              "channels": [{ "like": "{{profile}}" }]
            }
            """
        );
        return new Settings
        {
            DataDirectory = _folder.FullName,
            TestBankListen = "http://127.0.0.1:0",
            CatalogueFolder = catalogue,
        };
    }

    private static async Task<HttpStatusCode> Asked(IReadOnlyDictionary<string, string> settings, string redirectUri)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(
            new Uri(
                $"{settings["authorize_url"]}?response_type=code&client_id={settings["client_id"]}&scope=aisp&state=1"
                    + $"&code_challenge=abc&code_challenge_method=S256&redirect_uri={Uri.EscapeDataString(redirectUri)}"
            ),
            TestContext.Current.CancellationToken
        );
        return answer.StatusCode;
    }
}
