using Affluent.Connectors.Contract;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Jobs;

/// <summary>How many runs may be under way at once in the whole installation.</summary>
/// <param name="OfUser">Of one user, at all banks.</param>
/// <param name="OfBank">At a bank, of all users.</param>
/// <param name="ClosedBanks">The banks that are not asked now by runs for which nobody waits.</param>
internal sealed record RunLimits(
    int OfUser,
    Func<ProviderId, int> OfBank,
    Func<DbWork, Task<IReadOnlyList<ClosedBank>>> ClosedBanks
)
{
    /// <summary>At a bank whose entry says nothing.</summary>
    public static int AtUnknownBank => Provider.StandardConcurrentRuns;
}

/// <summary>The runs under way of one user at one bank.</summary>
internal sealed record RunningJobs
{
    public ClientId ClientId { get; init; }
    public UserId UserId { get; init; }

    /// <summary>Null: of no bank that is known.</summary>
    public ProviderId? ProviderId { get; init; }

    public int Runs { get; init; }
}

/// <summary>
/// Which due jobs may begin, by what is under way: a bank that answers slowly keeps the runs of no other waiting, a user with many banks
/// those of no other user, and a client with a million connections those of no other client. Pure.
/// </summary>
internal sealed class Admission
{
    private readonly RunLimits _limits;
    private readonly Dictionary<ClientId, int> _ofClients = [];
    private readonly Dictionary<UserId, int> _ofUsers = [];
    private readonly Dictionary<ProviderId, int> _atBanks = [];

    public Admission(RunLimits limits, IEnumerable<RunningJobs> running)
    {
        _limits = limits;
        foreach (var jobs in running)
        {
            Count(jobs.ClientId, jobs.UserId, jobs.ProviderId, jobs.Runs);
        }
    }

    /// <summary>How many runs of a client are under way: who has the fewest comes first.</summary>
    public int Of(ClientId client) => _ofClients.GetValueOrDefault(client);

    /// <summary>The banks at which no other run of a priority may begin.</summary>
    public IReadOnlyList<ProviderId> FullBanks(JobPriority priority) =>
        [.. _atBanks.Where(bank => bank.Value >= LimitAt(bank.Key, priority)).Select(bank => bank.Key)];

    /// <summary>The users of whom no other run may begin.</summary>
    public IReadOnlyList<UserId> FullUsers =>
        [.. _ofUsers.Where(user => user.Value >= _limits.OfUser).Select(user => user.Key)];

    /// <summary>Counts a job among those under way, unless its bank or its user has as many as may be.</summary>
    public bool Admits(Job job)
    {
        if (
            _ofUsers.GetValueOrDefault(job.UserId) >= _limits.OfUser
            || (job.ProviderId is { } bank && _atBanks.GetValueOrDefault(bank) >= LimitAt(bank, job.Priority))
        )
        {
            return false;
        }
        Count(job.ClientId, job.UserId, job.ProviderId, 1);
        return true;
    }

    // Of each bank's places, a quarter is left to those who wait in person.
    private int LimitAt(ProviderId bank, JobPriority priority) =>
        priority switch
        {
            JobPriority.Attended => _limits.OfBank(bank),
            JobPriority.Background => Math.Max(1, _limits.OfBank(bank) * 3 / 4),
        };

    private void Count(ClientId client, UserId user, ProviderId? bank, int runs)
    {
        _ofClients[client] = _ofClients.GetValueOrDefault(client) + runs;
        _ofUsers[user] = _ofUsers.GetValueOrDefault(user) + runs;
        if (bank is { } known)
        {
            _atBanks[known] = _atBanks.GetValueOrDefault(known) + runs;
        }
    }
}
