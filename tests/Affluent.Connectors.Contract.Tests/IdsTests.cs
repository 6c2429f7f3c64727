using System.Text.Json;

namespace Affluent.Connectors.Contract.Tests;

public sealed class IdsTests
{
    [Fact]
    public void Ids_are_plain_texts_in_json_and_in_words()
    {
        Assert.Equal("\"87\"", JsonSerializer.Serialize(new ProviderId("87")));
        Assert.Equal("[\"8701\"]", JsonSerializer.Serialize(new[] { new ChannelDefinitionId("8701") }));
        Assert.Equal(new ProviderId("87"), JsonSerializer.Deserialize<ProviderId>("\"87\""));
        Assert.Equal(new ChannelDefinitionId("8701"), JsonSerializer.Deserialize<ChannelDefinitionId>("\"8701\""));
        Assert.Equal("87 8701", $"{new ProviderId("87")} {new ChannelDefinitionId("8701")}");
    }

    [Fact]
    public void Anything_but_a_text_is_no_id()
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ProviderId>("87"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ProviderId>("null"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ChannelDefinitionId>("{}"));
    }
}
