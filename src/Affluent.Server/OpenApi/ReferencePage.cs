using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Server.Docs;

namespace Affluent.Server.OpenApi;

/// <summary>The API's document as a page: each operation and each message, and a form to try every operation that is for programs.</summary>
/// <param name="home">The address of the documentation: browsers let the page read answers of other origins there.</param>
internal sealed class ReferencePage(JsonNode document, string home)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly StringBuilder _html = new();
    private string? _text;

    /// <summary>The operations by what they are about, in the order of the document.</summary>
    private ILookup<string, Operation> Operations { get; } = ReadOperations(document).ToLookup(o => o.Tag);

    /// <summary>Origins other than the page's own to which it sends requests.</summary>
    public IEnumerable<string> Origins =>
        Operations
            .SelectMany(tag => tag)
            .Where(operation => Uri.TryCreate(operation.Server, UriKind.Absolute, out var server) && server.Host != "")
            .Select(operation => new Uri(operation.Server).GetLeftPart(UriPartial.Authority))
            .Distinct(StringComparer.Ordinal);

    /// <summary>The text of the page, without its frame.</summary>
    /// <param name="root">The way up to the documentation.</param>
    public string Html(string root)
    {
        lock (_html)
        {
            _text ??= Render();
        }
        return _text.Replace("href=\"openapi.json\"", $"href=\"{root}openapi.json\"", StringComparison.Ordinal);
    }

    private string Render()
    {
        Add($"<h1>{Text(document["info"]!["title"])}</h1>");
        Add(Prose(document["info"]!["description"]));
        Add("<p>For generators of clients: <a href=\"openapi.json\">the OpenAPI document</a>.</p>");
        Add(
            $"<section class=\"token\" data-docs=\"{Encode(home)}\"><h2>Try it</h2><label for=\"token\">Access token</label>"
        );
        Add("<input id=\"token\" autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"token-use\">");
        Add("<p id=\"token-use\">Sent with each request that you try on this page, and kept nowhere. ");
        Add("<a href=\"#createToken\">Get tokens</a> with the id and the secret of your client.</p></section>");
        Add("<section><h2>Contents</h2>");
        foreach (var tag in Operations)
        {
            Add($"<h3>{Encode(tag.Key)}</h3><ul>");
            foreach (var operation in tag)
            {
                Add(
                    $"<li><a href=\"#{operation.Id}\">{Encode(operation.Summary)}</a> <code>{Encode(operation.Line)}</code></li>"
                );
            }
            Add("</ul>");
        }
        Add("<h3>Messages</h3><p>");
        Add(string.Join(", ", Schemas.Select(schema => Link(schema.Key))));
        Add("</p></section>");
        foreach (var tag in Operations)
        {
            Add($"<section><h2 id=\"tag-{Encode(tag.Key)}\">{Encode(tag.Key)}</h2>");
            foreach (var operation in tag)
            {
                AddOperation(operation);
            }
            Add("</section>");
        }
        Add("<section><h2>Messages</h2>");
        foreach (var (name, schema) in Schemas)
        {
            AddSchema(name, schema!);
        }
        Add("</section>");
        return _html.ToString();
    }

    private JsonObject Schemas => document["components"]!["schemas"]!.AsObject();

    private void AddOperation(Operation operation)
    {
        Add($"<section class=\"operation\" id=\"{operation.Id}\"><h3>{Encode(operation.Summary)}</h3>");
        Add($"<p><code>{Encode(operation.Verb)} {Encode(operation.Server + operation.Path)}</code></p>");
        Add(Prose(operation.Json["description"]));
        if (Scopes(operation) is { Length: > 0 } scopes)
        {
            Add(
                $"<p>Needs an access token with the scope {string.Join(" or ", scopes.Select(s => $"<code>{Encode(s)}</code>"))}.</p>"
            );
        }
        else if (NeedsToken(operation))
        {
            Add("<p>Needs an access token, of any scope.</p>");
        }
        Table(
            ["Parameter", "Where", "Meaning"],
            Parameters(operation)
                .Select(parameter =>
                    new[]
                    {
                        $"<code>{Text(parameter["name"])}</code>",
                        Text(parameter["in"]) + (parameter["required"]?.GetValue<bool>() == true ? ", required" : ""),
                        Prose(parameter["description"]) + Words(parameter["schema"]),
                    }
                )
        );
        if (operation.Json["requestBody"]?["content"] is JsonObject body)
        {
            var forms = string.Join(", ", body.Select(form => $"<code>{Encode(form.Key)}</code>"));
            Add($"<p>Body: {Kind(body.First().Value!["schema"])}, as {forms}.</p>");
        }
        Table(
            ["Answer", "Meaning", "Headers", "Body"],
            operation.Json["responses"]!
                .AsObject()
                .OrderBy(answer => answer.Key, StringComparer.Ordinal)
                .Select(answer =>
                    new[]
                    {
                        $"<code>{Encode(answer.Key)}</code>",
                        Prose(answer.Value!["description"]),
                        string.Join(
                            ", ",
                            answer.Value["headers"]?.AsObject().Select(h => $"<code>{Encode(h.Key)}</code>") ?? []
                        ),
                        answer.Value["content"] is JsonObject content ? Kind(content.First().Value!["schema"]) : "",
                    }
                )
        );
        if (!IsPage(operation))
        {
            AddForm(operation);
        }
        Add("</section>");
    }

    private void AddForm(Operation operation)
    {
        Add($"<details><summary>Try {Encode(operation.Line)}</summary><form data-verb=\"{operation.Verb}\" ");
        Add($"data-url=\"{Encode(operation.Server + operation.Path)}\"{(NeedsToken(operation) ? " data-token" : "")}>");
        foreach (var parameter in Parameters(operation))
        {
            var name = Text(parameter["name"]);
            var id = $"{operation.Id}-{name}";
            Add(
                $"<label for=\"{id}\">{name}</label><input id=\"{id}\" name=\"{name}\" data-in=\"{Text(parameter["in"])}\" "
            );
            Add($"autocomplete=\"off\" spellcheck=\"false\"{(Text(parameter["in"]) == "path" ? " required" : "")}>");
        }
        if (operation.Json["requestBody"]?["content"] is JsonObject body)
        {
            var example = Example(body.First().Value!["schema"]!);
            Add($"<label for=\"{operation.Id}-body\">Body (JSON)</label>");
            Add(
                $"<textarea id=\"{operation.Id}-body\" name=\"body\" rows=\"8\" spellcheck=\"false\">{Encode(example)}</textarea>"
            );
        }
        Add(
            "<button>Send</button><pre tabindex=\"0\" role=\"status\" aria-label=\"Answer\" hidden></pre></form></details>"
        );
    }

    private void AddSchema(string name, JsonNode schema)
    {
        var required = schema["required"]?.AsArray().Select(n => n!.GetValue<string>()).ToHashSet() ?? [];
        Add($"<section id=\"schema-{Encode(name)}\"><h3>{Encode(name)}</h3>{Prose(schema["description"])}");
        Table(
            ["Field", "Form", "Meaning"],
            schema["properties"]
                ?.AsObject()
                .Select(field =>
                    new[]
                    {
                        $"<code>{Encode(field.Key)}</code>",
                        Kind(field.Value) + (required.Contains(field.Key) ? "" : ", may be absent"),
                        Prose(Described(field.Value!)["description"]) + Words(field.Value),
                    }
                )
                ?? []
        );
        if (schema["examples"]?[0] is { } example)
        {
            Add($"<pre tabindex=\"0\"><code>{Encode(example.ToJsonString(Indented))}</code></pre>");
        }
        Add("</section>");
    }

    private void Table(string[] heads, IEnumerable<string[]> rows)
    {
        var all = rows.ToArray();
        if (all.Length == 0)
        {
            return;
        }
        Add("<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table><thead><tr>");
        Add(string.Concat(heads.Select(head => $"<th scope=\"col\">{head}</th>")) + "</tr></thead><tbody>");
        foreach (var row in all)
        {
            Add($"<tr>{string.Concat(row.Select(cell => $"<td>{cell}</td>"))}</tr>");
        }
        Add("</tbody></table></div>");
    }

    private static string Kind(JsonNode? schema) =>
        schema is null ? ""
        : Referenced(schema) is { } name ? Link(name)
        : schema["items"] is { } items ? $"list of {Kind(items)}"
        : schema["additionalProperties"] is { } values ? $"object of {Kind(values)}"
        : Text(schema["type"]) + (schema["format"] is { } format ? $" ({Text(format)})" : "");

    private static string Words(JsonNode? schema) =>
        (schema?["enum"] ?? schema?["items"]?["enum"]) is JsonArray words
            ? $"<p>One of {string.Join(", ", words.Select(word => $"<code>{Text(word)}</code>"))}.</p>"
            : "";

    /// <summary>A body to begin with: the example of the message, or all of its fields, empty.</summary>
    private string Example(JsonNode schema)
    {
        var message = Described(schema);
        var example =
            message["examples"]?[0]
            ?? new JsonObject(
                message["properties"]?.AsObject().Select(field => KeyValuePair.Create(field.Key, Empty(field.Value!)))
                    ?? []
            );
        return example.ToJsonString(Indented);
    }

    private static JsonNode? Empty(JsonNode schema) =>
        Text(schema["type"]) switch
        {
            "boolean" => JsonValue.Create(false),
            "object" => new JsonObject(),
            "array" => new JsonArray(),
            _ => JsonValue.Create(""),
        };

    private JsonNode Described(JsonNode schema) => Referenced(schema) is { } name ? Schemas[name]! : schema;

    private static string? Referenced(JsonNode schema) => schema["$ref"]?.GetValue<string>().Split('/')[^1];

    private static IEnumerable<JsonNode> Parameters(Operation operation) =>
        operation.Json["parameters"]?.AsArray().OfType<JsonNode>() ?? [];

    private static bool IsPage(Operation operation) =>
        operation.Json["responses"]!["200"]?["content"]?["text/html"] is not null;

    private static bool NeedsToken(Operation operation) =>
        operation.Json["security"]?.AsArray().Any(s => s?[ApiOperations.Scheme] is not null) is true;

    private static string[] Scopes(Operation operation) =>
        [
            .. operation
                .Json["security"]
                ?.AsArray()
                .SelectMany(s => s?[ApiOperations.Scheme]?.AsArray() ?? [])
                .Select(scope => scope!.GetValue<string>())
                ?? [],
        ];

    private static string Link(string schema) => $"<a href=\"#schema-{Encode(schema)}\">{Encode(schema)}</a>";

    private static string Prose(JsonNode? markdown) =>
        markdown is null ? "" : DocSite.Prose(markdown.GetValue<string>());

    private static string Text(JsonNode? value) =>
        value switch
        {
            null => "",
            JsonArray several => Encode(string.Join(" or ", several.Select(one => one?.ToString()))),
            _ => Encode(value.ToString()),
        };

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private void Add(string html) => _html.Append(html);

    private static IEnumerable<Operation> ReadOperations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        let server = (path.Value!["servers"] ?? document["servers"])![0]!["url"]!.GetValue<string>()
        from verb in path.Value.AsObject()
        where verb.Value is JsonObject && verb.Value["operationId"] is not null
        select new Operation(verb.Key.ToUpperInvariant(), path.Key, server, verb.Value!);

    private sealed record Operation(string Verb, string Path, string Server, JsonNode Json)
    {
        public string Id { get; } = Json["operationId"]!.GetValue<string>();
        public string Tag { get; } = Json["tags"]![0]!.GetValue<string>();
        public string Summary { get; } = Json["summary"]!.GetValue<string>();
        public string Line => $"{Verb} {Path}";
    }
}
