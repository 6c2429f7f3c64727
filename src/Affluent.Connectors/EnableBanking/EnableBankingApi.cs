using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.EnableBanking;

/// <summary>
/// Enable Banking's interface during one step: requests bear a token that the seal signs, and errors are told apart by whose they are. The session is replaced as
/// soon as it changes, so that every result carries the newest.
/// </summary>
internal sealed class EnableBankingApi(StepContext context, EnableBankingSettings settings)
{
    // Who they are at all applications (API reference 1.0.0, "JWT format and signature").
    private const string Issuer = "enablebanking.com";
    private const string Audience = "api.enablebanking.com";

    /// <summary>Longer than any step, as a token serves one; a day at the most is allowed.</summary>
    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(10);

    private readonly JwtStyle _jwt = new(SealAlgorithm.RsaSha256, "RS256", settings.ApplicationId);
    private string? _token;
    private bool _isUserUntold;

    public EnableBankingSettings Settings { get; } = settings;

    public EnableBankingSession Session { get; private set; } = EnableBankingSession.Read(context.Session);

    public StepResult.Refused Refused(Refusal reason, string detail) =>
        new(reason, detail) { Session = Session.Write() };

    public StepResult.Done Done() => new() { Session = Session.Write() };

    /// <summary>What was agreed to counts no longer, or nobody has agreed.</summary>
    public StepResult.Refused Over(Refusal reason, string detail)
    {
        Session = new EnableBankingSession();
        return Refused(reason, detail);
    }

    /// <summary>Keeps what is said only once, before anything else is sent.</summary>
    public Task Keep(EnableBankingSession session)
    {
        Session = session;
        return context.Keep(session.Write());
    }

    /// <summary>Takes a step: a key that is missing or cannot sign is the operator's fault.</summary>
    public async Task<StepResult> Sealed(Func<Task<StepResult>> step)
    {
        if (context.Seal is null)
        {
            return Refused(Refusal.OperatorFault, "tokens are signed with the application's key, and there is no seal");
        }
        try
        {
            return await step();
        }
        catch (CryptographicException error)
        {
            return Refused(Refusal.OperatorFault, $"the seal cannot sign: {error.Message}");
        }
    }

    /// <summary>A request about authorizations and sessions.</summary>
    public Task<EnableBankingAnswer> Ask(
        HttpMethod method,
        string path,
        JsonObject? json,
        CancellationToken cancellation
    ) => Ask(method, new Uri(Settings.Address, path), json, tellsUser: false, rows: null, cancellation);

    /// <summary>Looks at a session.</summary>
    public Task<EnableBankingAnswer> Look(string session, CancellationToken cancellation) =>
        Ask(HttpMethod.Get, PathOf(session), json: null, cancellation);

    /// <summary>Ends a session (API reference 1.0.0, "Delete session").</summary>
    public Task<EnableBankingAnswer> End(string session, CancellationToken cancellation) =>
        Ask(HttpMethod.Delete, PathOf(session), json: null, cancellation);

    private static string PathOf(string session) => $"sessions/{Uri.EscapeDataString(session)}";

    /// <summary>Reads something of an account.</summary>
    /// <param name="rows">Reads the rows of a list of transactions.</param>
    public Task<EnableBankingAnswer> Get(Uri address, CancellationToken cancellation, RowReader? rows = null) =>
        Ask(HttpMethod.Get, address, json: null, tellsUser: true, rows, cancellation);

    /// <summary>Where something of an account is.</summary>
    public Uri OfAccount(string uid, string what) =>
        new(Settings.Address, $"accounts/{Uri.EscapeDataString(uid)}/{what}");

