using Affluent.Connectors.EnableBanking;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>The settings of an application at Enable Banking, whose banks are then offered.</summary>
internal static class UpstreamSettings
{
    public const string ApplicationId = "enable_banking_application_id";
    public const string KeyFile = "enable_banking_key_file";
    public const string Environment = "enable_banking_environment";
    public const string Url = "enable_banking_url";

    /// <summary>The names of all.</summary>
    public static IReadOnlyList<string> Names { get; } = [ApplicationId, KeyFile, Environment, Url];

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            ApplicationId,
            "UUID",
            "Id of your application at Enable Banking, whose banks are then offered (none)",
            (s, text) =>
                Guid.TryParseExact(text, "D", out _)
                    ? s with
                    {
                        EnableBankingApplicationId = text.ToLowerInvariant(),
                    }
                    : "must be a UUID, like cf589be3-3755-465b-a8df-a90a16a31403",
            s => s.EnableBankingApplicationId
        ),
        SettingList.File(
            KeyFile,
            "Private key (RSA, PEM) of that application (the seal's)",
            (s, path) => s with { EnableBankingKeyFile = path },
            s => s.EnableBankingKeyFile
        ),
        new(
            Environment,
            "sandbox|production",
            "For which environment of Enable Banking that application was made",
            (s, text) =>
                text switch
                {
                    "sandbox" => s with { EnableBankingEnvironment = UpstreamEnvironment.Sandbox },
                    "production" => s with { EnableBankingEnvironment = UpstreamEnvironment.Production },
                    _ => "must be sandbox or production",
                },
            s => s.EnableBankingEnvironment?.Word().ToLowerInvariant()
        ),
        new(
            Url,
            "URL",
            "Where its interface is, or another that speaks it (https://api.enablebanking.com)",
            (s, text) =>
                Uri.TryCreate(text, UriKind.Absolute, out var url)
                && url is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }
                    ? s with
                    {
                        EnableBankingUrl = url,
                    }
                    : "must be an address like https://api.enablebanking.com",
            s => s.EnableBankingUrl?.OriginalString
        ),
    ];

    /// <summary>What does not go together.</summary>
    /// <param name="settings">Those that could be read.</param>
    /// <param name="isGiven">Whether a setting was said at all, be it one that could not be read.</param>
    public static IEnumerable<string> Faults(Settings settings, Func<string, bool> isGiven)
    {
        if (isGiven(ApplicationId) != isGiven(Environment))
        {
            yield return $"{ApplicationId} and {Environment}: each needs the other";
        }
        if (
            settings.EnableBankingApplicationId is not null
            && settings is { EnableBankingKeyFile: null, SealCertificateFile: null }
        )
        {
            yield return $"{ApplicationId}: its tokens are signed: set {KeyFile}";
        }
    }

    /// <summary>What production refuses.</summary>
    public static IEnumerable<(string Setting, string Why)> NotForProduction(Settings settings)
    {
        if (settings.EnableBankingEnvironment == UpstreamEnvironment.Sandbox)
        {
            yield return (
                Environment,
                "production has no invented banks: register an application for production, or leave it out"
            );
        }
        if (settings.EnableBankingUrl is { Scheme: "http" })
        {
            yield return (Url, "is plain http");
        }
    }
}
