using System.Data.Common;
using System.Text.Json;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Categories;

/// <summary>A client's own rules of categories.</summary>
internal static class CategoryRuleEndpoints
{
    private const int UsualPriority = 100;

    private const string Meaning = """
        A rule gives its category to each transaction of the client's users of which all of its conditions hold. It goes before what the platform
        decides (`category_why` is `CLIENT_RULE`) and behind what a user has said. It holds for what comes in from now on;
        `POST /categories/recategorize` applies it to what is there.
        """;

    public static void MapCategoryRules(this RouteGroupBuilder categories)
    {
        var rules = categories.MapGroup("/rules").ForClients();
        rules
            .MapGet("", List)
            .Needs(Scope.TransactionsRead, Scope.AccountsManage)
            .Describe(
                "listCategoryRules",
                "List rules of categories",
                "The client's rules, what decides first in front."
            )
            .Answers<IReadOnlyList<CategoryRuleMessage>>();
        rules
            .MapPost("", Create)
            .Needs(Scope.AccountsManage)
            .Describe("createCategoryRule", "Make a rule of categories", Meaning)
            .Accepts<EditCategoryRuleMessage>("application/json")
            .Produces<CategoryRuleMessage>(201)
            .Gives(201, AnswerHeader.Location)
            .Answers(400, 409, 415);
        rules
            .MapGet("/{id}", Show)
            .Needs(Scope.TransactionsRead, Scope.AccountsManage)
            .Describe("getCategoryRule", "Read a rule of categories", "One of the client's rules.")
            .Answers<CategoryRuleMessage>(404);
        rules
            .MapPut("/{id}", Replace)
            .Needs(Scope.AccountsManage)
            .Describe(
                "replaceCategoryRule",
                "Replace a rule of categories",
                "The rule is as the body says, whole: what it does not name is not asked for any more."
            )
            .Accepts<EditCategoryRuleMessage>("application/json")
            .Answers<CategoryRuleMessage>(400, 404, 409, 415);
        rules
            .MapDelete("/{id}", Delete)
            .Needs(Scope.AccountsManage)
            .Describe(
                "deleteCategoryRule",
                "Delete a rule of categories",
                "What it has decided stays until `POST /categories/recategorize`."
            )
            .Answers(204, 404);
    }

    private static async Task<IResult> List(Caller caller, Database database, CancellationToken cancellation)
    {
        var rows = await database.Read(db => CategoryRuleStore.List(db, caller.ClientId), cancellation);
        return TypedResults.Json(
            [.. rows.Select(CategoryRuleMessage.Of)],
            CategoriesJson.Default.IReadOnlyListCategoryRuleMessage
        );
    }

    private static async Task<IResult> Create(
        HttpRequest request,
        Caller caller,
        Database database,
        Ids ids,
        Settings settings,
        Addresses addresses,
        ApiVersion version,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, CategoriesJson.Default.EditCategoryRuleMessage);
        if ((problem ?? CategoryRuleCheck.Of(message!)) is { } wrong)
        {
            return wrong;
        }
        var row = Row(ids.Next<CategoryRuleId>(), message!, time.Seconds());
        return await database.Write(
            db => CategoryRuleStore.Insert(db, caller.ClientId, row, settings.CategoryRules),
            cancellation
        ) switch
        {
            RuleSaving.Saved => TypedResults.Created(
                addresses.ApiOf(version) + Links.CategoryRule(row.Id),
                CategoryRuleMessage.Of(row)
            ),
            RuleSaving.Exists => Exists(),
            RuleSaving.TooMany => Problem.Conflict(
                "too_many_rules",
                $"The client has {settings.CategoryRules} rules, as many as it may have. Delete one, or replace it."
            ),
            RuleSaving.NotFound => Problem.NotFound("rule"),
        };
    }

    private static async Task<IResult> Show(
        string id,
        Caller caller,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<CategoryRuleId>(id, out var key)
        && await database.Read(db => CategoryRuleStore.Find(db, caller.ClientId, key), cancellation) is { } row
            ? TypedResults.Json(CategoryRuleMessage.Of(row), CategoriesJson.Default.CategoryRuleMessage)
            : Problem.NotFound("rule");

    private static async Task<IResult> Replace(
        string id,
        HttpRequest request,
        Caller caller,
        Database database,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, CategoriesJson.Default.EditCategoryRuleMessage);
        if ((problem ?? CategoryRuleCheck.Of(message!)) is { } wrong)
        {
            return wrong;
        }
        if (
            !Ids.TryRead<CategoryRuleId>(id, out var key)
            || await database.Read(db => CategoryRuleStore.Find(db, caller.ClientId, key), cancellation)
                is not { } before
        )
        {
            return Problem.NotFound("rule");
        }
        var row = Row(key, message!, time.Seconds()) with { CreatedAt = before.CreatedAt };
        return await Save(database, db => CategoryRuleStore.Update(db, caller.ClientId, row), cancellation) switch
        {
            RuleSaving.Saved => TypedResults.Json(
                CategoryRuleMessage.Of(row),
                CategoriesJson.Default.CategoryRuleMessage
            ),
            RuleSaving.Exists or RuleSaving.TooMany => Exists(),
            RuleSaving.NotFound => Problem.NotFound("rule"),
        };
    }

    // Two who give the same conditions to two rules at once are told apart by the index.
    private static async Task<RuleSaving> Save(
        Database database,
        Func<DbWork, Task<RuleSaving>> save,
        CancellationToken cancellation
    )
    {
        try
        {
            return await database.Write(save, cancellation);
        }
        catch (DbException error) when (database.IsUniqueViolation(error))
        {
            return RuleSaving.Exists;
        }
    }

    private static async Task<IResult> Delete(
        string id,
        Caller caller,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<CategoryRuleId>(id, out var key)
        && await database.Write(db => CategoryRuleStore.Delete(db, caller.ClientId, key), cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("rule");

    private static CategoryRuleRow Row(CategoryRuleId id, EditCategoryRuleMessage message, long now) =>
        new()
        {
            Id = id,
            Priority = message.Priority ?? UsualPriority,
            CategoryId = message.CategoryId!,
            Conditions = JsonSerializer.Serialize(message.Conditions!, CategoriesJson.Default.RuleConditionsMessage),
            Signature = message.Conditions!.Rule().Signature,
            CreatedAt = now,
            UpdatedAt = now,
        };

    private static Problem Exists() =>
        Problem.Conflict(
            "rule_exists",
            "The client has a rule with these conditions: of two, the second would never decide."
        );
}
