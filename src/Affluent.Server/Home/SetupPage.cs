using System.Diagnostics;
using Affluent.Server.Home.Pages;
using Affluent.Server.Platform;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Home;

/// <summary>The first user is made, by who knows the code that the machine has told.</summary>
internal static class SetupPage
{
    public const string CodeField = "code";

    public static async Task<IResult> Show(HttpContext context, HouseholdSetup setup, CancellationToken cancellation) =>
        await setup.IsOpen(cancellation)
            ? Page(await HouseholdVisit.Of(context), context.Request.Query[CodeField].ToString(), email: "", [])
            : TypedResults.LocalRedirect(HouseholdVisit.Root);

    public static async Task<IResult> Submit(
        HttpContext context,
        HouseholdSetup setup,
        HouseholdSessions sessions,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        var texts = new SetupTexts(visit.Language);
        if (await visit.Read() is not { } form)
        {
            // The user was made in another tab.
            if (!await setup.IsOpen(cancellation))
            {
                return new SeeOther(HouseholdVisit.Root);
            }
            return Wrong(visit, "", "", (CodeField, new HouseholdTexts(visit.Language).StartAgain));
        }
        var code = form[CodeField].ToString().Trim();
        var person = NewUserForm.Of(form, visit.Language);
        (string, string)[] faults = [.. CodeFaults(code, texts, visit.Language), .. person.Faults];
        if (faults.Length > 0)
        {
            return Wrong(visit, code, person.Email, faults);
        }
        switch (await setup.Complete(new FirstUser(new Secret(code), person.Email, person.Password), cancellation))
        {
            case SetupOutcome.Done done:
                await sessions.Start(context, done.UserId, done.ClientId);
                return new SeeOther(HouseholdVisit.Root);
            case SetupOutcome.AlreadySetUp:
                return visit.Say(StatusCodes.Status409Conflict, texts.Already);
            case SetupOutcome.Refused refused:
                return Wrong(visit, code, person.Email, (CodeField, texts.Of(refused.Fault)));
            case SetupOutcome.Excess:
                return visit.TooMany();
            default:
                throw new UnreachableException();
        }
    }

    private static (string, string)[] CodeFaults(string code, SetupTexts texts, Language language) =>
        code.Length == 0 ? [(CodeField, new CommonTexts(language).FieldMissing(texts.Code))]
        : code.Length > SetupCode.LongestTyped ? [(CodeField, new CommonTexts(language).FieldMalformed(texts.Code))]
        : [];

    private static RazorComponentResult<Setup> Wrong(
        HouseholdVisit visit,
        string code,
        string email,
        params (string Field, string Text)[] errors
    )
    {
        visit.Context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page(visit, code, email, errors);
    }

    private static RazorComponentResult<Setup> Page(
        HouseholdVisit visit,
        string code,
        string email,
        (string Field, string Text)[] errors
    ) =>
        PageMarkup.Of<Setup, SetupView>(
            visit.Frame(HouseholdVisit.Setup, errors.Length > 0),
            new SetupView
            {
                Code = code.Length <= SetupCode.LongestTyped ? code : "",
                Email = email,
                Errors = errors,
            }
        );
}

/// <summary>What the set-up page shows.</summary>
public sealed record SetupView
{
    /// <summary>The setup code, as typed or as the address had it.</summary>
    public required string Code { get; init; }

    /// <summary>What was typed before; never a password.</summary>
    public required string Email { get; init; }

    /// <summary>Id of the input and what is wrong with it.</summary>
    public required IReadOnlyList<(string Field, string Text)> Errors { get; init; }
}

internal sealed class SetupTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Set up Affluent", fr: "Configurer Affluent");

    public string Intro =>
        Say(
            en: "Make the first user of your household. Nothing is sent to anybody: this user is for this machine alone.",
            fr: "Créez le premier utilisateur de votre foyer. Rien n’est envoyé à personne : cet utilisateur n’existe que sur cette machine."
        );

    public string Code => Say(en: "Setup code", fr: "Code de configuration");

    public string CodeHint =>
        Say(
            en: "Affluent printed it when it started, where you started it.",
            fr: "Affluent l’a affiché à son démarrage, là où vous l’avez lancé."
        );

    public string Make => Say(en: "Make the user", fr: "Créer l’utilisateur");

    public string Of(SetupFault fault) =>
        fault switch
        {
            SetupFault.WrongCode => Say(
                en: "Setup code: this is not the one that was printed last. Each start of Affluent makes a new one.",
                fr: "Code de configuration : ce n’est pas le dernier affiché. Chaque démarrage d’Affluent en crée un nouveau."
            ),
            SetupFault.SetupExpired => Say(
                en: "Setup code: it is too old. Start Affluent again: it prints a new one.",
                fr: "Code de configuration : il est trop ancien. Relancez Affluent : il en affichera un nouveau."
            ),
            SetupFault.TooManyGuesses => Say(
                en: "Setup code: wrong ones were tried too often. Start Affluent again: it prints a new one.",
                fr: "Code de configuration : trop d’essais erronés. Relancez Affluent : il en affichera un nouveau."
            ),
            SetupFault.NotOpen => Say(
                en: "Setup code: none is good just now. Start Affluent again: it prints a new one.",
                fr: "Code de configuration : aucun n’est valable pour le moment. Relancez Affluent : il en affichera un nouveau."
            ),
        };

    public (string Title, string Body) Already =>
        Say(
            en: ("Affluent is set up already", "There is a user. Sign in, or ask the person who made it."),
            fr: (
                "Affluent est déjà configuré",
                "Il existe un utilisateur. Identifiez-vous, ou demandez à la personne qui l’a créé."
            )
        );
}
