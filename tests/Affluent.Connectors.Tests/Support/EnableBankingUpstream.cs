using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Tests.Support;

/// <summary>
/// Enable Banking as its published API reference (1.0.0) describes it, strictly: one application, one bank, one user. Whatever the reference does not know is
/// refused. Ids of accounts and of transactions are new in each session and each list.
/// </summary>
internal sealed partial class EnableBankingUpstream : IAsyncDisposable
{
    public const string ApplicationId = "cf589be3-3755-465b-a8df-a90a16a31403";
    public const string Bank = "Nordlandsbanken";
    public const string Country = "FI";

    private static readonly string[] PsuHeaders =
    [
        "Psu-Ip-Address",
        "Psu-User-Agent",
        "Psu-Referer",
        "Psu-Accept",
        "Psu-Accept-Charset",
        "Psu-Accept-Encoding",
        "Psu-Accept-Language",
        "Psu-Geo-Location",
    ];

    private readonly WebApplication _app;
    private readonly RSA _key;
    private readonly Func<DateTimeOffset> _now;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _authorizations = [];
    private readonly Dictionary<string, (string Authorization, DateTimeOffset At)> _codes = [];
    private readonly HashSet<string> _spent = [];
    private readonly Dictionary<string, (string Session, EnableBankingUpstreamAccount Account)> _uids = [];
    private readonly Dictionary<string, int> _unattended = [];

    private EnableBankingUpstream(WebApplication app, RSA key, Func<DateTimeOffset> now)
    {
        (_app, _key, _now) = (app, key, now);
        _app.Run(Answer);
    }

    public Uri Address => new(_app.Urls.First());

    public HashSet<string> RedirectUrls { get; } = [];

    public TimeSpan LongestConsent { get; set; } = TimeSpan.FromDays(180);

    public string[] RequiredPsuHeaders { get; set; } = ["Psu-Ip-Address"];

    public int UnattendedCallsADay { get; set; } = 4;

    /// <summary>How far back transactions are given.</summary>
    public int HistoryDays { get; set; } = 400;

    public int PageSize { get; set; } = 2;

    /// <summary>Whether the application is active: by contract, or by linked accounts.</summary>
    public bool IsActive { get; set; } = true;

    public List<EnableBankingUpstreamAccount> Accounts { get; } = [];

    /// <summary>The banks that it lists; none: the one.</summary>
    public List<JsonObject> Listed { get; } = [];

    public string[] Countries { get; set; } = [Country, "SE"];

    public string Environment { get; set; } = "PRODUCTION";

    /// <summary>Comes in the place of what it would answer, as it is.</summary>
    public Func<HttpRequest, string?> Raw { get; set; } = _ => null;

    public Dictionary<string, (string Status, DateTimeOffset ValidUntil)> Sessions { get; } = [];

    /// <summary>Comes before the ordinary answer.</summary>
    public Func<HttpRequest, (int Status, string Error)?> Instead { get; set; } = _ => null;

    /// <summary>Method, path and query of all requests.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>What was wanted of authorizations.</summary>
    public List<JsonObject> Wanted { get; } = [];

    public static async Task<EnableBankingUpstream> Start(RSA key, Func<DateTimeOffset> now)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var upstream = new EnableBankingUpstream(builder.Build(), key, now);
        await upstream._app.StartAsync();
        return upstream;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>The user agrees on the bank's page: where the browser is sent then.</summary>
    public Uri Agree(Uri page)
    {
        lock (_lock)
        {
            var id = page.Query.Split('=')[^1];
            var code = Guid.NewGuid().ToString();
            _codes[code] = (id, _now());
            return Back(id, $"code={code}");
        }
    }

    /// <summary>The user does not.</summary>
    public Uri Decline(Uri page, string error = "access_denied") => Back(page.Query.Split('=')[^1], $"error={error}");

    public void End(string status)
    {
        lock (_lock)
        {
            foreach (var id in Sessions.Keys.ToArray())
            {
                Sessions[id] = (status, Sessions[id].ValidUntil);
            }
        }
    }

    private Uri Back(string id, string with) =>
        new(
            $"{_authorizations[id]["redirect_url"]}?{with}&state={Uri.EscapeDataString($"{_authorizations[id]["state"]}")}"
        );

