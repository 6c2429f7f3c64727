using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Affluent.Server.OpenApi;

/// <summary>What the document says of each message: the summaries of the code, closed lists of words, examples.</summary>
internal static class ApiSchemas
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Summaries = new(ReadSummaries);

    public static Task Describe(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken cancellation
    )
    {
        if (IsValue(context.JsonTypeInfo.Type))
        {
            DescribeValue(schema, context.JsonTypeInfo.Type);
        }
        else if (context.JsonTypeInfo.ElementType is { } element && IsValue(element))
        {
            var items = new OpenApiSchema();
            DescribeValue(items, element);
            schema.Items = items;
        }
        if (context.JsonPropertyInfo?.AttributeProvider is PropertyInfo property)
        {
            // What is not known is left out, never null.
            schema.Type &= ~JsonSchemaType.Null;
            if (context.JsonTypeInfo.Type == typeof(decimal) || context.JsonTypeInfo.Type == typeof(decimal?))
            {
                // Exact, which "double" is not.
                schema.Format = null;
            }
            if (Summary($"P:{property.DeclaringType!.FullName}.{property.Name}") is { } meaning)
            {
                schema.Description = meaning;
            }
            if (property.GetCustomAttribute<OneOfAttribute>() is { } oneOf)
            {
                JsonNode[] words = [.. OneOfAttribute.Split(oneOf.Words).Select(word => JsonValue.Create(word))];
                (schema.Items as OpenApiSchema ?? schema).Enum = words;
            }
        }
        else if (context.JsonPropertyInfo is null)
        {
            if (ApiExamples.Of(context.JsonTypeInfo.Type) is { } example)
            {
                schema.Examples = [JsonSerializer.SerializeToNode(example, context.JsonTypeInfo)!];
            }
        }
        return Task.CompletedTask;
    }

    /// <summary>
    /// The last touch on the components: each says what its message is, and a member that may be missing has the plain type of what it
    /// holds, not "that or null".
    /// </summary>
    public static void Finish(OpenApiDocument document)
    {
        var messages = typeof(ApiSchemas)
            .Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Message", StringComparison.Ordinal))
            .ToLookup(type => Name(type.Name), StringComparer.Ordinal);
        foreach (
            var (name, schema) in document.Components?.Schemas
                ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        )
        {
            schema.Description = messages[name]
                .Select(type => Summary($"T:{type.FullName}"))
                .FirstOrDefault(text => text is not null);
            foreach (var (member, value) in schema.Properties?.ToArray() ?? [])
            {
                if (value.OneOf?.OfType<OpenApiSchemaReference>().SingleOrDefault() is { } reference)
                {
                    schema.Properties![member] = reference;
                }
            }
        }
    }

    /// <summary>Whether a type is one value, a word or an id, to be shown where it stands.</summary>
    public static bool IsValue(Type type) =>
        Plain(type) is var plain
        && (
            plain.IsEnum
            || plain.IsAssignableTo(typeof(IId))
            || plain == typeof(ProviderId)
            || plain == typeof(ChannelDefinitionId)
        );

    private static void DescribeValue(OpenApiSchema schema, Type type)
    {
        schema.Type = JsonSchemaType.String;
        if (Plain(type) is { IsEnum: true } vocabulary)
        {
            schema.Enum = [.. Vocabulary.Of(vocabulary).Words.Select(word => JsonValue.Create(word))];
        }
    }

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>How a message is called in the document.</summary>
    public static string Name(string type) => type.Replace("Message", "", StringComparison.Ordinal);

    private static string? Summary(string member) => Summaries.Value.GetValueOrDefault(member);

    // The compiler writes the comments beside the assembly. Members of positional records are described as their parameters.
    private static Dictionary<string, string> ReadSummaries()
    {
        var file = Path.Combine(AppContext.BaseDirectory, typeof(ApiSchemas).Assembly.GetName().Name + ".xml");
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in File.Exists(file) ? XDocument.Load(file).Descendants("member") : [])
        {
            var name = member.Attribute("name")!.Value;
            if (member.Element("summary") is { } summary)
            {
                summaries[name] = Text(summary);
            }
            if (name.StartsWith("T:", StringComparison.Ordinal))
            {
                foreach (var parameter in member.Elements("param"))
                {
                    summaries[$"P:{name[2..]}.{parameter.Attribute("name")!.Value}"] = Text(parameter);
                }
            }
        }
        return summaries;
    }

    // <c>x</c> becomes `x`; references become the name that they lead to.
    private static string Text(XElement summary) =>
        string.Join(
            ' ',
            string.Concat(
                    summary
                        .Nodes()
                        .Select(node =>
                            node switch
                            {
                                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                                XElement { Name.LocalName: "see" } see => see.Attribute("cref")?.Value.Split('.')[^1]
                                    ?? "",
                                XElement element => element.Value,
                                XText text => text.Value,
                                _ => "",
                            }
                        )
                )
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );
}
