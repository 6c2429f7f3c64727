using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Scraping;

/// <summary>
/// Reads a bank's web site as its customer would: login form, choice among methods, one-time password, table of accounts, tables of transactions page
/// by page. It knows pages by what stands on them, in French or English, so that one family serves plain sites alike.
/// </summary>
public sealed class WebsiteConnector : IAccountInformation, IEmbeddedAuthentication, IDecoupledAuthentication
{
    /// <inheritdoc />
    public ConnectorManifest Manifest { get; } =
        new(
            "website",
            ChannelMode.Embedded,
            [Capability.AccountInformation, Capability.EmbeddedAuthentication, Capability.DecoupledAuthentication],
            [
                new(
                    "login_url",
                    SettingKind.Address,
                    true,
                    "the page with the login form; no other origin is ever visited"
                ),
                new("time_zone", SettingKind.TimeZone, false, "zone of the bank's days (Europe/Paris unless said)"),
            ]
        );

    /// <inheritdoc />
    public Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation) =>
        StepOf(context).ListAccounts(cancellation);

    /// <inheritdoc />
    public Task<StepResult> ListTransactions(
        StepContext context,
        BankAccount account,
        DateOnly? from,
        CancellationToken cancellation
    ) => StepOf(context).ListTransactions(account, from, cancellation);

    /// <inheritdoc />
    public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
        StepOf(context).Continue(place, cancellation);

    /// <inheritdoc />
    public Task<StepResult> AcceptAnswer(
        StepContext context,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    ) => StepOf(context).AcceptAnswer(values, cancellation);

    /// <inheritdoc />
    public Task<StepResult> Poll(StepContext context, CancellationToken cancellation) =>
        StepOf(context).Poll(cancellation);

    private static WebStep StepOf(StepContext context)
    {
        var zone = context.Channel.Settings.GetValueOrDefault("time_zone");
        return new WebStep(
            context,
            new Uri(context.Channel.Settings["login_url"]),
            TimeZoneInfo.FindSystemTimeZoneById(string.IsNullOrEmpty(zone) ? "Europe/Paris" : zone)
        );
    }
}
