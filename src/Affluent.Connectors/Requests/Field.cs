namespace Affluent.Connectors.Requests;

/// <summary>A header or a field of a form: its name, and its value with <see cref="RequestValues"/> in it.</summary>
internal sealed record Field(string Name, string Value)
{
    /// <summary>Reads lines of <c>Name: value</c>, as settings of <see cref="Contract.SettingKind.Fields"/> hold them.</summary>
    public static IReadOnlyList<Field> Read(string? lines) =>
        [
            .. (lines ?? "")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(':', 2))
                .Select(pair => new Field(pair[0].Trim(), pair.Length > 1 ? pair[1].Trim() : "")),
        ];

    /// <summary>What a bank wants in the place of what is usual: one of the same name takes its place, an empty one takes it away, others follow.</summary>
    public static IReadOnlyList<Field> Merge(IReadOnlyList<Field> usual, IReadOnlyList<Field> wanted)
    {
        bool Same(Field one, Field other) => one.Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase);
        return
        [
            .. usual
                .Select(field => wanted.FirstOrDefault(w => Same(w, field)) ?? field)
                .Concat(wanted.Where(w => !usual.Any(field => Same(field, w))))
                .Where(field => field.Value != ""),
        ];
    }
}
