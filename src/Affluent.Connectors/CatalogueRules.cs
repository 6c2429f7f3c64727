using System.Text.Json;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors;

/// <summary>Reads how rows of a bank are reconciled, as its entry says it.</summary>
internal static class CatalogueRules
{
    /// <summary>Rules that are tried. What they do not say is as in the rules in force.</summary>
    public static ShadowReconciliation ReadShadow(
        CatalogueEntry entry,
        TransactionIds ids,
        ReconciliationSettings unlessSaid
    ) =>
        new()
        {
            TransactionIds = entry.Has("transaction_ids") ? entry.Choice<TransactionIds>("transaction_ids") : ids,
            Settings = Read(entry, CatalogueObject.ShadowReconciliation, unlessSaid),
        };

    /// <summary>Rules in the place of the usual ones.</summary>
    public static ReconciliationSettings Read(
        CatalogueEntry entry,
        CatalogueObject described,
        ReconciliationSettings unlessSaid
    )
    {
        var settings = new ReconciliationSettings
        {
            Tiers = entry.Has("tiers") ? entry.Choices<MatchTier>("tiers") : unlessSaid.Tiers,
            DateShiftDays = entry.Number(
                "date_shift_days",
                unlessSaid.DateShiftDays,
                0,
                ReconciliationSettings.MostDateShiftDays
            ),
            PendingDays = entry.Number(
                "pending_days",
                unlessSaid.PendingDays,
                0,
                ReconciliationSettings.MostPendingDays
            ),
            CardAmountPercent = entry.Number(
                "card_amount_percent",
                unlessSaid.CardAmountPercent,
                0,
                ReconciliationSettings.MostCardAmountPercent
            ),
            ForeignAmountPercent = entry.Number(
                "foreign_amount_percent",
                unlessSaid.ForeignAmountPercent,
                0,
                ReconciliationSettings.MostForeignAmountPercent
            ),
            TextEdits = entry.Has("text_edits") ? entry.Switch("text_edits") : unlessSaid.TextEdits,
        };
        entry.NoMore(described);
        foreach (var tier in settings.Tiers.Except(new ReconciliationSettings().Tiers))
        {
            entry.Fault("tiers", $"{JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{tier}")} cannot be chosen");
        }
        return settings;
    }
}
