using Affluent.TestBank.Authorization.Pages;
using Affluent.TestBank.Consents;
using Affluent.TestBank.Imitation;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website;
using Affluent.TestBank.Website.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.TestBank.Authorization;

/// <summary>
/// The pages on which a customer lets a third party in: login, choice of a method, code, consent, and back. One address serves them all; the stage of the
/// visit says which page is due. No cookie is used: the unguessable address and the form token carry the dialogue, so it also works in a frame.
/// </summary>
internal sealed class AuthorizationPages(
    Bank bank,
    Visits visits,
    Authorizations authorizations,
    ConsentBook consents,
    PushedRequests pushed,
    IdTokens idTokens,
    BankClock clock,
    TestBankOptions options
)
{
    public static void Map(IEndpointRouteBuilder app, AuthorizationServer server)
    {
        var pages = app.ServiceProvider.GetRequiredService<AuthorizationPages>();
        app.MapGet(server.Authorize, (HttpContext http) => pages.Begin(server, http));
        app.MapGet(server.Authorize + "/{id}", pages.Show);
        app.MapPost(server.Authorize + "/{id}", pages.Submit);
        app.MapGet(server.Authorize + "/{id}/picture", pages.ShowPicture);
    }

    private IResult Begin(AuthorizationServer server, HttpContext http) =>
        Asked(server, http.Request) switch
        {
            RequestCheck.Good({ ConsentId: { } id } request)
                when consents.Find(id, server.Face)?.IsWaiting(clock.Now) != true => new SeeOtherResult(
                request.Refused("invalid_scope")
            ),
            RequestCheck.Good(var request) => new SeeOtherResult(PathOf(request, authorizations.Begin(request))),
            RequestCheck.Bad(var request, var error) => new SeeOtherResult(request.Refused(error)),
            RequestCheck.Untrusted(var reason) => Refused(http, reason),
            var other => throw new InvalidOperationException($"Unknown check {other}."),
        };

    // What was pushed was looked at then.
    private RequestCheck Asked(AuthorizationServer server, HttpRequest asked) =>
        asked.Query["request_uri"].ToString() is not { Length: > 0 } name || Translated.Of(asked) is not null
            ? RequestCheck.Of(server, asked, asked.Query, options, clock.Now)
        : asked.Query["client_id"] == options.ClientId && pushed.Take(server, name) is { } good ? good
        : new RequestCheck.Untrusted("request_uri is unknown, over, or was used before");

    private async Task<IResult> Show(HttpContext http, string id, CancellationToken cancellation)
    {
        if (authorizations.Find(id) is not var (visit, request))
        {
            return Refused(http, Texts.For(http)["expired"]);
        }

        if (visit.Visitor is null)
        {
            return LoginForm(http, visit, request, KnownError(http.Request.Query["error"]));
        }

        if (await bank.Find(visit.Visitor, cancellation) is not { } customer)
        {
            return BackToLogin(visit, request, "file-problem");
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
            return await Login(http, visit, request, form, cancellation);
        }

        if (await bank.Find(visit.Visitor, cancellation) is not { } customer)
        {
            return BackToLogin(visit, request, "file-problem");
        }

        return visit.Stage switch
        {
            Stage.Method => Choose(visit, request, form, customer),
            Stage.Code => Code(visit, request, form, customer),
            Stage.Terms => Terms(visit, request, customer),
            Stage.Inside => Decide(visit, request, form, customer),
            Stage.Login or Stage.Approval or Stage.PasswordExpired => new SeeOtherResult(PathOf(request, visit)),
        };
    }

    private IResult ShowPicture(string id) =>
        authorizations.Find(id) is ({ Pictured: { } text }, _) ? QrPicture.Of(text) : TypedResults.NotFound();

    private async Task<IResult> Login(
        HttpContext http,
        Visit visit,
        AuthorizationRequest request,
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
                return Next(request, visit.SignedIn(visitor, person, visits.HasAcceptedTerms(visitor), clock.Now));
            case SignInAnswer.FileProblem(var file):
                return LoginForm(http, visit, request, "file-problem", file, login, fileUrl);
            default:
                var error = answer is SignInAnswer.Locked ? "locked" : "wrong-credentials";
                return LoginForm(http, visit, request, error, null, login, fileUrl);
        }
    }

    private SeeOtherResult Choose(Visit visit, AuthorizationRequest request, IFormCollection form, Customer customer) =>
        customer.Person.MethodNamed(form["method"].ToString()) is { } method
            ? Next(request, visit.Asked(method.Challenge, clock.Now))
            : Next(request, visit, "no-method");

    private SeeOtherResult Code(Visit visit, AuthorizationRequest request, IFormCollection form, Customer customer)
    {
        var next = visit.CodeGiven(form["otp"].ToString(), customer.Person, visits.HasAcceptedTerms(customer.Visitor));
        return next.Stage switch
        {
            Stage.Login => BackToLogin(next, request, "code-locked"),
            Stage.Code => Next(request, next, "wrong-code"),
            Stage.Method or Stage.Approval or Stage.PasswordExpired or Stage.Terms or Stage.Inside => Next(
                request,
                next
            ),
        };
    }

    private SeeOtherResult Terms(Visit visit, AuthorizationRequest request, Customer customer)
    {
        visits.AcceptTerms(customer.Visitor);
        return Next(request, visit with { Stage = Stage.Inside });
    }

    private SeeOtherResult Decide(Visit visit, AuthorizationRequest request, IFormCollection form, Customer customer)
    {
        var accepted = string.Equals(form["decision"], "accept", StringComparison.Ordinal);
        var waiting = request.ConsentId is { } id ? consents.Find(id, request.Server.Face) : null;
        var offered = PaymentAccounts.Of(customer).Select(s => s.Account.Id).ToList();
        var ticked = offered.Where(id => form["accounts"].Contains(id, StringComparer.Ordinal)).ToList();
        // Nothing ticked means all of them: whoever accepts without a look shares something, and whoever ticks one shares that one.
        var chosen = ticked.Count > 0 ? ticked : offered;
        if (!authorizations.End(visit.Id))
        {
            return new SeeOtherResult(PathOf(request, visit));
        }

        if (waiting is not null)
        {
            if (accepted && waiting.AgreedBy(customer, chosen, clock) is { } agreed && consents.Agree(agreed))
            {
                return Granted(request, waiting.Id);
            }

            consents.Refuse(waiting.Id);
            return new SeeOtherResult(request.Refused("access_denied"));
        }

        if (!accepted || request.ConsentId is not null)
        {
            return new SeeOtherResult(request.Refused("access_denied"));
        }

        var mixed = IsMixed(request, customer);
        // What is chosen later, or asked for by a consent of its own, is not shared here.
        IReadOnlyList<string> shared = mixed || request.Demand is { Access: AccessKind.Named } ? [] : chosen;
        var consent = new Consent
        {
            Id = Visits.NewSecret(),
            ClientId = options.ClientId,
            Face = request.Server.Face,
            Visitor = customer.Visitor,
            Scope = request.Scope,
            GrantedAt = clock.Now,
            Expires = clock.Now + customer.Person.ConsentLife,
            Balances = shared,
            Transactions = shared,
            PsuIdentity = !mixed,
            Mixed = mixed,
            Demand = request.Demand,
        };
        consents.Add(consent);
        return Granted(request, consent.Id);
    }

    private SeeOtherResult Granted(AuthorizationRequest request, string consent)
    {
        if (!request.WantsCode)
        {
            return new SeeOtherResult(request.Granted(""));
        }

        var code = authorizations.IssueCode(consent, request);
        return new SeeOtherResult(
            request.Granted(code, request.IsHybrid ? idTokens.WithCode(request, consent, code) : null)
        );
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
                    Action = PathOf(request, visit),
                    visit.FormToken,
                    customer.Person.Methods,
                    Error = error,
                }
            ),
            Stage.Code => new RazorComponentResult<OtpPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(request, visit),
                    visit.FormToken,
                    visit.Challenge,
                    Picture = PictureOf(request, visit),
                    Error = error,
                }
            ),
            Stage.Approval => new RazorComponentResult<ApprovalPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(request, visit),
                    visit.FormToken,
                    visit.Challenge,
                    Picture = PictureOf(request, visit),
                }
            ),
            Stage.PasswordExpired => new RazorComponentResult<NoticePage>(
                new
                {
                    T = Texts.For(http),
                    Notice = "password",
                    Link = request.Refused("access_denied"),
                }
            ),
            Stage.Terms => new RazorComponentResult<TermsPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(request, visit),
                    visit.FormToken,
                }
            ),
            Stage.Inside => new RazorComponentResult<ConsentPage>(
                new
                {
                    T = Texts.For(http),
                    Action = PathOf(request, visit),
                    visit.FormToken,
                    options.ClientId,
                    Statements = PaymentAccounts.Of(customer),
                    Choice = ChoiceOf(request, customer),
                    Error = error,
                }
            ),
            Stage.Login => LoginForm(http, visit, request, error),
        };

    // A model of STET.
    private static bool IsMixed(AuthorizationRequest request, Customer customer) =>
        request.Server.Face == Face.Stet
        && (customer.Person.Consent == ConsentModel.Mixed || request.Translated?.AccountsFollow == true);

    private AccountChoice ChoiceOf(AuthorizationRequest request, Customer customer) =>
        request.ConsentId is not { } id
            ? IsMixed(request, customer)
                ? AccountChoice.Later
                : request.Demand is { Access: AccessKind.Named }
                    ? AccountChoice.None
                    : AccountChoice.Here
            : consents.Find(id, request.Server.Face)?.Demand?.Access == AccessKind.Chosen
                ? AccountChoice.Here
                : AccountChoice.None;

    private SeeOtherResult Next(AuthorizationRequest request, Visit visit, string? error = null)
    {
        visits.Keep(visit);
        return new SeeOtherResult(PathOf(request, visit) + (error is null ? "" : "?error=" + error));
    }

    private SeeOtherResult BackToLogin(Visit visit, AuthorizationRequest request, string error) =>
        Next(request, visit with { Stage = Stage.Login, Visitor = null }, error);

    /// <summary>Where the pages of an authorization are.</summary>
    public static string PathOf(AuthorizationRequest request, Visit visit) => $"{request.Server.Authorize}/{visit.Id}";

    private static string PictureOf(AuthorizationRequest request, Visit visit) => PathOf(request, visit) + "/picture";

    private static string? KnownError(string? error) =>
        error is "no-method" or "wrong-code" or "code-locked" or "file-problem" ? error : null;

    /// <summary>What the person in front of the page is told of a request that cannot be taken.</summary>
    public static RazorComponentResult<NoticePage> Refused(HttpContext http, string reason) =>
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
        AuthorizationRequest request,
        string? error,
        ScenarioFile? file = null,
        string? login = null,
        string? fileUrl = null
    ) =>
        new(
            new
            {
                T = Texts.For(http),
                Action = PathOf(request, visit),
                visit.FormToken,
                Error = error,
                File = file,
                Login = login,
                FileUrl = fileUrl,
            }
        );
}
