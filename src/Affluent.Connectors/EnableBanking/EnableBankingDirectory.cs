using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>What Enable Banking knows of an application, and of banks (API reference 1.0.0, "Misc"). No user is there.</summary>
public sealed class EnableBankingDirectory
{
    /// <summary>More banks than this has no country.</summary>
    public const int MostBanks = 10_000;

    private const int MostCountries = 100;

    private readonly EnableBankingApi _api;

    /// <param name="context">Of the upstream by itself, or of one of its banks.</param>
    public EnableBankingDirectory(StepContext context) =>
        _api = new EnableBankingApi(context, EnableBankingSettings.Of(context.Channel));

    /// <summary>What it knows of the application that asks.</summary>
    public Task<DirectoryAnswer<ApplicationStanding>> Application(CancellationToken cancellation) =>
        Ask<ApplicationStanding>(
            "application",
            Standing,
            "what comes for the application is not its description",
            cancellation
        );

    /// <summary>The banks of a country that give accounts to read.</summary>
    public Task<DirectoryAnswer<CountryBanks>> Banks(string country, CancellationToken cancellation) =>
        Ask<CountryBanks>(
            $"aspsps?country={Uri.EscapeDataString(country)}&service=AIS",
            json => Listed(json, country),
            "what comes for a country is no list of banks",
            cancellation
        );

    private async Task<DirectoryAnswer<T>> Ask<T>(
        string path,
        Func<JsonElement, T?> read,
        string unread,
        CancellationToken cancellation
    )
    {
        DirectoryAnswer<T>? answer = null;
        var ended = await _api.Sealed(async () =>
        {
            var came = await _api.Ask(HttpMethod.Get, path, json: null, cancellation);
            answer = came switch
            {
                EnableBankingAnswer.Found found => read(found.Json) is { } value
                    ? new(value, Failure: null)
                    : Failed<T>(ProbeBlame.Upstream, $"Enable Banking answers {came.Status}, and {unread}"),
                EnableBankingAnswer.Denied denied => Failed<T>(ProbeBlame.Operator, $"is refused: {denied.Words}"),
                _ => null,
            };
            if (came is EnableBankingAnswer.Ended over)
            {
                answer = new(default, DirectoryFailure.Of(over));
            }
            return _api.Done();
        });
        return answer ?? Failed<T>(ProbeBlame.Operator, ((StepResult.Refused)ended).Detail);
    }

    private static DirectoryAnswer<T> Failed<T>(ProbeBlame blame, string words) =>
        new(default, new ProbedResult.Failed(blame, words));

    /// <summary>Reads a description (API reference 1.0.0, "GetApplicationResponse"); null: it is none.</summary>
    internal static ApplicationStanding? Standing(JsonElement json)
    {
        UpstreamEnvironment? said = json.Text("environment") switch
        {
            "SANDBOX" => UpstreamEnvironment.Sandbox,
            "PRODUCTION" => UpstreamEnvironment.Production,
            _ => null,
        };
        return said is { } environment
            ? new ApplicationStanding(
                environment,
                json.Item("active")?.ValueKind == JsonValueKind.True,
                Texts(json, "services").Contains("AIS"),
                [.. Texts(json, "redirect_urls")],
                [.. Texts(json, "countries").Where(IsCountry).Distinct().Take(MostCountries)]
            )
            : null;
    }

    private static IEnumerable<string> Texts(JsonElement json, string list) =>
        json.Items(list).Select(item => item.AsText()).OfType<string>();

    private static bool IsCountry(string text) => text is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];

    /// <summary>Reads the list of a country; null: it is none, or has no end.</summary>
    internal static CountryBanks? Listed(JsonElement json, string country)
    {
        if (json.Item("aspsps") is not { ValueKind: JsonValueKind.Array } rows || rows.GetArrayLength() > MostBanks)
        {
            return null;
        }
        Dictionary<(string, PsuType), UpstreamBank> banks = [];
        List<string> unread = [];
        foreach (var row in rows.EnumerateArray())
        {
            if (UpstreamBank.Read(row, country) is { } read)
            {
                foreach (var bank in read)
                {
                    banks.TryAdd((bank.Name, bank.PsuType), bank);
                }
            }
            else
            {
                unread.Add(row.Item("name") is { ValueKind: JsonValueKind.String } name ? name.GetString()! : "");
            }
        }
        return new CountryBanks([.. banks.Values], unread);
    }
}

/// <summary>What an application may do.</summary>
/// <param name="Environment">What it was made for.</param>
/// <param name="IsActive">By contract, or by accounts that were linked to it.</param>
/// <param name="ReadsAccounts">Whether it may read accounts (AIS).</param>
/// <param name="RedirectUrls">Where users may be sent back to.</param>
/// <param name="Countries">Whose banks it may ask: ISO 3166-1 alpha-2.</param>
public sealed record ApplicationStanding(
    UpstreamEnvironment Environment,
    bool IsActive,
    bool ReadsAccounts,
    IReadOnlyList<string> RedirectUrls,
    IReadOnlyList<string> Countries
);

/// <summary>The list of a country.</summary>
/// <param name="Banks">Each once.</param>
/// <param name="Unread">The names of rows that are no banks which could be offered; empty where there is none.</param>
public sealed record CountryBanks(IReadOnlyList<UpstreamBank> Banks, IReadOnlyList<string> Unread);

/// <summary>What a question about application and banks comes to: one of the two.</summary>
/// <param name="Value">What was asked for.</param>
/// <param name="Failure">Why there is nothing.</param>
public sealed record DirectoryAnswer<T>(T? Value, ProbedResult.Failed? Failure);
