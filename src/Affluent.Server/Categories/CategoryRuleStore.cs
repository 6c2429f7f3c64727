using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Categories;

/// <summary>Every statement about clients' rules.</summary>
internal static class CategoryRuleStore
{
    private const string Columns = "id, priority, category_id, conditions, signature, created_at, updated_at";

    /// <summary>A client's rules, ready to decide.</summary>
    public static async Task<ClientRules> Of(DbWork db, ClientId clientId) =>
        await List(db, clientId) is { Count: > 0 } rows
            ? new ClientRules(rows.Select(row => new ClientRule(row.Id.Value, row.CategoryId, row.Read().Rule())))
            : ClientRules.None;

    /// <summary>A client's rules, what decides first in front.</summary>
    public static Task<IReadOnlyList<CategoryRuleRow>> List(DbWork db, ClientId clientId) =>
        db.Query<CategoryRuleRow>(
            $"select {Columns} from category_rules where client_id = @ClientId order by priority, id",
            new { ClientId = clientId }
        );

    public static Task<CategoryRuleRow?> Find(DbWork db, ClientId clientId, CategoryRuleId id) =>
        db.Find<CategoryRuleRow>(
            $"select {Columns} from category_rules where client_id = @ClientId and id = @Id",
            new { ClientId = clientId, Id = id }
        );

    /// <summary>Adds a rule, unless the client has as many as it may have or one of the same conditions.</summary>
    public static async Task<RuleSaving> Insert(DbWork db, ClientId clientId, CategoryRuleRow row, int most)
    {
        // Locks the count, so that two who add at once are counted one after the other.
        var counted = await db.Execute(
            """
            insert into category_rule_counts (client_id, rules) values (@ClientId, 1)
            on conflict (client_id) do update set rules = category_rule_counts.rules + 1
                where category_rule_counts.rules < @Most
            """,
            new { ClientId = clientId, Most = most }
        );
        if (counted == 0)
        {
            return RuleSaving.TooMany;
        }
        var inserted = await db.Execute(
            $"""
            insert into category_rules (client_id, {Columns})
            values (@ClientId, @Id, @Priority, @CategoryId, @Conditions, @Signature, @CreatedAt, @UpdatedAt)
            on conflict (client_id, signature) do nothing
            """,
            Parameters(clientId, row)
        );
        if (inserted == 0)
        {
            await Uncount(db, clientId);
            return RuleSaving.Exists;
        }
        return RuleSaving.Saved;
    }

    /// <summary>Puts a rule in the place of the one with its id.</summary>
    public static async Task<RuleSaving> Update(DbWork db, ClientId clientId, CategoryRuleRow row)
    {
        var twin = await db.Scalar<CategoryRuleId?>(
            "select id from category_rules where client_id = @ClientId and signature = @Signature and id <> @Id",
            Parameters(clientId, row)
        );
        if (twin is not null)
        {
            return RuleSaving.Exists;
        }
        return
            await db.Execute(
                """
                update category_rules set priority = @Priority, category_id = @CategoryId, conditions = @Conditions,
                    signature = @Signature, updated_at = @UpdatedAt
                where client_id = @ClientId and id = @Id
                """,
                Parameters(clientId, row)
            ) == 1
            ? RuleSaving.Saved
            : RuleSaving.NotFound;
    }

    /// <summary>False: the client has no such rule.</summary>
    public static async Task<bool> Delete(DbWork db, ClientId clientId, CategoryRuleId id)
    {
        var deleted = await db.Execute(
            "delete from category_rules where client_id = @ClientId and id = @Id",
            new { ClientId = clientId, Id = id }
        );
        if (deleted == 1)
        {
            await Uncount(db, clientId);
        }
        return deleted == 1;
    }

    private static Task<int> Uncount(DbWork db, ClientId clientId) =>
        db.Execute(
            "update category_rule_counts set rules = rules - 1 where client_id = @ClientId",
            new { ClientId = clientId }
        );

    private static object Parameters(ClientId clientId, CategoryRuleRow row) =>
        new
        {
            ClientId = clientId,
            row.Id,
            row.Priority,
            row.CategoryId,
            row.Conditions,
            row.Signature,
            row.CreatedAt,
            row.UpdatedAt,
        };
}
