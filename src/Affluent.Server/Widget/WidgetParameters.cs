using System.Globalization;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>The names of the parameters, those of older integrations included; any other is ignored.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum WidgetParameter
{
    RedirectUrl,
    AspspCallbackUri,
    CancelUrl,
    Display,
    ConsentPerAccount,
    WaitSyncEnd,
    SelectAccounts,
    AutoSync,
    Locale,
    Font,
    FontColor,
    ElementsColor,
    ExpectedAccountTypes,
    Channel,
    AccountTypes,
    ConnectionId,
    ProviderId,
    Countries,
    CongratsBypassDelay,
    TermsHeader,
    TermsBody,

    /// <summary>Older name of <see cref="RedirectUrl"/>.</summary>
    RedirectUri,

    /// <summary>Older name of <see cref="WaitSyncEnd"/>.</summary>
    CaptiveMode,

    /// <summary>Older name of <see cref="Locale"/>.</summary>
    Lng,
}

/// <summary>
/// What the client says on the address of a page (docs/reference/widget.md). Kept in the session, so that it survives the way to
/// the bank and back.
/// </summary>
internal sealed record WidgetParameters
{
    /// <summary>Where the user ends; without query or fragment.</summary>
    public Uri? RedirectUrl { get; init; }

    /// <summary>The page of the client that opens the widget again after the bank.</summary>
    public Uri? AspspCallbackUri { get; init; }

    public Uri? CancelUrl { get; init; }
    public WidgetDisplay Display { get; init; }
    public bool ConsentPerAccount { get; init; }
    public bool SelectAccounts { get; init; }
    public bool AutoSync { get; init; } = true;

    /// <summary>Whether the end page waits for the transactions.</summary>
    public bool WaitsForTransactions { get; init; } = true;

    /// <summary>Null: as the browser prefers.</summary>
    public Language? Language { get; init; }
    public Theme Theme { get; init; } = new();

    /// <summary>Null: not said.</summary>
    public ExpectedAccountTypes? ExpectedAccountTypes { get; init; }

    /// <summary>How the user is to let us in; null: not said.</summary>
    public ChannelMode? Channel { get; init; }

    /// <summary>The kinds of account that the client is after; empty: not said.</summary>
    public IReadOnlyList<BankAccountType> AccountTypes { get; init; } = [];

    public ConnectionId? ConnectionId { get; init; }
    public ProviderId? ProviderId { get; init; }

    /// <summary>Whether a bank that is linked can be taken as it is. No address says so: it is asked on behalf of applications.</summary>
    public bool TakesLinked { get; init; }

    /// <summary>ISO 3166-1, alpha-2 or alpha-3, in capitals; empty: all.</summary>
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>Seconds that the success page stays; 0 skips it; null: the standard.</summary>
    public int? CongratsBypassDelay { get; init; }

    /// <summary>Heading of <see cref="TermsBody"/>; alone it means nothing.</summary>
    public string? TermsHeader { get; init; }

    /// <summary>The client's own terms; used only when it has the right (<see cref="SessionContext.Terms"/>).</summary>
    public string? TermsBody { get; init; }

    /// <summary>Whether an address brings parameters of its own, which then replace those of the session as a whole.</summary>
    public static bool AreIn(IQueryCollection query) =>
        query.Keys.Any(key => Vocabulary<WidgetParameter>.TryRead(key, out _));

    /// <summary>Reads the parameters.</summary>
    /// <param name="allows">Whether an address belongs to the client's registered origins.</param>
    public static WidgetParametersReading Read(IQueryCollection query, Func<Uri, bool> allows)
    {
        var reader = new Reader(query, allows);
        var parameters = new WidgetParameters
        {
            Language = reader.Language(),
            Countries = reader.Countries(),
            Theme = reader.Theme(),
            RedirectUrl = reader.Address(WidgetParameter.RedirectUrl, WidgetParameter.RedirectUri, bare: true),
            AspspCallbackUri = reader.Address(WidgetParameter.AspspCallbackUri),
            CancelUrl = reader.Address(WidgetParameter.CancelUrl),
            Display = reader.Word<WidgetDisplay>(WidgetParameter.Display) ?? WidgetDisplay.Page,
            ConsentPerAccount = reader.Switch(WidgetParameter.ConsentPerAccount) ?? false,
            SelectAccounts = reader.Switch(WidgetParameter.SelectAccounts) ?? false,
            AutoSync = reader.Switch(WidgetParameter.AutoSync) ?? true,
            WaitsForTransactions = reader.Switch(WidgetParameter.WaitSyncEnd, WidgetParameter.CaptiveMode) ?? true,
            ExpectedAccountTypes = reader.Word<ExpectedAccountTypes>(WidgetParameter.ExpectedAccountTypes),
            Channel = reader.Word<ChannelMode>(WidgetParameter.Channel),
            AccountTypes = reader.AccountTypes(),
            ConnectionId = reader.Connection(),
            ProviderId = reader.Provider(),
            CongratsBypassDelay = reader.Seconds(WidgetParameter.CongratsBypassDelay),
            TermsHeader = reader.Text(WidgetParameter.TermsHeader),
            TermsBody = reader.Text(WidgetParameter.TermsBody, longest: 20_000),
        };
        return new WidgetParametersReading(reader.Wrong is null ? parameters : null, reader.Wrong, reader.Ignored);
    }

    private sealed class Reader(IQueryCollection query, Func<Uri, bool> allows)
    {
        /// <summary>The first parameter that is wrong.</summary>
        public WidgetParameter? Wrong { get; private set; }

