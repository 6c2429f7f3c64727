using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Jobs;

/// <summary>Whose jobs begin, when there are more than places.</summary>
public sealed class ClaimTests
{
    private const long Now = 1_000_000;

    private static readonly ProviderId Slow = new("1");
    private static readonly ProviderId Quick = new("2");
    private static readonly RunLimits Limits = new(
        OfUser: 3,
        bank => bank == Slow ? 4 : 40,
        _ => Task.FromResult<IReadOnlyList<ClosedBank>>([])
    );
    private static readonly FreePlaces Plenty = new(100, 100);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_bank_that_never_answers_keeps_no_other_banks_runs_waiting(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var jobs = new Jobs(test);
        await jobs.Due(client: 1, Slow, count: 30, at: Now - 500, users: 30);
        await jobs.Due(client: 2, Quick, count: 2, at: Now, users: 2);

        var first = await Claim(test.Database, Plenty);
        var second = await Claim(test.Database, Plenty);

        // Three quarters of its four places; the fourth is for those who wait in person.
        Assert.Equal((3, 2), (At(first, Slow), At(first, Quick)));
        Assert.True(first.HoldsBack);
        Assert.Empty(second.Jobs);
        await jobs.Due(client: 1, Slow, count: 3, at: Now, users: 3, attended: true);
        Assert.Equal(1, At(await Claim(test.Database, Plenty), Slow));
    }

    [Theory, OnBothDatabases]
    public async Task A_client_with_a_thousand_due_jobs_keeps_no_other_clients_waiting(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var jobs = new Jobs(test);
        await jobs.Due(client: 1, Quick, count: 300, at: Now - 9_000, users: 300);
        await jobs.Due(client: 2, Quick, count: 1, at: Now, users: 1);
        await jobs.Due(client: 3, Quick, count: 50, at: Now, users: 50);

        var claimed = await Claim(test.Database, new(9, 9));

        Assert.Equal([(1, 4), (2, 1), (3, 4)], OfClients(claimed));
        // Those who have fewer under way come first.
        await jobs.Due(client: 2, Quick, count: 9, at: Now, users: 9);
        Assert.Equal([(2, 1)], OfClients(await Claim(test.Database, new(1, 1))));
    }

    [Theory, OnBothDatabases]
    public async Task A_user_with_many_banks_takes_few_places(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var jobs = new Jobs(test);
        await jobs.Due(client: 1, Quick, count: 12, at: Now - 100, users: 1);
        await jobs.Due(client: 1, Quick, count: 2, at: Now, users: 2);

        var claimed = await Claim(test.Database, Plenty);

        Assert.Equal([1, 1, 3], claimed.Jobs.GroupBy(job => job.UserId).Select(user => user.Count()).Order());
    }

    [Theory, OnBothDatabases]
    public async Task What_may_not_begin_keeps_nothing_of_the_same_client_waiting_that_may(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var jobs = new Jobs(test);
        await jobs.Due(client: 1, Slow, count: 9, at: Now - 300, users: 9);
        await jobs.Due(client: 1, Quick, count: 9, at: Now - 200, users: 1);
        await jobs.Due(client: 1, Quick, count: 2, at: Now - 100, users: 2);

        // Fewer places than jobs that stand before those which may begin.
        var claimed = await Claim(test.Database, new(8, 8));

        Assert.Equal((3, 5), (At(claimed, Slow), At(claimed, Quick)));
        Assert.Equal([1, 1, 1, 1, 1, 3], claimed.Jobs.GroupBy(job => job.UserId).Select(user => user.Count()).Order());
    }

    [Theory, OnBothDatabases]
    public async Task Whose_user_waits_comes_first_and_finds_a_place_when_all_others_are_taken(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var jobs = new Jobs(test);
        await jobs.Due(client: 1, Quick, count: 40, at: Now - 100, users: 40);

        Assert.Equal(6, (await Claim(test.Database, new(8, 6))).Jobs.Count);
        Assert.Empty((await Claim(test.Database, new(2, 0))).Jobs);
        await jobs.Due(client: 1, Quick, count: 1, at: Now, users: 1, attended: true);
        Assert.Equal(JobPriority.Attended, Assert.Single((await Claim(test.Database, new(2, 0))).Jobs).Priority);
    }

