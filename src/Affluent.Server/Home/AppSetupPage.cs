using System.Security.Cryptography;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Home.Pages;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Home;

/// <summary>
/// <c>/household/app</c>: an application that speaks Enable Banking is registered, and its settings are shown once, its key among them. It reads nothing by
/// that: it sends each member here to sign in and agree.
/// </summary>
internal static class AppSetupPage
{
    public const string AddressField = "address";

    private const int KeyBits = 2048;

    /// <summary>The page for an application.</summary>
    public static string Of(ConnectedApp app) => $"{HouseholdVisit.App}?{ConnectAppPage.AppField}={app.Word()}";

    public static async Task<IResult> Show(HttpContext context, Settings settings)
    {
        var visit = await HouseholdVisit.Of(context);
        return visit.Member is null ? MemberSignInPage.AskFor(HouseholdVisit.ConnectApp)
            : Named(context.Request.Query[ConnectAppPage.AppField].ToString(), settings) is { } app
                ? Form(visit, app, AppSetupTexts.Usual(app))
            : new SeeOther(HouseholdVisit.ConnectApp);
    }

    public static async Task<IResult> Submit(
        HttpContext context,
        FacadeSessions sessions,
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
            || Named(form[ConnectAppPage.AppField].ToString(), settings) is not { } app
        )
        {
            return visit.Outdated();
        }
        var texts = new AppSetupTexts(visit.Language);
        var address = form[AddressField].ToString().Trim();
        var redirect = Redirect(app, address);
        if (FacadeApplication.RedirectFault(redirect, settings.Environment) is not null)
        {
            return Form(visit, app, address, (AddressField, texts.AddressWrong));
        }
        using var key = RSA.Create(KeyBits);
        var made = await sessions.Register(
            new FacadeApplication
            {
                ClientId = member.ClientId,
                MadeBy = member.UserId,
                Name = new ConnectAppTexts(visit.Language).Of(app),
                PublicKey = FacadeKey.Read(key.ExportSubjectPublicKeyInfoPem())!,
                RedirectUrls = redirect,
            },
            cancellation
        );
        return made is null
            ? Form(visit, app, address, (AddressField, texts.TooMany))
            : PageMarkup.Of<AppSettings, AppSettingsView>(
                visit.Frame(HouseholdVisit.App),
                new AppSettingsView
                {
                    Name = made.Name,
                    Lines = Lines(app, addresses.EnableBanking, FacadeUuid.Of(made.Id), key, redirect),
                    Steps = texts.StepsOf(app),
                    Server = addresses.EnableBanking,
                }
            );
    }

    /// <summary>Ends an application that the member may end, with all that was given to it.</summary>
    public static async Task Remove(
        HouseholdVisit visit,
        HouseholdMember member,
        string id,
        CancellationToken cancellation
    )
    {
        var services = visit.Context.RequestServices;
        var sessions = services.GetRequiredService<FacadeSessions>();
        if (
            FacadeUuid.TryRead<FacadeApplicationId>(id, out var key)
            && await sessions.Find(member.ClientId, key, cancellation) is { } application
            && member.MayRemove(application)
        )
        {
            await sessions.Delete(member.ClientId, key, cancellation);
        }
    }

    /// <summary>Whether an application is a member's to remove: their own, or nobody's any more.</summary>
    public static bool MayRemove(this HouseholdMember member, FacadeApplication application) =>
        application.MadeBy is null || application.MadeBy == member.UserId;

    /// <summary>Where an application has its users come back to: below the address at which people open it, as its sources say.</summary>
    internal static string Redirect(ConnectedApp app, string address)
    {
        var end = app switch
        {
            ConnectedApp.FireflyIii => "/eb-callback",
            ConnectedApp.Securo => "/oauth/callback",
            ConnectedApp.Actual or ConnectedApp.Sure or ConnectedApp.OtherApp => "",
        };
        return address.EndsWith(end, StringComparison.Ordinal) ? address : address.TrimEnd('/') + end;
    }

    /// <summary>The settings as the application reads them from its environment, a key in one line.</summary>
    private static string Lines(ConnectedApp app, string server, string id, RSA key, string redirect) =>
        string.Join(
            '\n',
            app == ConnectedApp.Securo
                ?
                [
                    $"ENABLE_BANKING_API_URL={server}",
                    $"ENABLE_BANKING_APP_ID={id}",
                    $"ENABLE_BANKING_PRIVATE_KEY=\"{key.ExportPkcs8PrivateKeyPem().Replace("\n", "\\n", StringComparison.Ordinal)}\"",
                    $"ENABLE_BANKING_OAUTH_REDIRECT_URI={redirect}",
                ]
                : new[]
                {
                    $"ENABLE_BANKING_URL={server}",
                    $"ENABLE_BANKING_APP_ID={id}",
                    $"ENABLE_BANKING_PRIVATE_KEY={Convert.ToBase64String(key.ExportPkcs8PrivateKey())}",
                }
        );

    private static ConnectedApp? Named(string word, Settings settings) =>
        Vocabulary<ConnectedApp>.TryRead(word, out var app) && app.IsSetUpAsEnableBanking(settings) ? app : null;

    private static RazorComponentResult<AppSetup> Form(
        HouseholdVisit visit,
        ConnectedApp app,
        string address,
        params (string Field, string Text)[] errors
    )
    {
        if (errors.Length > 0)
        {
            visit.Context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }
        var name = new ConnectAppTexts(visit.Language).Of(app);
        return PageMarkup.Of<AppSetup, AppSetupView>(
            visit.Frame(HouseholdVisit.App, errors.Length > 0),
            new AppSetupView
            {
                App = app.Word(),
                Name = name,
                Label = new AppSetupTexts(visit.Language).Address(app, name),
                Address = address,
                Errors = errors,
            }
        );
    }
}

/// <summary>What is asked before an application is set up.</summary>
public sealed record AppSetupView
{
    /// <summary>The application, as forms send it.</summary>
    public required string App { get; init; }

    /// <summary>How it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What the input is for.</summary>
    public required string Label { get; init; }

    /// <summary>Where people open it, as typed before or as is usual.</summary>
    public required string Address { get; init; }

    /// <summary>Id of the input and what is wrong with it.</summary>
    public required IReadOnlyList<(string Field, string Text)> Errors { get; init; }
}

/// <summary>The settings of an application, shown this once.</summary>
public sealed record AppSettingsView
{
    /// <summary>How it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Settings, one a line.</summary>
    public required string Lines { get; init; }

    /// <summary>What is to be done there.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>Where the application must find this server.</summary>
    public required string Server { get; init; }
}