        /// <summary>Those that cannot be read and matter to nobody's money: the look.</summary>
        public IReadOnlyList<WidgetParameter> Ignored { get; private set; } = [];

        public string? Text(WidgetParameter name, WidgetParameter? older = null, int longest = 2_000)
        {
            var value = First(name) ?? (older is { } old ? First(old) : null);
            if (value?.Length > longest || value?.Contains('\0', StringComparison.Ordinal) == true)
            {
                Wrong ??= name;
                return null;
            }
            return value;
        }

        public bool? Switch(WidgetParameter name, WidgetParameter older)
        {
            var (value, olderValue) = (Switch(name), Switch(older));
            return value ?? olderValue;
        }

        public bool? Switch(WidgetParameter name) =>
            Parsed<bool>(
                name,
                text =>
                    text switch
                    {
                        "true" or "1" => true,
                        "false" or "0" => false,
                        _ => null,
                    }
            );

        public int? Seconds(WidgetParameter name) =>
            Parsed<int>(
                name,
                text =>
                    int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    && seconds <= 86_400
                        ? seconds
                        : null
            );

        public T? Word<T>(WidgetParameter name)
            where T : struct, Enum =>
            Parsed<T>(name, text => Vocabulary<T>.TryRead(text, out var value) ? value : null);

        public BankAccountType[] AccountTypes()
        {
            var words = List(WidgetParameter.AccountTypes).ToList();
            BankAccountType[] types = [.. Vocabulary<BankAccountType>.Among(words).Distinct()];
            if (words.Any(word => !Vocabulary<BankAccountType>.TryRead(word, out _)))
            {
                Wrong ??= WidgetParameter.AccountTypes;
            }
            return types;
        }

        public ConnectionId? Connection() =>
            Parsed<ConnectionId>(
                WidgetParameter.ConnectionId,
                text => Ids.TryRead<ConnectionId>(text, out var id) ? id : null
            );

        public ProviderId? Provider() =>
            Parsed<ProviderId>(
                WidgetParameter.ProviderId,
                text => text.Length <= 20 && text.All(char.IsAsciiDigit) ? new ProviderId(text) : (ProviderId?)null
            );

        /// <summary>An address of the client's.</summary>
        /// <param name="bare">Whether it may have neither query nor fragment; otherwise only no fragment.</param>
        public Uri? Address(WidgetParameter name, WidgetParameter? older = null, bool bare = false)
        {
            if (Text(name, older) is not { Length: > 0 } text)
            {
                return null;
            }
            if (
                Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && uri.UserInfo.Length == 0
                && allows(uri)
                && (bare ? !text.Contains('?') && !text.Contains('#') : uri.Fragment.Length == 0)
            )
            {
                return uri;
            }
            Wrong ??= Given(name, older);
            return null;
        }

        public Language? Language()
        {
            if (Text(WidgetParameter.Locale, WidgetParameter.Lng, longest: 35) is not { Length: > 0 } locale)
            {
                return null;
            }
            if (!locale.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            {
                Wrong ??= Given(WidgetParameter.Locale, WidgetParameter.Lng);
            }
            return Languages.Of(locale);
        }

        public string[] Countries()
        {
            string[] countries = [.. List(WidgetParameter.Countries).Select(country => country.ToUpperInvariant())];
            if (countries.Any(country => country.Length is < 2 or > 3 || !country.All(char.IsAsciiLetterUpper)))
            {
                Wrong ??= WidgetParameter.Countries;
            }
            return countries;
        }

        public Theme Theme()
        {
            (var theme, Ignored) = Widget.Theme.Read(
                First(WidgetParameter.Font),
                First(WidgetParameter.FontColor),
                First(WidgetParameter.ElementsColor)
            );
            return theme;
        }

        // By commas, by blanks, or the parameter again and again.
        private IEnumerable<string> List(WidgetParameter name) =>
            (Text(name) ?? "")
                .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
                .Concat(query[name.Word()].Skip(1).OfType<string>());

        private T? Parsed<T>(WidgetParameter name, Func<string, T?> parse)
            where T : struct
        {
            if (Text(name) is not { Length: > 0 } text)
            {
                return null;
            }
            var value = parse(text);
            if (value is null)
            {
                Wrong ??= name;
            }
            return value;
        }

        private string? First(WidgetParameter name) => query[name.Word()] is [{ } first, ..] ? first : null;

        // What is wrong is named as the client names it.
        private WidgetParameter Given(WidgetParameter name, WidgetParameter? older) =>
            older is { } old && !query.ContainsKey(name.Word()) ? old : name;
    }
}

/// <summary>What reading the parameters of an address comes to.</summary>
/// <param name="Parameters">Null when one of them is wrong.</param>
/// <param name="Wrong">The first one that is wrong.</param>
/// <param name="Ignored">Those of the look that cannot be read.</param>
internal sealed record WidgetParametersReading(
    WidgetParameters? Parameters,
    WidgetParameter? Wrong,
    IReadOnlyList<WidgetParameter> Ignored
);

/// <summary>How the pages are shown where they are not in a frame.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<WidgetDisplay>))]
internal enum WidgetDisplay
{
    /// <summary>In the place of the client's own page, to which users come back.</summary>
    Page,

    /// <summary>In a window beside it, which the client's page closes once it was told how it ended.</summary>
    Popup,
}

/// <summary>Which channels a session is about.</summary>
[JsonConverter(typeof(WordConverter<ExpectedAccountTypes>))]
internal enum ExpectedAccountTypes
{
    /// <summary>Both, in turn.</summary>
    All,

    /// <summary>The channel REDIRECT.</summary>
    Payment,

    /// <summary>The channel EMBEDDED.</summary>
    Other,
}
