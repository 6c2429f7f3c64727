using System.Globalization;

namespace Affluent.Server.Platform;

/// <summary>The settings of the SimpleFIN server.</summary>
internal static class SimpleFinSettings
{
    private const int MostRequests = 1_000_000;

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            "simplefin",
            "on|off",
            "Whether applications may read accounts over SimpleFIN, where a user lets them (on in a sandbox and at home, off in production)",
            (s, text) =>
                text switch
                {
                    "on" => s with { SimpleFin = true },
                    SettingList.Off => s with { SimpleFin = false },
                    _ => "must be on or off",
                },
            s => s.SimpleFin ? "on" : SettingList.Off
        ),
        new(
            "limit_simplefin_requests",
            "COUNT|off",
            $"How many requests a day an application's access over SimpleFIN may send ({new Settings().SimpleFinRequests})",
            (s, text) =>
                text == SettingList.Off ? s with { SimpleFinRequests = null }
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var requests)
                && requests is > 0 and <= MostRequests
                    ? s with
                    {
                        SimpleFinRequests = requests,
                    }
                : $"must be off or a whole number from 1 to {MostRequests}",
            s => s.SimpleFinRequests?.ToString(CultureInfo.InvariantCulture) ?? SettingList.Off
        ),
    ];
}
