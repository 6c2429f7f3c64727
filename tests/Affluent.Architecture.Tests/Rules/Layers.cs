using Affluent.Architecture.Tests.Model;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>
/// Who may know whom inside the server: Telemetry nobody, Storage only Telemetry, Platform only these two, features both and each other, Commands everything. Nobody
/// knows Commands, or the root that puts all together, but these two.
/// </summary>
internal static class Layers
{
    private static readonly string[] Top = ["Commands", ""];

    public static IEnumerable<Offence> Offences(Sources sources) =>
        from use in sources.Uses
        where !May(use.By.Folder, use.Of.Folder)
        select use.By.At(use.Place, $"must not know {Of(use)}");

    private static string Of(Use use) => use.Of.Folder.Length == 0 ? use.Type.Name : $"{use.Of.Folder}.{use.Type.Name}";

    private static bool May(string by, string of) =>
        by switch
        {
            "Telemetry" => false,
            "Storage" => of == "Telemetry",
            "Platform" => of is "Storage" or "Telemetry",
            _ => Top.Contains(by) || !Top.Contains(of),
        };
}
