namespace Affluent.Server.Platform;

/// <summary>The setting of an installation at home.</summary>
internal static class HomeSettings
{
    public const string Url = "home_url";

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            Url,
            "URL",
            "At home: how the household reaches it, from all of its devices and applications (listen)",
            (s, text) =>
                SettingList.Address(text) is { Query: "", Fragment: "", AbsolutePath: "/" } url
                    ? s with
                    {
                        HomeUrl = url,
                    }
                    : "must be like https://affluent.home.example or http://192.168.1.5:5100",
            s => s.HomeUrl?.OriginalString
        ),
    ];

    /// <summary>At home one address leads to every part, each below a path of its own.</summary>
    public static Settings Spread(Settings settings) =>
        settings is { Environment: InstallationKind.Home, HomeUrl: { } home }
            ? settings with
            {
                AuthUrl = new Uri(home, "/auth"),
                ApiUrl = new Uri(home, "/api"),
                EmbedUrl = new Uri(home, "/embed"),
                DocsUrl = new Uri(home, "/docs"),
            }
            : settings;
}
