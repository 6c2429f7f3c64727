using System.Diagnostics;
using System.Globalization;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>
/// Authorisations of consents without a page of the bank: embedded (password, choice of a method, code) and decoupled (the bank's app), NextGenPSD2 1.3,
/// section 7.
/// </summary>
internal sealed class ScaEndpoints(
    Bank bank,
    Visits visits,
    ConsentAuthorisations authorisations,
    BerlinGroupRequests requests,
    BankClock clock
)
{
    public static void Map(IEndpointRouteBuilder app, BerlinGroupInterface at)
    {
        var endpoints = app.ServiceProvider.GetRequiredService<ScaEndpoints>();
        var list = at.Consents + "/{id}/authorisations";
        app.MapGet(
            list,
            (HttpContext http, string id, CancellationToken cancellation) => endpoints.List(http, at, id, cancellation)
        );
        app.MapPost(
            list,
            (HttpContext http, string id, CancellationToken cancellation) => endpoints.Start(http, at, id, cancellation)
        );
        app.MapGet(
            list + "/{sca}",
            (HttpContext http, string id, string sca, CancellationToken cancellation) =>
                endpoints.Show(http, at, id, sca, cancellation)
        );
        app.MapPut(
            list + "/{sca}",
            (HttpContext http, string id, string sca, CancellationToken cancellation) =>
                endpoints.Update(http, at, id, sca, cancellation)
        );
    }

    private async Task<IResult> List(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        CancellationToken cancellation
    )
    {
        var (consent, refused) = await requests.Named(http, at, id, cancellation);
        return consent is null
            ? refused!
            : BerlinGroupRequests.Json(
                new AuthorisationList(authorisations.Of(id)),
                BerlinGroupJson.Default.AuthorisationList
            );
    }

    private async Task<IResult> Show(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        string sca,
        CancellationToken cancellation
    )
    {
        var (consent, refused) = await requests.Named(http, at, id, cancellation);
        return consent is null ? refused!
            : authorisations.Find(sca, id) is { } visit
                ? BerlinGroupRequests.Json(
                    new ScaStatusAnswer(authorisations.Status(visit, id)),
                    BerlinGroupJson.Default.ScaStatusAnswer
                )
            : NoSuch();
    }

    private async Task<IResult> Start(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        CancellationToken cancellation
    )
    {
        var (consent, refused) = await requests.Named(http, at, id, cancellation);
        if (consent is null)
        {
            return refused!;
        }

        if (at.Approach is ScaApproach.Redirect or ScaApproach.OAuth || !consent.IsWaiting(clock.Now))
        {
            return BerlinGroupProblem.Of(
                StatusCodes.Status409Conflict,
                "STATUS_INVALID",
                "there is nothing to authorise here"
            );
        }

        var login = http.Request.Headers["PSU-ID"].ToString();
        if (login.Length == 0)
        {
            return BerlinGroupProblem.Format("is missing", "PSU-ID");
        }

        if (at.Approach == ScaApproach.Decoupled)
        {
            var visitor = new Visitor(login, null);
            return await bank.Find(visitor, cancellation) is { } known
                ? Answer(at, id, authorisations.AskInApp(id, known), known, StatusCodes.Status201Created)
                : WrongCredentials();
        }

        var body = await BerlinGroupProblem.Read(http, BerlinGroupJson.Default.ScaBody, cancellation);
        if (body?.PsuData?.Password is not { } password)
        {
            return BerlinGroupProblem.Format("is missing", "psuData");
        }

        return
            await bank.SignIn(login, password, null, cancellation) is SignInAnswer.Welcome(var who, var person)
            && await bank.Find(who, cancellation) is { } customer
            ? Answer(
                at,
                id,
                authorisations.Begin(id).SignedIn(who, person, visits.HasAcceptedTerms(who), clock.Now),
                customer,
                StatusCodes.Status201Created
            )
            : WrongCredentials();
    }

    private async Task<IResult> Update(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        string sca,
        CancellationToken cancellation
    )
    {
        var (consent, refused) = await requests.Named(http, at, id, cancellation);
        if (consent is null)
        {
            return refused!;
        }

        if (
            authorisations.Find(sca, id) is not { Visitor: { } visitor } visit
            || await bank.Find(visitor, cancellation) is not { } customer
        )
        {
            return NoSuch();
        }

        var body = await BerlinGroupProblem.Read(http, BerlinGroupJson.Default.ScaBody, cancellation);
        switch (visit.Stage, body)
        {
            case (Stage.Method, { AuthenticationMethodId: { } place }):
                return customer.Person.MethodNamed(place) is { } method
                    ? Answer(at, id, visit.Asked(method.Challenge, clock.Now), customer, StatusCodes.Status200OK)
                    : BerlinGroupProblem.Of(
                        StatusCodes.Status400BadRequest,
                        "SCA_METHOD_UNKNOWN",
                        "no such method",
                        "authenticationMethodId"
                    );
            case (Stage.Code, { ScaAuthenticationData: { } code }):
                var next = visit.CodeGiven(code, customer.Person, visits.HasAcceptedTerms(visitor));
                if (next.Stage is Stage.Code or Stage.Login)
                {
                    visits.Keep(next);
                    return BerlinGroupProblem.Of(
                        StatusCodes.Status400BadRequest,
                        "SCA_INVALID",
                        next.Stage == Stage.Code ? "the code is wrong" : "three codes were wrong: begin anew",
                        "scaAuthenticationData"
                    );
                }

                return Answer(at, id, next, customer, StatusCodes.Status200OK);
            case (Stage.Method or Stage.Code, _):
                return BerlinGroupProblem.Format("the body does not say what is due now");
            case (Stage.Login or Stage.Approval or Stage.PasswordExpired or Stage.Terms or Stage.Inside, _):
                return BerlinGroupProblem.Of(
                    StatusCodes.Status409Conflict,
                    "STATUS_INVALID",
                    "nothing is due from the third party"
                );
            default:
                throw new UnreachableException();
        }
    }

    private IResult Answer(BerlinGroupInterface at, string consentId, Visit visit, Customer customer, int status)
    {
        visit = authorisations.Keep(visit, customer);
        if (visit.Stage is Stage.PasswordExpired or Stage.Terms)
        {
            return BerlinGroupProblem.Unauthorized(
                "PSU_CREDENTIALS_INVALID",
                visit.Stage == Stage.Terms
                    ? "the customer has to accept new terms on the bank's site"
                    : "the customer has to choose a new password on the bank's site"
            );
        }

        var self = $"{at.Consents}/{consentId}/authorisations/{visit.Id}";
        var links = new Dictionary<string, Link>(StringComparer.Ordinal) { ["scaStatus"] = new(self) };
        var methods = customer.Person.Methods.Index().Select(m => Method(m.Item, m.Index)).ToList();
        var answer = new ScaAnswer(authorisations.Status(visit, consentId), visit.Id) { Links = links };
        switch (visit.Stage)
        {
            case Stage.Method:
                links["selectAuthenticationMethod"] = new(self);
                answer = answer with { ScaMethods = methods };
                break;
            case Stage.Code:
                links["authoriseTransaction"] = new(self);
                answer = answer with { ChallengeData = Challenge(visit), ChosenScaMethod = Chosen(visit, customer) };
                break;
            case Stage.Approval:
                answer = answer with
                {
                    PsuMessage = "Validez la connexion dans l'application de la banque.",
                    ChosenScaMethod = Chosen(visit, customer),
                };
                break;
            case Stage.Login or Stage.Inside or Stage.PasswordExpired or Stage.Terms:
                break;
        }

        return BerlinGroupRequests.Json(answer, BerlinGroupJson.Default.ScaAnswer, status);
    }

    private static AuthenticationObject? Chosen(Visit visit, Customer customer) =>
        customer.Person.Methods.Index().Where(m => m.Item.Challenge == visit.Challenge).ToList() is [var chosen, ..]
            ? Method(chosen.Item, chosen.Index)
            : null;

    private static AuthenticationObject Method(Method method, int place) =>
        new(
            method.Challenge switch
            {
                Scenarios.Challenge.Code => "SMS_OTP",
                Scenarios.Challenge.Image => "PHOTO_OTP",
                Scenarios.Challenge.Approval => "PUSH_OTP",
                _ => throw new UnreachableException(),
            },
            place.ToString(CultureInfo.InvariantCulture),
            method.Label
        );

    // The test bank sends nothing: its home page shows the code.
    private static ChallengeData Challenge(Visit visit) =>
        visit.Challenge is Challenge.Code code
            ? new ChallengeData(
                null,
                code.Value.Length,
                code.Value.All(char.IsAsciiDigit) ? "integer" : "characters",
                $"Code envoyé au {code.SentTo}"
            )
            : new ChallengeData(QrPicture.Png(visit.Pictured!), visit.Code!.Length, "integer", null);

    private static IResult WrongCredentials() =>
        BerlinGroupProblem.Unauthorized("PSU_CREDENTIALS_INVALID", "unknown, locked, or the wrong password");

    private static IResult NoSuch() =>
        BerlinGroupProblem.Of(StatusCodes.Status404NotFound, "RESOURCE_UNKNOWN", "no such authorisation");
}
