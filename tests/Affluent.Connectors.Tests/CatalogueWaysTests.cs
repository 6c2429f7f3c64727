using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Tests;

/// <summary>Several ways to one bank in its entry.</summary>
public sealed class CatalogueWaysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Several_redirect_ways_stand_in_the_order_in_which_they_are_written()
    {
        var bank = Assert.Single(
            Load(
                """
                "upstream_bank": { "name": "B", "psu_type": "BUSINESS", "place": "PREFERRED" },
                """,
                Website("471100"),
                Stet("471107"),
                Stet("471101")
            ).Added
        );

        Assert.Equal(["471107", "471101", "471100"], bank.Channels.Select(channel => channel.Id.Value));
        Assert.Equal(new UpstreamWay("B", Business: true, UpstreamPlace.Preferred), bank.UpstreamBank);
        Assert.Equal(
            new UpstreamWay(Name: null, Business: false, UpstreamPlace.FallBack),
            Assert.Single(Load("\"upstream_bank\": {},", Stet(id: null)).Added).UpstreamBank
        );
    }

    [Fact]
    public void An_id_never_follows_from_the_order_and_is_never_of_two()
    {
        Assert.Equal(
            ["channels: has several channels REDIRECT: each channel says its id"],
            Faults("", Stet("471102"), Stet(id: null))
        );
        Assert.Equal(
            ["channels: the channel 471102 stands more than once"],
            Faults("", Stet("471102"), Stet("471102"))
        );
        Assert.Equal(
            ["channels[1].id: must be 4711 followed by 01 to 99 (REDIRECT)"],
            Faults("", Stet("471102"), Stet("471100"))
        );
        Assert.Equal(
            [
                "channels: the channel Embedded stands more than once",
                "channels[1].id: must be 4711 followed by 00 (EMBEDDED)",
            ],
            Faults("", Website("471100"), Website("471102"))
        );
    }

    [Fact]
    public void What_is_said_of_the_upstream_is_checked()
    {
        Assert.Equal(
            [
                "upstream_bank.nam: is not known",
                "upstream_bank.place: is none of: FALL_BACK, PREFERRED, NONE",
                "upstream_bank.psu_type: is of a bank by its name: a BIC leads to the entry for people",
            ],
            Faults(
                "\"upstream_bank\": { \"nam\": \"B\", \"psu_type\": \"BUSINESS\", \"place\": \"FIRST\" },",
                Stet(id: null)
            )
        );
    }

    private IReadOnlyList<string> Faults(string members, params string[] channels) =>
        [
            .. Load(members, channels)
                .Faults.Select(fault => fault[(fault.IndexOf(": ", StringComparison.Ordinal) + 2)..])
                .Order(StringComparer.Ordinal),
        ];

    private (IReadOnlyList<Provider> Added, IReadOnlyList<string> Faults) Load(string members, params string[] channels)
    {
        var file = Path.Combine(_folder.FullName, "bank.json");
        File.WriteAllText(
            file,
            $$"""
            { "id": "4711", "name": "Bank", "country_code": "FRA", "base_url": "https://bank.example", {{members}}
              "channels": [ {{string.Join(", ", channels)}} ] }
            """
        );
        var load = Catalogue.Check(file, new Dictionary<string, string>(StringComparer.Ordinal), folder: null);
        return (load.Providers, [.. load.Faults.Select(fault => fault.ToString())]);
    }

    private static string Stet(string? id) =>
        $$"""
            { {{(
                id is null ? "" : $"\"id\": \"{id}\","
            )}} "connector": "stet", "account_types": ["CHECKINGS"], "settings": {
                "api_url": "https://bank.example/api", "authorize_url": "https://bank.example/authorize",
                "token_url": "https://bank.example/token", "client_id": "us" } }
            """;

    private static string Website(string id) =>
        $$"""
            { "id": "{{id}}", "connector": "website", "account_types": ["CHECKINGS"], "settings": { "login_url": "https://bank.example/login" },
              "credentials": [{ "id": "300", "name": "login", "labels": { "en": "Login", "fr": "Identifiant" }, "type": "TEXT" }] }
            """;
}
