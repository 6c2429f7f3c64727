using System.Diagnostics;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Users;

/// <summary>What is erased leaves the files of the database, too.</summary>
public sealed class ErasureTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnSqliteOnly("PostgreSQL overwrites dead rows by vacuum, in its own time.")]
    public async Task An_erased_user_is_in_no_byte_of_the_files(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var account = await app.StoreAccount(await app.StoreConnection(user));
        await app.StoreTransactions(account, 300);
        var before = await app.StoredText();
        Assert.Contains(user.Email, before, StringComparison.Ordinal);
        Assert.Contains("BOULANGERIE", before, StringComparison.Ordinal);

        using var answer = await http.DeleteAsync("/api/v2.1/users/me", Stop);

        answer.EnsureSuccessStatusCode();
        var after = await app.StoredText();
        Assert.DoesNotContain(user.Email, after, StringComparison.Ordinal);
        Assert.DoesNotContain("BOULANGERIE", after, StringComparison.Ordinal);
        Assert.DoesNotContain("Lovelace", after, StringComparison.Ordinal);
    }

    [Theory, OnSqliteOnly("PostgreSQL overwrites dead rows by vacuum, in its own time.")]
    public async Task A_reader_who_is_at_it_only_puts_that_off(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        await using (await app.LongRead())
        {
            using var answer = await http.DeleteAsync("/api/v2.1/users/me", Stop);
            answer.EnsureSuccessStatusCode();
            Assert.Contains(user.Email, await app.StoredText(), StringComparison.Ordinal);
        }

        // Nobody writes meanwhile.
        var asked = Stopwatch.GetTimestamp();
        while ((await app.StoredText()).Contains(user.Email, StringComparison.Ordinal))
        {
            Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 0, 5);
            await Task.Delay(50, Stop);
        }
    }

    [Theory, OnSqliteOnly("PostgreSQL overwrites dead rows by vacuum, in its own time.")]
    public async Task One_erasure_right_after_another_leaves_the_files_as_soon(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (first, _) = await app.SignedInUser();
        var (second, user) = await app.SignedInUser();

        (await first.DeleteAsync("/api/v2.1/users/me", Stop)).EnsureSuccessStatusCode();
        (await second.DeleteAsync("/api/v2.1/users/me", Stop)).EnsureSuccessStatusCode();

        Assert.DoesNotContain(user.Email, await app.StoredText(), StringComparison.Ordinal);
    }
}
