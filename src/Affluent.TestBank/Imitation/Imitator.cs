using System.Text;
using System.Text.Json.Nodes;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.BerlinGroup;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Microsoft.Extensions.Primitives;

namespace Affluent.TestBank.Imitation;

/// <summary>
/// Stands before the faces of the bank: takes what is asked of a bank that is imitated as that bank would, refuses what it would refuse, and hands the rest
/// on in the words of the standard, by whose face it is answered.
/// </summary>
internal sealed partial class Imitator(
    TestBankOptions options,
    BankClock clock,
    AccessTokens tokens,
    ConsentBook consents,
    Bank bank,
    ConsentAuthorisations authorisations,
    BankKey key,
    ILogger<Imitator> log
)
{
    private readonly IReadOnlyList<(Manner Manner, TokenDemands Tokens)> imitated =
    [
        .. options
            .Likenesses.Select(likeness => new Manner(likeness))
            .Select(manner => (manner, new TokenDemands(manner, options, clock))),
    ];

    private readonly LikePages pages = new(consents, options, clock);

    public async Task Imitate(HttpContext http, RequestDelegate next)
    {
        var path = http.Request.Path.Value ?? "";
        if (
            imitated.FirstOrDefault(i => path.StartsWith($"{Likeness.Root}/{i.Manner.Name}/", StringComparison.Ordinal))
            is not
            ({ } manner, { } tokenDemands)
        )
        {
            await next(http);
            return;
        }

        if (manner.Find(path) is not { } route)
        {
            await Refuse(
                http,
                manner,
                new LikeRoute(LikeCall.Data, ""),
                new(LikeBlame.Place, "there is nothing at this address")
            );
            return;
        }

        var request = new LikeRequest(http, manner, route, new SaidValues(manner, tokens, options, clock));
        await request.ReadBody();
        if (Demand(request, tokenDemands) is { } fault)
        {
            await Refuse(http, manner, request.Route, fault);
        }
        else
        {
            await Answer(request, next);
        }
    }

    /// <summary>Looks at all that the bank demands, and puts the request into the words of the face behind.</summary>
    private LikeFault? Demand(LikeRequest request, TokenDemands tokenDemands)
    {
        var (http, manner, route, values) = (request.Http.Request, request.Manner, request.Route, request.Values);
        foreach (var pair in route.Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is [var name, var value] && http.Query[name].ToString() != value)
            {
                return LikeFault.Malformed($"the address has {pair} in its query");
            }
        }

        Dictionary<string, string>? fields = null;
        if (route.Call is LikeCall.Token or LikeCall.Revocation or LikeCall.Push)
        {
            (fields, var malformed) = tokenDemands.Read(http, request.Body);
            if (fields is null)
            {
                return malformed;
            }
        }

        var isOurs = fields?.GetValueOrDefault("grant_type") == "client_credentials";
        if (
            (
                HeaderDemands.FaultOf(http, route, manner, values, isOurs)
                ?? SignatureManner.FaultOfDigest(http, request.Body, manner, route)
            ) is
            { } fault
        )
        {
            return LikeFault.Malformed(fault);
        }

        if (manner.Signature?.FaultOf(http, request.Body, route, values, clock.Now) is { } unsigned)
        {
            return new LikeFault(LikeBlame.Signature, "the signature: " + unsigned);
        }

        if (JwsDemands.FaultOf(http, request.Body, manner, route, clock.Now) is { } unsealed)
        {
            return new LikeFault(LikeBlame.Signature, "the signature of the body: " + unsealed);
        }

        return route.Call switch
        {
            LikeCall.Token or LikeCall.Revocation => DemandTokens(request, tokenDemands, fields!),
            LikeCall.Push => tokenDemands.FaultOf(http, route, fields!, values) ?? pages.Push(request, fields!),
            LikeCall.Page => pages.Ask(request),
            LikeCall.Lookup => values.IsOurs(Bearer(http))
                ? null
                : LikeFault.OfToken("a token of the third party is due"),
            LikeCall.Keys => null,
            LikeCall.Consents or LikeCall.Sca => DemandConsent(request),
            LikeCall.Accounts or LikeCall.Balances or LikeCall.Transactions or LikeCall.Data => DemandData(request),
        };
    }

    private static LikeFault? DemandTokens(
        LikeRequest request,
        TokenDemands tokenDemands,
        Dictionary<string, string> fields
    )
    {
        if (tokenDemands.FaultOf(request.Http.Request, request.Route, fields, request.Values) is { } fault)
        {
            return fault;
        }

        // What it was granted for says the consent; scopes are this bank's own.
        fields.Remove("scope");
        if (request.Manner.Face == Face.BerlinGroup && fields.GetValueOrDefault("grant_type") == "client_credentials")
        {
            request.Route = request.Route with { Path = BerlinGroupPaths.Beforehand.Token };
        }

        request.Translated = new Translated
        {
            Form = new FormCollection(fields.ToDictionary(f => f.Key, f => new StringValues(f.Value))),
        };
        return null;
    }

    private LikeFault? DemandConsent(LikeRequest request)
    {
        var (http, manner) = (request.Http.Request, request.Manner);
        var isShown = HttpMethods.IsGet(http.Method) && manner.Face == Face.BerlinGroup;
        var isStatus = request.Route.Path.EndsWith("/status", StringComparison.Ordinal);
        if (isShown && request.Route.Call == LikeCall.Consents && isStatus == manner.Is("consent_status", "consent"))
        {
            return LikeFault.Malformed("how a consent stands is told at the other address");
        }

        if (manner.Face == Face.BerlinGroup)
        {
            var token = Bearer(http);
            if (manner.Words("client_token").Contains("consent", StringComparer.Ordinal))
            {
                if (!request.Values.IsOurs(token))
                {
                    return LikeFault.OfToken("a token of the third party is due");
                }
            }
            else if (manner.OAuth == "before_consent" && ConsentOf(token, Face.BerlinGroup) is null)
            {
                return LikeFault.OfToken("a token of the customer is due");
            }
        }

        if (HttpMethods.IsGet(http.Method) || HttpMethods.IsDelete(http.Method) || request.Route.Call == LikeCall.Sca)
        {
            return null;
        }

        var (body, fault) = ConsentBodies.Read(request.Body, manner);
        if (body is not null)
        {
            request.Replace(body);
        }

        return fault is null ? null : LikeFault.Malformed(fault);
    }

    private LikeFault? DemandData(LikeRequest request)
    {
        var (http, manner) = (request.Http.Request, request.Manner);
        var (query, fault) = ListDemands.Read(http, request.Route.Call, manner, clock.Today);
        if (query is null)
        {
            return LikeFault.Malformed(fault!);
        }

        request.Ask(query);
        if (manner.Face != Face.BerlinGroup)
        {
            return null;
        }

        var token = Bearer(http);
        if (manner.Words("client_token").Contains("data", StringComparer.Ordinal))
        {
            return request.Values.IsOurs(token) ? null : LikeFault.OfToken("a token of the third party is due");
        }

        if (manner.OAuth is "before_consent" or "instead_of_consent")
        {
            if (ConsentOf(token, Face.BerlinGroup) is not { } consent)
            {
                return LikeFault.OfToken("the access token is missing or over");
            }

            if (manner.OAuth == "instead_of_consent")
            {
                http.Headers["Consent-ID"] = consent.Id;
            }
            else if (
                consents.Find(http.Headers["Consent-ID"].ToString(), Face.BerlinGroup) is { Visitor: { } visitor }
                && visitor != consent.Visitor
            )
            {
                return LikeFault.OfToken("the access token is of another customer");
            }
        }

        return null;
    }

    private async Task Answer(LikeRequest request, RequestDelegate next)
    {
        var (http, manner, route) = (request.Http, request.Manner, request.Route);
        switch (route.Call)
        {
            case LikeCall.Keys:
                await Json(http, key.Jwks());
                return;
            case LikeCall.Push:
                http.Response.StatusCode = StatusCodes.Status201Created;
                await Json(
                    http,
                    new JsonObject { ["request_uri"] = request.Pushed, ["expires_in"] = LikePushes.Seconds }
                );
                return;
            case LikeCall.Lookup:
                await Json(http, new JsonObject { ["location"] = options.AddressOf(http.Request) + manner.Page });
                return;
            case LikeCall.Page:
                http.Features.Set(request.Translated);
                http.Request.Path = route.Path;
                await next(http);
                if (request.Translated?.RequestId is { } id && http.Response.Headers.Location.ToString() is var page)
                {
                    // The third party asks where the page is, and is to be told all of it.
                    http.Response.Headers.Location = $"{options.AddressOf(http.Request)}{page}?requestId={id}";
                }

                return;
        }

        http.Features.Set(request.Translated);
        var ofParties = http.Request.Path.Value!.EndsWith("/parties", StringComparison.Ordinal);
        http.Request.Path = route.Path;
        var sink = http.Response.Body;
        using var held = new MemoryStream();
        http.Response.Body = held;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = sink;
        }

        var said = held.ToArray();
        if (
            route.Call == LikeCall.Consents
            && manner.BerlinGroup.Approach == ScaApproach.Decoupled
            && http.Response.StatusCode == StatusCodes.Status201Created
        )
        {
            said = await InTheApp(request, said);
        }

        var answer = AnswerManner.Of(route, manner, ofParties, http.Response.StatusCode, said);
        http.Response.StatusCode = answer.Status;
        if (answer.Pages is { } pages)
        {
            http.Response.Headers[manner.Text("page_count_header")!] = $"{pages}";
        }

        if (answer.Body.Length > 0)
        {
            http.Response.ContentLength = answer.Body.Length;
            await sink.WriteAsync(answer.Body, http.RequestAborted);
        }
    }

    /// <summary>The customer whom the token names is asked in the bank's app to agree to the new consent.</summary>
    private async Task<byte[]> InTheApp(LikeRequest request, byte[] created)
    {
        if (
            JsonNode.Parse(created) is not JsonObject json
            || json["consentId"]?.ToString() is not { } id
            || ConsentOf(Bearer(request.Http.Request), Face.BerlinGroup)?.Visitor is not { } visitor
            || await bank.Find(visitor, request.Http.RequestAborted) is not { } customer
        )
        {
            return created;
        }

        authorisations.Keep(authorisations.AskInApp(id, customer), customer);
        (json["_links"] as JsonObject)?.Remove("startAuthorisationWithPsuIdentification");
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private Consent? ConsentOf(string token, Face face) =>
        tokens.Open(token, shown: null) is { } id ? consents.Live(id, face) : null;

    private async Task Refuse(HttpContext http, Manner manner, LikeRoute route, LikeFault fault)
    {
        LogRefused(manner.Name, route.Call, fault.Text);
        await LikeRefusal.Of(http, manner, route, fault).ExecuteAsync(http);
    }

    private static Task Json(HttpContext http, JsonObject json) =>
        Results.Text(json.ToJsonString(), "application/json").ExecuteAsync(http);

    private static string Bearer(HttpRequest request) => BearerToken.Of(request) ?? "";

    [LoggerMessage(1, LogLevel.Warning, "The bank {Name} refuses a request ({Call}): {Reason}")]
    private partial void LogRefused(string name, LikeCall call, string reason);
}
