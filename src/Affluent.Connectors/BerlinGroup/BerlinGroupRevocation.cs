using System.Diagnostics;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>Ends a consent at the bank (NextGenPSD2 1.3, section 6.5 "Delete an Account Information Consent Object").</summary>
internal static class BerlinGroupRevocation
{
    /// <summary>The consent and the tokens alone: accounts go with the connection.</summary>
    public static RevocableConsent? Revocable(string session)
    {
        var read = BerlinGroupSession.Read(session);
        return Consents(read) is [var first, ..]
            ? new(
                (
                    read with
                    {
                        Request = null,
                        Transactions = new Dictionary<string, string>(),
                        Withheld = [],
                        Listed = [],
                        HasListed = false,
                        ConsentFor = null,
                        // By number: what accounts are called goes with them.
                        AccountConsents = read
                            .AccountConsents.Values.Index()
                            .ToDictionary(c => $"{c.Index}", c => c.Item),
                    }
                ).Write(),
                first
            )
            : null;
    }

    public static async Task<StepResult> Revoke(
        StepContext context,
        BerlinGroupSettings settings,
        CancellationToken cancellation
    )
    {
        var api = new BerlinGroupApi(context, settings);
        StepResult? ended = null;
        StepResult? failed = null;
        foreach (var consent in Consents(api.Session))
        {
            switch (await Revoke(api, settings.Consent(consent), cancellation))
            {
                case StepResult.Done done:
                    ended = done;
                    break;
                case StepResult.Refused { Reason: Refusal.ConsentExpired }:
                    break;
                case StepResult.Later later:
                    return later;
                // One that stays does not keep the others; all are tried again, which does those that have ended no harm.
                case var other:
                    failed = other;
                    break;
            }
        }
        return failed ?? ended ?? api.Refused(Refusal.ConsentExpired, "there is no consent to end");
    }

    private static IReadOnlyList<string> Consents(BerlinGroupSession session) =>
        [.. new[] { session.ConsentId, session.ListConsentId }.OfType<string>().Concat(session.AccountConsents.Values)];

    private static async Task<StepResult> Revoke(BerlinGroupApi api, Uri address, CancellationToken cancellation)
    {
        switch (await api.AboutConsent(HttpMethod.Delete, address, json: null, callback: null, cancellation))
        {
            case BerlinGroupAnswer.Ended ended:
                return ended.Result;
            case BerlinGroupAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            case BerlinGroupAnswer.Denied denied
                when BerlinGroupRefusal.Of(denied.Code) == Refusal.ConsentExpired || denied.Status == 404:
                return api.Refused(Refusal.ConsentExpired, $"the bank no longer knows the consent: {denied.Words}");
            case BerlinGroupAnswer.Denied denied:
                return api.Refused(Refusal.OperatorFault, $"the bank does not end the consent: {denied.Words}");
            // Some want the user's strong authentication for that, and the user is gone.
            case BerlinGroupAnswer.Found { Status: 202 }:
                return api.Refused(Refusal.OperatorFault, "the bank ends a consent only when the user confirms it");
            case BerlinGroupAnswer.Found or BerlinGroupAnswer.Empty:
                return new StepResult.Done { Session = "" };
            default:
                throw new UnreachableException();
        }
    }
}
