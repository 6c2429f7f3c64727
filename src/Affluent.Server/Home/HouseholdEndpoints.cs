using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.Server.Users;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Home;

/// <summary>The pages of an installation at home: its set-up, its banks, its applications.</summary>
internal static partial class HouseholdEndpoints
{
    public static IServiceCollection AddHousehold(this IServiceCollection services, MasterKey masterKey) =>
        services
            .AddSingleton<HouseholdSessions>()
            .AddSingleton(provider => new HouseholdSetup(
                masterKey,
                provider.GetRequiredService<Database>(),
                provider.GetRequiredService<NewUsers>(),
                provider.GetRequiredService<Passwords>(),
                provider.GetRequiredService<Ids>(),
                provider.GetRequiredService<Addresses>(),
                provider.GetRequiredService<SecurityLog>(),
                provider.GetRequiredService<TimeProvider>()
            ))
            .AddPeriodicTask("household_sessions", TimeSpan.FromMinutes(10), HouseholdStore.Prune);

    public static void MapHousehold(this IEndpointRouteBuilder app, Settings settings)
    {
        var pages = app.MapGroup("").ExcludeFromDescription().AddEndpointFilter(Protect);
        pages.MapGet("/", () => TypedResults.LocalRedirect(HouseholdVisit.Root));
        pages.MapGet(HouseholdVisit.Root, StartPage.Show);
        pages.MapGet(HouseholdVisit.Progress, StartPage.Progress);
        pages.MapPost(HouseholdVisit.ReadNow, StartPage.Synchronize);
        pages.MapPost(HouseholdVisit.Widget, StartPage.OpenWidget);
        pages.MapGet(HouseholdVisit.Setup, SetupPage.Show);
        pages.MapPost(HouseholdVisit.Setup, SetupPage.Submit);
        pages.MapGet(HouseholdVisit.SignIn, MemberSignInPage.Show);
        pages.MapPost(HouseholdVisit.SignIn, MemberSignInPage.Submit);
        pages.MapPost(HouseholdVisit.SignOut, MemberSignInPage.SignOut);
        pages.MapGet(HouseholdVisit.BankRemoval, RemoveBankPage.Show);
        pages.MapPost(HouseholdVisit.BankRemoval, RemoveBankPage.Submit);
        pages.MapGet(HouseholdVisit.People, PeoplePage.Show);
        pages.MapPost(HouseholdVisit.People, PeoplePage.Submit);
        pages.MapGet(HouseholdVisit.Password, PasswordPage.Show);
        pages.MapPost(HouseholdVisit.Password, PasswordPage.Submit);
        pages.MapGet(HouseholdVisit.Removal, RemovePersonPage.Show);
        pages.MapPost(HouseholdVisit.Removal, RemovePersonPage.Submit);
        if (ConnectAppPage.IsOffered(settings))
        {
            pages.MapGet(HouseholdVisit.ConnectApp, ConnectAppPage.Show);
            pages.MapPost(HouseholdVisit.ConnectApp, ConnectAppPage.Submit);
            pages.MapGet(HouseholdVisit.App, AppSetupPage.Show);
            pages.MapPost(HouseholdVisit.App, AppSetupPage.Submit);
        }
        app.MapGet($"{HouseholdVisit.Root}/widget.css", () => Assets.Css).ExcludeFromDescription();
        app.MapGet($"{HouseholdVisit.Root}/widget.js", () => Assets.Script).ExcludeFromDescription();
    }

    private static async ValueTask<object?> Protect(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        PageRenderer.Protect(http.Response.Headers);
        http.Response.Headers.ContentSecurityPolicy = PageRenderer.Policy("", framedBy: "");
        if (OtherNameOfThisMachine(http) is { } own)
        {
            return TypedResults.Redirect(own);
        }
        if (OtherAddress(http) is { } elsewhere)
        {
            return elsewhere;
        }
        try
        {
            return await next(context);
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogBroken(http.RequestServices.GetRequiredService<ILogger<HouseholdSessions>>(), error);
            var visit = new HouseholdVisit(http, Member: null);
            return visit.Say(StatusCodes.Status500InternalServerError, new HouseholdTexts(visit.Language).Broken);
        }
    }

    /// <summary>
    /// Where a page lies that was asked for at another name of this machine than banks send people back to (localhost, 127.0.0.1): cookies are kept for
    /// one of them. Null: it is the same, or none that is known to be this machine.
    /// </summary>
    private static string? OtherNameOfThisMachine(HttpContext context)
    {
        var (request, own) = (
            context.Request,
            new Uri(context.RequestServices.GetRequiredService<Addresses>().Household)
        );
        return
            HttpMethods.IsGet(request.Method)
            && request.Host.Host != own.Host
            && request.Host.Port == own.Port
            && request.Scheme == own.Scheme
            && ListenAddresses.IsLoopback(request.Host.Host)
            && ListenAddresses.IsLoopback(own.Host)
            ? $"{own.GetLeftPart(UriPartial.Authority)}{request.Path}{request.QueryString}"
            : null;
    }

    /// <summary>
    /// What is said to who comes by another address than that to which banks and the widget lead, where buttons would go nowhere: which one it is. No redirect:
    /// behind a proxy that hides the name that was asked for, there would be no end to it. Null: it is the right one.
    /// </summary>
    private static RazorComponentResult<Notice>? OtherAddress(HttpContext context)
    {
        var (request, services) = (context.Request, context.RequestServices);
        var own = new Uri(services.GetRequiredService<Addresses>().Household);
        var asked = $"{request.Scheme}://{request.Host}";
        if (own.GetLeftPart(UriPartial.Authority).Equals(asked, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        var visit = new HouseholdVisit(context, Member: null);
        var texts = new HouseholdTexts(visit.Language);
        return services.GetRequiredService<Settings>().HomeUrl is null
            ? visit.Say(StatusCodes.Status421MisdirectedRequest, texts.NoAddress(asked))
            : visit.Say(StatusCodes.Status421MisdirectedRequest, texts.Elsewhere(own.AbsoluteUri));
    }

    [LoggerMessage(2201, LogLevel.Error, "A page of the household could not be shown")]
    private static partial void LogBroken(ILogger logger, Exception error);
}
