using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary>How a command that follows a client's events reaches an installation, which may be anywhere.</summary>
internal sealed class FeedOptions
{
    private const string SecretVariable = "AFFLUENT_CLIENT_SECRET";

    private readonly Option<Uri> _api = Address("--api", "Address of the API", "http://127.0.0.1:5100/api");
    private readonly Option<Uri> _auth = Address(
        "--auth",
        "Address of the authorization server",
        "http://127.0.0.1:5100/auth"
    );
    private readonly Option<string> _clientId = new("--client-id")
    {
        HelpName = "CLIENT-ID",
        Required = true,
        Description = "Id of the client; it needs client mode and the scope connections_sync",
    };
    private readonly Option<string> _secretFile = new("--client-secret-file")
    {
        HelpName = "PATH",
        Description = $"File with its secret (else the variable {SecretVariable})",
    };
    private readonly Option<string> _types = new("--types")
    {
        HelpName = "LIST",
        Description = "Only events of these types or names, separated by commas (all)",
    };
    private readonly Option<string> _after = new("--after")
    {
        HelpName = "CURSOR",
        Description = "From behind this event on (from now on)",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _api, _auth, _clientId, _secretFile, _types, _after })
        {
            command.Add(option);
        }
    }

    /// <summary>The secret, which is never an argument: those can be seen by everybody on the machine.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public Secret Secret(ParseResult asked)
    {
        if (asked.GetValue(_secretFile) is { } path)
        {
            try
            {
                return new(File.ReadAllText(path).Trim());
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCode.Usage, $"The file {path} cannot be read: {error.Message}");
            }
        }
        return Environment.GetEnvironmentVariable(SecretVariable) is { Length: > 0 } secret
            ? new(secret)
            : throw new CommandException(
                ExitCode.Usage,
                $"Whose events? Name a file with the client's secret (--client-secret-file), or set {SecretVariable}."
            );
    }

    /// <summary>Begins to read; nothing is asked yet.</summary>
    public FeedReader Open(ParseResult asked) =>
        new(
            asked.GetValue(_api)!,
            asked.GetValue(_auth)!,
            asked.GetValue(_clientId)!,
            Secret(asked),
            asked.GetValue(_types),
            asked.GetValue(_after),
            asked.InvocationConfiguration.Error
        );

    private static Option<Uri> Address(string name, string meaning, string standard) =>
        new(name)
        {
            HelpName = "URL",
            Description = $"{meaning} ({standard})",
            DefaultValueFactory = _ => new Uri(standard),
            CustomParser = given =>
            {
                if (
                    Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var url)
                    && url.Scheme is "http" or "https"
                )
                {
                    return url;
                }
                given.AddError($"{name} takes an address like {standard}.");
                return null!;
            },
        };
}

/// <summary>Follows the events of a client over the API, through outages and for as long as the command runs.</summary>
internal sealed class FeedReader(
    Uri api,
    Uri auth,
    string clientId,
    Secret secret,
    string? types,
    string? after,
    TextWriter errors
) : IDisposable
{
    private const int Wait = 30;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Wait + 30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new() { Timeout = Patience };
    private string? _place = after;

    public void Dispose() => _http.Dispose();

    /// <summary>Gets a token, so that a mistake is told before anything is waited for.</summary>
    /// <exception cref="CommandException">The installation cannot be reached, or refuses the client.</exception>
    public async Task SignIn(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.PostAsync(
                Below(auth, "token"),
                new FormUrlEncodedContent(
                    new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["grant_type"] = "client_credentials",
                        ["client_id"] = clientId,
                        ["client_secret"] = secret.Value,
                        ["scope"] = "connections_sync",
                    }
                ),
                cancellation
            );
            var body = await answer.Content.ReadAsStringAsync(cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                throw new CommandException(ExitCode.Failed, $"{Below(auth, "token")} gives no token: {DetailOf(body)}");
            }
            using var json = JsonDocument.Parse(body);
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Bearer",
                json.RootElement.GetProperty("access_token").GetString()
            );
        }
        catch (Exception error) when (error is HttpRequestException or JsonException || IsTimeOut(error, cancellation))
        {
            throw new CommandException(ExitCode.Failed, $"{Below(auth, "token")} cannot be reached: {error.Message}");
        }
    }

    /// <summary>Events as they come.</summary>
    /// <exception cref="CommandException">The installation refuses what is asked for.</exception>
    public async IAsyncEnumerable<JsonElement> Read(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        while (!cancellation.IsCancellationRequested)
        {
            var page = await Page(cancellation);
            if (page is not { } found)
            {
                continue;
            }
            foreach (var item in found.GetProperty("events").EnumerateArray())
            {
                yield return item;
            }
            _place = found.GetProperty("next").GetString();
        }
    }

    private async Task<JsonElement?> Page(CancellationToken cancellation)
    {
        var from = _place is null ? "start=newest" : $"after={Uri.EscapeDataString(_place)}&wait={Wait}";
        var filter = types is null ? "" : $"&types={Uri.EscapeDataString(types)}";
        try
        {
            using var answer = await _http.GetAsync(Below(api, $"v2.1/events?limit=500&{from}{filter}"), cancellation);
            var body = await answer.Content.ReadAsStringAsync(cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return JsonDocument.Parse(body).RootElement;
            }
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                await SignIn(cancellation);
                return null;
            }
            if (answer.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
            {
                await WaitAfter(DetailOf(body), cancellation);
                return null;
            }
            throw new CommandException(ExitCode.Failed, DetailOf(body));
        }
        catch (Exception error) when (error is HttpRequestException or JsonException || IsTimeOut(error, cancellation))
        {
            await WaitAfter(error.Message, cancellation);
            return null;
        }
    }

    private async Task WaitAfter(string why, CancellationToken cancellation)
    {
        await errors.WriteLineAsync($"{api} does not answer, it is asked again: {why}");
        await Task.Delay(Pause, TimeProvider.System, cancellation);
    }

    private static bool IsTimeOut(Exception error, CancellationToken cancellation) =>
        error is TaskCanceledException && !cancellation.IsCancellationRequested;

    private static string DetailOf(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.GetProperty("error_description").GetString()!;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return body.Length > 200 ? body[..200] : body;
        }
    }

    private static Uri Below(Uri address, string path) => new($"{address.AbsoluteUri.TrimEnd('/')}/{path}");
}
