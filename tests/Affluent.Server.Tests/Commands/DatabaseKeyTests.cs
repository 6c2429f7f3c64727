using System.Net;
using System.Net.Sockets;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>The master key and the database belong together: <c>check-config</c> and <c>serve</c> say the same of it.</summary>
public sealed class DatabaseKeyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    // Should a start come as far as listening, it ends there.
    private readonly TcpListener _taken = new(IPAddress.Loopback, 0);

    public DatabaseKeyTests() => _taken.Start();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _taken.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory, OnBothDatabases]
    public async Task Another_master_key_than_the_one_the_database_was_begun_with_is_refused_by_both(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        await Begin(database, "first.key");
        var other = Path.Combine(_folder.FullName, "other.key");
        MasterKey.Load(other, mayCreate: true);

        await BothRefuse(database, other, "is not the one with which this database was begun");
    }

    [Theory, OnBothDatabases]
    public async Task A_lost_master_key_is_told_by_both_and_none_makes_another(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var lost = await Begin(database, "lost.key");
        File.Delete(lost);

        await BothRefuse(database, lost, "this database was begun with a key");

        Assert.False(File.Exists(lost));
    }

    [Theory, OnBothDatabases]
    public async Task The_right_key_is_accepted_beside_the_one_to_come(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var first = await Begin(database, "first.key");
        var fresh = Path.Combine(_folder.FullName, "fresh.key");
        MasterKey.Load(fresh, mayCreate: true);

        await Accepts(database, "fits the database", first);
        await Accepts(database, "fits the database", fresh, "--other-master-key-files", first);
    }

    [Theory, OnBothDatabases]
    public async Task A_database_that_is_new_is_not_begun_by_a_look_at_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);

        await Accepts(
            database,
            database.IsThere ? "fits the database" : "not compared with the database: there is none yet",
            Path.Combine(_folder.FullName, "none.key")
        );

        Assert.True(await database.IsUntouched());
        var (_, output, _) = await Terminal.Run(database, "check-config");
        Assert.Matches(@"(?m)^\(database\) +(there is none yet|serve or migrate will apply 001_platform)", output);
    }

    [Theory, OnSqliteOnly("PostgreSQL's files are its own.")]
    public async Task A_look_at_a_file_leaves_it_and_what_lies_beside_it_as_they_were(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var key = await Begin(database, "first.key");

        await database.Database.Read(
            async _ =>
            {
                var open = Files(database);
                await Accepts(database, "fits the database", key);
                Assert.Contains("affluent.db-wal", open.Select(file => file.Name));
                Assert.Equal(open, Files(database));
                return true;
            },
            Stop
        );

        await database.Database.DisposeAsync();
        var closed = Files(database);
        await Accepts(database, "fits the database", key);
        Assert.Equal(["affluent.db"], closed.Select(file => file.Name));
        Assert.Equal(closed, Files(database));

        // As a start that was killed at once leaves it.
        await File.WriteAllBytesAsync(database.Address, [], Stop);
        await Accepts(database, "fits the database", key);
        Assert.Equal(0, new FileInfo(database.Address).Length);
    }

    [Theory]
    [InlineData("postgres://affluent@127.0.0.1:1/x", "PostgreSQL cannot be reached")]
    [InlineData("/dev/null/affluent.db", "there is none yet")]
    public async Task A_database_that_cannot_be_reached_is_passed_over_with_a_word(string address, string why)
    {
        var (code, output, errors) = await Terminal.RunWithoutDatabase(
            "check-config",
            "--database",
            address,
            "--data-directory",
            _folder.FullName
        );

        Assert.Equal((ExitCode.Done, ""), (code, errors));
        Assert.Matches($@"(?m)^\(master key\) +not compared with the database: {why}", output);
    }

    [Theory]
    [OnBothDatabases("later")]
    [OnBothDatabases("changed")]
    [OnBothDatabases("old")]
    public async Task A_database_that_this_version_cannot_use_is_refused_by_both_in_the_same_words(
        DatabaseKind kind,
        string how
    )
    {
        await using var database = await (how == "old" ? TestDatabase.CreateEmpty(kind) : TestDatabase.Create(kind));
        await (
            how switch
            {
                "later" => database.MarkAsVersion(999),
                "changed" => database.MarkAsChanged(),
                _ => database.MarkAsOld(),
            }
        );

        var (checkedAs, output, checkedErrors) = await Terminal.Run(database, "check-config");
        var (served, _, servedErrors) = await Terminal.Run(database, "migrate");

        Assert.Equal(
            (ExitCode.Failed, how == "later" ? ExitCode.DatabaseTooNew : ExitCode.DatabaseDiffers),
            (checkedAs, served)
        );
        Assert.StartsWith(checkedErrors.Trim(), servedErrors);
        Assert.Matches(@"(?m)^\(database\) +cannot be used by this version\r?$", output);
    }

    [Theory, OnBothDatabases]
    public async Task What_an_upgrade_will_apply_is_said_before_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        await database.MarkAsBefore(24);

        var (code, output, errors) = await Terminal.Run(database, "check-config");

        Assert.Equal((ExitCode.Done, ""), (code, errors));
        Assert.Matches(@"(?m)^\(database\) +serve or migrate will apply 024_choices", output);
    }

    private async Task<string> Begin(TestDatabase database, string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        await database.Database.Write(MasterKey.Load(path, mayCreate: true).Begin, Stop);
        return path;
    }

    private async Task BothRefuse(TestDatabase database, string key, string why)
    {
        string[] options =
        [
            "--test-bank-listen",
            "off",
            "--listen",
            $"http://{_taken.LocalEndpoint}",
            "--master-key-file",
            key,
        ];

        var (checkedAs, output, checkedErrors) = await Terminal.Run(database, ["check-config", .. options]);
        var (served, _, servedErrors) = await Terminal.Run(database, ["serve", .. options]);

        Assert.Equal((ExitCode.Failed, ExitCode.Settings), (checkedAs, served));
        Assert.Contains(why, checkedErrors);
        Assert.Equal(checkedErrors, servedErrors);
        Assert.Matches(@"(?m)^\(master key\) +does not fit the database\r?$", output);
    }

    private static async Task Accepts(TestDatabase database, string line, string key, params string[] more)
    {
        var (code, output, errors) = await Terminal.Run(database, ["check-config", "--master-key-file", key, .. more]);

        Assert.Equal((ExitCode.Done, ""), (code, errors));
        Assert.Matches($@"(?m)^\(master key\) +{line}\r?$", output);
    }

    private static (string Name, long Length, DateTime? Written)[] Files(TestDatabase database) =>
        [
            .. new DirectoryInfo(database.Folder)
                .GetFiles()
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                // The index of the log is memory that all who read and write share.
                .Select(file =>
                    (file.Name, file.Length, file.Extension == ".db-shm" ? (DateTime?)null : file.LastWriteTimeUtc)
                ),
        ];
}
