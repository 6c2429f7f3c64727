using Affluent.Connectors.Contract;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>What the user typed into the fields of the channel, by their names.</summary>
/// <param name="IsComplete">Whether every field that may not be left empty is filled.</param>
internal sealed record LoginFields(bool IsComplete, string? Password, IReadOnlyList<string> Ibans)
{
    public static LoginFields Of(StepContext context)
    {
        string? Typed(string name) =>
            context.Channel.Credentials.FirstOrDefault(field => field.Name == name) is { } field
                ? context.Credentials.GetValueOrDefault(field.Id)
                : null;

        return new LoginFields(
            context.Channel.Credentials.All(field => field.Optional || context.Credentials.ContainsKey(field.Id)),
            Typed("password"),
            [
                .. (Typed("iban") ?? "")
                    .Split([',', ';'], StringSplitOptions.RemoveEmptyEntries)
                    .Select(iban => string.Concat(iban.Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant())
                    .Where(iban => iban != "")
                    .Distinct(StringComparer.Ordinal),
            ]
        );
    }

    /// <inheritdoc />
    public override string ToString() => "***";
}
