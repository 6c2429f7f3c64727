using System.Security.Cryptography;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Users;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Platform;

public sealed class PlatformTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Ids_grow_and_never_repeat_even_when_the_clock_steps_back()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero))
        {
            AutoAdvanceAmount = TimeSpan.Zero,
        };
        var ids = new Ids(time, node: 3);

        var made = Enumerable.Range(0, 10_000).Select(_ => ids.Next()).ToArray();

        Assert.Equal(made.Order(), made);
        Assert.Equal(made.Length, made.Distinct().Count());
        Assert.All(made, id => Assert.True(id > 0));
    }

    [Fact]
    public void Two_nodes_never_make_the_same_id()
    {
        var time = new FakeTimeProvider();
        time.SetUtcNow(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));
        var (a, b) = (new Ids(time, node: 3), new Ids(time, node: 4));

        var made = Enumerable.Range(0, 10_000).SelectMany(_ => new[] { a.Next(), b.Next() }).ToArray();

        Assert.Equal(made.Length, made.Distinct().Count());
    }

    [Theory, OnBothDatabases]
    public async Task The_vault_opens_only_for_the_same_user_and_purpose(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var folder = Directory.CreateTempSubdirectory("affluent-test-");
        var vault = new Vault(MasterKey.Load(Path.Combine(folder.FullName, "master.key"), mayCreate: true));
        var (mine, other) = await database.Database.Write(
            async db =>
            {
                foreach (var id in new UserId[] { new(1), new(2) })
                {
                    await UserStore.Insert(db, new UserRow { Id = id, EmailKey = $"{id}@example.org" });
                    await vault.CreateKey(db, id);
                }
                return (await vault.OpenKey(db, new UserId(1)), await vault.OpenKey(db, new UserId(2)));
            },
            Stop
        );

        var kept = mine!.Seal("s3cret", "credentials:8700");

        Assert.Equal("s3cret", mine.Open(kept, "credentials:8700"));
        Assert.ThrowsAny<CryptographicException>(() => mine.Open(kept, "session:8700"));
        Assert.ThrowsAny<CryptographicException>(() => other!.Open(kept, "credentials:8700"));
        kept[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => mine.Open(kept, "credentials:8700"));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_master_key_that_others_can_read_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("affluent-test-");
        var path = Path.Combine(folder.FullName, "master.key");
        var made = MasterKey.Load(path, mayCreate: true);

        Assert.True(made.WasCreated);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(made.Bytes, MasterKey.Load(path, mayCreate: false).Bytes);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains(
            "chmod 600",
            Assert.Throws<KeyFileException>(() => MasterKey.Load(path, mayCreate: true)).Message,
            StringComparison.Ordinal
        );
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_secret_does_not_print() => Assert.Equal("***", $"{new Secret("hunter2")}");
}
