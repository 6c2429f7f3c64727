using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Stet.Pages;
using Affluent.TestBank.Website;
using Affluent.TestBank.Website.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.TestBank.Stet;

/// <summary>
/// The pages on which a customer lets a third party in: login, choice of a method, code, consent, and back. One address serves them all; the stage of the
/// visit says which page is due. No cookie is used: the unguessable address and the form token carry the dialogue, so it also works in a frame.
/// </summary>
internal sealed class AuthorizationEndpoints(
    Bank bank,
    Visits visits,
    Authorizations authorizations,
    ConsentBook consents,
    BankClock clock,
    TestBankOptions options
)
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.ServiceProvider.GetRequiredService<AuthorizationEndpoints>();
        app.MapGet(StetPaths.Authorize, pages.Begin);
        app.MapGet(StetPaths.Authorize + "/{id}", pages.Show);
        app.MapPost(StetPaths.Authorize + "/{id}", pages.Submit);
        app.MapGet(StetPaths.Authorize + "/{id}/picture", pages.ShowPicture);
    }

    private IResult Begin(HttpContext http) =>
        RequestCheck.Of(http.Request.Query, options) switch
        {
            RequestCheck.Good(var request) => new SeeOtherResult(PathOf(authorizations.Begin(request))),
            RequestCheck.Bad(var request, var error) => new SeeOtherResult(request.Answer("error", error)),
            RequestCheck.Untrusted(var reason) => Refused(http, reason),
            var other => throw new InvalidOperationException($"Unknown check {other}."),
        };

    private async Task<IResult> Show(HttpContext http, string id, CancellationToken cancellation)
    {
        if (authorizations.Find(id) is not var (visit, request))
        {
            return Refused(http, Texts.For(http)["expired"]);
        }

        if (visit.Visitor is null)
        {
            return LoginForm(http, visit, KnownError(http.Request.Query["error"]));
        }

        if (await bank.Find(visit.Visitor, cancellation) is not { } customer)
        {
            return BackToLogin(visit, "file-problem");
        }

        visit = visits.Keep(visit.At(clock.Now, customer.Person, visits.HasAcceptedTerms(customer.Visitor)));
        return Page(http, visit, request, customer, KnownError(http.Request.Query["error"]));
    }

    private async Task<IResult> Submit(HttpContext http, string id, CancellationToken cancellation)
    {
        if (authorizations.Find(id) is not var (visit, request) || !http.Request.HasFormContentType)
        {
            return Refused(http, Texts.For(http)["expired"]);
        }

        var form = await http.Request.ReadFormAsync(cancellation);
        if (!string.Equals(form["token"], visit.FormToken, StringComparison.Ordinal))
        {
            return Refused(http, Texts.For(http)["expired"]);
        }

        if (visit.Visitor is null)
        {
            return await Login(http, visit, form, cancellation);
        }

        if (await bank.Find(visit.Visitor, cancellation) is not { } customer)
        {
            return BackToLogin(visit, "file-problem");
        }

        return visit.Stage switch
        {
            Stage.Method => Choose(visit, form, customer),
            Stage.Code => Code(visit, form, customer),
            Stage.Terms => Terms(visit, customer),
            Stage.Inside => Decide(visit, request, form, customer),
            Stage.Login or Stage.Approval or Stage.PasswordExpired => new SeeOtherResult(PathOf(visit)),
        };
    }

    private IResult ShowPicture(string id) =>
        authorizations.Find(id) is ({ Pictured: { } text }, _) ? QrPicture.Of(text) : TypedResults.NotFound();

    private async Task<IResult> Login(
        HttpContext http,
        Visit visit,
        IFormCollection form,
        CancellationToken cancellation
    )
    {
        var login = form["login"].ToString().Trim();
        var fileUrl = form["file_url"].ToString();
        var answer = await bank.SignIn(login, form["password"].ToString(), fileUrl, cancellation);
        switch (answer)
        {
            case SignInAnswer.Welcome(var visitor, var person):
                return Next(visit.SignedIn(visitor, person, visits.HasAcceptedTerms(visitor), clock.Now));
            case SignInAnswer.FileProblem(var file):
                return LoginForm(http, visit, "file-problem", file, login, fileUrl);
            default:
                var error = answer is SignInAnswer.Locked ? "locked" : "wrong-credentials";
                return LoginForm(http, visit, error, null, login, fileUrl);
        }
    }

    private SeeOtherResult Choose(Visit visit, IFormCollection form, Customer customer) =>
        customer.Person.MethodNamed(form["method"].ToString()) is { } method
            ? Next(visit.Asked(method.Challenge, clock.Now))
            : Next(visit, "no-method");

    private SeeOtherResult Code(Visit visit, IFormCollection form, Customer customer)
    {
        var next = visit.CodeGiven(form["otp"].ToString(), customer.Person, visits.HasAcceptedTerms(customer.Visitor));
        return next.Stage switch
        {
            Stage.Login => BackToLogin(next, "code-locked"),
            Stage.Code => Next(next, "wrong-code"),
            Stage.Method or Stage.Approval or Stage.PasswordExpired or Stage.Terms or Stage.Inside => Next(next),
        };
    }

    private SeeOtherResult Terms(Visit visit, Customer customer)
    {
        visits.AcceptTerms(customer.Visitor);
        return Next(visit with { Stage = Stage.Inside });
    }

    private SeeOtherResult Decide(Visit visit, AuthorizationRequest request, IFormCollection form, Customer customer)
    {
        if (!string.Equals(form["decision"], "accept", StringComparison.Ordinal))
        {
            authorizations.End(visit.Id);
            return new SeeOtherResult(request.Answer("error", "access_denied"));
        }

        var mixed = customer.Person.Consent == ConsentModel.Mixed;
        var offered = StetAccounts.Of(customer).Select(s => s.Account.Id).ToList();
        var ticked = offered.Where(id => form["accounts"].Contains(id, StringComparer.Ordinal)).ToList();
        // Nothing ticked means all of them: whoever accepts without a look shares something, and whoever ticks one shares that one.
        var chosen =
            mixed ? []
            : ticked.Count > 0 ? ticked
            : offered;
        if (!authorizations.End(visit.Id))
        {
            return new SeeOtherResult(PathOf(visit));
        }

        var consent = new Consent
        {
            Id = Visits.NewSecret(),
            ClientId = options.ClientId,
            Visitor = customer.Visitor,
            Scope = request.Scope,
            GrantedAt = clock.Now,
            Expires = clock.Now + customer.Person.ConsentLife,
            Balances = chosen,
            Transactions = chosen,
            PsuIdentity = !mixed,
        };
        consents.Add(consent);
        return new SeeOtherResult(request.Answer("code", authorizations.IssueCode(consent.Id, request)));
    }

    private IResult Page(
        HttpContext http,
        Visit visit,
        AuthorizationRequest request,
        Customer customer,
        string? error
    ) =>
        visit.Stage switch
        {
            Stage.Method => new RazorComponentResult<MethodPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(visit),
                    visit.FormToken,
                    customer.Person.Methods,
                    Error = error,
                }
            ),
            Stage.Code => new RazorComponentResult<OtpPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(visit),
                    visit.FormToken,
                    visit.Challenge,
                    Picture = PictureOf(visit),
                    Error = error,
                }
            ),
            Stage.Approval => new RazorComponentResult<ApprovalPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(visit),
                    visit.FormToken,
                    visit.Challenge,
                    Picture = PictureOf(visit),
                }
            ),
            Stage.PasswordExpired => new RazorComponentResult<NoticePage>(
                new
                {
                    T = Texts.For(http),
                    Notice = "password",
                    Link = request.Answer("error", "access_denied"),
                }
            ),
            Stage.Terms => new RazorComponentResult<TermsPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(visit),
                    visit.FormToken,
                }
            ),
            Stage.Inside => new RazorComponentResult<ConsentPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(visit),
                    visit.FormToken,
                    options.ClientId,
                    Statements = StetAccounts.Of(customer),
                    Mixed = customer.Person.Consent == ConsentModel.Mixed,
                    Error = error,
                }
            ),
            Stage.Login => LoginForm(http, visit, error),
        };

    private SeeOtherResult Next(Visit visit, string? error = null)
    {
        visits.Keep(visit);
        return new SeeOtherResult(PathOf(visit) + (error is null ? "" : "?error=" + error));
    }

    private SeeOtherResult BackToLogin(Visit visit, string error) =>
        Next(visit with { Stage = Stage.Login, Visitor = null }, error);

    private static string PathOf(Visit visit) => $"{StetPaths.Authorize}/{visit.Id}";

    private static string PictureOf(Visit visit) => PathOf(visit) + "/picture";

    private static string? KnownError(string? error) =>
        error is "no-method" or "wrong-code" or "code-locked" or "file-problem" ? error : null;

    private static RazorComponentResult<NoticePage> Refused(HttpContext http, string reason) =>
        new(
            new
            {
                T = Texts.For(http),
                Notice = "request",
                Text = reason,
            }
        )
        {
            StatusCode = StatusCodes.Status400BadRequest,
        };

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
                Action = PathOf(visit),
                visit.FormToken,
                Error = error,
                File = file,
                Login = login,
                FileUrl = fileUrl,
            }
        );
}