    private async Task Answer(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        (int Status, string Body) answer;
        lock (_lock)
        {
            Requests.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            try
            {
                var ordinary = Answer(context.Request, body).ToJsonString();
                answer = (200, Raw(context.Request) ?? ordinary);
            }
            catch (UpstreamError error)
            {
                answer = (error.Status, error.Body.ToJsonString());
            }
        }
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Body);
    }

    private JsonObject Answer(HttpRequest request, string body)
    {
        CheckToken(request.Headers.Authorization);
        if (Instead(request) is { } instead)
        {
            throw new UpstreamError(instead.Status, instead.Error);
        }
        var parts = request.Path.Value!.Trim('/').Split('/');
        return (request.Method, parts) switch
        {
            ("GET", ["application"]) => Application(),
            ("GET", ["aspsps"]) => Banks(request),
            ("POST", ["auth"]) => Authorize(Json(request, body)),
            ("POST", ["sessions"]) => Open(Json(request, body)),
            ("GET", ["sessions", var id]) => Show(id),
            ("DELETE", ["sessions", var id]) => Close(id),
            ("GET", ["accounts", var uid, "balances"]) => Balances(request, uid),
            ("GET", ["accounts", var uid, "transactions"]) => Transactions(request, uid),
            _ => throw new UpstreamError(404, "INVALID_HOST"),
        };
    }

    private void CheckToken(string? header)
    {
        if (header is null || !header.StartsWith("Bearer ", StringComparison.Ordinal))
        {
            throw new UpstreamError(401, "AUTHORIZATION_NOT_PROVIDED");
        }
        var parts = header["Bearer ".Length..].Split('.');
        var isGood =
            parts.Length == 3
            && JsonNode.Parse(DecodeFromChars(parts[0])) is JsonObject head
            && head.Count == 3
            && ($"{head["typ"]}", $"{head["alg"]}", $"{head["kid"]}") == ("JWT", "RS256", ApplicationId)
            && JsonNode.Parse(DecodeFromChars(parts[1])) is JsonObject claims
            && ($"{claims["iss"]}", $"{claims["aud"]}") == ("enablebanking.com", "api.enablebanking.com")
            && claims["iat"]!.GetValue<long>() is var issued
            && claims["exp"]!.GetValue<long>() is var end
            && _now().ToUnixTimeSeconds() is var now
            && issued <= now
            && end > now
            && end - issued is > 0 and <= 86400
            && _key.VerifyData(
                System.Text.Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            );
        if (!isGood)
        {
            throw new UpstreamError(401, "UNAUTHORIZED_ACCESS");
        }
    }

    private JsonObject Authorize(JsonObject wanted)
    {
        Wanted.Add(wanted);
        Only(
            wanted,
            ["access", "aspsp", "state", "redirect_url"],
            ["psu_type", "auth_method", "credentials", "credentials_autosubmit", "language", "psu_id"]
        );
        var access = wanted["access"]!.AsObject();
        Only(access, ["valid_until"], ["accounts", "balances", "transactions"]);
        var aspsp = wanted["aspsp"]!.AsObject();
        Only(aspsp, ["name", "country"], []);
        var kind = wanted["psu_type"] is { } type ? $"{type}" : "personal";
        if (
            Rows.FirstOrDefault(row =>
                ($"{row["name"]}", $"{row["country"]}") == ($"{aspsp["name"]}", $"{aspsp["country"]}")
                && Has(row["psu_types"], kind)
            )
            is not { } bank
        )
        {
            throw new UpstreamError(422, "WRONG_ASPSP_PROVIDED");
        }
        var longest = TimeSpan.FromSeconds(bank["maximum_consent_validity"]!.GetValue<long>());
        if (!RedirectUrls.Contains($"{wanted["redirect_url"]}"))
        {
            throw new UpstreamError(422, "REDIRECT_URI_NOT_ALLOWED");
        }
        var until = $"{access["valid_until"]}";
        if (
            !Rfc3339().IsMatch(until)
            || DateTimeOffset.Parse(until, CultureInfo.InvariantCulture) is var end
                && (end <= _now() || end >= _now() + longest)
            || (wanted["language"] is { } language && $"{language}" is not [>= 'a' and <= 'z', >= 'a' and <= 'z'])
            || (wanted["credentials"] is not null && wanted["auth_method"] is null)
        )
        {
            throw new UpstreamError(422, "WRONG_REQUEST_PARAMETERS");
        }
        var id = Guid.NewGuid().ToString();
        _authorizations[id] = wanted;
        return new JsonObject
        {
            ["url"] = $"{Address}welcome?sessionid={id}",
            ["authorization_id"] = id,
            ["psu_id_hash"] = "c0ffee",
        };
    }

    private JsonObject Open(JsonObject wanted)
    {
        Only(wanted, ["code"], []);
        var code = $"{wanted["code"]}";
        if (!_codes.TryGetValue(code, out var known))
        {
            throw new UpstreamError(422, "WRONG_AUTHORIZATION_CODE");
        }
        if (!_spent.Add(code))
        {
            throw new UpstreamError(422, "ALREADY_AUTHORIZED");
        }
        if (_now() - known.At > TimeSpan.FromMinutes(5))
        {
            throw new UpstreamError(422, "EXPIRED_AUTHORIZATION_CODE");
        }
        var session = Guid.NewGuid().ToString();
        var authorization = _authorizations[known.Authorization];
        var until = $"{authorization["access"]!["valid_until"]}";
        Sessions[session] = ("AUTHORIZED", DateTimeOffset.Parse(until, CultureInfo.InvariantCulture));
        var accounts = new JsonArray();
        foreach (var account in Accounts)
        {
            var row = account.Row.DeepClone().AsObject();
            if (!account.IsClosed)
            {
                var uid = Guid.NewGuid().ToString();
                _uids[uid] = (session, account);
                row["uid"] = uid;
            }
            accounts.Add(row);
        }
        return new JsonObject
        {
            ["session_id"] = session,
            ["accounts"] = accounts,
            ["aspsp"] = authorization["aspsp"]!.DeepClone(),
            ["psu_type"] = authorization["psu_type"]?.DeepClone() ?? "personal",
            ["access"] = new JsonObject { ["valid_until"] = until },
        };
    }

    private JsonObject Show(string id)
    {
        var (status, until) = Find(id);
        var uids = _uids.Where(uid => uid.Value.Session == id).ToArray();
        return new JsonObject
        {
            ["status"] = status,
            ["accounts"] = new JsonArray([.. uids.Select(uid => JsonValue.Create(uid.Key))]),
            ["accounts_data"] = new JsonArray([
                .. uids.Select(uid => new JsonObject
                {
                    ["uid"] = uid.Key,
                    ["identification_hash"] = uid.Value.Account.Row["identification_hash"]?.DeepClone(),
                    ["identification_hashes"] = uid.Value.Account.Row["identification_hashes"]!.DeepClone(),
                }),
            ]),
            ["aspsp"] = new JsonObject { ["name"] = Bank, ["country"] = Country },
            ["psu_type"] = "personal",
            ["psu_id_hash"] = "c0ffee",
            ["access"] = new JsonObject { ["valid_until"] = $"{until:O}" },
            ["created"] = $"{_now():O}",
        };
    }

    private JsonObject Close(string id)
    {
        var (status, until) = Find(id);
        if (status != "AUTHORIZED")
        {
            throw new UpstreamError(401, $"{status}_SESSION");
        }
        Sessions[id] = ("CLOSED", until);
        return new JsonObject { ["message"] = "OK" };
    }

    private (string Status, DateTimeOffset ValidUntil) Find(string id)
    {
        if (!Guid.TryParseExact(id, "D", out _) || !Sessions.TryGetValue(id, out var session))
        {
            throw new UpstreamError(404, "SESSION_DOES_NOT_EXIST");
        }
        return session.Status == "AUTHORIZED" && session.ValidUntil <= _now()
            ? ("EXPIRED", session.ValidUntil)
            : session;
    }

    private static JsonObject Json(HttpRequest request, string body) =>
        request.ContentType == "application/json" && JsonNode.Parse(body) is JsonObject json
            ? json
            : throw new UpstreamError(422, "WRONG_REQUEST_PARAMETERS");

    private static void Only(JsonObject json, string[] required, string[] optional)
    {
        if (
            !required.All(json.ContainsKey)
            || json.Any(member => !required.Contains(member.Key) && !optional.Contains(member.Key))
        )
        {
            throw new UpstreamError(422, "WRONG_REQUEST_PARAMETERS");
        }
    }

    private static void OnlyQuery(HttpRequest request, string[] known)
    {
        if (request.Query.Any(parameter => !known.Contains(parameter.Key) || parameter.Value.Count != 1))
        {
            throw new UpstreamError(422, "WRONG_REQUEST_PARAMETERS");
        }
    }

    [GeneratedRegex(
        @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Rfc3339();

    private sealed class UpstreamError(int status, string error) : Exception
    {
        public int Status => status;

        public JsonNode? Detail { get; init; }

        public JsonObject Body =>
            new()
            {
                ["message"] = "It cannot be done",
                ["code"] = status,
                ["error"] = error,
                ["detail"] = Detail,
            };
    }
}
