using Affluent.Server.Connections;
using Affluent.Server.Home.Pages;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Home;

/// <summary>A member takes a bank off, with all that was read there; asked again, and told what goes.</summary>
internal static class RemoveBankPage
{
    public static string Of(string connection) =>
        $"{HouseholdVisit.BankRemoval}?{StartPage.ConnectionField}={connection}";

    public static async Task<IResult> Show(HttpContext context, Database database, CancellationToken cancellation)
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return MemberSignInPage.AskFor(HouseholdVisit.Root);
        }
        return
            Ids.TryRead<ConnectionId>(context.Request.Query[StartPage.ConnectionField].ToString(), out var id)
            && await database.Read(db => ConnectionsStore.Find(db, member.UserId, id), cancellation) is { } connection
            ? PageMarkup.Of<RemoveBank, RemoveBankView>(
                visit.Frame(HouseholdVisit.BankRemoval),
                new RemoveBankView(connection.Id.ToString(), connection.Name)
            )
            : new SeeOther(HouseholdVisit.Root);
    }

    public static async Task<IResult> Submit(
        HttpContext context,
        UserDatabase users,
        BankRevocations revocations,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return MemberSignInPage.AskFor(HouseholdVisit.Root);
        }
        if (
            await visit.Read() is not { } form
            || !Ids.TryRead<ConnectionId>(form[StartPage.ConnectionField].ToString(), out var id)
        )
        {
            return visit.Outdated();
        }
        // Sent twice, it is gone all the same.
        await users.Write(
            member.UserId,
            member.ClientId,
            work => ConnectionEdits.Delete(work, revocations, id),
            cancellation
        );
        return HouseholdVisit.Tell(HouseholdVisit.Root, HouseholdNews.BankRemoved);
    }
}

/// <summary>The bank that is to go.</summary>
/// <param name="Id">Of the connection.</param>
public sealed record RemoveBankView(string Id, string Name);

internal sealed class RemoveBankTexts(Language language) : Texts(language)
{
    public string Title(string bank) => Say(en: $"Remove {bank}?", fr: $"Retirer {bank} ?");

    public string Intro =>
        Say(
            en: "With it goes, at once and for good:",
            fr: "Avec elle disparaissent, immédiatement et définitivement :"
        );

    public IReadOnlyList<string> Goes =>
        Say(
            en:
            [
                "its accounts and transactions here",
                "the authorization to read there: it is ended, where the bank offers a way",
                "what applications read of it: they get nothing more, and keep what they have read",
            ],
            fr:
            [
                "ses comptes et ses opérations ici",
                "l’autorisation de lecture : il y est mis fin, là où la banque le permet",
                "ce que les applications en lisent : elles n’obtiennent plus rien et gardent ce qu’elles ont lu",
            ]
        );

    public string Stays =>
        Say(
            en: "Nothing changes at the bank itself. Linked again later, its accounts are new ones to applications.",
            fr: "Rien ne change dans la banque elle-même. Connectée à nouveau, ses comptes seront nouveaux pour les applications."
        );

    public string Confirm => Say(en: "Yes, remove this bank", fr: "Oui, retirer cette banque");
    public string Keep => Say(en: "No, go back", fr: "Non, revenir");
}
