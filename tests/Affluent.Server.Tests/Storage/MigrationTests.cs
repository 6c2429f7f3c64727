using System.Data.Common;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Storage;

/// <summary>Sets of scripts that are made up here, beside the one that is shipped.</summary>
public sealed class MigrationTests
{
    private static readonly FakeTimeProvider Time = new();

    private static readonly Migration Things = new(1, "001_things", "create table things (name text not null);");

    private static readonly Migration UniqueNames = new(
        2,
        "002_unique_names",
        """
        -- no transaction
        drop index {concurrently} if exists things_by_name;
        create unique index {concurrently} things_by_name on things (name);
        """
    );

    private static readonly Migration Others = new(3, "003_others", "create table others (name text not null);");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Two branches may have taken the same number: of two scripts with one version only one would be applied.
    [Fact]
    public void No_two_scripts_have_the_same_number() =>
        Assert.All(Migration.Shipped.CountBy(script => script.Version), count => Assert.Equal(1, count.Value));

    [Theory, OnBothDatabases]
    public async Task A_script_that_fails_leaves_those_before_it_and_nothing_of_its_own(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        var half = new Migration(2, "002_half", "create table halves (name text); insert into nowhere values (1);");

        await Assert.ThrowsAnyAsync<DbException>(() => Migrate(test.Database, Things, half));
        var mended = await Migrate(test.Database, Things, half with { Sql = "create table halves (name text);" });

        Assert.Equal(["002_half"], Applied(mended));
        Assert.Equal(0, await Count(test.Database, "things"));
    }

    [Theory, OnBothDatabases]
    public async Task A_script_that_was_changed_after_it_was_applied_is_refused_before_anything_else_happens(
        DatabaseKind kind
    )
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        await Migrate(test.Database, Things);

        var changed = await Migrate(test.Database, Things with { Sql = Things.Sql + "\n-- better" }, Others);
        var otherEnds = await Migrate(
            test.Database,
            Things with
            {
                Sql = Things.Sql.Replace("\n", "\r\n", StringComparison.Ordinal),
            }
        );

        Assert.Equal(new MigrationOutcome.Changed("001_things"), changed);
        Assert.Empty(Applied(otherEnds));
        await Assert.ThrowsAnyAsync<DbException>(() => Count(test.Database, "others"));
    }

    [Theory, OnBothDatabases]
    public async Task A_script_that_the_program_does_not_know_is_refused(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        await Migrate(test.Database, Things, Others with { Version = 2 });

        Assert.Equal(
            new MigrationOutcome.Changed("003_others"),
            await Migrate(test.Database, Things, new Migration(3, "003_last", "create table last (name text);"))
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_script_without_a_transaction_begins_anew_after_an_interruption(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        await Migrate(test.Database, Things);
        await test.Database.Write(db => db.Execute("insert into things values ('twin'), ('twin')"), Stop);

        // PostgreSQL leaves half an index behind.
        await Assert.ThrowsAnyAsync<DbException>(() => Migrate(test.Database, Things, UniqueNames, Others));
        await test.Database.Write(db => db.Execute("delete from things"), Stop);
        var outcome = await Migrate(test.Database, Things, UniqueNames, Others);

        Assert.Equal(["002_unique_names", "003_others"], Applied(outcome));
        await test.Database.Write(db => db.Execute("insert into things values ('one')"), Stop);
        var error = await Assert.ThrowsAnyAsync<DbException>(() =>
            test.Database.Write(db => db.Execute("insert into things values ('one')"), Stop)
        );
        Assert.True(test.Database.IsUniqueViolation(error));
    }

    [Theory, OnBothDatabases]
    public async Task Processes_that_start_at_once_apply_each_script_once(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        var processes = Enumerable.Range(0, 4).Select(_ => Database.Open(test.Address)).ToArray();

        var outcomes = await Task.WhenAll(
            processes.Select(p => Task.Run(() => Migrate(p, Things, UniqueNames, Others), Stop))
        );

        Assert.Equal(["001_things", "002_unique_names", "003_others"], outcomes.SelectMany(Applied).Order());
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    private static Task<MigrationOutcome> Migrate(Database database, params Migration[] known) =>
        Migrator.Migrate(database, known, Time, Stop);

    private static IReadOnlyList<string> Applied(MigrationOutcome outcome) =>
        Assert.IsType<MigrationOutcome.UpToDate>(outcome).Applied;

    private static Task<long> Count(Database database, string table) =>
        database.Read(db => db.Scalar<long>($"select count(*) from {table}"), Stop);
}
