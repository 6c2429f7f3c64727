using System.Diagnostics;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>Ends a consent at the bank (Read/Write Data API 3.1, "Delete Account Access Consents").</summary>
internal static class OpenBankingRevocation
{
    /// <summary>The consent alone, and our own token: the user's goes with the connection.</summary>
    public static RevocableConsent? Revocable(string session)
    {
        var read = OpenBankingSession.Read(session);
        return read.ConsentId is { } consent
            ? new((read.WithoutAccess() with { ConsentId = consent }).Write(), consent)
            : null;
    }

    public static async Task<StepResult> Revoke(
        OpenBankingApi api,
        OpenBankingSettings settings,
        CancellationToken cancellation
    )
    {
        if (api.Session.ConsentId is not { } consent)
        {
            return api.Refused(Refusal.ConsentExpired, "there is no consent to end");
        }
        switch (await api.AboutConsent(HttpMethod.Delete, settings.Consent(consent), json: null, cancellation))
        {
            case OpenBankingAnswer.Ended ended:
                return ended.Result;
            case OpenBankingAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            case OpenBankingAnswer.Denied denied
                when denied.Status == 404 || OpenBankingRefusal.Of(denied.Code) == Refusal.ConsentExpired:
                return api.Refused(Refusal.ConsentExpired, $"the bank no longer knows the consent: {denied.Words}");
            case OpenBankingAnswer.Denied denied:
                return api.Refused(Refusal.OperatorFault, $"the bank does not end the consent: {denied.Words}");
            case OpenBankingAnswer.Found or OpenBankingAnswer.Empty:
                return new StepResult.Done { Session = "" };
            default:
                throw new UnreachableException();
        }
    }
}
