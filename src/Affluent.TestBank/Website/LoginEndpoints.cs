using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.TestBank.Website;

/// <summary>What stands before the inside of the site: login, choice of a method, code, approval in the app, new password, new terms; and the way out.</summary>
internal sealed class LoginEndpoints(WebsiteSession session, Bank bank, Visits visits, BankClock clock)
{
    private const string Picture = "/picture";

    public static void Map(IEndpointRouteBuilder app)
    {
        var site = app.ServiceProvider.GetRequiredService<LoginEndpoints>();
        app.MapGet("/login", site.ShowLogin);
        app.MapPost("/login", site.Login);
        app.MapGet("/method", site.ShowMethods);
        app.MapPost("/method", site.Choose);
        app.MapGet(Picture, site.ShowPicture);
        app.MapGet("/otp", site.ShowOtp);
        app.MapPost("/otp", site.Otp);
        app.MapGet("/approval", site.ShowApproval);
        app.MapPost("/approval", () => new SeeOtherResult("/approval"));
        app.MapGet("/password", site.ShowPassword);
        app.MapGet("/terms", site.ShowTerms);
        app.MapPost("/terms", site.Terms);
        app.MapMethods("/logout", ["GET", "POST"], site.Logout);
    }

    private RazorComponentResult<LoginPage> ShowLogin(HttpContext http)
    {
        var visit = visits.Begin();
        WebsiteSession.SetCookie(http, visit.Id);
        return LoginForm(http, visit, KnownError(http.Request.Query["error"]));
    }

    private async Task<IResult> Login(HttpContext http, CancellationToken cancellation)
    {
        if (await session.Form(http, cancellation) is not var (visit, form))
        {
            return WebsiteSession.ToLogin("expired");
        }

        var login = form["login"].ToString().Trim();
        var fileUrl = form["file_url"].ToString();
        var answer = await bank.SignIn(login, form["password"].ToString(), fileUrl, cancellation);
        switch (answer)
        {
            case SignInAnswer.Welcome(var visitor, var person):
                var next = visits.Renew(visit.SignedIn(visitor, person, visits.HasAcceptedTerms(visitor), clock.Now));
                WebsiteSession.SetCookie(http, next.Id);
                return WebsiteSession.ToStage(next);
            case SignInAnswer.FileProblem(var file):
                return LoginForm(http, visit, "file-problem", file, login, fileUrl);
            default:
                var error = answer is SignInAnswer.Locked ? "locked" : "wrong-credentials";
                return LoginForm(http, visit, error, null, login, fileUrl);
        }
    }

    private async Task<IResult> ShowMethods(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await session.At(http, Stage.Method, cancellation);
        return here is null ? elsewhere! : MethodForm(http, here, null);
    }

    private async Task<IResult> Choose(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await session.At(http, Stage.Method, cancellation);
        if (here is null || await session.Form(http, cancellation) is not var (visit, form))
        {
            return elsewhere ?? WebsiteSession.ToLogin("expired");
        }

        return here.Customer.Person.MethodNamed(form["method"].ToString()) is { } method
            ? WebsiteSession.ToStage(visits.Keep(visit.Asked(method.Challenge, clock.Now)))
            : MethodForm(http, here, "no-method");
    }

    private IResult ShowPicture(HttpContext http) =>
        visits.Find(http.Request.Cookies[WebsiteSession.Cookie])?.Pictured is { } text
            ? QrPicture.Of(text)
            : TypedResults.NotFound();

    private async Task<IResult> ShowOtp(HttpContext http, CancellationToken cancellation) =>
        await session.At(http, Stage.Code, cancellation) switch
        {
            (_, { } elsewhere) => elsewhere,
            ({ } here, _) => OtpForm(http, here, here.Visit.WrongCodes > 0 ? "wrong-code" : null),
            _ => WebsiteSession.ToLogin("expired"),
        };

    private async Task<IResult> Otp(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await session.At(http, Stage.Code, cancellation);
        if (here is null || await session.Form(http, cancellation) is not var (visit, form))
        {
            return elsewhere ?? WebsiteSession.ToLogin("expired");
        }

        var person = here.Customer.Person;
        var next = visit.CodeGiven(form["otp"].ToString(), person, visits.HasAcceptedTerms(here.Customer.Visitor));
        if (next.Stage == Stage.Login)
        {
            visits.End(visit.Id);
            return WebsiteSession.ToLogin("code-locked");
        }

        visits.Keep(next);
        return next.Stage == Stage.Code
            ? OtpForm(http, here with { Visit = next }, "wrong-code")
            : WebsiteSession.ToStage(next);
    }

    private async Task<IResult> ShowApproval(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await session.At(http, Stage.Approval, cancellation);
        if (here is null)
        {
            return elsewhere!;
        }

        var (visit, customer) = here;
        var next = visits.Keep(visit.At(clock.Now, customer.Person, visits.HasAcceptedTerms(customer.Visitor)));
        return next.Stage == Stage.Approval
            ? new RazorComponentResult<ApprovalPage>(
                new
                {
                    T = Texts.For(http),
                    Action = "/approval",
                    next.FormToken,
                    next.Challenge,
                    Picture,
                }
            )
            : WebsiteSession.ToStage(next);
    }

    private async Task<IResult> ShowPassword(HttpContext http, CancellationToken cancellation) =>
        (await session.At(http, Stage.PasswordExpired, cancellation)).Elsewhere
        ?? new RazorComponentResult<NoticePage>(new { T = Texts.For(http), Notice = "password" });

    private async Task<IResult> ShowTerms(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await session.At(http, Stage.Terms, cancellation);
        return here is null
            ? elsewhere!
            : new RazorComponentResult<TermsPage>(
                new
                {
                    T = Texts.For(http),
                    Action = "/terms",
                    here.Visit.FormToken,
                }
            );
    }

    private async Task<IResult> Terms(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await session.At(http, Stage.Terms, cancellation);
        if (here is null || await session.Form(http, cancellation) is not var (visit, _))
        {
            return elsewhere ?? WebsiteSession.ToLogin("expired");
        }

        visits.AcceptTerms(here.Customer.Visitor);
        return WebsiteSession.ToStage(visits.Keep(visit with { Stage = Stage.Inside }));
    }

    private SeeOtherResult Logout(HttpContext http)
    {
        visits.End(http.Request.Cookies[WebsiteSession.Cookie] ?? "");
        http.Response.Cookies.Delete(WebsiteSession.Cookie);
        return new SeeOtherResult("/");
    }

    private static string? KnownError(string? error) =>
        error is "expired" or "code-locked" or "file-problem" ? error : null;

    private static RazorComponentResult<LoginPage> LoginForm(
        HttpContext http,
        Visit visit,
        string? error,
        ScenarioFile? file = null,
        string? login = null,
        string? fileUrl = null
    ) =>
        new(
            new
            {
                T = Texts.For(http),
                Action = "/login",
                visit.FormToken,
                Error = error,
                File = file,
                Login = login,
                FileUrl = fileUrl,
            }
        );

    private static RazorComponentResult<OtpPage> OtpForm(HttpContext http, WebsiteSession.Here here, string? error) =>
        new(
            new
            {
                T = Texts.For(http),
                Action = "/otp",
                here.Visit.FormToken,
                here.Visit.Challenge,
                Picture,
                Error = error,
            }
        );

    private static RazorComponentResult<MethodPage> MethodForm(
        HttpContext http,
        WebsiteSession.Here here,
        string? error
    ) =>
        new(
            new
            {
                T = Texts.For(http),
                Action = "/method",
                here.Visit.FormToken,
                here.Customer.Person.Methods,
                Error = error,
            }
        );
}
