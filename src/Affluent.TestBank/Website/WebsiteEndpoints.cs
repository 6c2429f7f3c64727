using System.Globalization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.TestBank.Website;

/// <summary>The bank's own site: what a customer sees in a browser, and what a scraper reads. <see cref="LoginEndpoints"/> lets in.</summary>
internal sealed class WebsiteEndpoints(
    WebsiteSession session,
    ConsentBook consents,
    ScenarioFiles files,
    FaultInjection faults,
    BankClock clock
)
{
    private const int PageSize = 50;

    public static void Map(IEndpointRouteBuilder app)
    {
        var site = app.ServiceProvider.GetRequiredService<WebsiteEndpoints>();
        app.MapGet("/", site.Home);
        app.MapGet("/bank.css", Css);
        app.MapGet("/file-report", site.FileReport);
        app.MapGet("/accounts", site.ShowAccounts);
        app.MapGet("/accounts/{id}", site.ShowAccount);
        app.MapGet("/accounts/{id}/movements", site.ShowMovements);
        app.MapGet("/consents", site.ShowConsents);
        app.MapPost("/consents", site.RevokeConsent);
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
        var (here, elsewhere) = await session.At(http, Stage.Inside, cancellation);
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
        var (here, elsewhere) = await session.At(http, Stage.Inside, cancellation);
        if (here is null || await session.Form(http, cancellation) is not var (_, form))
        {
            return elsewhere ?? WebsiteSession.ToLogin("expired");
        }

        consents.Revoke(form["revoke"].ToString(), here.Customer.Visitor);
        return new SeeOtherResult("/consents");
    }

    // A page of data: the faults of the person have their say before it.
    private async Task<IResult> Inside(
        HttpContext http,
        string? accountId,
        Func<WebsiteSession.Here, IResult> page,
        CancellationToken cancellation
    )
    {
        var (here, elsewhere) = await session.At(http, Stage.Inside, cancellation);
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

    private static Statement? Find(WebsiteSession.Here here, string id) =>
        here.Customer.Statements.FirstOrDefault(s => string.Equals(s.Account.Id, id, StringComparison.Ordinal));

    internal static RazorComponentResult<NoticePage> Notice(HttpContext http, string notice, int status) =>
        new(new { T = Texts.For(http), Notice = notice }) { StatusCode = status };
}
