using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.People;

/// <summary>What the faults of a person do to a request for data, on every face.</summary>
internal enum FaultEffect
{
    /// <summary>It is answered.</summary>
    None,
    MaintenancePage,
    Failure,
}

/// <summary>Lets the bank misbehave for the people whose faults say so.</summary>
internal sealed class FaultInjection(BankClock clock, IHostApplicationLifetime life)
{
    /// <summary>
    /// What becomes of the request; closes the connection, or holds the request until the caller or the bank goes away, where a fault says so.
    /// <paramref name="accountId"/> is null for requests that concern no single account.
    /// </summary>
    public async Task<FaultEffect> Apply(HttpContext http, Customer customer, string? accountId)
    {
        var faults = customer.Person.Faults;
        if (faults.Contains(Fault.Nothing))
        {
            http.Abort();
            return FaultEffect.Failure;
        }

        if (faults.Contains(Fault.Hang))
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(
                http.RequestAborted,
                life.ApplicationStopping
            );
            await Task.Delay(Timeout.InfiniteTimeSpan, clock.Time, end.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            http.Abort();
            return FaultEffect.Failure;
        }

        if (faults.Contains(Fault.Html))
        {
            return FaultEffect.MaintenancePage;
        }

        var fails =
            faults.Contains(Fault.Error500)
            || (
                faults.Contains(Fault.OneAccountFails)
                && accountId is not null
                && customer.Statements is [.., { Account: var last }]
                && string.Equals(last.Id, accountId, StringComparison.Ordinal)
            );
        return fails ? FaultEffect.Failure : FaultEffect.None;
    }
}
