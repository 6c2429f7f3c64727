using Affluent.Server.Home.Pages;
using Affluent.Server.SignInPages;
using Affluent.Server.Storage;
using Affluent.Server.Users;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Home;

/// <summary>The first user adds others, each of whom sees their own banks and nobody else's.</summary>
internal static class PeoplePage
{
    private const int MostShown = 100;

    public static async Task<IResult> Show(HttpContext context, Database database, CancellationToken cancellation)
    {
        var visit = await HouseholdVisit.Of(context);
        return visit.Member is not { } member ? MemberSignInPage.AskFor(HouseholdVisit.Root)
            : await database.Read(db => IsFirst(db, member), cancellation)
                ? await Page(visit, member, database, "", [], cancellation)
            : new SeeOther(HouseholdVisit.Root);
    }

    public static async Task<IResult> Submit(
        HttpContext context,
        Database database,
        Passwords passwords,
        NewUsers newUsers,
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
        if (!await database.Read(db => IsFirst(db, member), cancellation))
        {
            return new SeeOther(HouseholdVisit.Root);
        }
        var person = NewUserForm.Of(form, visit.Language);
        if (person.Faults.Count > 0)
        {
            return await Page(visit, member, database, person.Email, person.Faults, cancellation);
        }
        using var turn = await passwords.Turn(member.ClientId, cancellation);
        if (turn is null)
        {
            return visit.TooMany();
        }
        var hash = await turn.Hash(person.Password, cancellation);
        return
            await database.Write(db => newUsers.Insert(db, member.ClientId, person.Email, hash), cancellation) is null
            ? await Page(
                visit,
                member,
                database,
                person.Email,
                [(SignInFields.UserName, new PeopleTexts(visit.Language).Known)],
                cancellation
            )
            : new SeeOther(HouseholdVisit.People);
    }

    /// <summary>Whether a member is the one who was made first.</summary>
    public static async Task<bool> IsFirst(DbWork db, HouseholdMember member) =>
        await UserStore.List(db, member.ClientId, after: default, limit: 1) is [var first] && first.Id == member.UserId;

    private static async Task<IResult> Page(
        HouseholdVisit visit,
        HouseholdMember member,
        Database database,
        string email,
        IReadOnlyList<(string Field, string Text)> errors,
        CancellationToken cancellation
    )
    {
        var people = await database.Read(
            db => UserStore.List(db, member.ClientId, after: default, MostShown),
            cancellation
        );
        if (errors.Count > 0)
        {
            visit.Context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }
        return PageMarkup.Of<People, PeopleView>(
            visit.Frame(HouseholdVisit.People, errors.Count > 0),
            new PeopleView
            {
                Known =
                [
                    .. people.Select(person => new PersonView(
                        person.Id.ToString(),
                        person.Email,
                        person.Id == member.UserId
                    )),
                ],
                News = visit.News,
                Email = email,
                Errors = errors,
            }
        );
    }
}

/// <summary>What the page of the people shows.</summary>
public sealed record PeopleView
{
    /// <summary>The first user first.</summary>
    public required IReadOnlyList<PersonView> Known { get; init; }

    /// <summary>What has just been done; null: nothing.</summary>
    public required string? News { get; init; }

    /// <summary>What was typed before.</summary>
    public required string Email { get; init; }

    /// <summary>Id of the input and what is wrong with it.</summary>
    public required IReadOnlyList<(string Field, string Text)> Errors { get; init; }
}

/// <summary>A person of the household.</summary>
/// <param name="Email">By what they sign in.</param>
/// <param name="IsSelf">Whether it is who looks at the page.</param>
public sealed record PersonView(string Id, string Email, bool IsSelf);

internal sealed class PeopleTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "People of the household", fr: "Personnes du foyer");

    public string Intro =>
        Say(
            en: "Each person signs in alone, links their own banks, and sees those only.",
            fr: "Chaque personne s’identifie seule, connecte ses propres banques et ne voit que celles-ci."
        );

    public string Self =>
        Say(en: "You: you add people and remove them", fr: "Vous : vous ajoutez et retirez des personnes");

    public string Remove => Say(en: "Remove", fr: "Retirer");

    public string RemoveOf(string email) => Say(en: $"Remove: {email}", fr: $"Retirer : {email}");

    public string AddTitle => Say(en: "Add a person", fr: "Ajouter une personne");
    public string Add => Say(en: "Add this person", fr: "Ajouter cette personne");

    public string Known =>
        Say(en: "E-mail: somebody here has this one already.", fr: "Adresse e-mail : quelqu’un ici l’a déjà.");
}
