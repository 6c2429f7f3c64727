using System.Globalization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.TestBank.Website;

/// <summary>The bank's own site: what a customer sees in a browser, and what a scraper reads.</summary>
internal sealed class WebsiteEndpoints(
    Bank bank,
    Visits visits,
    ConsentBook consents,
    ScenarioFiles files,
    FaultInjection faults,
    BankClock clock
)
{
    private const string Cookie = "testbank_session";
    private const int PageSize = 50;

    public static void Map(IEndpointRouteBuilder app)
    {
        var site = app.ServiceProvider.GetRequiredService<WebsiteEndpoints>();
        app.MapGet("/", site.Home);
        app.MapGet("/bank.css", Css);
        app.MapGet("/file-report", site.FileReport);
        app.MapGet("/login", site.ShowLogin);
        app.MapPost("/login", site.Login);
        app.MapGet("/otp", site.ShowOtp);
        app.MapPost("/otp", site.Otp);
        app.MapGet("/approval", site.ShowApproval);
        app.MapPost("/approval", () => SeeOther("/approval"));
        app.MapGet("/password", site.ShowPassword);
        app.MapGet("/terms", site.ShowTerms);
        app.MapPost("/terms", site.Terms);
        app.MapGet("/accounts", site.ShowAccounts);
        app.MapGet("/accounts/{id}", site.ShowAccount);
        app.MapGet("/accounts/{id}/movements", site.ShowMovements);
        app.MapGet("/consents", site.ShowConsents);
        app.MapPost("/consents", site.RevokeConsent);
        app.MapMethods("/logout", ["GET", "POST"], site.Logout);
    }

    private static IResult Css() =>
        Results.Stream(typeof(WebsiteEndpoints).Assembly.GetManifestResourceStream("bank.css")!, "text/css");

    private async Task<IResult> Home(HttpContext http, CancellationToken cancellation)
    {
        var scenarios = new List<(string?, IReadOnlyList<Person>)>();
        foreach (var name in ScenarioFiles.Shipped.Where(n => n is not "default").Prepend(null))
        {
            if (await files.Read(name, cancellation) is ScenarioFile.Loaded { Scenario: var scenario })
            {
                scenarios.Add((name, scenario.People));
            }
        }

        return new RazorComponentResult<HomePage>(new { T = Texts.For(http), Scenarios = scenarios });
    }

    private async Task<IResult> FileReport(HttpContext http, string? file_url, CancellationToken cancellation) =>
        new RazorComponentResult<ReportPage>(
            new
            {
                T = Texts.For(http),
                File = await files.Read(file_url, cancellation),
                FileUrl = file_url,
            }
        );

    private RazorComponentResult<LoginPage> ShowLogin(HttpContext http)
    {
        var visit = visits.Begin();
        SetCookie(http, visit.Id);
        return LoginForm(http, visit, KnownError(http.Request.Query["error"]));
    }

    private async Task<IResult> Login(HttpContext http, CancellationToken cancellation)
    {
        if (await Form(http, cancellation) is not var (visit, form))
        {
            return ToLogin("expired");
        }

        var login = form["login"].ToString().Trim();
        var fileUrl = form["file_url"].ToString();
        var answer = await bank.SignIn(login, form["password"].ToString(), fileUrl, cancellation);
        switch (answer)
        {
            case SignInAnswer.Welcome(var visitor, var person):
                var next = visits.Renew(visit.SignedIn(visitor, person, visits.HasAcceptedTerms(visitor), clock.Now));
                SetCookie(http, next.Id);
                return ToStage(next);
            case SignInAnswer.FileProblem(var file):
                return LoginForm(http, visit, "file-problem", file, login, fileUrl);
            default:
                var error = answer is SignInAnswer.Locked ? "locked" : "wrong-credentials";
                return LoginForm(http, visit, error, null, login, fileUrl);
        }
    }

    private async Task<IResult> ShowOtp(HttpContext http, CancellationToken cancellation) =>
        await At(http, Stage.Code, cancellation) switch
        {
            (_, { } elsewhere) => elsewhere,
            ({ } here, _) => OtpForm(http, here, here.Visit.WrongCodes > 0 ? "wrong-code" : null),
            _ => ToLogin("expired"),
        };

    private async Task<IResult> Otp(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await At(http, Stage.Code, cancellation);
        if (here is null || await Form(http, cancellation) is not var (visit, form))
        {
            return elsewhere ?? ToLogin("expired");
        }

        var person = here.Customer.Person;
        var next = visit.CodeGiven(form["otp"].ToString(), person, visits.HasAcceptedTerms(here.Customer.Visitor));
        if (next.Stage == Stage.Login)
        {
            visits.End(visit.Id);
            return ToLogin("code-locked");
        }

        visits.Keep(next);
        return next.Stage == Stage.Code ? OtpForm(http, here with { Visit = next }, "wrong-code") : ToStage(next);
    }

    private async Task<IResult> ShowApproval(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await At(http, Stage.Approval, cancellation);
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
                }
            )
            : ToStage(next);
    }

    private async Task<IResult> ShowPassword(HttpContext http, CancellationToken cancellation) =>
        (await At(http, Stage.PasswordExpired, cancellation)).Elsewhere
        ?? new RazorComponentResult<NoticePage>(new { T = Texts.For(http), Notice = "password" });

    private async Task<IResult> ShowTerms(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await At(http, Stage.Terms, cancellation);
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
        var (here, elsewhere) = await At(http, Stage.Terms, cancellation);
        if (here is null || await Form(http, cancellation) is not var (visit, _))
        {
            return elsewhere ?? ToLogin("expired");
        }

        visits.AcceptTerms(here.Customer.Visitor);
        return ToStage(visits.Keep(visit with { Stage = Stage.Inside }));
    }

    private Task<IResult> ShowAccounts(HttpContext http, CancellationToken cancellation) =>
        Inside(
            http,
            null,
            here => new RazorComponentResult<AccountsPage>(new { T = Texts.For(http), here.Customer }),
            cancellation
        );

    private Task<IResult> ShowAccount(HttpContext http, string id, CancellationToken cancellation) =>
        Inside(
            http,
            id,
            here =>
            {
                var statement = Find(here, id)!;
                var texts = Texts.For(http);
                var details = AccountFacts.Of(statement, here.Customer, texts, clock.Today);
                return new RazorComponentResult<AccountPage>(
                    new
                    {
                        T = texts,
                        Statement = statement,
                        Details = details,
                    }
                );
            },
            cancellation
        );

    private Task<IResult> ShowMovements(HttpContext http, string id, string? page, CancellationToken cancellation) =>
        Inside(
            http,
            id,
            here =>
            {
                var statement = Find(here, id)!;
                var number =
                    int.TryParse(page, CultureInfo.InvariantCulture, out var n) && n is > 0 and < 1_000_000 ? n : 1;
                var repeats = here.Customer.Person.Faults.Contains(Fault.RepeatPage);
                var skip = repeats ? 0 : (number - 1) * PageSize;
                return new RazorComponentResult<MovementsPage>(
                    new
                    {
                        T = Texts.For(http),
                        Statement = statement,
                        Entries = statement.Entries.Skip(skip).Take(PageSize).ToList(),
                        Page = number,
                        HasNext = repeats || statement.Entries.Count > skip + PageSize,
                    }
                );
            },
            cancellation
        );

    private async Task<IResult> ShowConsents(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await At(http, Stage.Inside, cancellation);
        return here is null
            ? elsewhere!
            : new RazorComponentResult<ConsentsPage>(
                new
                {
                    T = Texts.For(http),
                    Consents = consents.Of(here.Customer.Visitor),
                    here.Visit.FormToken,
                }
            );
    }

    private async Task<IResult> RevokeConsent(HttpContext http, CancellationToken cancellation)
    {
        var (here, elsewhere) = await At(http, Stage.Inside, cancellation);
        if (here is null || await Form(http, cancellation) is not var (_, form))
        {
            return elsewhere ?? ToLogin("expired");
        }

        consents.Revoke(form["revoke"].ToString(), here.Customer.Visitor);
        return SeeOther("/consents");
    }

    private SeeOtherResult Logout(HttpContext http)
    {
        visits.End(http.Request.Cookies[Cookie] ?? "");
        http.Response.Cookies.Delete(Cookie);
        return SeeOther("/");
    }

    /// <summary>A visitor at the stage that the page is for.</summary>
    private sealed record Here(Visit Visit, Customer Customer);

    // Either the visitor is at this stage, or there is another page to go to.
    private async Task<(Here? Here, IResult? Elsewhere)> At(
        HttpContext http,
        Stage stage,
        CancellationToken cancellation
    )
    {
        if (visits.Find(http.Request.Cookies[Cookie]) is not { Visitor: { } visitor } visit)
        {
            return (null, ToLogin("expired"));
        }

        if (visit.Stage != stage)
        {
            return (null, ToStage(visit));
        }

        return await bank.Find(visitor, cancellation) is { } customer
            ? (new Here(visit, customer), null)
            : (null, ToLogin("file-problem"));
    }

    // A page of data: the faults of the person have their say before it.
    private async Task<IResult> Inside(
        HttpContext http,
        string? accountId,
        Func<Here, IResult> page,
        CancellationToken cancellation
    )
    {
        var (here, elsewhere) = await At(http, Stage.Inside, cancellation);
        if (here is null)
        {
            return elsewhere!;
        }

        return await faults.Apply(http, here.Customer, accountId) switch
        {
            FaultEffect.MaintenancePage => Notice(http, "maintenance", StatusCodes.Status200OK),
            FaultEffect.Failure => Notice(http, "failure", StatusCodes.Status500InternalServerError),
            FaultEffect.None => accountId is not null && Find(here, accountId) is null
                ? Notice(http, "missing", StatusCodes.Status404NotFound)
                : page(here),
        };
    }

    private static Statement? Find(Here here, string id) =>
        here.Customer.Statements.FirstOrDefault(s => string.Equals(s.Account.Id, id, StringComparison.Ordinal));

    // The form of a page of this session: without its token it comes from somewhere else.
    private async Task<(Visit Visit, IFormCollection Form)?> Form(HttpContext http, CancellationToken cancellation)
    {
        if (visits.Find(http.Request.Cookies[Cookie]) is not { } visit || !http.Request.HasFormContentType)
        {
            return null;
        }

        var form = await http.Request.ReadFormAsync(cancellation);
        return string.Equals(form["token"], visit.FormToken, StringComparison.Ordinal) ? (visit, form) : null;
    }

    private static SeeOtherResult ToStage(Visit visit) =>
        visit.Stage switch
        {
            Stage.Login => SeeOther("/login"),
            Stage.Code => SeeOther("/otp"),
            Stage.Approval => SeeOther("/approval"),
            Stage.PasswordExpired => SeeOther("/password"),
            Stage.Terms => SeeOther("/terms"),
            Stage.Inside => SeeOther("/accounts"),
        };

    private static SeeOtherResult ToLogin(string error) => SeeOther("/login?error=" + error);

    // After a form the browser must GET the next page, so a reload repeats nothing.
    private static SeeOtherResult SeeOther(string url) => new(url);

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

    private static RazorComponentResult<OtpPage> OtpForm(HttpContext http, Here here, string? error) =>
        new(
            new
            {
                T = Texts.For(http),
                Action = "/otp",
                here.Visit.FormToken,
                Asked = here.Customer.Person.OneTimePassword,
                Error = error,
            }
        );

    internal static RazorComponentResult<NoticePage> Notice(HttpContext http, string notice, int status) =>
        new(new { T = Texts.For(http), Notice = notice }) { StatusCode = status };

    private static void SetCookie(HttpContext http, string id) =>
        http.Response.Cookies.Append(
            Cookie,
            id,
            new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = http.Request.IsHttps,
                Path = "/",
            }
        );
}

/// <summary>303 See Other.</summary>
internal sealed class SeeOtherResult(string url) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = url;
        return Task.CompletedTask;
    }
}
