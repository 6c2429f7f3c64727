using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Scraping;

/// <summary>All that this family keeps between two steps. Written as JSON; holds the cookies of the site.</summary>
internal sealed record WebSession
{
    public IReadOnlyList<WebCookie> Cookies
    {
        // The JSON reader gives null for a member that is not there.
        get => field ?? [];
        init;
    }

    /// <summary>Where the accounts were seen; null before the first login.</summary>
    public string? Accounts { get; init; }

    /// <summary>The form that waits for a one-time password.</summary>
    public WebForm? Code { get; init; }

    /// <summary>The form that waits for a choice.</summary>
    public WebChoice? Choice { get; init; }

    /// <summary>The page that waits for the user's approval in the bank's app.</summary>
    public string? Approval { get; init; }

    /// <summary>
    /// Whether the site is to speak English rather than French: its user is shown what it says. Kept, so that what is read without the
    /// user comes in the same words.
    /// </summary>
    public bool English { get; init; }

    /// <summary>As pages of these languages are asked for.</summary>
    public string AcceptLanguage => English ? "en-GB,en;q=0.9,fr;q=0.5" : "fr-FR,fr;q=0.9,en;q=0.5";

    /// <summary>The session in the language that the user prefers, of those that can be read; as it was when nobody is there who says.</summary>
    public WebSession For(PresentUser? user) =>
        (user?.AcceptLanguage ?? "")
            .Split(',')
            .Select(text => StringWithQualityHeaderValue.TryParse(text, out var language) ? language : null)
            .OfType<StringWithQualityHeaderValue>()
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(language => language is "en" or "fr")
            is { } preferred
            ? this with
            {
                English = preferred == "en",
            }
            : this;

    /// <summary>A string that is none of ours is an empty session.</summary>
    public static WebSession Read(string session) =>
        Json.Own(session, WebSessionJson.Default.WebSession) is { Code: null or { IsWhole: true } } read
        && read.Choice?.IsWhole() != false
        && read.Cookies.All(c => c is { Name: not null, Value: not null, Path: not null })
            ? read
            : new WebSession();

    public string Write() => JsonSerializer.Serialize(this, WebSessionJson.Default.WebSession);
}

/// <summary>A cookie of the one origin that a session speaks to (RFC 6265, without domains: nothing is sent elsewhere).</summary>
/// <param name="Ends">Null = with the session.</param>
internal sealed record WebCookie(string Name, string Value, string Path, DateTimeOffset? Ends);

/// <summary>Where a list of transactions goes on.</summary>
/// <param name="From">The day from which on transactions are wanted.</param>
internal sealed record WebPlace(Trail Trail, string Currency, DateOnly? From)
{
    /// <summary>Null when the text is no place of ours.</summary>
    public static WebPlace? Read(string place) =>
        Json.Own(place, WebSessionJson.Default.WebPlace) is { Trail.IsWhole: true, Currency: not null and not "" } read
            ? read
            : null;

    public string Write() => JsonSerializer.Serialize(this, WebSessionJson.Default.WebPlace);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault
)]
[JsonSerializable(typeof(WebSession))]
[JsonSerializable(typeof(WebPlace))]
internal sealed partial class WebSessionJson : JsonSerializerContext;
