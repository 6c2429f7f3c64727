using System.Net;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>A process answers for the roles that it has, and for no other.</summary>
public sealed class RolesTests
{
    [Theory]
    [OnBothDatabases(nameof(Roles.Auth), HttpStatusCode.OK, HttpStatusCode.NotFound)]
    [OnBothDatabases(nameof(Roles.Api), HttpStatusCode.NotFound, HttpStatusCode.OK)]
    [OnBothDatabases(nameof(Roles.Worker), HttpStatusCode.NotFound, HttpStatusCode.NotFound)]
    [OnBothDatabases(nameof(Roles.All), HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task Only_the_roles_of_the_process_have_routes(
        DatabaseKind kind,
        string roles,
        HttpStatusCode auth,
        HttpStatusCode docs
    )
    {
        await using var app = await TestApp.Start(kind, settings: s => s with { Roles = Enum.Parse<Roles>(roles) });

        Assert.Equal(auth, await Status(app, "/auth/.well-known/openid-configuration"));
        Assert.Equal(docs, await Status(app, "/docs/"));
        Assert.Equal(HttpStatusCode.OK, await Status(app, "/health"));
    }

    [Theory, OnBothDatabases]
    public async Task Ready_means_that_the_database_is_in_the_form_that_this_version_needs(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var before = await Status(app, "/health/ready");
        await app.MarkAsVersion(999);
        app.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.OK, before);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Status(app, "/health/ready"));
    }

    [Theory, OnBothDatabases]
    public async Task Behind_a_proxy_that_ends_TLS_production_answers_under_its_public_names(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s =>
            {
                SigningKey.Load(s.SigningKeyFile, mayCreate: true);
                return s with { Environment = InstallationKind.Production, AuthUrl = new Uri("https://auth.example") };
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
        request.Headers.Host = "auth.example";
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"https://auth.example/token\"", body);
    }

    private static async Task<HttpStatusCode> Status(TestApp app, string path)
    {
        using var response = await app.Http.GetAsync(path, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
