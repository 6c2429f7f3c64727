using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Authorization;

public sealed class ClientTests
{
    private static readonly NewClient Good = new(
        "Shop",
        ["client_credentials"],
        ["users_create"],
        ["https://shop.example/back?x=1", "http://127.0.0.1:3000"],
        ClientMode: false
    );

    [Theory]
    [InlineData("https://shop.example/anything?else=1", true)]
    [InlineData("http://127.0.0.1:3000/x", true)]
    [InlineData("http://shop.example/back", false)]
    [InlineData("https://shop.example:8443/back", false)]
    [InlineData("https://shop.example.evil.example/back", false)]
    [InlineData("https://sub.shop.example/back", false)]
    [InlineData("https://me@shop.example/back", false)]
    [InlineData("https://shop.example@evil.example/", false)]
    [InlineData("javascript:alert(1)//https://shop.example", false)]
    [InlineData("/back", false)]
    public void A_browser_is_sent_back_to_a_registered_origin_only(string address, bool allowed)
    {
        var (client, _) = Good.Check(InstallationKind.Sandbox);

        Assert.Equal(allowed, client!.AllowsRedirect(new Uri(address, UriKind.RelativeOrAbsolute)));
    }

    [Theory]
    [InlineData("http://shop.example/back")]
    [InlineData("https://*.shop.example/")]
    [InlineData("https://me:secret@shop.example/")]
    [InlineData("myapp://back")]
    [InlineData("shop.example")]
    public void Such_an_address_cannot_be_registered(string address)
    {
        var (client, error) = (Good with { RedirectUrls = [address] }).Check(InstallationKind.Sandbox);

        Assert.Null(client);
        Assert.Contains($"'{address}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void In_production_a_loopback_address_must_be_https_as_well() =>
        Assert.Contains("must be https", Good.Check(InstallationKind.Production).Error, StringComparison.Ordinal);

    [Fact]
    public void Unknown_grants_and_scopes_and_an_empty_name_are_named()
    {
        Assert.Contains(
            "'implicit'",
            (Good with { Grants = ["implicit"] }).Check(InstallationKind.Sandbox).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "'root'",
            (Good with { Scopes = ["root"] }).Check(InstallationKind.Sandbox).Error,
            StringComparison.Ordinal
        );
        Assert.NotNull((Good with { Name = " " }).Check(InstallationKind.Sandbox).Error);
        Assert.NotNull((Good with { Grants = [] }).Check(InstallationKind.Sandbox).Error);
    }

    [Theory, OnBothDatabases]
    public async Task A_client_is_stored_and_listed_without_its_secret(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var made = await app.CreateClient(
            clientMode: true,
            "profile",
            "password",
            redirectUrls: "https://shop.example/back"
        );

        var client = Assert.Single(await app.Database.Read(ClientStore.List, TestContext.Current.CancellationToken));

        Assert.Equal(made.ClientId, client.ClientId);
        Assert.Equal(
            (Scope.Profile, GrantType.Password, "https://shop.example"),
            (Assert.Single(client.Scopes), Assert.Single(client.Grants), client.RedirectOrigins)
        );
        Assert.True(client.ClientMode);
        Assert.Equal(1_772_438_400, client.CreatedAt);
        Assert.DoesNotContain(made.Secret, await app.Snapshot("clients"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signing_key_is_made_once_closed_to_others_and_read_again()
    {
        using var folder = new TestFolder();
        var path = Path.Combine(folder.Path, "signing.key");

        var made = SigningKey.Load(path, mayCreate: true);

        Assert.Equal(made.KeyId, SigningKey.Load(path, mayCreate: false).KeyId);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Assert.Contains(
                "chmod 600",
                Assert.Throws<KeyFileException>(() => SigningKey.Load(path, mayCreate: true)).Message,
                StringComparison.Ordinal
            );
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        File.WriteAllText(path, "no key");
        Assert.Contains(
            "EC private key",
            Assert.Throws<KeyFileException>(() => SigningKey.Load(path, mayCreate: true)).Message,
            StringComparison.Ordinal
        );
        File.Delete(path);
        Assert.Contains(
            "openssl",
            Assert.Throws<KeyFileException>(() => SigningKey.Load(path, mayCreate: false)).Message,
            StringComparison.Ordinal
        );
    }
}

/// <summary>A folder for one test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("affluent-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
