using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Affluent.Server.OpenApi;

/// <summary>
/// What the document says of each message beside its comments in the code, which the framework adds: closed lists of words, examples.
/// </summary>
internal static class ApiSchemas
{
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
        if (context.JsonPropertyInfo is not null)
        {
            // What is not known is left out, never null.
            schema.Type &= ~JsonSchemaType.Null;
            if (context.JsonTypeInfo.Type == typeof(decimal) || context.JsonTypeInfo.Type == typeof(decimal?))
            {
                // Exact, which "double" is not.
                schema.Format = null;
            }
        }
        else if (ApiExamples.Of(context.JsonTypeInfo.Type) is { } example)
        {
            schema.Examples = [JsonSerializer.SerializeToNode(example, context.JsonTypeInfo)!];
        }
        return Task.CompletedTask;
    }

    /// <summary>
    /// The last touch on the components: a member that may be missing has the plain type of what it holds, not "that or null".
    /// </summary>
    public static void Finish(OpenApiDocument document)
    {
        foreach (var schema in document.Components?.Schemas?.Values ?? [])
        {
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
}
