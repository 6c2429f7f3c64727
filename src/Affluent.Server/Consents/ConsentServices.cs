using System.Net;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;

namespace Affluent.Server.Consents;

/// <summary>Keeps what users agree to, as evidence, and tells the security log.</summary>
internal sealed class ConsentKeeper(SecurityLog security)
{
    /// <summary>In the transaction of what the user agreed to.</summary>
    public async Task<ConsentId> Record(
        UserWork work,
        ConsentKind kind,
        ConsentText text,
        ConsentSubject subject,
        IPAddress? address
    )
    {
        var consent = ConsentRecord.Of(work, kind, text, subject, address);
        await ConsentStore.Insert(work.Db, consent, text);
        work.Db.AfterCommit(() =>
            security.ConsentGiven(
                new(consent.ClientId, consent.UserId, consent.ConnectionId),
                consent.Kind.Word(),
                consent.Id,
                consent.TextHash
            )
        );
        return consent.Id;
    }
}

/// <summary>What of consents others use, and what runs by itself.</summary>
internal static class ConsentServices
{
    public static void AddConsents(this IServiceCollection services) =>
        services
            .AddSingleton<ConsentKeeper>()
            .AddPeriodicTask("consent_texts", TimeSpan.FromHours(1), ConsentStore.PruneTexts);
}
