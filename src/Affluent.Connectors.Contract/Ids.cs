using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affluent.Connectors.Contract;

/// <summary>Names a bank: a decimal string, never reused.</summary>
[JsonConverter(typeof(ProviderIdConverter))]
public readonly record struct ProviderId(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>Names one way to a bank's data: the provider's id followed by 00 (EMBEDDED) or 01 (REDIRECT).</summary>
[JsonConverter(typeof(ChannelDefinitionIdConverter))]
public readonly record struct ChannelDefinitionId(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>Writes the id as a plain string.</summary>
public sealed class ProviderIdConverter : JsonConverter<ProviderId>
{
    /// <inheritdoc />
    public override ProviderId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A provider id is a text."));

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ProviderId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}

/// <summary>Writes the id as a plain string.</summary>
public sealed class ChannelDefinitionIdConverter : JsonConverter<ChannelDefinitionId>
{
    /// <inheritdoc />
    public override ChannelDefinitionId Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => new(reader.GetString() ?? throw new JsonException("A channel definition id is a text."));

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ChannelDefinitionId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
