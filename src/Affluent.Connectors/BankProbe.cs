using System.Globalization;
using System.Security.Cryptography;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Connectors.Http;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors;

/// <summary>
/// Tries the way to a bank without a user: connections, certificates, the interface, and the token endpoint, which is to refuse an invented code. Tells
/// which step fails and whose fault it is. Each step ends within a bound.
/// </summary>
public sealed class BankProbe(StepContext context, TimeProvider time)
{
    /// <summary>How long one step may take.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(15);

    /// <summary>The same of a list in many parts.</summary>
    private static readonly TimeSpan LongestList = TimeSpan.FromMinutes(5);

    private const string InventedCode = "no-such-code";

    private readonly ChannelDefinition _channel = context.Channel;
    private readonly HashSet<string> _unreachable = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the bank would send users back.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>What the operator's application at an upstream is to be for; null: that is not said.</summary>
    public UpstreamEnvironment? Environment { get; init; }

    /// <summary>Is told of the banks that an upstream lists, country by country.</summary>
    public Action<IReadOnlyList<UpstreamBank>>? Listed { get; init; }

    /// <summary>Whether there is a certificate of the operator to show.</summary>
    public bool HasCertificate { get; init; }

    /// <summary>What the operator must see to, where certificates are why there is no connection; null: it is not theirs.</summary>
    public Func<Exception, string?> FaultOfCertificates { get; init; } = _ => null;

    /// <summary>The steps as they are taken.</summary>
    public async IAsyncEnumerable<ProbedStep> Run(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        foreach (var step in Own())
        {
            yield return step;
        }
        var addresses = Addresses();
        foreach (var origin in addresses.Select(a => a.Address).DistinctBy(OriginOf))
        {
            yield return await Bounded(
                $"connection to {OriginOf(origin)}",
                stop => Connect(origin, stop),
                cancellation
            );
        }
        foreach (var (name, address) in addresses)
        {
            Func<CancellationToken, Task<ProbedResult>>? step = name switch
            {
                "api_url" => stop => AskInterface(address, stop),
                "authorize_url" or "login_url" => stop => AskPage(address, stop),
                "token_url" => AskForToken,
                _ => null,
            };
            if (step is not null)
            {
                yield return _unreachable.Contains(OriginOf(address))
                    ? new(name, new ProbedResult.NotTried("there is no connection"))
                    : await Bounded(name, step, cancellation);
            }
        }
        if (IsUpstream)
        {
            var upstream = new EnableBankingProbe(context, RedirectUri, Environment) { Listed = Listed };
            foreach (var (name, ask) in upstream.Steps)
            {
                yield return _unreachable.Contains(OriginOf(upstream.Address))
                    ? new(name, new ProbedResult.NotTried("there is no connection"))
                    : await Bounded(name, ask, cancellation);
            }
        }
    }

    private bool IsUpstream => _channel.Connector == EnableBankingSettings.Manifest.Family;

    // Whoever answers there is not the bank.
    private ProbedResult.Failed Named(ProbedResult.Failed fault) =>
        IsUpstream
            ? new(
                fault.Blame == ProbeBlame.Bank ? ProbeBlame.Upstream : fault.Blame,
                fault.Words.Replace("the bank", UpstreamApplication.Name, StringComparison.Ordinal)
            )
            : fault;

    private string Generation => _channel.Certificates == CertificateGeneration.Next ? "next_" : "";

    // What can be told without asking anybody.
    private IEnumerable<ProbedStep> Own()
    {
        if (_channel.ClientCertificate)
        {
            yield return new(
                "certificate",
                HasCertificate
                    ? new ProbedResult.Good("there is one to show")
                    : new ProbedResult.Failed(
                        ProbeBlame.Operator,
                        $"the bank wants to see one, and {Generation}client_certificate_file is not set"
                    )
            );
        }
        if (_channel.Settings.GetValueOrDefault("signature_headers") is { Length: > 0 })
        {
            yield return new(
                "seal",
                context.Seal is null
                    ? new ProbedResult.Failed(
                        ProbeBlame.Operator,
                        $"the bank wants requests signed, and {Generation}seal_certificate_file is not set"
                    )
                    : new ProbedResult.Good("there is one to sign with")
            );
        }
    }

    private (string Name, Uri Address)[] Addresses() =>
        [
            .. from setting in Families.Find(_channel.Connector)?.Manifest.Settings ?? []
            where setting.Kind == SettingKind.Address
            let value = _channel.Settings.GetValueOrDefault(setting.Name)
            where !string.IsNullOrEmpty(value)
            select (setting.Name, new Uri(value)),
            // It is where it is unless said.
            .. from family in new[] { EnableBankingSettings.Manifest.Family }
            where family == _channel.Connector && !_channel.Settings.ContainsKey("enable_banking_url")
            select ("enable_banking_url", EnableBankingSettings.Of(_channel).Address),
        ];

