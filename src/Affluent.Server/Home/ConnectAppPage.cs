using Affluent.Server.Authorization;
using Affluent.Server.Home.Pages;
using Affluent.Server.Platform;
using Affluent.Server.SimpleFin;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Home;

/// <summary>
/// <c>/simplefin/create</c>: a member makes a setup token for an application, is shown it once, and takes accesses back. The protocol names the
/// page and leaves it to the server.
/// </summary>
internal static class ConnectAppPage
{
    public const string AppField = "app";
    public const string NameField = "name";
    public const string AccessField = "access";

    public static async Task<IResult> Show(HttpContext context, Database database, CancellationToken cancellation)
    {
        var visit = await HouseholdVisit.Of(context);
        return visit.Member is { } member
            ? await Page(visit, member, database, cancellation)
            : MemberSignInPage.AskFor(HouseholdVisit.ConnectApp);
    }

    public static async Task<IResult> Submit(
        HttpContext context,
        SimpleFinGate gate,
        Database database,
        UserDatabase users,
        Addresses addresses,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return MemberSignInPage.AskFor(HouseholdVisit.ConnectApp);
        }
        if (
            await visit.Read() is not { } form
            || !Vocabulary<ConnectAppAction>.TryRead(form[PostedForm.ActionField].ToString(), out var action)
        )
        {
            return visit.Outdated();
        }
        if (action == ConnectAppAction.RemoveAccess)
        {
            if (Ids.TryRead<SimpleFinAccessId>(form[AccessField].ToString(), out var id))
            {
                await gate.Revoke(new ActingUser(member.ClientId, member.UserId), id, cancellation);
            }
            return new SeeOther(HouseholdVisit.ConnectApp);
        }
        var texts = new ConnectAppTexts(visit.Language);
        if (!Vocabulary<ConnectedApp>.TryRead(form[AppField].ToString(), out var app))
        {
            return visit.Outdated();
        }
        var name = app == ConnectedApp.OtherApp ? form[NameField].ToString().Trim() : texts.Of(app);
        if (!ShownName.IsFit(name, SimpleFinAccess.LongestName))
        {
            return await Page(visit, member, database, cancellation, app, name, (NameField, texts.NameWrong));
        }
        if (
            await users.Write(member.UserId, member.ClientId, work => gate.Offer(work, name), cancellation)
            is not var (access, code)
        )
        {
            return await Page(visit, member, database, cancellation, app, name, (NameField, texts.TooMany));
        }
        return PageMarkup.Of<SetupToken, SetupTokenView>(
            visit.Frame(HouseholdVisit.ConnectApp),
            new SetupTokenView
            {
                Name = access.Name,
                Token = SimpleFinSecrets.SetupToken(addresses.SimpleFin, code),
                Server = addresses.SimpleFin,
                Steps = texts.StepsOf(app),
            }
        );
    }

    private static async Task<IResult> Page(
        HouseholdVisit visit,
        HouseholdMember member,
        Database database,
        CancellationToken cancellation,
        ConnectedApp app = ConnectedApp.Actual,
        string name = "",
        params (string Field, string Text)[] errors
    )
    {
        var accesses = await database.Read(db => SimpleFinStore.List(db, member.UserId), cancellation);
        if (errors.Length > 0)
        {
            visit.Context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }
        return PageMarkup.Of<ConnectApp, ConnectAppView>(
            visit.Frame(HouseholdVisit.ConnectApp, errors.Length > 0),
            new ConnectAppView
            {
                App = app.Word(),
                Name = app == ConnectedApp.OtherApp ? name : "",
                Errors = errors,
                Applications = [.. accesses.Select(access => ApplicationView.Of(access, visit.Language))],
            }
        );
    }
}

/// <summary>What a form of the page is to do.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum ConnectAppAction
{
    MakeToken,
    RemoveAccess,
}

/// <summary>An application whose way is told on the page.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum ConnectedApp
{
    Actual,
    Sure,
    FireflyIii,
    OtherApp,
}

/// <summary>What the page shows before a token is made.</summary>
public sealed record ConnectAppView
{
    /// <summary>The application that is chosen.</summary>
    public required string App { get; init; }

    /// <summary>How another one is called.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the input and what is wrong with it.</summary>
    public required IReadOnlyList<(string Field, string Text)> Errors { get; init; }

    /// <summary>Those that read the accounts, or may begin to.</summary>
    public required IReadOnlyList<ApplicationView> Applications { get; init; }
}

/// <summary>A setup token, shown this once.</summary>
public sealed record SetupTokenView
{
    /// <summary>For which application it is.</summary>
    public required string Name { get; init; }

    /// <summary>The token.</summary>
    public required string Token { get; init; }

    /// <summary>Where the application must find this server.</summary>
    public required string Server { get; init; }

    /// <summary>What is to be done there.</summary>
    public required IReadOnlyList<string> Steps { get; init; }
}
