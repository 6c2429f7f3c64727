namespace Affluent.Server.Platform;

/// <summary>
/// The words that a text of the API can be, separated by commas; for the OpenAPI document. The texts stand in the database as they go
/// over the wire, so no enum lies between.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class OneOfAttribute(string words) : Attribute
{
    public string Words { get; } = words;

    /// <summary>The words one by one.</summary>
    public static IReadOnlyList<string> Split(string words) => words.Split(',');
}
