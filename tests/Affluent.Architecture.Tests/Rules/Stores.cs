using Affluent.Architecture.Tests.Model;
using Microsoft.CodeAnalysis;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>A store is called from its own folder, but for the functions that are meant for others.</summary>
internal static class Stores
{
    public static IEnumerable<Offence> Offences(Sources sources, IReadOnlyDictionary<string, string[]> forOthers) =>
        from use in Calls(sources)
        where !forOthers.GetValueOrDefault(use.Type.Name, []).Contains(use.Member.Name)
        select use.By.At(use.Place, $"calls {use.Type.Name}.{use.Member.Name} of {use.Of.Folder}");

    /// <summary>What is said to be meant for others, and no other calls.</summary>
    public static IEnumerable<string> Unused(Sources sources, IReadOnlyDictionary<string, string[]> forOthers) =>
        forOthers
            .SelectMany(store => store.Value.Select(function => $"{store.Key}.{function}"))
            .Except(Calls(sources).Select(use => $"{use.Type.Name}.{use.Member.Name}"));

    private static IEnumerable<Use> Calls(Sources sources) =>
        sources.Uses.Where(use =>
            use.Type.Name.EndsWith("Store", StringComparison.Ordinal) && use.Member is not INamedTypeSymbol
        );
}
