using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>Finds the form in which a user chooses how to go on: radio buttons, a list, or a button for each method or device.</summary>
internal static partial class MethodForm
{
    private const int MostForms = 20;
    private const int LongestId = 200;
    private const int LongestLabel = 500;
    private const int MostTexts = 100;

    // With these the page asks for a choice.
    private static readonly string[] ChoiceWords = ["choisi", "choose", "select", "comment", "how "];

    // A list of methods needs no more than these around it.
    private static readonly string[] ProofWords =
    [
        .. ChoiceWords,
        "confirm",
        "verif",
        "authenti",
        "identi",
        "secur",
        "methode",
        "method",
        "moyen",
    ];

    /// <summary>The choice on the page; null when it asks for none.</summary>
    public static PageKind.Choice? On(IHtmlDocument page)
    {
        foreach (var form in page.Forms.Take(MostForms).Where(f => f.QuerySelector(Typed) is null))
        {
            var listed = Listed(form, page);
            var options = listed.Count > 0 ? listed : Buttons(form);
            if (options.Count is 0 or > Question.Choice.MostOptions)
            {
                continue;
            }
            var message = form.QuerySelector("legend") ?? form.QuerySelector("p") ?? page.QuerySelector("main p, p");
            var said = PageText.Plain(
                $"{page.Title} {page.QuerySelector("h1")?.TextContent} {form.QuerySelector("h2, h3")?.TextContent} {Text(message)}"
            );
            if (
                options.Any(o => MethodWords().IsMatch(PageText.Plain(o.Label)))
                && said.ContainsAny(listed.Count > 0 ? ProofWords : ChoiceWords)
            )
            {
                return new PageKind.Choice(form, Text(message), WithDistinctIds(options), listed.Count > 0);
            }
        }
        return null;
    }

    /// <summary>A list of which one is to be selected before the form is sent.</summary>
    private static List<WebOption> Listed(IHtmlFormElement form, IHtmlDocument page)
    {
        var radios = form.QuerySelectorAll<IHtmlInputElement>("input[type=radio][name]:not([disabled])")
            .Take(Question.Choice.MostOptions + 1)
            .ToArray();
        if (radios.Length > 0)
        {
            var labels = page.QuerySelectorAll("label[for]")
                .ToLookup(l => l.GetAttribute("for")!, StringComparer.Ordinal);
            return
            [
                .. radios
                    .Where(r => r.Name == radios[0].Name)
                    .Select(r => OptionOf(r, Label(r, labels), r.GetAttribute("value") ?? "on")),
            ];
        }
        var list = form.QuerySelector<IHtmlSelectElement>("select[name]:not([disabled])");
        return
        [
            .. (list?.Options ?? Enumerable.Empty<IHtmlOptionElement>())
                .Where(o => !o.IsDisabled && o.Value is { Length: > 0 })
                .Take(Question.Choice.MostOptions + 1)
                .Select(o => OptionOf(list!, o.Text, o.Value)),
        ];
    }

    /// <summary>Buttons that send the form, each by another method; those that lead back are no methods.</summary>
    private static List<WebOption> Buttons(IHtmlFormElement form)
    {
        List<WebOption> buttons =
        [
            .. form.QuerySelectorAll("button:not([type=button]):not([type=reset]), input[type=submit]")
                .Where(b => !b.HasAttribute("disabled") && (b.HasAttribute("name") || b.HasAttribute("formaction")))
                .Take(Question.Choice.MostOptions + 1)
                .Select(b =>
                    OptionOf(
                        b,
                        b is IHtmlInputElement ? b.GetAttribute("value") : Text(b),
                        b.GetAttribute("value") ?? ""
                    ) with
                    {
                        Action = b.GetAttribute("formaction"),
                    }
                )
                .Where(b => !PageText.Plain(b.Label).ContainsAny("annul", "cancel", "retour", "back")),
        ];
        return buttons.Count > 1 ? buttons : [];
    }

    private static WebOption OptionOf(IElement element, string? label, string value)
    {
        var name = element.GetAttribute("name") ?? "";
        var text = Text(label) ?? Text(element.GetAttribute("aria-label")) ?? Text(value) ?? Text(name) ?? "?";
        return new WebOption(value != "" ? value : name, text, name, value, Action: null);
    }

    /// <summary>The options under ids that can be told apart and are not too long: those of the site where they are so.</summary>
    private static List<WebOption> WithDistinctIds(List<WebOption> options) =>
        options.All(o => o.Id.Length is > 0 and <= LongestId) && options.DistinctBy(o => o.Id).Count() == options.Count
            ? options
            : [.. options.Select((o, i) => o with { Id = (i + 1).ToString(CultureInfo.InvariantCulture) })];

    private static string? Label(IHtmlInputElement radio, ILookup<string, IElement> labels) =>
        Text(radio.Id is { Length: > 0 } id ? labels[id].FirstOrDefault() : null)
        ?? Text(radio.Closest("label"))
        ?? Text(radio.GetAttribute("aria-label"))
        ?? (radio.ParentElement is { } parent && parent.QuerySelectorAll("input").Length == 1 ? Text(parent) : null);

    // Of an element that holds half of the page, the beginning will do.
    private static string? Text(IElement? element) =>
        Text(
            string.Concat((element?.GetDescendants() ?? []).OfType<IText>().Take(MostTexts).Select(t => Begin(t.Data)))
        );

    private static string? Text(string? text) => Lines.Join(text) is { } line ? Begin(line) : null;

    private static string Begin(string text) => text[..Math.Min(text.Length, LongestLabel)];

    private const string Typed =
        "textarea, input:not([type]), input[type=text], input[type=password], input[type=tel], input[type=email], input[type=number], input[type=date], input[type=search]";

    [GeneratedRegex(
        @"\b(sms|texto|text message|app|appli|application|e-?mail|courriel|[a-z]*tan|[a-z]*otp|qr|notification|appel|call|telephone|[a-z]*phone|mobile|portable|device|appareil|boitier|lecteur|reader|token|jeton|digipass|securipass|cle|security key)\b|[*•●·]{2,}|\bx{2,}\b",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex MethodWords();
}

/// <summary>One of the ways that a form offers.</summary>
/// <param name="Id">As the user's answer names it.</param>
/// <param name="Label">As the site words it.</param>
/// <param name="Name">Name of the field, or of the button; empty: none.</param>
/// <param name="Value">What to send in it.</param>
/// <param name="Action">Where the button sends the form to, as the page writes it; null: where the form does.</param>
internal sealed record WebOption(string Id, string Label, string Name, string Value, string? Action);

/// <summary>A form that waits for the user's choice.</summary>
internal sealed record WebChoice(WebForm Form, IReadOnlyList<WebOption> Options)
{
    /// <summary>The form as the site wants it once the user has chosen; null when the answer names nothing that was offered.</summary>
    public WebForm? Chosen(string id)
    {
        if (Options.FirstOrDefault(o => o.Id == id) is not { } option)
        {
            return null;
        }
        var form = option.Name == "" ? Form : Form.With(option.Name, option.Value);
        return option.Action is { } action ? form with { Action = action } : form;
    }

    /// <summary>Whether it is one that was made here, as far as can be told after it was read.</summary>
    public bool IsWhole() =>
        Form is { IsWhole: true }
        && Options is not null
        && Options.All(o => o is { Id: not null, Name: not null, Value: not null });
}
