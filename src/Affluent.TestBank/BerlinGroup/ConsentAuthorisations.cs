using System.Collections.Concurrent;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>The authorisations of consents that run without a page of the bank. A restart ends them.</summary>
internal sealed class ConsentAuthorisations(Bank bank, Visits visits, ConsentBook consents, BankClock clock)
{
    private static readonly TimeSpan ApprovedAfter = TimeSpan.FromSeconds(8);
    private readonly ConcurrentDictionary<string, string> consentOf = new(StringComparer.Ordinal);

    public Visit Begin(string consentId)
    {
        foreach (var id in consentOf.Keys.Where(id => !visits.IsOpen(id)))
        {
            consentOf.TryRemove(id, out _);
        }

        var visit = visits.Begin();
        consentOf[visit.Id] = consentId;
        return visit;
    }

    /// <summary>Asks a customer who is known already in the bank's app.</summary>
    public Visit AskInApp(string consentId, Customer customer) =>
        Begin(consentId).Asked(Approval(customer.Person), clock.Now) with
        {
            Visitor = customer.Visitor,
        };

    private static Challenge.Approval Approval(Person person) =>
        person
            .Methods.Select(m => m.Challenge)
            .Append(person.Challenge)
            .OfType<Challenge.Approval>()
            .FirstOrDefault(new Challenge.Approval(ApprovedAfter, WithImage: false));

    public IReadOnlyList<string> Of(string consentId) =>
        [.. consentOf.Where(a => string.Equals(a.Value, consentId, StringComparison.Ordinal)).Select(a => a.Key)];

    /// <summary>The authorisation of this consent; null: there is none, or it is over.</summary>
    public Visit? Find(string id, string consentId) =>
        consentOf.TryGetValue(id, out var known) && string.Equals(known, consentId, StringComparison.Ordinal)
            ? visits.Find(id)
            : null;

    /// <summary>Keeps the visit; a customer who has proved all agrees to the consent by that.</summary>
    public Visit Keep(Visit visit, Customer customer)
    {
        visit = visits.Keep(visit.At(clock.Now, customer.Person, visits.HasAcceptedTerms(customer.Visitor)));
        if (
            visit.Stage == Stage.Inside
            && consentOf.TryGetValue(visit.Id, out var id)
            && consents.Find(id, Face.BerlinGroup) is { } waiting
            && waiting.IsWaiting(clock.Now)
        )
        {
            IReadOnlyList<string> all = [.. PaymentAccounts.Of(customer).Select(s => s.Account.Id)];
            if (waiting.AgreedBy(customer, all, clock) is { } agreed)
            {
                consents.Agree(agreed);
            }
            else
            {
                consents.Refuse(id);
            }
        }

        return visit;
    }

    /// <summary>Takes note of what customers of this consent have done in the bank's app since.</summary>
    public async Task Finish(string consentId, CancellationToken cancellation)
    {
        foreach (var id in Of(consentId))
        {
            if (
                Find(id, consentId) is { Stage: Stage.Approval, Visitor: { } visitor } visit
                && await bank.Find(visitor, cancellation) is { } customer
            )
            {
                Keep(visit, customer);
            }
        }
    }

    /// <summary>How an authorisation stands, in the words of the standard.</summary>
    public string Status(Visit visit, string consentId) =>
        visit.Stage switch
        {
            Stage.Login => visit.WrongCodes > 0 ? "failed" : "received",
            Stage.Method => "psuAuthenticated",
            Stage.Code => "scaMethodSelected",
            Stage.Approval => "started",
            Stage.PasswordExpired or Stage.Terms => "failed",
            Stage.Inside => consents.Find(consentId, Face.BerlinGroup)?.State == ConsentState.Refused
                ? "failed"
                : "finalised",
        };
}
