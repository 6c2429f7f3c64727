using System.Globalization;

namespace Affluent.Server.Platform;

/// <summary>The settings of webhooks.</summary>
internal static class WebhookSettings
{
    // They are looked at with each event.
    private const int MostWebhooks = 1000;

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            "webhook_networks",
            "LIST|off",
            "Addresses or networks beyond the public internet to which webhooks may send (127.0.0.0/8,::1/128 in a sandbox, else off)",
            (s, text) =>
                text == SettingList.Off
                    ? s with
                    {
                        WebhookNetworks = [],
                    }
                    : SettingList.ReadNetworks(text, networks => s with { WebhookNetworks = networks }),
            s => s.WebhookNetworks.Count == 0 ? SettingList.Off : string.Join(',', s.WebhookNetworks)
        ),
        SettingList.File(
            "webhook_certificate_file",
            "Certificate chain (PEM) that is shown to receivers of webhooks which want one (none)",
            (s, path) => s with { WebhookCertificateFile = path },
            s => s.WebhookCertificateFile
        ),
        SettingList.File(
            "webhook_key_file",
            "Private key (PEM) of webhook_certificate_file",
            (s, path) => s with { WebhookKeyFile = path },
            s => s.WebhookKeyFile
        ),
        new(
            "limit_webhooks",
            "COUNT",
            $"Webhooks that a client may have, at most {MostWebhooks} ({new Settings().Webhooks})",
            (s, text) =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count is > 0 and <= MostWebhooks
                    ? s with
                    {
                        Webhooks = count,
                    }
                    : $"must be a whole number from 1 to {MostWebhooks}",
            s => s.Webhooks.ToString(CultureInfo.InvariantCulture)
        ),
    ];
}
