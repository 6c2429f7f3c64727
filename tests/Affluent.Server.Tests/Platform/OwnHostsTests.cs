using System.Net;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>By which names the platform is reached.</summary>
public sealed class OwnHostsTests
{
    private const int Misdirected = 421;

    [Theory]
    [OnBothDatabases("localhost", true)]
    [OnBothDatabases("LOCALHOST:5100", true)]
    [OnBothDatabases("127.0.0.1", true)]
    [OnBothDatabases("[::1]:5100", true)]
    [OnBothDatabases("evil.example", false)]
    [OnBothDatabases("127.0.0.1.evil.example", false)]
    [OnBothDatabases("192.0.2.1", false)]
    public async Task A_sandbox_as_it_comes_is_reached_by_the_names_of_its_machine(
        DatabaseKind kind,
        string host,
        bool isOwn
    )
    {
        await using var app = await TestApp.Start(kind);

        foreach (
            var path in new[] { "/", "/api/v2.1/accounts", "/auth/.well-known/jwks", "/docs/", "/embed/v2.1/widget" }
        )
        {
            Assert.Equal(isOwn, await Status(app, host, path) != Misdirected);
        }
        Assert.Equal((int)HttpStatusCode.OK, await Status(app, host, "/health"));
        Assert.Equal((int)HttpStatusCode.OK, await Status(app, host, "/health/ready"));
    }

    [Theory]
    [OnBothDatabases("api.example", "/v2.1/accounts", 401)]
    [OnBothDatabases("one.example", "/auth/.well-known/jwks", 200)]
    [OnBothDatabases("one.example", "/docs/", 200)]
    [OnBothDatabases("evil.example", "/docs/", Misdirected)]
    [OnBothDatabases("evil.example", "/api/v2.1/accounts", Misdirected)]
    [OnBothDatabases("127.0.0.1", "/docs/", 200)]
    public async Task Names_of_the_settings_are_its_own_with_a_path_and_without(
        DatabaseKind kind,
        string host,
        string path,
        int status
    )
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s =>
                s with
                {
                    ApiUrl = new Uri("https://api.example"),
                    AuthUrl = new Uri("https://one.example/auth"),
                    DocsUrl = new Uri("https://one.example/docs"),
                }
        );

        Assert.Equal(status, await Status(app, host, path));
    }

    [Theory]
    [OnBothDatabases("api.example:8443", "/v2.1/accounts", 401)]
    [OnBothDatabases("API.example", "/v2.1/accounts", 401)]
    [OnBothDatabases("auth.example", "/.well-known/jwks", 200)]
    [OnBothDatabases("auth.example:8443", "/.well-known/jwks", 200)]
    [OnBothDatabases("auth.example:5100", "/.well-known/jwks", 200)]
    // Two roles have this name: only their ports tell which one is meant.
    [OnBothDatabases("two.example:8001", "/", 200)]
    [OnBothDatabases("two.example:8002", "/v2.1/widget/add_connection", 403)]
    [OnBothDatabases("two.example", "/v2.1/widget/add_connection", 404)]
    [OnBothDatabases("two.example", "/embed/v2.1/widget/add_connection", 403)]
    public async Task A_proxy_may_add_its_port_to_a_role_s_name_or_leave_it_out(
        DatabaseKind kind,
        string host,
        string path,
        int status
    )
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s =>
                s with
                {
                    ApiUrl = new Uri("https://api.example"),
                    AuthUrl = new Uri("https://auth.example:8443"),
                    DocsUrl = new Uri("https://two.example:8001"),
                    EmbedUrl = new Uri("https://two.example:8002"),
                }
        );

        Assert.Equal(status, await Status(app, host, path));
    }

    [Theory]
    [OnBothDatabases("192.0.2.1:5100", true)]
    [OnBothDatabases("[2001:db8::1]", true)]
    [OnBothDatabases("evil.example", false)]
    public async Task Who_listens_at_all_addresses_is_reached_by_each_of_them(
        DatabaseKind kind,
        string host,
        bool isOwn
    )
    {
        await using var app = await TestApp.Start(kind, settings: s => s with { Listen = "http://0.0.0.0:0" });

        Assert.Equal(isOwn, await Status(app, host, "/docs/") == (int)HttpStatusCode.OK);
    }

    private static async Task<int> Status(TestApp app, string host, string path)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri($"http://127.0.0.1:{app.Origin.Port}{path}")
        );
        request.Headers.Host = host;
        using var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
