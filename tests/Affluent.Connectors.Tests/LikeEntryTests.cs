namespace Affluent.Connectors.Tests;

/// <summary>Entries of banks in whose place the test bank stands.</summary>
public sealed class LikeEntryTests
{
    private const string Profile = """
        {
          "profile": "group",
          "channel": {
            "connector": "stet", "account_types": ["CHECKINGS"], "client_certificate": true,
            "settings": {
              "authorize_url": "{site}/authorize", "token_url": "https://api.bank.example:8443/{region}/token?role=1",
              "api_url": "http://api.bank.example/{region}/v1", "client_id": "{group_client}", "client_secret": "{group_secret}"
            }
          }
        }
        """;

    [Fact]
    public void Addresses_are_those_of_the_test_bank_and_a_variable_that_is_not_set_is_its_name()
    {
        var channel = Assert.Single(Load("""{ "like": "group" }""").Providers).Channels.Single();

        Assert.Equal((true, "group", false), (channel.Imitated, channel.Profile, channel.ClientCertificate));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["authorize_url"] = "http://127.0.0.1:5200/like/471101/site/authorize",
                ["token_url"] = "http://127.0.0.1:5200/like/471101/api.bank.example:8443/north/token?role=1",
                ["api_url"] = "http://127.0.0.1:5200/like/471101/api.bank.example/north/v1",
                ["client_id"] = "group_client",
                ["client_secret"] = "S3CRET",
            },
            channel.Settings
        );
    }

    [Theory]
    [InlineData(
        """{ "like": "group" }""",
        "false",
        "bank: test: is true where the test bank stands in the place of a bank"
    )]
    [InlineData(
        """{ "like": "group", "profile": "group" }""",
        "true",
        "bank: channels[0].like: names a profile, and stands in the place of 'profile'"
    )]
    [InlineData("""{ "like": "nobody" }""", "true", "bank: channels[0].like: 'nobody' is none of: ")]
    [InlineData(
        """{ "like": "site" }""",
        "true",
        "bank: channels[0].like: the test bank imitates no bank of the family 'website'"
    )]
    [InlineData(
        """{ "like": "group", "settings": { "token_url": "ftp://bank.example/token" } }""",
        "true",
        "bank: channels[0].settings: channel 471101: setting 'token_url' is not an absolute http(s) address"
    )]
    public void What_cannot_be_imitated_is_a_fault(string channel, string test, string fault) =>
        Assert.StartsWith(fault, $"{Load(channel, test).Faults[0]}");

    [Fact]
    public void A_profile_is_not_itself_like_another()
    {
        List<CatalogueFault> faults = [];
        Catalogue.Read(
            [("a", Profile), ("b", """{ "profile": "b", "channel": { "like": "group" } }""")],
            new Dictionary<string, string>(),
            faults
        );

        Assert.Contains("b: channel.like: is said by each brand, not by a profile", faults.Select(f => $"{f}"));
    }

    [Fact]
    public void Where_there_is_no_test_bank_there_is_no_such_bank()
    {
        var load = Catalogue.Read(
            [("p", Profile), ("bank", Bank("""{ "like": "group" }""", "true"))],
            Variables(null),
            []
        );

        Assert.Empty(load.Faults);
        Assert.Equal(["test_bank"], Assert.Single(load.Unconfigured).Missing);
    }

    private static CatalogueLoad Load(string channel, string test = "true") =>
        Catalogue.Read(
            [
                ("p", Profile),
                (
                    "s",
                    """{ "profile": "site", "channel": { "connector": "website", "account_types": ["CHECKINGS"], "settings": { "login_url": "https://bank.example" } } }"""
                ),
                ("bank", Bank(channel, test)),
            ],
            Variables("http://127.0.0.1:5200/"),
            []
        );

    private static string Bank(string channel, string test) =>
        $$"""
            {
              "id": "4711", "name": "Bank of the North", "country_code": "FRA", "base_url": "https://north.bank.example",
              "test": {{test}}, "variables": { "region": "north" }, "channels": [{{channel}}]
            }
            """;

    private static Dictionary<string, string> Variables(string? testBank)
    {
        var variables = new Dictionary<string, string> { ["group_secret"] = "S3CRET" };
        if (testBank is not null)
        {
            variables["test_bank"] = testBank;
        }
        return variables;
    }
}
