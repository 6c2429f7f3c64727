using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>Consents of the Berlin Group (NextGenPSD2 1.3, section 6.3): asked for, looked at, and ended by the third party.</summary>
internal sealed class ConsentEndpoints(
    ConsentBook consents,
    Authorizations authorizations,
    BerlinGroupRequests requests,
    BankClock clock,
    TestBankOptions options
)
{
    public static void Map(IEndpointRouteBuilder app, BerlinGroupInterface at)
    {
        var endpoints = app.ServiceProvider.GetRequiredService<ConsentEndpoints>();
        app.MapPost(
            at.Consents,
            (HttpContext http, CancellationToken cancellation) => endpoints.Create(http, at, cancellation)
        );
        app.MapGet(
            at.Consents + "/{id}",
            (HttpContext http, string id, CancellationToken cancellation) => endpoints.Show(http, at, id, cancellation)
        );
        app.MapDelete(
            at.Consents + "/{id}",
            (HttpContext http, string id, CancellationToken cancellation) => endpoints.End(http, at, id, cancellation)
        );
        app.MapGet(
            at.Consents + "/{id}/status",
            (HttpContext http, string id, CancellationToken cancellation) =>
                endpoints.Status(http, at, id, cancellation)
        );
    }

    private async Task<IResult> Create(HttpContext http, BerlinGroupInterface at, CancellationToken cancellation)
    {
        if (BerlinGroupRequests.Refused(http) is { } refused)
        {
            return refused;
        }

        var (customer, closed) = requests.LetInBefore(http, at);
        if (closed is not null)
        {
            return closed;
        }

        var body = await BerlinGroupProblem.Read(http, BerlinGroupJson.Default.ConsentBody, cancellation);
        var (demand, wrong, path) = ConsentDemands.Read(body, at, clock.Today);
        if (demand is null)
        {
            return BerlinGroupProblem.Format(wrong!, path);
        }

        if (demand.Access == AccessKind.Chosen && at.Approach is ScaApproach.Embedded or ScaApproach.Decoupled)
        {
            return BerlinGroupProblem.Of(
                StatusCodes.Status400BadRequest,
                "PARAMETER_NOT_SUPPORTED",
                "without a page of the bank nobody can choose accounts",
                "access"
            );
        }

        string Header(string name) => http.Request.Headers[name].ToString();
        var (back, refusedBack) = (Header("TPP-Redirect-URI"), Header("TPP-Nok-Redirect-URI"));
        if (
            at.Approach == ScaApproach.Redirect
            && new[] { back, refusedBack.Length > 0 ? refusedBack : back }.FirstOrDefault(uri =>
                !ReturnAddress.IsRegistered(uri, options.RedirectUris)
            )
                is { } unknown
        )
        {
            return BerlinGroupProblem.Format(
                "is missing, or not registered for this third party",
                unknown == back ? "TPP-Redirect-URI" : "TPP-Nok-Redirect-URI"
            );
        }

        var consent = new Consent
        {
            Id = Visits.NewSecret(),
            ClientId = options.ClientId,
            Face = Face.BerlinGroup,
            State = ConsentState.Asked,
            Visitor = customer,
            Scope = "",
            GrantedAt = clock.Now,
            Expires = clock.Now + ConsentDemand.Patience,
            Demand = demand,
        };
        consents.Add(consent);
        var self = $"{at.Consents}/{consent.Id}";
        http.Response.Headers.Location = self;
        http.Response.Headers["ASPSP-SCA-Approach"] = at.ScaWord;
        var links = new Dictionary<string, Link>(StringComparer.Ordinal)
        {
            ["self"] = new(self),
            ["status"] = new(self + "/status"),
        };
        switch (at.Approach)
        {
            case ScaApproach.Redirect:
                var request = new AuthorizationRequest(BerlinGroupPaths.Server, back)
                {
                    ConsentId = consent.Id,
                    WantsCode = false,
                    RefusedUri = refusedBack.Length > 0 ? refusedBack : null,
                };
                var page = AuthorizationPages.PathOf(request, authorizations.Begin(request));
                links["scaRedirect"] = new(options.AddressOf(http.Request) + page);
                break;
            case ScaApproach.OAuth:
                links["scaOAuth"] = new(options.AddressOf(http.Request) + BerlinGroupPaths.Metadata);
                break;
            case ScaApproach.Embedded:
                links["startAuthorisationWithPsuAuthentication"] = new(self + "/authorisations");
                break;
            case ScaApproach.Decoupled:
                links["startAuthorisationWithPsuIdentification"] = new(self + "/authorisations");
                break;
        }

        return BerlinGroupRequests.Json(
            new ConsentCreated("received", consent.Id, null, links),
            BerlinGroupJson.Default.ConsentCreated,
            StatusCodes.Status201Created
        );
    }

    private async Task<IResult> Show(
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
                new ConsentInformation(
                    ConsentDemands.Access(consent.Demand!),
                    consent.Demand!.Recurring,
                    DateOnly.FromDateTime(consent.Expires.UtcDateTime),
                    consent.Demand.FrequencyPerDay,
                    DateOnly.FromDateTime(consent.GrantedAt.UtcDateTime),
                    ConsentDemands.Status(consent, clock.Now)
                ),
                BerlinGroupJson.Default.ConsentInformation
            );
    }

    private async Task<IResult> Status(
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
                new ConsentStatusAnswer(ConsentDemands.Status(consent, clock.Now)),
                BerlinGroupJson.Default.ConsentStatusAnswer
            );
    }

    private async Task<IResult> End(
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

        if (!consent.IsLive(clock.Now) && !consent.IsWaiting(clock.Now))
        {
            return BerlinGroupProblem.Unauthorized(
                "CONSENT_INVALID",
                $"the consent is {ConsentDemands.Status(consent, clock.Now)} already"
            );
        }

        if (await requests.FailsToRevoke(consent, cancellation) is { } failure)
        {
            return failure;
        }

        consents.End(id);
        return Results.NoContent();
    }
}
