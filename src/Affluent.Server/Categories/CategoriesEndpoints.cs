using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Tree = Affluent.Ledger.Categories;

namespace Affluent.Server.Categories;

/// <summary>The tree of categories, the same for everybody; below it the rules of a client.</summary>
internal static class CategoriesEndpoints
{
    public static void MapCategories(this IEndpointRouteBuilder app)
    {
        var categories = app.MapGroup("/api/v2.1/categories").WithTags("Categories");
        categories
            .MapGet("", List)
            .NeedsAnyToken()
            .Describe(
                "listCategories",
                "List categories",
                "The whole tree, each parent before its children. Labels are in French or English, by `Accept-Language`."
            )
            .Answers<IReadOnlyList<CategoryMessage>>()
            .Gives(200, AnswerHeader.ContentLanguage);
        categories
            .MapGet("/{id}", Show)
            .NeedsAnyToken()
            .Describe("getCategory", "Read a category", "One category.")
            .Answers<CategoryMessage>(404)
            .Gives(200, AnswerHeader.ContentLanguage);
        categories.MapCategoryRules();
    }

    private static JsonHttpResult<IReadOnlyList<CategoryMessage>> List(HttpContext context)
    {
        var french = Speaks(context);
        return TypedResults.Json(
            [.. Tree.All.Select(category => CategoryMessage.Of(category, french))],
            CategoriesJson.Default.IReadOnlyListCategoryMessage
        );
    }

    private static IResult Show(string id, HttpContext context) =>
        Tree.ById.TryGetValue(id, out var category)
            ? TypedResults.Json(CategoryMessage.Of(category, Speaks(context)), CategoriesJson.Default.CategoryMessage)
            : Problem.NotFound("category");

    // RFC 9110 §12.5.4: the language with the highest weight that we have. English when none is asked for.
    private static bool Speaks(HttpContext context)
    {
        var wanted = context
            .Request.GetTypedHeaders()
            .AcceptLanguage.Where(language => language.Quality is not 0)
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.Value?.Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(language => language is "fr" or "en");
        var french = wanted == "fr";
        context.Response.Headers.ContentLanguage = french ? "fr" : "en";
        context.Response.Headers.Vary = "Accept-Language";
        return french;
    }
}

/// <summary>A category of transactions.</summary>
internal sealed record CategoryMessage
{
    /// <summary>Upper-case code, stable for ever.</summary>
    public required string Id { get; init; }

    /// <summary>In the language of the request.</summary>
    public required string Label { get; init; }

    /// <summary>What it holds: money that goes or money that comes.</summary>
    public required CategoryKind Type { get; init; }

    /// <summary>The category above; absent on the upper level.</summary>
    public ParentCategoryMessage? Parent { get; init; }

    public static CategoryMessage Of(Category category, bool french) =>
        new()
        {
            Id = category.Id,
            Label = french ? category.French : category.English,
            Type = category.Kind,
            Parent =
                category.ParentId is { } id && Tree.ById[id] is var parent
                    ? new() { Id = parent.Id, Label = french ? parent.French : parent.English }
                    : null,
        };
}

/// <summary>The category above another.</summary>
internal sealed record ParentCategoryMessage
{
    /// <summary>Its code.</summary>
    public required string Id { get; init; }

    /// <summary>In the language of the request.</summary>
    public required string Label { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(WordConverter<CategoryKind>),
        typeof(WordConverter<AmountSign>),
        typeof(WordConverter<TransactionType>),
        typeof(WordConverter<BankAccountType>),
    ]
)]
[JsonSerializable(typeof(CategoryMessage))]
[JsonSerializable(typeof(IReadOnlyList<CategoryMessage>))]
[JsonSerializable(typeof(CategoryRuleMessage))]
[JsonSerializable(typeof(IReadOnlyList<CategoryRuleMessage>))]
[JsonSerializable(typeof(EditCategoryRuleMessage))]
internal sealed partial class CategoriesJson : JsonSerializerContext;
