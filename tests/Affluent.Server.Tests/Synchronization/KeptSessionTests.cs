using System.Net;
using System.Net.Sockets;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>What a bank says only once is safe from the moment it arrives.</summary>
public sealed class KeptSessionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_token_is_written_although_the_node_stops_right_after_it_came(DatabaseKind kind)
    {
        var (bank, app, _) = await Linked(kind);
        await using var running = app;
        using var stopping = new CancellationTokenSource();
        bank.EmbeddedChannel.Does = async (context, _, cancellation) =>
        {
            await stopping.CancelAsync();
            await context.Keep("renewed");
            cancellation.ThrowIfCancellationRequested();
        };

        await RunOnce(app, app.Database, stopping.Token);

        Assert.Equal("renewed", await NextSession(bank, app));
    }

    [Theory, OnBothDatabases]
    public async Task A_stop_waits_for_the_answer_to_what_the_bank_was_told_and_asks_nothing_more(DatabaseKind kind)
    {
        var (bank, app, _) = await Linked(kind);
        await using var running = app;
        using var stopping = new CancellationTokenSource();
        using var server = new SlowServer();
        var askedAgain = false;
        bank.EmbeddedChannel.Does = async (context, _, cancellation) =>
        {
            using var answer = await context.Http.PostAsync(server.Address, new StringContent("token"), cancellation);
            await context.Keep("renewed");
            await context.Http.GetStringAsync(server.Address, cancellation);
            askedAgain = true;
        };

        var run = RunOnce(app, app.Database, stopping.Token);
        await server.Asked;
        await stopping.CancelAsync();
        await server.Answer();
        await run;

        Assert.False(askedAgain);
        Assert.Equal(1, server.Requests);
        Assert.Equal("renewed", await NextSession(bank, app));
    }

    [Theory]
    [OnBothDatabases(true)]
    [OnBothDatabases(false)]
    public async Task A_stop_waits_for_no_reading_and_not_for_ever(DatabaseKind kind, bool reading)
    {
        var (bank, app, id) = await Linked(kind);
        await using var running = app;
        using var stopping = new CancellationTokenSource();
        using var server = new SlowServer();
        bank.EmbeddedChannel.Does = async (context, _, cancellation) =>
        {
            using var answer = reading
                ? await context.Http.GetAsync(server.Address, cancellation)
                : await context.Http.PostAsync(server.Address, new StringContent("token"), cancellation);
        };

        var run = RunOnce(app, app.Database, stopping.Token);
        await server.Asked;
        await stopping.CancelAsync();
        if (!reading)
        {
            app.Time.Advance(StepStop.Grace);
        }

        await run.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        Assert.Equal("IDLE", await app.JobState(id));
    }

    [Theory]
    [OnBothDatabases(true)]
    [OnBothDatabases(false)]
    public async Task A_token_that_came_while_the_node_stood_still_for_longer_than_a_step_lasts_is_kept(
        DatabaseKind kind,
        bool answered
    )
    {
        var (bank, app, id) = await Linked(kind);
        await using var running = app;
        using var server = new SlowServer();
        bank.EmbeddedChannel.Does = async (context, input, cancellation) =>
        {
            if (input is StepInput.ListAccounts)
            {
                using var answer = await context.Http.PostAsync(
                    server.Address,
                    new StringContent("token"),
                    cancellation
                );
                await context.Keep("renewed");
                cancellation.ThrowIfCancellationRequested();
            }
        };

        var run = RunOnce(app, app.Database, CancellationToken.None);
        await server.Asked;
        // All that was due meanwhile is due at once.
        app.Time.Advance(BankLimits.LongestStep + TimeSpan.FromMinutes(1));
        if (answered)
        {
            await server.Answer();
        }
        else
        {
            app.Time.Advance(StepStop.Grace);
        }

        await run.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        Assert.Equal("IDLE", await app.JobState(id));
        Assert.Equal(answered ? "renewed" : "", await NextSession(bank, app));
    }

    [Theory, OnBothDatabases]
    public async Task A_token_outlives_a_database_that_is_away_for_two_seconds(DatabaseKind kind)
    {
        var (bank, app, id) = await Linked(kind);
        await using var running = app;
        var database = new HookedDatabase(app.Database);
        var backAt = DateTimeOffset.MaxValue;
        database.BeforeWrite = () =>
            app.Time.GetUtcNow() < backAt && backAt < DateTimeOffset.MaxValue
                ? throw new HookedDatabase.Death()
                : Task.CompletedTask;
        bank.EmbeddedChannel.Does = (context, input, _) =>
        {
            if (input is not StepInput.ListAccounts)
            {
                return Task.CompletedTask;
            }
            backAt = app.Time.GetUtcNow().AddSeconds(2);
            return context.Keep("renewed");
        };

        var run = RunOnce(app, database, CancellationToken.None);
        await Pass(app, run);

        Assert.Equal("IDLE", await app.JobState(id));
        Assert.Equal("renewed", bank.EmbeddedChannel.Steps[^1].Context.Session);
        Assert.Equal("renewed", await NextSession(bank, app));
    }

    [Theory, OnBothDatabases]
    public async Task What_a_bank_is_about_to_say_is_waited_for_although_the_database_is_away(DatabaseKind kind)
    {
        var (bank, app, id) = await Linked(kind);
        await using var running = app;
        var database = new HookedDatabase(app.Database);
        var away = false;
        database.BeforeWrite = () => away ? throw new HookedDatabase.Death() : Task.CompletedTask;
        bank.EmbeddedChannel.Does = async (context, input, _) =>
        {
            if (input is StepInput.ListAccounts)
            {
                away = true;
                await Task.Delay(Claim.Lease / 2, app.Time, CancellationToken.None);
                away = false;
                await context.Keep("renewed");
            }
        };

        await Pass(app, RunOnce(app, database, CancellationToken.None));

        Assert.Equal("IDLE", await app.JobState(id));
        Assert.Equal("renewed", await NextSession(bank, app));
    }

    [Theory, OnBothDatabases]
    public async Task A_node_that_has_lost_its_job_writes_no_token_over_the_others(DatabaseKind kind)
    {
        var (bank, app, _) = await Linked(kind);
        await using var running = app;
        Exception? refused = null;
        bank.EmbeddedChannel.Does = async (context, _, _) =>
        {
            bank.EmbeddedChannel.Does = (other, _, _) => other.Keep("the other's");
            app.Time.Advance(Claim.Lease + TimeSpan.FromSeconds(1));
            await app.RunDueSynchronizations();
            bank.EmbeddedChannel.Does = null;
            refused = await Record.ExceptionAsync(() => context.Keep("the loser's"));
        };

        await RunOnce(app, new HookedDatabase(app.Database), CancellationToken.None);

        Assert.IsType<LeaseLostException>(refused);
        Assert.Equal("the other's", await NextSession(bank, app));
    }

    [Theory, OnBothDatabases]
    public async Task A_token_that_came_after_the_job_was_lost_is_kept_where_nothing_newer_is(DatabaseKind kind)
    {
        var (bank, app, _) = await Linked(kind);
        await using var running = app;
        Exception? refused = null;
        var others = "";
        bank.EmbeddedChannel.Does = async (context, _, _) =>
        {
            // The other node reads with what is stored: a session that says nothing new is none to overwrite this one with.
            bank.EmbeddedChannel.Does = async (other, input, _) =>
            {
                if (input is StepInput.ListAccounts)
                {
                    others = other.Session;
                    refused = await Record.ExceptionAsync(() => context.Keep("late"));
                }
            };
            bank.EmbeddedChannel.Instead = (other, input) =>
                input is StepInput.ListAccounts
                    ? new StepResult.Page { Session = "of the page", Accounts = [Bank.Account("111")] }
                    : null;
            app.Time.Advance(Claim.Lease + TimeSpan.FromSeconds(1));
            await app.RunDueSynchronizations();
            bank.EmbeddedChannel.Instead = null;
            throw new OperationCanceledException();
        };

        await RunOnce(app, new HookedDatabase(app.Database), CancellationToken.None);

        Assert.IsType<LeaseLostException>(refused);
        Assert.Equal("", others);
        Assert.Equal("late", await NextSession(bank, app));
    }

    /// <summary>It stood still in the middle of a step: what it would tell the bank could spend the token that the other is about to send.</summary>
    [Theory, OnBothDatabases]
    public async Task A_node_that_has_lost_its_job_tells_the_bank_nothing_more(DatabaseKind kind)
    {
        var (bank, app, _) = await Linked(kind);
        await using var running = app;
        using var server = new SlowServer();
        var database = new HookedDatabase(app.Database);
        var standing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Exception? refused = null;
        bank.EmbeddedChannel.Does = async (context, _, cancellation) =>
        {
            bank.EmbeddedChannel.Does = null;
            // Its lease is not looked at before it goes on.
            database.BeforeWrite = () => standing.Task;
            app.Time.Advance(Claim.Lease + TimeSpan.FromSeconds(1));
            await app.RunDueSynchronizations();
            refused = await Record.ExceptionAsync(() =>
                context
                    .Http.PostAsync(server.Address, new StringContent("token"), cancellation)
                    .WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, cancellation)
            );
            standing.SetResult();
        };

        await RunOnce(app, database, CancellationToken.None);

        Assert.IsType<LeaseLostException>(refused);
        Assert.Equal(0, server.Requests);
    }

    /// <summary>It stood still in the middle of a step, and nobody has noticed: from now on nobody may take its place until the bank has answered.</summary>
    [Theory, OnBothDatabases]
    public async Task A_node_whose_lease_ran_out_renews_it_before_it_tells_the_bank_anything(DatabaseKind kind)
    {
        var (bank, app, id) = await Linked(kind);
        await using var running = app;
        using var server = new SlowServer();
        var inTheirPlace = -1;
        bank.EmbeddedChannel.Does = async (context, _, cancellation) =>
        {
            bank.EmbeddedChannel.Does = null;
            await app.ExpireLeases();
            app.Time.Advance(TimeSpan.FromSeconds(2));
            var asked = context.Http.PostAsync(server.Address, new StringContent("token"), cancellation);
            await server.Asked;
            inTheirPlace = await app.RunDueSynchronizations();
            await server.Answer();
            using var answer = await asked;
            await context.Keep("renewed");
        };

        await RunOnce(app, app.Database, CancellationToken.None);

        Assert.Equal(0, inTheirPlace);
        Assert.Equal("IDLE", await app.JobState(id));
        Assert.Equal("renewed", await NextSession(bank, app));
    }

    /// <summary>A node stands still while the bank answers its renewal; another one comes with the token that is spent.</summary>
    [Theory]
    [OnBothDatabases(true)]
    [OnBothDatabases(false)]
    public async Task A_consent_outlives_a_node_that_stood_still_while_it_renewed_it(
        DatabaseKind kind,
        bool wakesInTime
    )
    {
        await using var bank = await RotatingBank.Start();
        await using var app = await TestApp.Start(kind, configure: b => b.Services.AddSingleton(bank.Banks()));
        var (http, id) = await bank.Link(app);
        var renewed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wakes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slept = false;
        bank.MeanwhileAsync = async () =>
        {
            if (!slept)
            {
                slept = true;
                renewed.SetResult();
                await wakes.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
            }
        };
        var asleep = new HookedDatabase(app.Database);
        var standing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sleeper = RunOnce(app, asleep, CancellationToken.None);
        await renewed.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        asleep.BeforeWrite = () => standing.Task;
        app.Time.Advance(Claim.Lease + TimeSpan.FromSeconds(1));
        bank.OnLost = async () =>
        {
            if (wakesInTime)
            {
                await Wake();
            }
        };

        await app.RunDueSynchronizations();
        await Wake();
        for (var i = 0; i < 3; i++)
        {
            await app.RunDueSynchronizations();
            app.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, bank.Lost);
        Assert.Equal("SUCCESS", await http.StatusOf(id, FakeBank.Redirect));

        async Task Wake()
        {
            standing.TrySetResult();
            wakes.TrySetResult();
            await sleeper.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        }
    }

    /// <summary>A bank that refuses a token that it gave a moment ago has ended the consent; one whose token ran out meanwhile has not.</summary>
    [Theory]
    [OnBothDatabases(0, false, 1)]
    [OnBothDatabases(30, false, 2)]
    [OnBothDatabases(30, true, 2)]
    public async Task A_token_that_ran_out_while_the_step_stood_still_does_not_end_the_consent(
        DatabaseKind kind,
        int seconds,
        bool isOver,
        int asked
    )
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        var lists = 0;
        bank.EmbeddedChannel.Does = async (context, input, _) =>
        {
            if (input is StepInput.ListAccounts)
            {
                lists++;
                await context.Keep($"renewed {lists}");
                app.Time.Advance(TimeSpan.FromSeconds(seconds));
            }
        };
        bank.EmbeddedChannel.Instead = (_, input) =>
            input is StepInput.ListAccounts && (isOver || lists == 1) ? Bank.Refused(Refusal.ConsentExpired) : null;

        await RunOnce(app, app.Database, CancellationToken.None);

        Assert.Equal(asked, lists);
        Assert.Equal(seconds > 0 && !isOver, await http.StatusOf(id) == "SUCCESS");
    }

    [Theory, OnBothDatabases]
    public async Task No_consent_is_lost_in_many_renewals_under_stops_and_outages(DatabaseKind kind)
    {
        const int runs = 60;
        await using var bank = await RotatingBank.Start();
        await using var app = await TestApp.Start(kind, configure: b => b.Services.AddSingleton(bank.Banks()));
        var (http, id) = await bank.Link(app);
        var refusals = 0;
        var database = new HookedDatabase(app.Database)
        {
            BeforeWrite = () =>
                Interlocked.Decrement(ref refusals) >= 0 ? throw new HookedDatabase.Death() : Task.CompletedTask,
        };
        var random = new Random(4711);
        // On a slow machine a run may end before it asks the bank: another one takes its place.
        for (var i = 0; i < 2 * runs && bank.Renewals < runs; i++)
        {
            // Behind every pause and every dead lease; nobody is there any more, and a lost consent would end the runs.
            app.Time.Advance(TimeSpan.FromMinutes(20));
            if (await app.DueAt(id) > app.Time.Seconds())
            {
                await RunTests.Synchronize(http, id);
            }
            using var stopping = new CancellationTokenSource();
            var (away, pause) = (i % 3 == 0, random.Next(0, 4));
            bank.Meanwhile = () =>
            {
                Volatile.Write(ref refusals, away ? 2 : 0);
                stopping.CancelAfter(pause);
            };
            var run = RunOnce(app, database, stopping.Token);
            while (!run.IsCompleted)
            {
                await Task.WhenAny(run, Task.Delay(1, Stop));
                if (away)
                {
                    app.Time.Advance(TimeSpan.FromMilliseconds(20));
                }
            }
            refusals = 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{bank.Lost} lost of {bank.Renewals} renewals");
        Assert.Equal(0, bank.Lost);
        Assert.True(bank.Renewals >= runs, $"only {bank.Renewals} renewals");
    }

    private static async Task<(FakeBank Bank, TestApp App, string Id)> Linked(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        return (bank, app, await TestApp.Connect(http));
    }

    private static async Task RunOnce(TestApp app, Server.Storage.Database database, CancellationToken stop)
    {
        var worker = app.WorkerOver(database);
        try
        {
            if (await worker.ClaimDue(new(1, 1), Stop) is { Jobs: [var job, ..] })
            {
                await worker.Run(job, stop);
            }
        }
        catch (HookedDatabase.Death)
        {
            // At the claim.
        }
    }

    /// <summary>Lets time pass until the run is over.</summary>
    private static async Task Pass(TestApp app, Task run)
    {
        for (var i = 0; i < 2_000 && !run.IsCompleted; i++)
        {
            app.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, Stop);
        }
        await run.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
    }

    /// <summary>With which session the next run begins.</summary>
    private static async Task<string> NextSession(FakeBank bank, TestApp app)
    {
        bank.EmbeddedChannel.Does = null;
        bank.EmbeddedChannel.Steps.Clear();
        for (var days = 0; days < 3 && bank.EmbeddedChannel.Steps.Count == 0; days++)
        {
            await app.RunDueSynchronizations();
            app.Time.Advance(TimeSpan.FromDays(1));
        }
        return bank.EmbeddedChannel.Steps[0].Context.Session;
    }

    /// <summary>Answers when the test says so.</summary>
    private sealed class SlowServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TcpClient? _client;

        public SlowServer()
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
            _ = Serve();
        }

        public Uri Address { get; }

        public int Requests { get; private set; }

        public Task Asked => _asked.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);

        public async Task Answer() =>
            await _client!.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), Stop);

        public void Dispose()
        {
            _client?.Dispose();
            _listener.Dispose();
        }

        private async Task Serve()
        {
            try
            {
                _client = await _listener.AcceptTcpClientAsync(Stop);
                using var lines = new StreamReader(_client.GetStream());
                while (await lines.ReadLineAsync(Stop) is { } line)
                {
                    if (line.EndsWith("HTTP/1.1", StringComparison.Ordinal))
                    {
                        Requests++;
                        _asked.TrySetResult();
                    }
                }
            }
            catch (Exception e)
                when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