    private static string OriginOf(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private async Task<ProbedStep> Bounded(
        string name,
        Func<CancellationToken, Task<ProbedResult>> step,
        CancellationToken cancellation
    )
    {
        var longest = name == EnableBankingProbe.AllBanks ? LongestList : LongestStep;
        using var bound = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellation);
        try
        {
            return new(name, await step(either.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(
                name,
                new ProbedResult.Failed(
                    ProbeBlame.Network,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"no answer within {longest.TotalSeconds} seconds: {(IsUpstream ? UpstreamApplication.Name : "the bank")} hangs, or something between lets nothing through"
                    )
                )
            );
        }
    }

    private async Task<ProbedResult> Connect(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var answer = await context.Http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                cancellation
            );
            return new ProbedResult.Good(
                address.Scheme == Uri.UriSchemeHttps ? "its certificate is good, and it answers" : "it answers"
            );
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _unreachable.Add(OriginOf(address));
            return FaultOfCertificates(e) is { } fault
                ? new ProbedResult.Failed(ProbeBlame.Operator, fault)
                : Named(ConnectionFault.Of(e, address));
        }
        catch (OperationCanceledException)
        {
            _unreachable.Add(OriginOf(address));
            throw;
        }
    }

    // Without a token: the bank is to want one.
    private async Task<ProbedResult> AskInterface(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address.AbsoluteUri.TrimEnd('/')}/accounts");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("X-Request-ID", Guid.NewGuid().ToString());
        var answer = await context.Http.Exchange(request, Json.Read, cancellation);
        if (Down(answer) is { } down)
        {
            return down;
        }
        return answer switch
        {
            { Body.IsMarkup: true } => Failed(ProbeBlame.Bank, answer, "a page for people, of a gateway or firewall"),
            { Status: 404 } => Failed(ProbeBlame.Operator, answer, "there is no interface at that address"),
            { Status: >= 300 and < 400 } => Failed(ProbeBlame.Operator, answer, "the interface is elsewhere"),
            _ => new ProbedResult.Good(Invariant($"answers without a token: {answer.Status}")),
        };
    }

    private async Task<ProbedResult> AskPage(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var answer = await context.Http.Exchange(request, Json.Read, cancellation);
        if (Down(answer) is { } down)
        {
            return down;
        }
        return answer.Status == 404
            ? Failed(ProbeBlame.Operator, answer, "there is no page at that address")
            : new ProbedResult.Good(Invariant($"answers: {answer.Status}"));
    }

    private async Task<ProbedResult> AskForToken(CancellationToken cancellation)
    {
        var client = OAuthClient.Of(_channel, scope: "");
        if (client.Requests.Signs(BankCall.Token) && context.Seal is null)
        {
            return new ProbedResult.NotTried("there is no seal");
        }
        var ofOurs = _channel.Settings.GetValueOrDefault("client_token") is { Length: > 0 };
        OAuthTokens tokens;
        try
        {
            tokens = ofOurs
                ? await OAuthFlow.OfClient(context, client, cancellation)
                : await OAuthFlow.Exchange(
                    context,
                    client,
                    new("state", Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), RedirectUri),
                    InventedCode,
                    cancellation
                );
        }
        catch (CryptographicException error)
        {
            return new ProbedResult.Failed(ProbeBlame.Operator, $"the seal cannot sign: {error.Message}");
        }
        return tokens switch
        {
            OAuthTokens.Granted when ofOurs => new ProbedResult.Good("gives us a token of our own"),
            OAuthTokens.Granted => new ProbedResult.Failed(ProbeBlame.Bank, "gives a token for a code that nobody has"),
            OAuthTokens.Denied { IsOurFault: true } denied => new ProbedResult.Failed(
                ProbeBlame.Operator,
                Invariant($"refuses us: {denied.Status} {denied.Error}").TrimEnd()
            ),
            OAuthTokens.Denied denied when ofOurs => new ProbedResult.Failed(
                ProbeBlame.Operator,
                Invariant($"gives us no token of our own: {denied.Status} {denied.Error}").TrimEnd()
            ),
            OAuthTokens.Denied { Error: "invalid_request" } => new ProbedResult.Good(
                "refuses an invented code, but as a request that is not as it should be (invalid_request): compare its fields with what the bank wants"
            ),
            OAuthTokens.Denied denied => new ProbedResult.Good(
                $"knows us, and refuses an invented code ({denied.Error})"
            ),
            OAuthTokens.Unavailable { Answer: var answer } => Down(answer)
                ?? (
                    answer.Status == 404
                        ? Failed(ProbeBlame.Operator, answer, "there is nobody who gives tokens at that address")
                        : Failed(ProbeBlame.Bank, answer, "no answer of OAuth2, but a gateway's or firewall's")
                ),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static ProbedResult.Failed? Down(BankAnswer answer) =>
        answer.Status switch
        {
            0 => new ProbedResult.Failed(ProbeBlame.Network, "the connection broke off before an answer came"),
            429 => Failed(ProbeBlame.Bank, answer, "it counts our requests: try later"),
            408 or >= 500 => Failed(ProbeBlame.Bank, answer, "it is down"),
            _ => null,
        };

    private static ProbedResult.Failed Failed(ProbeBlame blame, BankAnswer answer, string words) =>
        new(blame, Invariant($"{answer.Status}: {words}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One step of a probe.</summary>
/// <param name="Name">The setting that it tries, or what it tries.</param>
public sealed record ProbedStep(string Name, ProbedResult Result);

/// <summary>What a step came to.</summary>
public abstract record ProbedResult
{
    private ProbedResult() { }

    /// <summary>As it should be.</summary>
    public sealed record Good(string Words) : ProbedResult;

    /// <summary>Not as it should be.</summary>
    public sealed record Failed(ProbeBlame Blame, string Words) : ProbedResult;

    /// <summary>Another step has to go well before.</summary>
    public sealed record NotTried(string Why) : ProbedResult;
}

/// <summary>Who can mend it.</summary>
public enum ProbeBlame
{
    /// <summary>The operator: entry, certificates, registration.</summary>
    Operator,

    /// <summary>The bank.</summary>
    Bank,

    /// <summary>Who leads to the bank.</summary>
    Upstream,

    /// <summary>Whoever runs what lies between: name servers, firewalls, the line. Or the bank, which does not answer.</summary>
    Network,
}
