using System.Globalization;
using System.Text.Json.Nodes;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Affluent.Server.OpenApi;

/// <summary>What the document says of each operation beyond its summary: parameters, tokens, problems.</summary>
internal static class ApiOperations
{
    /// <summary>Name of the one security scheme.</summary>
    public const string Scheme = "oauth2";

    private static readonly Parameter ClientMode = Parameter.Id<UserId>(
        "user_id",
        "With a client's own token: the user to act for. With a user's token it is ignored."
    );

    private static readonly Parameter UserOfV3 = Parameter.Id<UserId>(
        "user_id",
        "The user. With a client's own token it must be there on lists; a user's token may leave it out, and reaches nobody else by it."
    );

    public static async Task Describe(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellation
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        foreach (var path in operation.Parameters.OfType<OpenApiParameter>().Where(p => p.In == ParameterLocation.Path))
        {
            path.Description = "Id of the resource, as lists and links show it.";
        }
        foreach (var parameter in metadata.OfType<TakenParameters>().SelectMany(taken => taken.Parameters))
        {
            operation.Parameters.Add(Query(parameter));
        }
        if (metadata.OfType<Access.Need>().SingleOrDefault() is { } need)
        {
            await DescribeAccess(operation, context, need, cancellation);
        }
        AddHeaders(operation, context.Document!, metadata.OfType<GivenHeader>());
    }

    private static async Task DescribeAccess(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        Access.Need need,
        CancellationToken cancellation
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var forClients = metadata.OfType<Access.ClientsOnly>().Any();
        if (need.AnyOf is not [] && !forClients)
        {
            operation.Parameters!.Add(Query(metadata.OfType<Access.UserNamed>().Any() ? UserOfV3 : ClientMode));
        }
        // Requirements of a list are alternatives.
        operation.Security =
        [
            .. (
                need.AnyOf is []
                    ?
                    [
                        [],
                    ]
                    : need.AnyOf.Select(scope => new List<string> { scope.Word() })
            ).Select(scopes => new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = scopes,
            }),
        ];
        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemMessage), null, cancellation);
        context.Document!.AddComponent("Problem", problem);
        var reference = new OpenApiSchemaReference("Problem", context.Document);
        foreach (
            var (status, meaning) in Problems(
                hasScope: need.AnyOf is not [],
                forUsers: need.AnyOf is not [] && !forClients
            )
        )
        {
            operation.Responses ??= [];
            operation.Responses.TryAdd(
                status,
                new OpenApiResponse
                {
                    Description = meaning,
                    Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        ["application/problem+json"] = new() { Schema = reference },
                    },
                }
            );
        }
    }

    /// <summary>What the answers say in headers: by their status, and by what the route says.</summary>
    public static void AddHeaders(OpenApiOperation operation, OpenApiDocument document, IEnumerable<GivenHeader> given)
    {
        var more = given.ToLookup(header => header.Status.ToString(CultureInfo.InvariantCulture), g => g.Header);
        foreach (var (status, answer) in operation.Responses ?? [])
        {
            AnswerHeader[] byStatus = status switch
            {
                "401" => [AnswerHeader.CacheControl, AnswerHeader.WwwAuthenticate],
                "429" => [AnswerHeader.CacheControl, AnswerHeader.RetryAfter],
                _ => [AnswerHeader.CacheControl],
            };
            var headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            foreach (var header in byStatus.Concat(more[status]))
            {
                headers[header.Name] = new OpenApiHeaderReference(header.Name, document);
            }
            ((OpenApiResponse)answer).Headers = headers;
        }
    }

    private static IEnumerable<(string Status, string Meaning)> Problems(bool hasScope, bool forUsers)
    {
        yield return ("401", "No token, or one that is expired, revoked or not from here.");
        if (hasScope)
        {
            yield return ("403", "The token lacks the scope, or its client may not act for its users by itself.");
        }
        if (forUsers)
        {
            yield return ("404", "There is no such resource of this user.");
        }
        yield return ("500", "Our fault; the trace id leads the operator to the reason.");
        yield return ("503", "The database cannot be reached just now.");
    }

    private static OpenApiParameter Query(Parameter parameter) =>
        new()
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Meaning,
            Explode = parameter.Kind is not (ParameterKind.Words or ParameterKind.Ids),
            Style = ParameterStyle.Form,
            Schema = Schema(parameter),
        };

    private static OpenApiSchema Schema(Parameter parameter) =>
        parameter.Kind switch
        {
            ParameterKind.Id => new() { Type = JsonSchemaType.String, Pattern = "^[0-9]+$" },
            ParameterKind.Ids => new()
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[0-9]+$" },
            },
            ParameterKind.Time => new() { Type = JsonSchemaType.String, Format = "date-time" },
            ParameterKind.Seconds => new() { Type = JsonSchemaType.Integer, Format = "int64" },
            ParameterKind.Amount => new() { Type = JsonSchemaType.Number },
            ParameterKind.Number => new()
            {
                Type = JsonSchemaType.Integer,
                Minimum = parameter.Bounds?.Least.ToString(CultureInfo.InvariantCulture),
                Maximum = parameter.Bounds is (_, < int.MaxValue) bounds
                    ? bounds.Most.ToString(CultureInfo.InvariantCulture)
                    : null,
                Default = parameter.Standard is { } standard
                    ? JsonValue.Create(int.Parse(standard, CultureInfo.InvariantCulture))
                    : null,
            },
            ParameterKind.Text => new() { Type = JsonSchemaType.String, MaxLength = 100 },
            ParameterKind.Word => Words(parameter),
            ParameterKind.Words => new() { Type = JsonSchemaType.Array, Items = Words(parameter) },
        };

    private static OpenApiSchema Words(Parameter parameter) =>
        new()
        {
            Type = JsonSchemaType.String,
            Enum = parameter.Words is [] ? null : [.. parameter.Words.Select(word => JsonValue.Create(word))],
        };
}
