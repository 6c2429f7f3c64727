using System.Diagnostics;
using Affluent.Server.Authorization;
using Affluent.Server.Home.Pages;
using Affluent.Server.Platform;
using Affluent.Server.SignInPages;
using Affluent.Server.Storage;
using Affluent.Server.Users;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Home;

/// <summary>A member changes the own password.</summary>
internal static class PasswordPage
{
    public const string CurrentField = "current_password";

    public static async Task<IResult> Show(HttpContext context, Database database, CancellationToken cancellation)
    {
        var visit = await HouseholdVisit.Of(context);
        return visit.Member is { } member
            ? await Page(visit, member, database, [], cancellation)
            : MemberSignInPage.AskFor(HouseholdVisit.Root);
    }

    public static async Task<IResult> Submit(
        HttpContext context,
        Database database,
        OwnPassword own,
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
        var (current, next) = (CurrentPassword.Of(form, visit.Language), NewPasswordForm.Of(form, visit.Language));
        if (current.Faults.Concat(next.Faults).ToArray() is { Length: > 0 } faults)
        {
            return await Page(visit, member, database, faults, cancellation);
        }
        switch (
            await own.Change(
                current.OnceMore(visit, member),
                next.Password,
                db => HouseholdSessions.EndOf(db, member.UserId),
                cancellation
            )
        )
        {
            case SignInOutcome.Welcome:
                await sessions.Start(context, member.UserId, member.ClientId);
                return HouseholdVisit.Tell(HouseholdVisit.Root, HouseholdNews.PasswordChanged);
            case SignInOutcome.Refused refused:
                return await Page(visit, member, database, [CurrentPassword.Wrong(visit, refused)], cancellation);
            case SignInOutcome.Excess excess:
                return visit.TooMany(excess.RetryAfter);
            default:
                throw new UnreachableException();
        }
    }

    private static async Task<IResult> Page(
        HouseholdVisit visit,
        HouseholdMember member,
        Database database,
        (string Field, string Text)[] errors,
        CancellationToken cancellation
    )
    {
        var user = await database.Read(db => UserStore.Find(db, member.UserId), cancellation);
        if (errors.Length > 0)
        {
            visit.Context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }
        return PageMarkup.Of<ChangePassword, PasswordView>(
            visit.Frame(HouseholdVisit.Password, errors.Length > 0),
            new PasswordView { Email = user?.Email ?? "", Errors = errors }
        );
    }
}

/// <summary>The password that a member has, as typed once more into a form, and what is wrong with it.</summary>
internal sealed record CurrentPassword(Secret Password, IReadOnlyList<(string Field, string Text)> Faults)
{
    public static CurrentPassword Of(IFormCollection form, Language language)
    {
        var typed = form[PasswordPage.CurrentField].ToString();
        return new CurrentPassword(
            new Secret(typed),
            typed.Length > 0
                ? []
                :
                [
                    (
                        PasswordPage.CurrentField,
                        new CommonTexts(language).FieldMissing(new PasswordTexts(language).Current)
                    ),
                ]
        );
    }

    public PasswordOnceMore OnceMore(HouseholdVisit visit, HouseholdMember member) =>
        new(new ActingUser(member.ClientId, member.UserId), Password, visit.Context.Connection.RemoteIpAddress);

    /// <summary>What is said of a wrong one.</summary>
    public static (string Field, string Text) Wrong(HouseholdVisit visit, SignInOutcome.Refused refused)
    {
        var texts = new PasswordTexts(visit.Language);
        if (refused.RetryAfter is not { } seconds)
        {
            return (PasswordPage.CurrentField, texts.Wrong);
        }
        visit.Wait(seconds);
        return (PasswordPage.CurrentField, texts.WrongTooOften(seconds));
    }
}

/// <summary>What the page shows on which a member changes the own password.</summary>
public sealed record PasswordView
{
    /// <summary>Whose it is; password managers find it by that.</summary>
    public required string Email { get; init; }

    /// <summary>Id of the input and what is wrong with it.</summary>
    public required IReadOnlyList<(string Field, string Text)> Errors { get; init; }
}

internal sealed class PasswordTexts(Language language) : Texts(language)
{
    private readonly SignInTexts _signIn = new(language);

    public string Title => Say(en: "Change my password", fr: "Changer mon mot de passe");

    public string Intro =>
        Say(
            en: "You stay signed in here, and are signed out everywhere else. Applications that read your accounts go on reading.",
            fr: "Vous restez identifié ici et serez déconnecté partout ailleurs. Les applications qui lisent vos comptes continuent de les lire."
        );

    public string Current => Say(en: "Current password", fr: "Mot de passe actuel");
    public string Next => Say(en: "New password", fr: "Nouveau mot de passe");
    public string Again => Say(en: "New password once more", fr: "Nouveau mot de passe, encore une fois");
    public string Change => Say(en: "Change the password", fr: "Changer le mot de passe");
    public string Leave => Say(en: "Delete my account", fr: "Supprimer mon compte");

    public string Wrong =>
        Say(en: "Current password: this is not right.", fr: "Mot de passe actuel : il n’est pas correct.");

    public string WrongTooOften(long seconds) =>
        Say(
            en: $"Current password: this is not right. Wait {_signIn.Wait(seconds)} before you try again.",
            fr: $"Mot de passe actuel : il n’est pas correct. Attendez {_signIn.Wait(seconds)} avant de réessayer."
        );
}
