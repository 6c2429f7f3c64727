using System.Globalization;

namespace Affluent.Server.Platform;

/// <summary>The settings of the façade in the shape of Enable Banking.</summary>
internal static class EnableBankingFacadeSettings
{
    private const int MostRequests = 1_000_000;

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            "enable_banking_facade",
            "on|off",
            "Whether applications that speak Enable Banking may read accounts here, where a user lets them (on in a sandbox, off in production)",
            (s, text) =>
                text switch
                {
                    "on" => s with { EnableBankingFacade = true },
                    SettingList.Off => s with { EnableBankingFacade = false },
                    _ => "must be on or off",
                },
            s => s.EnableBankingFacade ? "on" : SettingList.Off
        ),
        new(
            "limit_enable_banking_requests",
            "COUNT|off",
            $"How many requests a day such an application may send for each session, and as many without one ({new Settings().EnableBankingFacadeRequests})",
            (s, text) =>
                text == SettingList.Off ? s with { EnableBankingFacadeRequests = null }
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var requests)
                && requests is > 0 and <= MostRequests
                    ? s with
                    {
                        EnableBankingFacadeRequests = requests,
                    }
                : $"must be off or a whole number from 1 to {MostRequests}",
            s => s.EnableBankingFacadeRequests?.ToString(CultureInfo.InvariantCulture) ?? SettingList.Off
        ),
    ];
}
