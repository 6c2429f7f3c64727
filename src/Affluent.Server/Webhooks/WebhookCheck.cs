using System.Net;
using System.Net.Sockets;
using Affluent.Server.Events;
using Affluent.Server.Platform;

namespace Affluent.Server.Webhooks;

/// <summary>What a client wants of a webhook, found good.</summary>
/// <param name="Types">Null: all.</param>
internal sealed record CheckedWebhook(
    string Url,
    string? Description,
    string? Types,
    WebhookFormat Format,
    WebhookSignature Signature,
    WebhookStatus Status
);

/// <summary>What a webhook must look like.</summary>
internal sealed class WebhookCheck(Settings settings)
{
    private const int LongestUrl = 2_000;
    private const int LongestDescription = 200;

    private readonly PublicNetwork _network = WebhookSender.NetworkOf(settings);

    /// <summary>What is wrong with a webhook, or what is wanted.</summary>
    /// <param name="signature">Of the one that is changed: it cannot be; null: it is a new one.</param>
    public async Task<(CheckedWebhook? Asked, Problem? Problem)> Of(
        EditWebhookMessage message,
        WebhookSignature? signature,
        CancellationToken cancellation
    )
    {
        var problem =
            message.Description is { Length: > LongestDescription }
                ? Problem.BadBody($"'description' may have {LongestDescription} characters", "description")
            : signature is { } kept && message.Signature is { } other && other != kept
                ? Problem.BadBody("'signature' cannot be changed: make another webhook", "signature")
            : message is { Format: WebhookFormat.Published, Types: not null }
                ? Problem.BadBody("'types' cannot be chosen in the format PUBLISHED, which tells of few", "types")
            : WrongTypes(message.Types)
                ?? WrongUrl(message.Url)
                ?? await Unreachable(new Uri(message.Url!), cancellation);
        return problem is null
            ? (
                new CheckedWebhook(
                    message.Url!,
                    string.IsNullOrWhiteSpace(message.Description) ? null : message.Description,
                    message.Types is null ? null : string.Join(',', message.Types.Distinct(StringComparer.Ordinal)),
                    message.Format ?? WebhookFormat.Event,
                    signature ?? message.Signature ?? WebhookSignature.HmacSha256,
                    message.Status ?? WebhookStatus.Active
                ),
                null
            )
            : (null, problem);
    }

    private static Problem? WrongTypes(IReadOnlyList<string>? types) =>
        types switch
        {
            null => null,
            [] => Problem.BadBody(
                "'types' must name at least one type or name of events; leave it out for all",
                "types"
            ),
            _ when EventFilter.Read(types, out var unknown) is null => new(
                400,
                "unknown_event_type",
                $"'{unknown}' is neither a type nor a name of events; both are listed in the reference of events.",
                Parameter: "types"
            ),
            _ => null,
        };

    private Problem? WrongUrl(string? text)
    {
        if (text is null)
        {
            return Problem.BadBody("'url' is missing", "url");
        }
        if (text.Length > LongestUrl || !Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            return Bad($"must be an absolute address of at most {LongestUrl} characters");
        }
        if (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && IsOwnMachine(url)))
        {
            return Bad(
                settings.Environment == InstallationKind.Sandbox
                    ? "must begin with https:// (http:// only to this machine itself, such as http://localhost:3000)"
                    : "must begin with https://"
            );
        }
        return url.UserInfo.Length > 0 ? Bad("must hold no user name and no password: messages are signed instead")
            : url.Fragment.Length > 0 || text.Contains('#', StringComparison.Ordinal)
                ? Bad("must have no part behind '#': it would never be sent")
            : null;
    }

    private bool IsOwnMachine(Uri url) => settings.Environment == InstallationKind.Sandbox && url.IsLoopback;

    // It is judged once more whenever a connection is opened; here, so that a mistake is seen at once.
    private async Task<Problem?> Unreachable(Uri url, CancellationToken cancellation)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(url.DnsSafeHost, cancellation);
            return addresses.Any(_network.Allows)
                ? null
                : new Problem(
                    400,
                    "webhook_address_forbidden",
                    "The host of 'url' is in a private network, or on this machine: events are sent to public addresses only, unless the operator allows others (webhook_networks).",
                    Parameter: "url"
                );
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            return new Problem(
                400,
                "webhook_host_unknown",
                "The name server knows no such host as that of 'url'. Look for a slip of the pen, or try again once the name is known.",
                Parameter: "url"
            );
        }
    }

    private static Problem Bad(string why) =>
        new(400, "invalid_webhook_url", $"The field 'url' {why}.", Parameter: "url");
}