    [Theory, OnBothDatabases]
    public async Task By_night_a_closed_bank_is_put_off_and_those_who_wait_are_served(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var jobs = new Jobs(test);
        await jobs.Due(client: 1, Slow, count: 2, at: Now - 100, users: 2);
        await jobs.Due(client: 1, Slow, count: 1, at: Now, users: 1, attended: true);
        await jobs.Due(client: 1, Quick, count: 1, at: Now, users: 1);
        var closed = Limits with
        {
            ClosedBanks = _ => Task.FromResult<IReadOnlyList<ClosedBank>>([new(Slow, Until: Now + 30)]),
        };

        var claimed = await test.Database.Write(db => Server.Jobs.Claim.Due(db, closed, Plenty, Now), Stop);

        Assert.Equal((1, 1), (At(claimed, Slow), At(claimed, Quick)));
        Assert.Empty((await Claim(test.Database, Plenty, Now + 29)).Jobs);
        Assert.Equal(2, At(await Claim(test.Database, Plenty, Now + 40), Slow));
    }

    [Theory, OnBothDatabases]
    public async Task Connections_of_a_closed_client_are_not_read_until_it_is_opened_again(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, user) = await app.SignedInUser();
        await TestApp.Connect(http);
        await Close(true);

        await app.RunDueSynchronizations();
        app.Time.Advance(Server.Jobs.Claim.ClosedClientPause);
        await app.RunDueSynchronizations();
        Assert.Empty(bank.EmbeddedChannel.Steps);

        await Close(false);
        app.Time.Advance(Server.Jobs.Claim.ClosedClientPause);
        await app.RunDueSynchronizations();
        Assert.NotEmpty(bank.EmbeddedChannel.Steps);

        Task Close(bool closed) =>
            app.Database.Write(
                db => ClientStore.SetDisabled(db, user.Client.ClientId, closed, app.Service<Revocations>()),
                Stop
            );
    }

    [Theory, OnBothDatabases]
    public async Task Nodes_that_claim_at_once_do_not_go_beyond_a_banks_limit_together(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        await new Jobs(test).Due(client: 1, Slow, count: 60, at: Now - 100, users: 60);

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Claim(test.Database, Plenty), Stop))
        );

        Assert.Equal(3, claims.Sum(claimed => claimed.Jobs.Count));
    }

    private static Task<Claimed> Claim(Database database, FreePlaces free, long now = Now) =>
        database.Write(db => Server.Jobs.Claim.Due(db, Limits, free, now), Stop);

    private static int At(Claimed claimed, ProviderId bank) => claimed.Jobs.Count(job => job.ProviderId == bank);

    private static IEnumerable<(int Client, int Jobs)> OfClients(Claimed claimed) =>
        claimed.Jobs.GroupBy(job => (int)job.ClientId.Value).Select(client => (client.Key, client.Count())).Order();

    /// <summary>Jobs of users who have nothing else.</summary>
    private sealed class Jobs(TestDatabase test)
    {
        private long _last;

        public async Task Due(int client, ProviderId bank, int count, long at, int users, bool attended = false)
        {
            var first = _last + 1;
            await test.StoreUsers(first, users);
            await test.Database.Write(
                async db =>
                {
                    for (var i = 0; i < count; i++)
                    {
                        _last++;
                        await JobStore.Insert(
                            db,
                            JobWalks.New(new UserId(first + (i % users)), _last) with
                            {
                                ClientId = new ClientId(client),
                                ProviderId = bank,
                                DueAt = at,
                                Priority = attended ? JobPriority.Attended : JobPriority.Background,
                                PresentUser = attended ? [1] : null,
                                PresentUntil = attended ? Now + 900 : null,
                            }
                        );
                    }
                },
                Stop
            );
        }
    }
}
