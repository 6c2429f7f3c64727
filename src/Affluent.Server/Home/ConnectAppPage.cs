using Affluent.Server.Authorization;
using Affluent.Server.EnableBankingFacade;
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
/// page and leaves it to the server. Applications that speak Enable Banking are set up on <see cref="AppSetupPage"/>.
/// </summary>
internal static class ConnectAppPage
{
    public const string AppField = "app";
    public const string NameField = "name";
    public const string ApplicationField = "application";

    public static async Task<IResult> Show(HttpContext context, CancellationToken cancellation)
    {
        var visit = await HouseholdVisit.Of(context);
        return visit.Member is { } member
            ? await Page(visit, member, cancellation)
            : MemberSignInPage.AskFor(HouseholdVisit.ConnectApp);
    }

    /// <summary>Whether any application can be connected.</summary>
    public static bool IsOffered(Settings settings) => settings.SimpleFin || settings.EnableBankingFacade;

    public static async Task<IResult> Submit(
        HttpContext context,
        SimpleFinGate gate,
        UserDatabase users,
        Addresses addresses,
        Settings settings,
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
        switch (action)
        {
            case ConnectAppAction.RemoveAccess:
                await Remove(visit, member, form[ApplicationField].ToString(), cancellation);
                return new SeeOther(HouseholdVisit.ConnectApp);
            case ConnectAppAction.RemoveSetup:
                await AppSetupPage.Remove(visit, member, form[ApplicationField].ToString(), cancellation);
                return new SeeOther(HouseholdVisit.ConnectApp);
            case ConnectAppAction.MakeToken:
                break;
        }
        var texts = new ConnectAppTexts(visit.Language);
        if (!Vocabulary<ConnectedApp>.TryRead(form[AppField].ToString(), out var app) || !app.IsOffered(settings))
        {
            return visit.Outdated();
        }
        if (app.IsSetUpAsEnableBanking(settings))
        {
            return new SeeOther(AppSetupPage.Of(app));
        }
        var name = app == ConnectedApp.OtherApp ? form[NameField].ToString().Trim() : texts.Of(app);
        if (!ShownName.IsFit(name, SimpleFinAccess.LongestName))
        {
            return await Page(visit, member, cancellation, app, name, (NameField, texts.NameWrong));
        }
        if (
            await users.Write(member.UserId, member.ClientId, work => gate.Offer(work, name), cancellation)
            is not var (access, code)
        )
        {
            return await Page(visit, member, cancellation, app, name, (NameField, texts.TooMany));
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
        CancellationToken cancellation,
        ConnectedApp? chosen = null,
        string name = "",
        params (string Field, string Text)[] errors
    )
    {
        var services = visit.Context.RequestServices;
        var settings = services.GetRequiredService<Settings>();
        ConnectedApp[] offered = [.. Enum.GetValues<ConnectedApp>().Where(app => app.IsOffered(settings))];
        var applications = services.GetRequiredService<ReadingApplications>();
        var (reading, setUp) = await services
            .GetRequiredService<Database>()
            .Read(
                async db =>
                    (
                        await applications.List(db, member.UserId),
                        (await FacadeSessions.Applications(db, member.ClientId)).Where(known => member.MayRemove(known))
                    ),
                cancellation
            );
        if (errors.Length > 0)
        {
            visit.Context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }
        return PageMarkup.Of<ConnectApp, ConnectAppView>(
            visit.Frame(HouseholdVisit.ConnectApp, errors.Length > 0),
            new ConnectAppView
            {
                Offered = [.. offered.Select(app => (app.Word(), new ConnectAppTexts(visit.Language).Of(app)))],
                App = (chosen ?? offered[0]).Word(),
                TakesName = offered.Contains(ConnectedApp.OtherApp),
                Name = chosen == ConnectedApp.OtherApp ? name : "",
                Errors = errors,
                Applications = [.. reading.Select(known => ApplicationView.Of(known, visit.Language))],
                SetUp = [.. setUp.Select(known => (FacadeUuid.Of(known.Id), known.Name, known.Redirects[0]))],
            }
        );
    }

    private static async Task Remove(
        HouseholdVisit visit,
        HouseholdMember member,
        string id,
        CancellationToken cancellation
    )
    {
        var services = visit.Context.RequestServices;
        var applications = services.GetRequiredService<ReadingApplications>();
        await services
            .GetRequiredService<Database>()
            .Write(db => applications.Remove(db, new ActingUser(member.ClientId, member.UserId), id), cancellation);
    }
}

/// <summary>What a form of the page is to do.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum ConnectAppAction
{
    MakeToken,

    /// <summary>What this member gave an application ends.</summary>
    RemoveAccess,

    /// <summary>An application that speaks Enable Banking is set up no more.</summary>
    RemoveSetup,
}

/// <summary>An application whose way is told on the page.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum ConnectedApp
{
    Actual,
    Sure,
    FireflyIii,
    Securo,
    OtherApp,
}

internal static class ConnectedApps
{
    /// <summary>Whether an application can be connected here.</summary>
    public static bool IsOffered(this ConnectedApp app, Settings settings) =>
        settings.SimpleFin || app.IsSetUpAsEnableBanking(settings);

    /// <summary>
    /// Whether an application is pointed here in the place of Enable Banking. It is so where it can be: Firefly III takes SimpleFIN from public hosts
    /// only, Securo when that is switched on.
    /// </summary>
    public static bool IsSetUpAsEnableBanking(this ConnectedApp app, Settings settings) =>
        settings.EnableBankingFacade
        && app switch
        {
            ConnectedApp.FireflyIii or ConnectedApp.Securo => true,
            ConnectedApp.Actual or ConnectedApp.Sure or ConnectedApp.OtherApp => false,
        };
}

/// <summary>What the page shows before a token is made.</summary>
public sealed record ConnectAppView
{
    /// <summary>The applications to choose from: word and name.</summary>
    public required IReadOnlyList<(string App, string Name)> Offered { get; init; }

    /// <summary>The one that is chosen.</summary>
    public required string App { get; init; }

    /// <summary>Whether another one than those that are known can be named.</summary>
    public required bool TakesName { get; init; }

    /// <summary>How another one is called.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the input and what is wrong with it.</summary>
    public required IReadOnlyList<(string Field, string Text)> Errors { get; init; }

    /// <summary>Those that read the accounts, or may begin to.</summary>
    public required IReadOnlyList<ApplicationView> Applications { get; init; }

    /// <summary>Those that are set up as for Enable Banking, and that this member may remove: id, name and address of return.</summary>
    public required IReadOnlyList<(string Id, string Name, string Redirect)> SetUp { get; init; }
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
