using System.Diagnostics;
using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Affluent.Bench;

/// <summary>The synchronization engine at a bank that answers at once: connections a second, what one costs the database, how due work is found, and memory.</summary>
internal static class Engine
{
    private const int Connections = 1_000;
    private const int WarmUps = 10;
    private const int Places = 64;
    private const int InFlight = 1_000;
    private const int Due = 100;
    private const long MegaByte = 1024 * 1024;

    public static async Task<IReadOnlyList<Figure>> Run(string server) =>
        [.. await Synchronize(server), await Find(server)];

    private static async Task<IReadOnlyList<Figure>> Synchronize(string server)
    {
        await using var database = await BenchDatabase.Create(server);
        var bank = new EngineBank();
        await using var platform = await Platform.Start(
            database,
            builder => builder.Services.AddSingleton(new Banks([EngineBank.Provider], _ => bank))
        );
        await AddConnections(database, platform);
        var worker = platform.Services.GetRequiredService<Worker>();
        await RunDue(worker, Places); // the first readings
        await database.Execute("analyze");

        List<double> unchanged = [];
        List<double> bare = [];
        List<double> changed = [];
        var (statements, transactions) = (0L, 0L);
        // The compiler compiles what is used much once more, in the background, and is at work until then.
        for (var round = 0; round < WarmUps; round++)
        {
            await MakeDue(database);
            await RunDue(worker, Places);
        }
        for (var round = 0; round < 3; round++)
        {
            await MakeDue(database);
            var before = (database.Database.Statements, database.Database.Transactions);
            unchanged.Add(await RunDue(worker, Places));
            statements = database.Database.Statements - before.Statements;
            transactions = database.Database.Transactions - before.Transactions;
            bare.Add(await Bare(database, (int)(statements / Connections), (int)(transactions / Connections)));
        }
        for (var round = 0; round < 3; round++)
        {
            bank.New += 10;
            await MakeDue(database);
            changed.Add(await RunDue(worker, Places));
        }
        var memory = await Wait(database, bank, worker);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  a run that finds nothing new: {(double)statements / Connections:0.0} statements, {(double)transactions / Connections:0.00} transactions; as many bare: {Figure.Median(bare):0} connections/s"
            )
        );
        return
        [
            Figure.AtLeast("runs that find nothing new", "connections/s", Figure.Median(unchanged), 500),
            Figure.AtLeast("runs that find ten rows", "connections/s", Figure.Median(changed), 200),
            Figure.Below("1,000 runs wait for slow banks, resident memory", "MB", memory, 400),
        ];
    }

    private static async Task AddConnections(BenchDatabase database, Platform platform)
    {
        var (vault, ids) = (platform.Services.GetRequiredService<Vault>(), platform.Services.GetRequiredService<Ids>());
        var client = new ClientId(await database.Scalar("select id from clients"));
        await database.Execute(
            $"""
            insert into users (id, client_id, email, email_key, password_hash, created_at)
            select n, {client}, n || '@example.org', n || '@example.org', '', 0 from generate_series(1, {Connections}) n
            """
        );
        foreach (var some in Enumerable.Range(1, Connections).Chunk(250))
        {
            await database.Database.Write(
                async db =>
                {
                    foreach (var user in some.Select(n => new UserId(n)))
                    {
                        await vault.CreateKey(db, user);
                        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
                        await ConnectionEdits.Create(
                            new UserWork(db, user, client, vault, ids, now),
                            new()
                            {
                                Provider = EngineBank.Provider,
                                Channel = EngineBank.Provider.Channels[0],
                                User = new PresentUser("203.0.113.7", null, null),
                            }
                        );
                    }
                },
                CancellationToken.None
            );
        }
    }

    private static Task MakeDue(BenchDatabase database) =>
        database.Execute(
            "update jobs set due_at = 1, priority = 'BACKGROUND', present_user = null, present_until = null"
        );

    /// <summary>Runs what is due as a node does, so many at a time; connections a second.</summary>
    private static async Task<double> RunDue(Worker worker, int places)
    {
        HashSet<Task> running = [];
        var runs = 0;
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var free = places - running.Count;
            var claimed = (await worker.ClaimDue(new(free, free), CancellationToken.None)).Jobs;
            foreach (var job in claimed)
            {
                running.Add(Task.Run(() => worker.Run(job, CancellationToken.None)));
                runs++;
            }
            if (running.Count == 0)
            {
                return runs / Stopwatch.GetElapsedTime(begun).TotalSeconds;
            }
            // A node claims several at a time where many end.
            await Task.WhenAny([Task.WhenAll(running), Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System)]);
            running.RemoveWhere(task => task.IsCompleted);
        }
    }

    /// <summary>As many statements in as many transactions for each connection, each the shortest that there is of a connection's job.</summary>
    private static async Task<double> Bare(BenchDatabase database, int statements, int transactions)
    {
        var begun = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(
            1,
            Connections + 1,
            new ParallelOptions { MaxDegreeOfParallelism = Places },
            async (user, cancellation) =>
            {
                await using var connection = await database.Source.OpenConnectionAsync(cancellation);
                for (var number = 0; number < transactions; number++)
                {
                    await using var transaction = await connection.BeginTransactionAsync(cancellation);
                    for (var sent = 0; sent < statements / Math.Max(1, transactions); sent++)
                    {
                        await using var command = connection.CreateCommand();
                        command.CommandText =
                            sent == 0
                                ? "update jobs set attempt = attempt where user_id = $1"
                                : "select * from jobs where user_id = $1";
                        command.Parameters.Add(new() { Value = (long)user });
                        await command.ExecuteNonQueryAsync(cancellation);
                    }
                    await transaction.CommitAsync(cancellation);
                }
            }
        );
        return Connections / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>Resident megabytes while 1,000 runs wait for their bank.</summary>
    private static async Task<double> Wait(BenchDatabase database, EngineBank bank, Worker worker)
    {
        var answer = new TaskCompletionSource();
        (bank.Waits, var asked) = (answer.Task, bank.Asked);
        await MakeDue(database);
        List<Task> running = [];
        while (running.Count < InFlight)
        {
            var places = InFlight - running.Count;
            var claimed = await worker.ClaimDue(new(places, places), CancellationToken.None);
            running.AddRange(claimed.Jobs.Select(job => Task.Run(() => worker.Run(job, CancellationToken.None))));
        }
        while (bank.Asked - asked < InFlight)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        using var process = Process.GetCurrentProcess();
        var resident = (double)process.WorkingSet64 / MegaByte;
        answer.SetResult();
        await Task.WhenAll(running);
        return resident;
    }

    /// <summary>How much longer a claim takes of five million connections than of fifty thousand, when as many are due.</summary>
    private static async Task<Figure> Find(string server)
    {
        var (few, many) = (await Claim(server, 50_000), await Claim(server, 5_000_000));
        return new Figure(
            $"finding {Due} due jobs among 5,000,000",
            string.Create(CultureInfo.InvariantCulture, $"{many:0.0} ms"),
            string.Create(CultureInfo.InvariantCulture, $"among 50,000: {few:0.0} ms"),
            many / few,
            "≤ 1.20",
            many / few <= 1.2
        );
    }

    private static async Task<double> Claim(string server, int connections)
    {
        await using var database = await BenchDatabase.Create(server);
        // Jobs alone, without users: what else there is of a connection is not looked at.
        await database.Execute(
            $"""
            set session_replication_role = replica;
            insert into jobs (user_id, id, client_id, kind, subject_id, state, priority, due_at, provider_id)
            select n, n, 1 + n % 20, 'SYNCHRONIZATION', n, 'IDLE', 'BACKGROUND', 1000000 + n, (n % 50) from generate_series(1, {connections}) n;
            analyze jobs
            """
        );
        var limits = new RunLimits(
            4,
            _ => EngineBank.MostRuns,
            _ => Task.FromResult<IReadOnlyList<Server.Gates.ClosedBank>>([])
        );
        List<double> times = [];
        for (var round = 0; round < 60; round++)
        {
            var now = 1_000_000 + ((round + 1) * Due);
            var begun = Stopwatch.GetTimestamp();
            var claimed = await database.Database.Write(
                db => Server.Jobs.Claim.Due(db, limits, new(Due, Due), now),
                CancellationToken.None
            );
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            if (claimed.Jobs.Count != Due)
            {
                throw new InvalidOperationException($"{claimed.Jobs.Count} jobs were claimed instead of {Due}.");
            }
            // As they end, so that each round finds as much under way.
            await database.Execute(
                "update jobs set state = 'IDLE', lease_until = null, due_at = 100000000 where state = 'RUNNING'"
            );
        }
        return Figure.Median(times.Skip(10));
    }
}
