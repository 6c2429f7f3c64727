using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Affluent.TestBank.People;
using Microsoft.Extensions.Primitives;

namespace Affluent.TestBank.Authorization;

/// <summary>Authorization requests that third parties have told the bank of before their customers come (RFC 9126). Each counts once.</summary>
internal sealed class PushedRequests(ClientRequests clients, TestBankOptions options, BankClock clock)
{
    private const string Prefix = "urn:ietf:params:oauth:request_uri:";
    private const int Seconds = 60;
    private readonly ConcurrentDictionary<
        string,
        (AuthorizationServer Server, RequestCheck.Good Check, DateTimeOffset Expires)
    > pushed = new(StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder app, AuthorizationServer server)
    {
        var requests = app.ServiceProvider.GetRequiredService<PushedRequests>();
        app.MapPost(
            server.Push,
            (HttpContext http, CancellationToken cancellation) => requests.Push(server, http, cancellation)
        );
    }

    /// <summary>What was pushed under this name; null: nothing was, it was taken before, or it is over.</summary>
    public RequestCheck.Good? Take(AuthorizationServer server, string name) =>
        pushed.TryRemove(name, out var found) && found.Server == server && found.Expires > clock.Now
            ? found.Check
            : null;

    private async Task<IResult> Push(AuthorizationServer server, HttpContext http, CancellationToken cancellation)
    {
        var (form, refused) = await clients.Read(server, http, cancellation);
        if (form is null)
        {
            return refused!;
        }

        // Who asks may have been said by the proof alone (section 2.1).
        var said = form.Where(field => !field.Key.StartsWith("client_", StringComparison.Ordinal))
            .Append(new("client_id", options.ClientId))
            .ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal);
        return said.ContainsKey("request_uri")
            ? ClientRequests.Error("invalid_request", "request_uri is not pushed")
            : RequestCheck.Of(server, http.Request, said, options, clock.Now) switch
            {
                RequestCheck.Good good => Keep(server, good),
                RequestCheck.Bad(_, var error) => ClientRequests.Error(error, "the authorization request is not good"),
                RequestCheck.Untrusted(var reason) => ClientRequests.Error("invalid_request", reason),
                var other => throw new InvalidOperationException($"Unknown check {other}."),
            };
    }

    private IResult Keep(AuthorizationServer server, RequestCheck.Good check)
    {
        foreach (var old in pushed.Where(p => p.Value.Expires <= clock.Now))
        {
            pushed.TryRemove(old);
        }

        var name = Prefix + Visits.NewSecret();
        pushed[name] = (server, check, clock.Now.AddSeconds(Seconds));
        return Results.Json(
            new PushAnswer(name, Seconds),
            PushJson.Default.PushAnswer,
            statusCode: StatusCodes.Status201Created
        );
    }
}

/// <summary>RFC 9126, section 2.2.</summary>
internal sealed record PushAnswer(string RequestUri, int ExpiresIn);

[JsonSerializable(typeof(PushAnswer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class PushJson : JsonSerializerContext;
