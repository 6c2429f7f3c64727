namespace Affluent.Connectors.Contract.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void Channels_are_checked_against_the_settings_of_their_family()
    {
        var manifest = new ConnectorManifest(
            "f",
            ChannelMode.Redirect,
            [],
            [
                new("url", SettingKind.Address, true, "where"),
                new("on", SettingKind.Switch, false, "whether"),
                new("days", SettingKind.Number, false, "how long"),
                new("way", SettingKind.Text, false, "how", ["a", "b"]),
            ]
        );
        ChannelDefinition Channel(params (string Name, string Value)[] settings) =>
            new()
            {
                Id = new ChannelDefinitionId("101"),
                Mode = ChannelMode.Redirect,
                Connector = "f",
                AccountTypes = [],
                Settings = settings.ToDictionary(s => s.Name, s => s.Value),
            };

        Assert.Empty(
            manifest.Check(Channel(("url", "https://x.example"), ("on", "true"), ("days", "90"), ("way", "a")))
        );
        Assert.Equal(
            [
                "channel 101: setting 'x' is not known to connector 'f'",
                "channel 101: setting 'url' is not an absolute http(s) address",
                "channel 101: setting 'on' is neither true nor false",
                "channel 101: setting 'days' is not a whole number",
                "channel 101: setting 'way' is none of: a, b",
            ],
            manifest.Check(Channel(("url", "file:///x"), ("on", "yes"), ("days", "-1"), ("way", "c"), ("x", "")))
        );
    }

    [Theory]
    [InlineData(SettingKind.Number, "90\0", "is not a whole number")]
    [InlineData(SettingKind.Number, "٩", "is not a whole number")]
    [InlineData(SettingKind.TimeZone, "Europe/Paris", null)]
    [InlineData(SettingKind.TimeZone, "Nowhere/None", "is no IANA time zone (Europe/Paris …)")]
    [InlineData(SettingKind.TimeZone, "", null)]
    [InlineData(SettingKind.DateFormat, "", null)]
    [InlineData(SettingKind.DateFormat, "yyyy-MM-dd", null)]
    [InlineData(SettingKind.DateFormat, "yyyy-MM-dd'T'HH:mm:ss'Z'", null)]
    [InlineData(SettingKind.DateFormat, "%", "is no .NET date format (yyyy-MM-dd …)")]
    [InlineData(SettingKind.DateFormat, "Q", "is no .NET date format (yyyy-MM-dd …)")]
    [InlineData(SettingKind.Fields, "Accept: application/json\nX-Id: $uuid costs $$5", null)]
    [InlineData(SettingKind.Fields, "Nothing:", null)]
    [InlineData(SettingKind.Fields, "X-Id: $iban", "refers to $iban, which is none of: uuid")]
    [InlineData(SettingKind.Fields, "X Id: 1", "is not an object of names and texts, each on one line")]
    [InlineData(SettingKind.Fields, "no colon", "is not an object of names and texts, each on one line")]
    [InlineData(SettingKind.Words, "a b", null)]
    [InlineData(SettingKind.Words, "a c", "is none of: a, b")]
    public void A_value_that_would_fail_later_is_a_fault_at_once(SettingKind kind, string value, string? fault) =>
        Assert.Equal(
            fault,
            new ConnectorSetting("a", kind, true, "b", kind == SettingKind.Words ? ["a", "b"] : null)
            {
                Values = ["uuid"],
            }.Fault(value)
        );
}
