namespace Affluent.Fuzz.Tests.Targets;

/// <summary>Every parser that is fuzzed.</summary>
internal static class AllTargets
{
    public static IReadOnlyList<FuzzTarget> List { get; } =
    [
        .. ReadingTargets.All,
        .. RowTargets.All,
        .. StetTargets.All,
        .. BerlinGroupTargets.All,
        .. OpenBankingTargets.All,
        .. EnableBankingTargets.All,
        .. WebsiteTargets.All,
        .. CatalogueTargets.All,
        .. RecordingTargets.All,
        .. LedgerTargets.All,
        .. TestBankTargets.All,
        .. TestBankFaceTargets.All,
        .. PlatformTargets.All,
        .. FacadeTargets.All,
        .. RequestTargets.All,
        .. WidgetTargets.All,
        .. HttpTargets.All,
    ];
}
