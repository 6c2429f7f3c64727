using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Affluent.Server.Commands;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Authorization;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Users;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>Keys are changed while the platform runs: at each step the old ones and the new ones are understood by all.</summary>
public sealed class KeyChangeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Secrets_survive_a_change_of_the_master_key_and_the_old_one_opens_nothing_any_more(
        DatabaseKind kind
    )
    {
        await using var database = await TestDatabase.Create(kind);
        var (old, fresh) = (Make(database, "old.key"), Make(database, "new.key"));
        var oldOnly = MasterKey.Load(old, mayCreate: false);
        await database.Database.Write(oldOnly.Begin, Stop);
        var kept = await CreateUser(database, new UserId(1), new Vault(oldOnly));

        // First the old one wraps and the new one is known, then the other way round.
        var first = Keys(old, fresh);
        var second = Keys(fresh, old);
        Assert.True(await database.Database.Read(first.Fits, Stop));
        Assert.True(await database.Database.Read(second.Fits, Stop));
        var late = await CreateUser(database, new UserId(2), new Vault(second));
        Assert.Equal("s3cret", await Read(database, new UserId(2), new Vault(first), late));
        Assert.Equal("s3cret", await Read(database, new UserId(1), new Vault(second), kept));

        var (code, output, _) = await Terminal.Run(
            database,
            "keys",
            "rewrap",
            "--master-key-file",
            fresh,
            "--other-master-key-files",
            old
        );

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("1 keys were wrapped anew", output, StringComparison.Ordinal);
        var freshOnly = MasterKey.Load(fresh, mayCreate: false);
        Assert.True(await database.Database.Read(freshOnly.Fits, Stop));
        Assert.False(await database.Database.Read(oldOnly.Fits, Stop));
        Assert.Equal("s3cret", await Read(database, new UserId(1), new Vault(freshOnly), kept));
        Assert.Equal("s3cret", await Read(database, new UserId(2), new Vault(freshOnly), late));
        await Assert.ThrowsAnyAsync<CryptographicException>(() =>
            Read(database, new UserId(1), new Vault(oldOnly), kept)
        );
    }

    [Theory, OnBothDatabases]
    public async Task What_outlives_its_user_is_wrapped_anew_too(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var (old, fresh) = (Make(database, "old.key"), Make(database, "new.key"));
        var oldOnly = MasterKey.Load(old, mayCreate: false);
        await database.Database.Write(oldOnly.Begin, Stop);
        var kept = new BankRevocation
        {
            Id = new(7),
            ConnectionId = new(1),
            DefinitionId = new("101"),
            GiveUpAt = 10,
        };
        var secret = new Vault(oldOnly).SealAlone("t0ken", kept.Purpose);
        kept = kept with { WrappedKey = secret.WrappedKey, Session = secret.Content };
        await database.Database.Write(
            async db =>
            {
                await BankRevocationStore.Put(db, kept);
                return true;
            },
            Stop
        );

        var (code, _, _) = await Terminal.Run(
            database,
            "keys",
            "rewrap",
            "--master-key-file",
            fresh,
            "--other-master-key-files",
            old
        );

        Assert.Equal(ExitCode.Done, code);
        var found = Assert.Single(
            await database.Database.Write(db => BankRevocationStore.Claim(db, 10, leaseUntil: 1, now: 0), Stop)
        );
        var freshOnly = new Vault(MasterKey.Load(fresh, mayCreate: false));
        Assert.Equal("t0ken", freshOnly.OpenAlone(found.Secret, found.Purpose));
        Assert.ThrowsAny<CryptographicException>(() => new Vault(oldOnly).OpenAlone(found.Secret, found.Purpose));
        // A value that was moved to another row does not open.
        Assert.ThrowsAny<CryptographicException>(() =>
            freshOnly.OpenAlone(found.Secret, (found with { ConnectionId = new(2) }).Purpose)
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_key_that_is_not_of_this_database_wraps_nothing(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var mine = MasterKey.Load(Make(database, "mine.key"), mayCreate: false);
        await database.Database.Write(mine.Begin, Stop);
        var kept = await CreateUser(database, new UserId(1), new Vault(mine));

        var (code, _, errors) = await Terminal.Run(
            database,
            "keys",
            "rewrap",
            "--master-key-file",
            Make(database, "strange.key")
        );

        Assert.Equal(ExitCode.Settings, code);
        Assert.Contains("other_master_key_files", errors, StringComparison.Ordinal);
        Assert.Equal("s3cret", await Read(database, new UserId(1), new Vault(mine), kept));
    }

    [Theory, OnBothDatabases]
    public async Task Tokens_of_both_signing_keys_are_believed_and_the_present_one_signs(DatabaseKind kind)
    {
        using var folder = new TestFolder();
        var other = Path.Combine(folder.Path, "other.key");
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            await File.WriteAllTextAsync(other, key.ExportPkcs8PrivateKeyPem(), Stop);
        }
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(other, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        await using var app = await TestApp.Start(kind, s => s with { OtherSigningKeyFiles = [other] });
        var keys = app.Service<Affluent.Server.Authorization.SigningKeys>();
        var user = await app.CreateUser(await app.CreateClient());

        var token = new JsonWebToken(await app.UserToken(user));
        var published = await app.Http.GetFromJsonAsync<JsonElement>("/auth/.well-known/jwks", Stop);

        Assert.Equal(keys.Current.KeyId, token.Kid);
        Assert.Equal(
            keys.All.Select(key => key.KeyId).Order(StringComparer.Ordinal),
            published
                .GetProperty("keys")
                .EnumerateArray()
                .Select(key => key.GetProperty("kid").GetString()!)
                .Order(StringComparer.Ordinal)
        );
        using var http = app.WithToken(Resign(token, keys.Others[0], app));
        using var answer = await http.GetAsync("/api/v2.1/users/me", Stop);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_refresh_token_outlives_the_key_that_signs_access_tokens(DatabaseKind kind)
    {
        // Each start listens at another port, and tokens name their issuer.
        static Settings Named(Settings settings) => settings with { AuthUrl = new Uri("http://auth.example") };
        var before = await TestApp.Start(kind, Named);
        var user = await before.CreateUser(await before.CreateClient());
        var tokens = await before.SignIn(user);

        await using var after = await before.StartAgain(s =>
            Named(s) with
            {
                SigningKeyFile = Path.Combine(before.Folder, "fresh-signing.key"),
            }
        );
        using var refreshed = await after.PostAuth(
            "/auth/token",
            user.Client,
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.GetProperty("refresh_token").GetString()!)
        );
        using var old = after.WithToken(tokens.GetProperty("access_token").GetString()!);
        using var refused = await old.GetAsync("/api/v2.1/users/me", Stop);

        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private static string Resign(
        JsonWebToken token,
        Microsoft.IdentityModel.Tokens.ECDsaSecurityKey key,
        TestApp app
    ) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new Microsoft.IdentityModel.Tokens.SecurityTokenDescriptor
            {
                Issuer = token.Issuer,
                TokenType = "at+jwt",
                Claims = token
                    .Claims.Where(c => c.Type is not ("iss" or "exp" or "iat"))
                    .ToDictionary(c => c.Type, c => (object)c.Value, StringComparer.Ordinal),
                Expires = app.Time.GetUtcNow().UtcDateTime.AddHours(1),
                SigningCredentials = new(key, Microsoft.IdentityModel.Tokens.SecurityAlgorithms.EcdsaSha256),
            }
        );

    private static MasterKey Keys(string present, string other) =>
        MasterKey.Load(new Settings { MasterKeyFile = present, OtherMasterKeyFiles = [other] });

    private static string Make(TestDatabase database, string name)
    {
        var path = Path.Combine(database.Folder, name);
        MasterKey.Load(path, mayCreate: true);
        return path;
    }

    private static Task<byte[]> CreateUser(TestDatabase database, UserId id, Vault vault) =>
        database.Database.Write(
            async db =>
            {
                await UserStore.Insert(db, new UserRow { Id = id, EmailKey = $"{id}@example.org" });
                await vault.CreateKey(db, id);
                return (await vault.OpenKey(db, id))!.Seal("s3cret", "credentials");
            },
            Stop
        );

    private static Task<string?> Read(TestDatabase database, UserId id, Vault vault, byte[] kept) =>
        database.Database.Read(async db => (await vault.OpenKey(db, id))!.Open(kept, "credentials"), Stop);
}
