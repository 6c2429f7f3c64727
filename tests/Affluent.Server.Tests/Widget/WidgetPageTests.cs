using System.Net;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>What every page owes its visitor: safety, language, looks, and clear words about a wrong address.</summary>
public sealed class WidgetPageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases("redirect_url", "https://client.example/back?a=1")]
    [OnBothDatabases("redirect_url", "https://client.example/back#a")]
    [OnBothDatabases("redirect_url", "https://evil.example/")]
    [OnBothDatabases("redirect_url", "https://client.example@evil.example/")]
    [OnBothDatabases("redirect_url", "http://client.example/")]
    [OnBothDatabases("redirect_url", "javascript:alert(1)")]
    [OnBothDatabases("redirect_url", "//evil.example")]
    [OnBothDatabases("redirect_uri", "https://evil.example/")]
    [OnBothDatabases("aspsp_callback_uri", "https://client.example.evil.example/")]
    [OnBothDatabases("cancel_url", "data:text/html,x")]
    [OnBothDatabases("select_accounts", "maybe")]
    [OnBothDatabases("congrats_bypass_delay", "1.5")]
    [OnBothDatabases("connection_id", "1 or 1=1")]
    [OnBothDatabases("countries", "F<script>")]
    [OnBothDatabases("locale", "x\"onload=")]
    [OnBothDatabases("expected_account_types", "SOME")]
    [OnBothDatabases("channel", "DIRECT")]
    [OnBothDatabases("account_types", "SAVINGS,GOLD")]
    public async Task A_wrong_parameter_is_named_and_nothing_else_happens(DatabaseKind kind, string name, string value)
    {
        await using var app = await Start(kind);

        var visitor = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "add_connection",
            $"&{name}={Uri.EscapeDataString(value)}"
        );

        Assert.Equal(HttpStatusCode.BadRequest, visitor.Status);
        Assert.Contains($"'{name}'", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Empty(visitor.Page.QuerySelectorAll("form"));
    }

    [Theory]
    [OnBothDatabases("edit_credentials")]
    [OnBothDatabases("user_input")]
    public async Task Pages_about_a_connection_ask_for_its_id(DatabaseKind kind, string page)
    {
        await using var app = await Start(kind);

        var visitor = await app.Visit(await app.OpenWidget(await app.CreateWidgetUser()), page);

        Assert.Contains("'connection_id'", visitor.Page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_page_is_framed_by_the_client_alone_and_asks_nobody_else_for_anything(DatabaseKind kind)
    {
        await using var app = await Start(kind);

        var visitor = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "add_connection",
            "&unknown=1&elements_color=%23fc0"
        );

        var policy = visitor.Answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.EndsWith($"frame-ancestors {TestApp.ClientOrigin}", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", visitor.Answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(visitor.Answer.Headers.CacheControl!.NoStore);
        Assert.False(visitor.Answer.Headers.Contains("Set-Cookie"));
        Assert.Empty(visitor.Page.QuerySelectorAll("[style], style, script:not([src]), [onclick], [onload]"));
        foreach (var element in visitor.Page.QuerySelectorAll("link[rel=stylesheet], script"))
        {
            var address = new Uri(visitor.Address, element.GetAttribute("href") ?? element.GetAttribute("src"));
            Assert.Equal(app.Origin.Authority, address.Authority);
            using var answer = await app.Http.GetAsync(address, Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Theory, OnBothDatabases]
    public async Task Without_a_registered_origin_no_page_may_be_framed(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        var user = await app.CreateUser(await app.CreateClient());

        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection");

        Assert.EndsWith(
            "frame-ancestors 'none'",
            visitor.Answer.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [OnBothDatabases("", "Banque de l'Ouest|Épargne du Midi|Linxo Test Bank")]
    [OnBothDatabases("&search=epargne", "Épargne du Midi")]
    [OnBothDatabases("&search=BANK+test", "Linxo Test Bank")]
    [OnBothDatabases("&search=nowhere", "")]
    [OnBothDatabases("&countries=be", "Banque de l'Ouest")]
    [OnBothDatabases("&countries=FRA,DE", "Épargne du Midi|Linxo Test Bank")]
    [OnBothDatabases("&provider_id=999999", "Banque de l'Ouest|Épargne du Midi|Linxo Test Bank")]
    public async Task Banks_are_found_without_script(DatabaseKind kind, string query, string names)
    {
        await using var app = await Start(kind);

        var visitor = await app.Visit(await app.OpenWidget(await app.CreateWidgetUser()), "add_connection", query);

        Assert.Equal(
            names,
            string.Join(
                '|',
                visitor.Page.QuerySelectorAll(".banks li:not([hidden])").Select(e => e.GetAttribute("data-name"))
            )
        );
    }

    [Theory]
    [OnBothDatabases("", "fr-CH, en;q=0.5", "fr")]
    [OnBothDatabases("", "de, en;q=0.9, fr;q=0.8", "en")]
    [OnBothDatabases("", "de", "en")]
    [OnBothDatabases("&locale=fr_FR", "en", "fr")]
    [OnBothDatabases("&lng=en_GB", "fr", "en")]
    public async Task The_client_s_language_wins_over_the_browser_s(
        DatabaseKind kind,
        string query,
        string accepted,
        string language
    )
    {
        await using var app = await Start(kind);
        var session = await app.OpenWidget(await app.CreateWidgetUser());
        var visitor = new PageVisitor(app.Http, () => Task.CompletedTask, ("Accept-Language", accepted));

        await visitor.Open(session.Link("add_connection") + query);

        Assert.Equal(language, visitor.Page.DocumentElement.GetAttribute("lang"));
    }

    [Theory, OnBothDatabases]
    public async Task A_session_shows_nothing_of_itself_to_who_does_not_hold_its_id(DatabaseKind kind)
    {
        await using var app = await Start(kind);
        await app.OpenWidget(await app.CreateWidgetUser());
        var visitor = app.Browse("document");

        await visitor.Open($"/embed/v2.1/widget/add_connection?session_id={new string('a', 32)}");

        Assert.Equal((HttpStatusCode.Forbidden, "This page has expired"), (visitor.Status, visitor.Heading));
    }

    private static Task<TestApp> Start(DatabaseKind kind) =>
        TestApp.Start(kind, configure: builder => builder.Services.AddSingleton(new ScriptedBanks().Banks));
}
