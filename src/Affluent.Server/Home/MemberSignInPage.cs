using System.Diagnostics;
using Affluent.Server.Authorization;
using Affluent.Server.Home.Pages;
using Affluent.Server.Platform;
using Affluent.Server.SignInPages;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Home;

/// <summary>Members of the household sign in and out.</summary>
internal static class MemberSignInPage
{
    /// <summary>Where a member goes on who came to another page first.</summary>
    public const string NextField = "next";

    public static async Task<IResult> Show(HttpContext context, HouseholdSetup setup, CancellationToken cancellation)
    {
        if (await setup.IsOpen(cancellation))
        {
            return TypedResults.LocalRedirect(HouseholdVisit.Setup);
        }
        var visit = await HouseholdVisit.Of(context);
        var next = NextOf(context.Request.Query[NextField].ToString());
        return visit.Member is null ? Page(visit, next, "", []) : TypedResults.LocalRedirect(next);
    }

    public static async Task<IResult> Submit(
        HttpContext context,
        UserDirectory users,
        Database database,
        HouseholdSessions sessions,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        var (texts, common) = (new SignInTexts(visit.Language), new CommonTexts(visit.Language));
        var next = HouseholdVisit.Root;
        if (await visit.Read() is not { } form)
        {
            return Wrong(visit, next, "", (SignInFields.UserName, texts.StartAgain));
        }
        next = NextOf(form[NextField].ToString());
        var (name, password) = (form[SignInFields.UserName].ToString(), form[SignInFields.Password].ToString());
        (string Field, string Text)[] missing =
        [
            .. name.Trim().Length > 0 ? [] : new[] { (SignInFields.UserName, common.FieldMissing(texts.UserName)) },
            .. password.Length > 0 ? [] : new[] { (SignInFields.Password, common.FieldMissing(texts.Password)) },
        ];
        if (missing.Length > 0)
        {
            return Wrong(visit, next, name, missing);
        }
        if (await database.Read(HouseholdStore.Find, cancellation) is not { ClientId: var client })
        {
            return TypedResults.LocalRedirect(HouseholdVisit.Setup);
        }
        var attempt = new SignIn(client, name, new Secret(password), context.Connection.RemoteIpAddress);
        switch (await users.SignIn(attempt, cancellation))
        {
            case SignInOutcome.Welcome welcome:
                await sessions.Start(context, welcome.UserId, client);
                return new SeeOther(next);
            case SignInOutcome.Refused { RetryAfter: { } seconds }:
                visit.Wait(seconds);
                return Wrong(visit, next, name, (SignInFields.UserName, texts.WrongTooOften(seconds)));
            case SignInOutcome.Refused:
                return Wrong(visit, next, name, (SignInFields.UserName, texts.Wrong));
            case SignInOutcome.Excess excess:
                return visit.TooMany(excess.RetryAfter);
            default:
                throw new UnreachableException();
        }
    }

    public static async Task<IResult> SignOut(HttpContext context, HouseholdSessions sessions)
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return new SeeOther(HouseholdVisit.SignIn);
        }
        if (await visit.Read() is null)
        {
            return visit.Outdated();
        }
        await sessions.End(context, member);
        return new SeeOther(HouseholdVisit.SignIn);
    }

    /// <summary>To the sign-in, and from there back to a page of ours.</summary>
    public static SeeOther AskFor(string page) =>
        new(page == HouseholdVisit.Root ? HouseholdVisit.SignIn : $"{HouseholdVisit.SignIn}?{NextField}={page}");

    // One of two pages, and never an address that somebody sent.
    private static string NextOf(string asked) =>
        asked == HouseholdVisit.ConnectApp ? HouseholdVisit.ConnectApp : HouseholdVisit.Root;

    private static RazorComponentResult<MemberSignIn> Wrong(
        HouseholdVisit visit,
        string next,
        string name,
        params (string Field, string Text)[] errors
    )
    {
        visit.Context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page(visit, next, name, errors);
    }

    private static RazorComponentResult<MemberSignIn> Page(
        HouseholdVisit visit,
        string next,
        string name,
        (string Field, string Text)[] errors
    ) =>
        PageMarkup.Of<MemberSignIn, MemberSignInView>(
            visit.Frame(HouseholdVisit.SignIn, errors.Length > 0),
            new MemberSignInView
            {
                UserName = name,
                Next = next,
                News = visit.News,
                Errors = errors,
            }
        );
}

/// <summary>What the sign-in page of the household shows.</summary>
public sealed record MemberSignInView
{
    /// <summary>What was typed before.</summary>
    public required string UserName { get; init; }

    /// <summary>Where it goes on.</summary>
    public required string Next { get; init; }

    /// <summary>What has just been done; null: nothing.</summary>
    public required string? News { get; init; }

    /// <summary>Id of the input and what is wrong with it.</summary>
    public required IReadOnlyList<(string Field, string Text)> Errors { get; init; }
}

internal sealed class MemberSignInTexts(Language language) : Texts(language)
{
    public string Intro => Say(en: "To the banks of your household.", fr: "Pour voir les banques de votre foyer.");

    public string SignIn => Say(en: "Sign in", fr: "M’identifier");

    public string Forgotten =>
        Say(
            en: "Forgotten? On the machine where Affluent runs, the command “users set-password” sets another one.",
            fr: "Oublié ? Sur la machine où tourne Affluent, la commande « users set-password » en définit un autre."
        );
}
