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
        return read.ConsentId is { } consent
            ? new((read with { Transactions = new Dictionary<string, string>(), Request = null }).Write(), consent)
            : null;
    }

    public static async Task<StepResult> Revoke(
        StepContext context,
        BerlinGroupSettings settings,
        CancellationToken cancellation
    )
    {
        var api = new BerlinGroupApi(context, settings);
        if (api.Session.ConsentId is not { } consent)
        {
            return api.Refused(Refusal.ConsentExpired, "there is no consent to end");
        }
        var address = settings.Consent(consent);
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
