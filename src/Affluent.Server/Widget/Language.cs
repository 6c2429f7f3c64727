using System.Text.Json.Serialization;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>A language that the widget speaks; its word is its tag (BCP 47).</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<Language>))]
public enum Language
{
    /// <summary>English.</summary>
    En,

    /// <summary>French.</summary>
    Fr,
}

/// <summary>Finds the language for a user.</summary>
internal static class Languages
{
    /// <summary>The language of a locale ("fr_FR", "en-GB", "fr"); English for every one that is not spoken here.</summary>
    public static Language Of(string? locale) =>
        locale is not null && locale.StartsWith("fr", StringComparison.OrdinalIgnoreCase) ? Language.Fr : Language.En;

    /// <summary>The language that the address asks for, or the first of the browser's that is spoken here.</summary>
    public static Language Of(HttpRequest request)
    {
        if (request.Query[WidgetParameter.Locale.Word()].FirstOrDefault() is { Length: > 0 } locale)
        {
            return Of(locale);
        }
        return Of(
            request
                .GetTypedHeaders()
                .AcceptLanguage.OrderByDescending(language => language.Quality ?? 1)
                .Select(language => language.Value.ToString())
                .FirstOrDefault(tag =>
                    tag.StartsWith("fr", StringComparison.OrdinalIgnoreCase)
                    || tag.StartsWith("en", StringComparison.OrdinalIgnoreCase)
                )
        );
    }

    /// <summary>Culture for amounts, and for the order of names.</summary>
    public static string Culture(this Language language) =>
        language switch
        {
            Language.En => "en-GB",
            Language.Fr => "fr-FR",
        };
}

/// <summary>
/// What a page says, each text in every language side by side: one that is missing does not compile. Nothing here is markup.
/// </summary>
internal abstract class Texts(Language language)
{
    protected string Say(string en, string fr) => Say<string>(en, fr);

    protected IReadOnlyList<string> Say(IReadOnlyList<string> en, IReadOnlyList<string> fr) =>
        Say<IReadOnlyList<string>>(en, fr);

    protected (string Title, string Body) Say((string Title, string Body) en, (string Title, string Body) fr) =>
        Say<(string, string)>(en, fr);

    private T Say<T>(T en, T fr) =>
        language switch
        {
            Language.En => en,
            Language.Fr => fr,
        };
}
