using Affluent.Connectors.EnableBanking;
using Affluent.Server.Storage;

namespace Affluent.Server.Upstreams;

/// <summary>Every statement about banks that upstreams list.</summary>
internal static class UpstreamStore
{
    /// <summary>All that an upstream lists or listed in an environment.</summary>
    public static Task<IReadOnlyList<ListedBank>> List(DbWork db, UpstreamEnvironment environment) =>
        db.Query<ListedBank>(
            """
            select id, country, name, psu_type, bic, consent_days, psu_headers, beta, missing_since
            from upstream_banks where upstream = @Upstream and environment = @Environment
            """,
            new { UpstreamApplication.Upstream, Environment = environment }
        );

    /// <summary>Writes rows in the place of those that they were; new ones get the ids that follow.</summary>
    public static async Task Put(DbWork db, UpstreamEnvironment environment, IReadOnlyCollection<ListedBank> banks)
    {
        var next =
            await db.Scalar<long>(
                "select coalesce(max(id), @IdsAbove) from upstream_banks",
                new { ListedBank.IdsAbove }
            ) + 1;
        ListedBank[] rows = [.. banks.Select(bank => bank.Id == 0 ? bank with { Id = next++ } : bank)];
        await db.Execute(
            "delete from upstream_banks where id {in @Ids}",
            new { Ids = db.List(banks.Where(bank => bank.Id != 0).Select(bank => bank.Id)) }
        );
        await db.Insert(Table(environment), rows);
    }

    /// <summary>Which state of the lists there is; null: none was read yet.</summary>
    public static Task<ListState?> State(DbWork db, UpstreamEnvironment environment) =>
        db.Find<ListState>(
            "select version, read_at from upstream_lists where upstream = @Upstream and environment = @Environment",
            new { UpstreamApplication.Upstream, Environment = environment }
        );

    /// <summary>Tells all nodes that there is another state.</summary>
    /// <param name="readAt">When all lists could be read; null: not all could.</param>
    public static Task Changed(DbWork db, UpstreamEnvironment environment, long? readAt) =>
        db.Execute(
            """
            insert into upstream_lists (upstream, environment, version, read_at) values (@Upstream, @Environment, 1, @ReadAt)
            on conflict (upstream, environment) do update set version = upstream_lists.version + 1,
                read_at = coalesce(@ReadAt, upstream_lists.read_at)
            """,
            new
            {
                UpstreamApplication.Upstream,
                Environment = environment,
                ReadAt = readAt,
            }
        );

    private static BulkTable<ListedBank> Table(UpstreamEnvironment environment) =>
        new(
            "upstream_banks",
            [
                new("id", BulkType.Long, bank => bank.Id),
                new("upstream", BulkType.Text, _ => UpstreamApplication.Upstream),
                new("environment", BulkType.Text, _ => environment.Word()),
                new("country", BulkType.Text, bank => bank.Country),
                new("name", BulkType.Text, bank => bank.Name),
                new("psu_type", BulkType.Text, bank => bank.PsuType.Word()),
                new("bic", BulkType.Text, bank => bank.Bic),
                new("consent_days", BulkType.Int, bank => (long?)bank.ConsentDays),
                new("psu_headers", BulkType.Text, bank => bank.PsuHeaders),
                new("beta", BulkType.Bool, bank => (bool?)bank.Beta),
                new("missing_since", BulkType.Long, bank => bank.MissingSince),
            ]
        );
}

/// <summary>A state of the lists.</summary>
internal sealed record ListState
{
    /// <summary>Grows with each reading.</summary>
    public long Version { get; init; }

    /// <summary>When all lists could be read last, in UTC seconds; null: never.</summary>
    public long? ReadAt { get; init; }
}
