using System.Net;
using System.Xml.Linq;
using Affluent.Server.Providers;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Providers;

public sealed class ProvidersTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_provider_shows_the_ways_to_its_data(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, _) = await app.SignedInUser();

        var one = await http.Read("/api/v2.1/providers/501");

        Assert.Equal(
            $$"""
            {"id":"501","name":"Banque \u00C9toile","base_url":"https://etoile.example/",
            "logo_url":"{{app.Origin}}api/v2.1/providers/501/logo","country_code":"FRA","channel_definitions":[
            {"id":"50101","mode":"REDIRECT","connector":"none","account_types":["CHECKINGS","CREDIT_CARD"],"interactive":true,"unavailable":false,
            "capabilities":["PFM_ACCOUNT"],"connector_capabilities":["ACCOUNT_INFORMATION"],"credentials":[]},
            {"id":"50100","mode":"EMBEDDED","connector":"none","account_types":["CHECKINGS","SAVINGS","LOAN","CREDIT_CARD"],"interactive":false,
            "unavailable":false,"capabilities":["PFM_ACCOUNT"],"connector_capabilities":["ACCOUNT_INFORMATION"],"credentials":[
            {"id":"300","label":"User ID","type":"TEXT","encrypt":false,"regexp":"[0-9]{8}"},
            {"id":"301","label":"Password","type":"PWD","encrypt":true}]}]}
            """.ReplaceLineEndings(""),
            one.GetRawText()
        );
        Assert.Equal("not_found", (await http.ReadProblem("/api/v2.1/providers/1")).Text("code"));
    }

    [Theory]
    [OnBothDatabases("", 501, 502)]
    [OnBothDatabases("?q=etoile", 501)]
    [OnBothDatabases("?q=CREDIT", 502)]
    [OnBothDatabases("?countries=FRA", 501)]
    [OnBothDatabases("?countries=fra,BEL", 501, 502)]
    [OnBothDatabases("?countries=DEU")]
    [OnBothDatabases("?limit=1&page=2", 502)]
    [OnBothDatabases("?limit=1000&page=2")]
    public async Task Providers_are_searched_by_name_and_country(DatabaseKind kind, string query, params int[] expected)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        // A client's own token will do: banks are the same for everybody.
        using var http = app.WithToken(await app.ClientToken(await app.CreateClient()));

        var found = (await http.Read("/api/v2.1/providers" + query)).EnumerateArray();
        Assert.Equal(expected.Select(id => $"{id}"), found.Select(p => p.Text("id")));
    }

    [Theory, OnBothDatabases]
    public async Task A_bad_parameter_is_named(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, _) = await app.SignedInUser();

        Assert.Equal("limit", (await http.ReadProblem("/api/v2.1/providers?limit=1001")).Text("parameter"));
        Assert.Equal("countries", (await http.ReadProblem("/api/v2.1/providers?countries=FR")).Text("parameter"));
    }

    [Theory, OnBothDatabases]
    public async Task A_logo_is_an_image_that_needs_no_token(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);

        using var answer = await app.Http.GetAsync("/api/v2.1/providers/501/logo", Stop);
        using var unknown = await app.Http.GetAsync("/api/v2.1/providers/1/logo", Stop);

        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType?.MediaType);
        var svg = XDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal("BÉ", svg.Root!.Value.Trim());
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task Providers_want_a_token(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);

        Assert.Equal("invalid_token", (await app.Http.ReadProblem("/api/v2.1/providers")).Text("code"));
    }

    [Theory]
    [InlineData("Banque Étoile", "BÉ")]
    [InlineData("N26", "N2")]
    [InlineData("<&>", "?")]
    [InlineData("La Banque & Co", "LB")]
    public void Initials_are_the_first_letters_of_two_words(string name, string expected) =>
        Assert.Equal(expected, ProviderLogo.Initials(name));
}
