using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.Stet;

/// <summary>
/// Ends an authorization by its token (RFC 7009), where the bank offers that. STET itself has nothing for it: an empty <c>PUT /consents</c> shares no
/// account any more, but may be another connection's list, too, and leaves the tokens alive.
/// </summary>
internal static class StetRevocation
{
    /// <summary>The tokens alone: accounts and their holder's name go with the connection.</summary>
    public static RevocableConsent? Revocable(StetSettings settings, string session)
    {
        var read = StetSession.Read(session);
        return
            settings.Client.Token.RevocationAddress is not null && (read.RefreshToken ?? read.AccessToken) is { } token
            ? new(new StetSession { AccessToken = read.AccessToken, RefreshToken = read.RefreshToken }.Write(), token)
            : null;
    }

    public static async Task<StepResult> Revoke(
        StepContext context,
        StetSettings settings,
        CancellationToken cancellation
    )
    {
        var session = StetSession.Read(context.Session);
        if (settings.Client.Token.RevocationAddress is null)
        {
            return Refused(Refusal.OperatorFault, "the bank's entry names no revocation_url");
        }
        // A refresh token takes its access tokens along (RFC 7009 §2.1).
        if ((session.RefreshToken ?? session.AccessToken) is not { } token)
        {
            return Refused(Refusal.ConsentExpired, "there is no token to revoke");
        }
        var values = settings
            .Client.Values(context)
            .Set("token", token)
            .Set("token_type_hint", session.RefreshToken is null ? "access_token" : "refresh_token");
        var answer = await settings.Client.Token.Send(
            context,
            settings.Client.Requests,
            TokenGrant.Revocation,
            values,
            cancellation
        );
        if (answer.RetryLater(context.Session, context.Now) is { } later)
        {
            return later;
        }
        var error = OAuthFlow.OAuthCode(answer.Body?.Parse()?.Text("error"));
        return answer switch
        {
            // A page for people is not the word of this endpoint, whatever its status.
            { Body.IsMarkup: true } or { Status: < 200 or (>= 300 and < 400) } => answer.Unavailable(
                context.Session,
                context.Now
            ),
            { IsSuccess: true } => new StepResult.Done { Session = "" },
            // A token that is over is answered 200 (§2.2); some banks say it as the token endpoint does.
            _ when error is "invalid_grant" or "invalid_token" => Refused(
                Refusal.ConsentExpired,
                $"the bank no longer knows the token: {answer.Status} {error}"
            ),
            _ when error is "server_error" or "temporarily_unavailable" or "slow_down" => answer.Unavailable(
                context.Session,
                context.Now
            ),
            // unsupported_token_type, a client that is unknown, an address without the endpoint: the entry, or our registration.
            _ => Refused(
                Refusal.OperatorFault,
                $"the bank does not take the revocation: {answer.Status} {error}".TrimEnd()
            ),
        };

        StepResult.Refused Refused(Refusal reason, string detail) => new(reason, detail) { Session = context.Session };
    }
}
