using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Backing up and restoring as docs/advanced/operations.md says: the database while it runs, and the master key.</summary>
public sealed class BackupTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task What_was_backed_up_is_read_on_after_a_restore_and_nothing_comes_twice(DatabaseKind kind)
    {
        await using var installation = await Installation.Start(kind);
        using var customer = await Customer.Of(installation);
        var connection = await customer.Connect("dev", "dev");
        await customer.Succeeded(connection);
        var before = await Everything(customer);
        using var folder = new BackupFolder();

        await BackUp(installation.Database, folder.Path);
        // What comes later is not in the backup.
        using var late = await Customer.Of(installation);
        await installation.Server.Stop();
        await Restore(installation.Database, folder.Path);
        // The signing key need not be kept: tokens end, and clients fetch others.
        File.Delete(Path.Combine(installation.Database.Folder, "signing.key"));
        await installation.Serve();

        await customer.SignIn();
        Assert.Equal(before, await Everything(customer));
        // The restored key opens what the database holds of the bank.
        await customer.Synchronize(connection);
        await customer.Succeeded(connection);
        Assert.Equal(before, await Everything(customer));
        var refusal = await Assert.ThrowsAsync<Xunit.Sdk.TrueException>(late.SignIn);
        Assert.Contains("400 {\"error\":\"invalid_grant\"", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> Everything(Customer customer)
    {
        List<string> all = [];
        foreach (var account in await customer.Accounts())
        {
            var transactions = await customer.Transactions(account.Text("id"));
            all.Add($"{account.Text("id")} {transactions.Count}");
            all.AddRange(transactions.Select(t => t.Text("id")).Order(StringComparer.Ordinal));
        }
        return all;
    }

    private static async Task BackUp(TestDatabase database, string folder)
    {
        if (database.Database is SqliteDatabase file)
        {
            await using var source = new SqliteConnection($"Data Source={file.Path};Pooling=false");
            await using var copy = new SqliteConnection($"Data Source={Path.Combine(folder, "copy.db")};Pooling=false");
            await source.OpenAsync(Stop);
            await copy.OpenAsync(Stop);
            source.BackupDatabase(copy);
        }
        else
        {
            await Run("pg_dump", "--dbname", database.Address, "--file", Path.Combine(folder, "copy.sql"));
        }
        File.Copy(Path.Combine(database.Folder, "master.key"), Path.Combine(folder, "master.key"));
    }

    private static async Task Restore(TestDatabase database, string folder)
    {
        if (database.Database is SqliteDatabase file)
        {
            foreach (var part in new[] { "", "-wal", "-shm" })
            {
                File.Delete(file.Path + part);
            }
            File.Copy(Path.Combine(folder, "copy.db"), file.Path);
        }
        else
        {
            await Run(
                "psql",
                "--quiet",
                "--dbname",
                database.Address,
                "--command",
                "drop schema public cascade; create schema public"
            );
            await Run("psql", "--quiet", "--dbname", database.Address, "--file", Path.Combine(folder, "copy.sql"));
        }
        File.Delete(Path.Combine(database.Folder, "master.key"));
        File.Copy(Path.Combine(folder, "master.key"), Path.Combine(database.Folder, "master.key"));
    }

    private static async Task Run(string program, params string[] arguments)
    {
        var (code, output, errors) = await OtherProgram.Run(
            program,
            arguments,
            Path.GetTempPath(),
            new Dictionary<string, string>()
        );
        Assert.True(code == 0, output + errors);
    }

    private sealed class BackupFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("affluent-backup-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
