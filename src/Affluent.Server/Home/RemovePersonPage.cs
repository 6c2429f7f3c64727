using System.Diagnostics;
using Affluent.Server.Authorization;
using Affluent.Server.Home.Pages;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Users;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Home;

/// <summary>
/// The first user removes another person; every other member deletes the own account, with the password once more. Both are asked again, and told what goes.
/// </summary>
internal static class RemovePersonPage
{
    /// <summary>Who goes, by id; absent: who is signed in.</summary>
    public const string PersonField = "person";

    public static string Of(string person) => $"{HouseholdVisit.Removal}?{PersonField}={person}";

    public static async Task<IResult> Show(HttpContext context, Database database, CancellationToken cancellation)
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return MemberSignInPage.AskFor(HouseholdVisit.Root);
        }
        var removal = await database.Read(
            db => Removal.Of(db, member, context.Request.Query[PersonField].ToString()),
            cancellation
        );
        return removal.Person is { } person ? Page(visit, person, removal, []) : removal.Back;
    }

    public static async Task<IResult> Submit(
        HttpContext context,
        Database database,
        OwnPassword own,
        UserDeletion deletion,
        HouseholdSessions sessions,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return MemberSignInPage.AskFor(HouseholdVisit.Root);
        }
        if (await visit.Read() is not { } form)
        {
            return visit.Outdated();
        }
        var removal = await database.Read(db => Removal.Of(db, member, form[PersonField].ToString()), cancellation);
        if (removal.Person is not { } person)
        {
            return removal.Back;
        }
        if (removal.Stays)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            return Page(visit, person, removal, []);
        }
        if (!removal.IsOwn)
        {
            await deletion.Delete(new ActingUser(person.ClientId, person.Id), cancellation);
            return HouseholdVisit.Tell(HouseholdVisit.People, HouseholdNews.PersonRemoved);
        }
        var current = CurrentPassword.Of(form, visit.Language);
        if (current.Faults.Count > 0)
        {
            return Page(visit, person, removal, current.Faults);
        }
        switch (await own.Confirm(current.OnceMore(visit, member), cancellation))
        {
            case SignInOutcome.Welcome:
                await deletion.Delete(new ActingUser(person.ClientId, person.Id), cancellation);
                await sessions.End(context, member);
                return HouseholdVisit.Tell(HouseholdVisit.SignIn, HouseholdNews.AccountDeleted);
            case SignInOutcome.Refused refused:
                return Page(visit, person, removal, [CurrentPassword.Wrong(visit, refused)]);
            case SignInOutcome.Excess excess:
                return visit.TooMany(excess.RetryAfter);
            default:
                throw new UnreachableException();
        }
    }

    private static RazorComponentResult<RemovePerson> Page(
        HouseholdVisit visit,
        UserRow person,
        Removal removal,
        IReadOnlyList<(string Field, string Text)> errors
    )
    {
        if (errors.Count > 0)
        {
            visit.Context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }
        return PageMarkup.Of<RemovePerson, RemovePersonView>(
            visit.Frame(HouseholdVisit.Removal, errors.Count > 0),
            new RemovePersonView
            {
                Id = person.Id.ToString(),
                Email = person.Email,
                IsOwn = removal.IsOwn,
                Stays = removal.Stays,
                Errors = errors,
            }
        );
    }

    /// <summary>Who is to go.</summary>
    /// <param name="Person">Null: there is no such person, or it is none of the member's business.</param>
    /// <param name="IsOwn">Whether it is the member.</param>
    /// <param name="IsFirst">Whether the member is the first user.</param>
    private sealed record Removal(UserRow? Person, bool IsOwn, bool IsFirst)
    {
        public static async Task<Removal> Of(DbWork db, HouseholdMember member, string named)
        {
            var isFirst = await PeoplePage.IsFirst(db, member);
            var isOwn = named.Length == 0 || named == member.UserId.ToString();
            var person =
                isOwn ? await UserStore.Find(db, member.UserId)
                : isFirst && Ids.TryRead<UserId>(named, out var id) ? await UserStore.Find(db, id)
                : null;
            return new Removal(person?.ClientId == member.ClientId ? person : null, isOwn, isFirst);
        }

        /// <summary>Whether it is the first user, who stays.</summary>
        public bool Stays => IsOwn && IsFirst;

        /// <summary>Where it goes on when there is nobody to remove.</summary>
        public SeeOther Back => new(IsFirst ? HouseholdVisit.People : HouseholdVisit.Root);
    }
}

