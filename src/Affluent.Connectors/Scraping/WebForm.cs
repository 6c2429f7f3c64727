using System.Text.Json.Serialization;
using Affluent.Connectors.Reading;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>A form as data: it can wait in the session until the user answers.</summary>
/// <param name="Action">Whole address.</param>
/// <param name="Post">POST, else GET.</param>
/// <param name="Fields">Names and values in the order of the page, hidden ones included.</param>
/// <param name="Asked">Name of the field that is left to fill (a code); null when several are.</param>
/// <param name="Charset">Name of the encoding to send it in; null = UTF-8.</param>
internal sealed record WebForm(
    string Action,
    bool Post,
    IReadOnlyList<WebField> Fields,
    string? Asked = null,
    string? Charset = null
)
{
    /// <summary>What a browser would send if the user pressed the form's button now.</summary>
    /// <param name="withButton">Without it, which of its buttons is pressed is still open.</param>
    public static WebForm Of(IHtmlFormElement form, Uri page, bool withButton = true)
    {
        List<WebField> fields = [];
        foreach (var element in form.Elements.Where(e => !e.HasAttribute("disabled")))
        {
            if (element.GetAttribute("name") is not { Length: > 0 } name)
            {
                continue;
            }
            switch (element)
            {
                case IHtmlInputElement { Type: "checkbox" or "radio" } box when box.IsChecked:
                    fields.Add(new(name, box.Value is { Length: > 0 } value ? value : "on"));
                    break;
                case IHtmlInputElement
                {
                    Type: "checkbox" or "radio" or "submit" or "button" or "image" or "reset" or "file"
                }:
                    break;
                case IHtmlInputElement input:
                    fields.Add(new(name, input.Value));
                    break;
                case IHtmlSelectElement select:
                    fields.Add(new(name, select.Value ?? ""));
                    break;
                case IHtmlTextAreaElement area:
                    fields.Add(new(name, area.Value));
                    break;
            }
        }
        if (
            withButton
            && form.QuerySelector("button:not([type=button]):not([type=reset]), input[type=submit]") is { } button
            && button.GetAttribute("name") is { Length: > 0 } pressed
        )
        {
            fields.Add(new(pressed, button.GetAttribute("value") ?? ""));
        }
        return new WebForm(
            AddressOf(form.GetAttribute("action"), page),
            string.Equals(form.GetAttribute("method"), "post", StringComparison.OrdinalIgnoreCase),
            fields,
            Charset: CharsetOf(form)
        );
    }

    /// <summary>Where a form is sent to; empty when the address is broken.</summary>
    public static string AddressOf(string? action, Uri page) =>
        string.IsNullOrWhiteSpace(action) ? page.AbsoluteUri
        : Uri.TryCreate(page, action.Trim(), out var address) ? address.AbsoluteUri
        : "";

    // WHATWG HTML, "encoding for the form": UTF-16 is sent as UTF-8.
    private static string? CharsetOf(IHtmlFormElement form) =>
        Encodings.Named(
            form.GetAttribute("accept-charset")?.Trim() is { Length: > 0 } asked ? asked : form.Owner!.CharacterSet
        )
            is { IsSingleByte: true } encoding
            ? encoding.WebName
            : null;

    /// <summary>Whether it is one that <see cref="Of"/> made, as far as can be told after it was read.</summary>
    [JsonIgnore]
    public bool IsWhole =>
        Action is not null && Fields is not null && Fields.All(f => f is { Name: not null, Value: not null });

    /// <summary>The form with a value in a field.</summary>
    public WebForm With(string name, string value) =>
        this with
        {
            Fields = [.. Fields.Where(f => f.Name != name), new WebField(name, value)],
        };
}

/// <summary>A name and its value in a form.</summary>
internal sealed record WebField(string Name, string Value);