    /// <summary>Our own place for the next page: only where the interface is.</summary>
    public bool IsOurs(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && uri.AbsoluteUri.StartsWith(Settings.Address.AbsoluteUri, StringComparison.Ordinal);

    private async Task<EnableBankingAnswer> Ask(
        HttpMethod method,
        Uri address,
        JsonObject? json,
        bool tellsUser,
        RowReader? rows,
        CancellationToken cancellation
    )
    {
        var user =
            tellsUser && !_isUserUntold && context.User is { } present
                ? EnableBankingUser.Fields(Settings, present)
                : [];
        var answer = Judge(await Send(method, address, json, user, cancellation), rows);
        if (user.Count > 0 && answer is EnableBankingAnswer.Denied { Meaning: EnableBankingMeaning.PsuHeaders })
        {
            // None at all are always good: the bank then counts the call as one without the user.
            _isUserUntold = true;
            answer = Judge(await Send(method, address, json, [], cancellation), rows);
        }
        return answer;
    }

    private async Task<BankAnswer<JsonBody>> Send(
        HttpMethod method,
        Uri address,
        JsonObject? json,
        IReadOnlyList<Field> user,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(method, address);
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json.ToJsonString()));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {_token ??= await Sign(cancellation)}");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        foreach (var field in user)
        {
            request.Headers.TryAddWithoutValidation(field.Name, field.Value);
        }
        return await context.Http.Exchange(request, Json.Read, cancellation);
    }

    private async Task<string> Sign(CancellationToken cancellation)
    {
        var header = _jwt.Header();
        header["typ"] = "JWT";
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["iat"] = context.Now.ToUnixTimeSeconds(),
            ["exp"] = (context.Now + TokenLife).ToUnixTimeSeconds(),
        };
        var signed = $"{JwtStyle.Encoded(header)}.{JwtStyle.Encoded(claims)}";
        return $"{signed}.{await _jwt.Sign(Encoding.ASCII.GetBytes(signed), context, cancellation)}";
    }

    private EnableBankingAnswer Judge(BankAnswer<JsonBody> answer, RowReader? rows) =>
        Judged(answer, rows) with
        {
            Status = answer.Status,
        };

    private EnableBankingAnswer Judged(BankAnswer<JsonBody> answer, RowReader? rows)
    {
        var session = Session.Write();
        if (answer.Status == 0)
        {
            return new EnableBankingAnswer.Ended(answer.Unavailable(session, context.Now))
            {
                IsUnsent = answer.IsUnsent,
            };
        }
        if (answer.IsSuccess)
        {
            return answer.Body?.Page(rows) is { Json.ValueKind: JsonValueKind.Object } page
                ? new EnableBankingAnswer.Found(page)
                : new EnableBankingAnswer.Ended(answer.Unavailable(session, context.Now));
        }
        var error = answer.Body?.Parse();
        var code = EnableBankingRefusal.Code(error);
        var meaning = EnableBankingRefusal.Of(code, error is null ? "" : $"{answer.Body}");
        var words = $"{answer.Status} {code}".TrimEnd();
        return (meaning, answer.Status) switch
        {
            (EnableBankingMeaning.RateLimited, _) or (null, 429) => new EnableBankingAnswer.Ended(
                Limited(answer, session)
            )
            {
                IsUnsent = true,
            },
            (EnableBankingMeaning.Unavailable, _) or (null, < 400 or 408 or >= 500) => new EnableBankingAnswer.Ended(
                answer.Unavailable(session, context.Now)
            ),
            (EnableBankingMeaning.SessionOver, _) => new EnableBankingAnswer.Ended(
                Over(Refusal.ConsentExpired, $"the session is over: {words}")
            ),
            (EnableBankingMeaning.OperatorFault, _) => new EnableBankingAnswer.Ended(
                Refused(Refusal.OperatorFault, $"Enable Banking refuses us: {words}")
            ),
            (EnableBankingMeaning.PsuHeaders, _) => new EnableBankingAnswer.Denied(meaning, words, error)
            {
                Reason = Refusal.OperatorFault,
            },
            (EnableBankingMeaning.UserAction, _) => new EnableBankingAnswer.Ended(
                Refused(Refusal.SiteActionRequired, $"the user has to act at the bank: {words}")
            ),
            // Its token says who we are: without a word of the user's session it is the token that is refused.
            (null, 401) when error is { ValueKind: JsonValueKind.Object } => new EnableBankingAnswer.Ended(
                Refused(Refusal.OperatorFault, $"Enable Banking does not take the token of the application: {words}")
            ),
            (null, _) when IsUnproven(answer) => new EnableBankingAnswer.Ended(
                answer.Unavailable(session, context.Now)
            ),
            _ => new EnableBankingAnswer.Denied(meaning, words, error),
        };
    }

    // Nothing says that the interface refuses: something in front of it speaks, or nobody says a word.
    private static bool IsUnproven(BankAnswer<JsonBody> answer) =>
        answer.Body is not { IsEmpty: false } || GatewayWords.IsOfGateway(answer.Status, answer.Body);

    // What banks count, they count by the day: sooner is in vain, and costs what is left of it.
    private StepResult.Later Limited(BankAnswer answer, string session) =>
        answer.Limited(session, context.Now) is { IsNamed: true } named
            ? named
            : new StepResult.Later(
                new DateTimeOffset(context.Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero),
                LaterReason.RateLimited
            )
            {
                Session = session,
            };
}

/// <summary>What a request comes to.</summary>
internal abstract record EnableBankingAnswer
{
    private EnableBankingAnswer() { }

    /// <summary>HTTP status; 0: no answer came.</summary>
    public int Status { get; init; }

    /// <summary>2xx with an object.</summary>
    public sealed record Found(JsonPage Page) : EnableBankingAnswer
    {
        /// <inheritdoc cref="JsonPage.Json"/>
        public JsonElement Json => Page.Json;
    }

    /// <summary>A refusal whose weight depends on what was asked.</summary>
    /// <param name="Meaning">Null: its code is unknown, or there is none.</param>
    /// <param name="Words">For the operator.</param>
    public sealed record Denied(EnableBankingMeaning? Meaning, string Words, JsonElement? Error) : EnableBankingAnswer
    {
        /// <summary>What it is where nothing else is made of it.</summary>
        public Refusal Reason { get; init; } =
            Meaning switch
            {
                EnableBankingMeaning.WrongParameters => Refusal.OperatorFault,
                _ => Refusal.NotUnderstood,
            };
    }

    /// <summary>The step ends here.</summary>
    public sealed record Ended(StepResult Result) : EnableBankingAnswer
    {
        /// <summary>Whether what was sent cannot have counted.</summary>
        public bool IsUnsent { get; init; }
    }
}