/// <summary>What the page shows on which a person is removed.</summary>
public sealed record RemovePersonView
{
    /// <summary>Who goes.</summary>
    public required string Id { get; init; }

    /// <summary>By what they sign in.</summary>
    public required string Email { get; init; }

    /// <summary>Whether it is who looks at the page.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>Whether it is the first user, who stays.</summary>
    public required bool Stays { get; init; }

    /// <summary>Id of the input and what is wrong with it.</summary>
    public required IReadOnlyList<(string Field, string Text)> Errors { get; init; }
}

internal sealed class RemovePersonTexts(Language language) : Texts(language)
{
    public string Title(string email) => Say(en: $"Remove {email}?", fr: $"Retirer {email} ?");

    public string TitleOwn => Say(en: "Delete your account?", fr: "Supprimer votre compte ?");

    public string Intro =>
        Say(
            en: "With this person goes, at once and for good:",
            fr: "Avec cette personne disparaissent, immédiatement et définitivement :"
        );

    public string IntroOwn =>
        Say(
            en: "With your account goes, at once and for good:",
            fr: "Avec votre compte disparaissent, immédiatement et définitivement :"
        );

    public IReadOnlyList<string> Goes =>
        Say(
            en:
            [
                "all linked banks, with accounts and transactions",
                "the authorizations to read at these banks: they are ended there, where a bank offers a way",
                "the access of applications: they read nothing any more, and keep what they have read",
                "the sign-in, everywhere",
            ],
            fr:
            [
                "toutes les banques connectées, avec les comptes et les opérations",
                "les autorisations de lecture auprès de ces banques : il y est mis fin là où la banque le permet",
                "l’accès des applications : elles ne lisent plus rien et gardent ce qu’elles ont lu",
                "l’identification, partout",
            ]
        );

    public string Stays =>
        Say(
            en: "Nothing changes at the banks themselves, nor for other people here. Copies of the data folder keep what they have.",
            fr: "Rien ne change dans les banques elles-mêmes, ni pour les autres personnes d’ici. Les copies du dossier de données gardent ce qu’elles contiennent."
        );

    public string Confirm => Say(en: "Yes, remove this person", fr: "Oui, retirer cette personne");
    public string ConfirmOwn => Say(en: "Yes, delete my account", fr: "Oui, supprimer mon compte");
    public string Keep => Say(en: "No, go back", fr: "Non, revenir");

    public string Back => Say(en: "Back", fr: "Retour");

    public string FirstStays =>
        Say(en: "The first user cannot be deleted here", fr: "Le premier utilisateur ne peut pas être supprimé ici");

    public IReadOnlyList<string> WhyFirstStays =>
        Say(
            en:
            [
                "You look after the people of the household, and nobody would be told that it is their turn.",
                "To go all the same, run the command “users erase” with your e-mail address, at the machine where Affluent runs: the person who was added next then looks after the others.",
                "To end everything, do so for everybody, last for yourself; then stop Affluent and delete its data folder.",
            ],
            fr:
            [
                "Vous gérez les personnes du foyer, et nul ne saurait que c’est désormais à lui de le faire.",
                "Pour partir quand même, lancez sur la machine où tourne Affluent la commande « users erase » avec votre adresse e-mail : la personne ajoutée ensuite gérera alors les autres.",
                "Pour tout arrêter, faites de même pour chaque personne, en dernier pour vous ; arrêtez ensuite Affluent et supprimez son dossier de données.",
            ]
        );
}
