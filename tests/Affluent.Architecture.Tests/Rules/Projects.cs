using System.Xml.Linq;
using Affluent.Architecture.Tests.Model;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>Whom a project may name, and that the ground of the house needs no packages.</summary>
internal static class Projects
{
    private sealed record May(string[] Know, bool UsePackages);

    private static readonly Dictionary<string, May> All = new(StringComparer.Ordinal)
    {
        ["Affluent.Connectors.Contract"] = new([], UsePackages: false),
        ["Affluent.Ledger"] = new(["Affluent.Connectors.Contract"], UsePackages: false),
        ["Affluent.Connectors"] = new(["Affluent.Connectors.Contract"], UsePackages: true),
        ["Affluent.Connectors.Testing"] = new(["Affluent.Connectors.Contract"], UsePackages: true),
        ["Affluent.TestBank"] = new([], UsePackages: true),
        ["Affluent.Server"] = new(
            ["Affluent.Connectors.Contract", "Affluent.Ledger", "Affluent.Connectors", "Affluent.TestBank"],
            UsePackages: true
        ),
    };

    public static IEnumerable<Offence> Offences(IEnumerable<(string Name, XDocument File)> projects) =>
        projects.SelectMany(project =>
            All.TryGetValue(project.Name, out var may)
                ?
                [
                    .. ReferencesOf(project.File)
                        .Except(may.Know)
                        .Select(other => new Offence(project.Name, $"must not know {other}", 0)),
                    .. project
                        .File.Descendants("PackageReference")
                        .Where(p => !may.UsePackages && p.Attribute("PrivateAssets")?.Value != "all")
                        .Select(p => new Offence(project.Name, $"must not use {p.Attribute("Include")?.Value}", 0)),
                ]
                : (Offence[])[new Offence(project.Name, "nobody has said whom it may know", 0)]
        );

    /// <summary>The projects that a project names.</summary>
    public static IEnumerable<string> ReferencesOf(XDocument project) =>
        project
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));
}
