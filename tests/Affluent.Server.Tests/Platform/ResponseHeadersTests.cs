using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Platform;

public sealed class ResponseHeadersTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases("/api/v2.1/accounts", 200)]
    [OnBothDatabases("/api/v2.1/accounts/1", 404)]
    [OnBothDatabases("/api/v2.1/accounts?limit=x", 400)]
    [OnBothDatabases("/api/v2.1/transactions", 500)]
    [OnBothDatabases("/api/none", 404)]
    [OnBothDatabases("/auth/none", 404)]
    public async Task No_answer_of_the_API_stays_in_a_cache_or_is_taken_for_other_content(
        DatabaseKind kind,
        string path,
        int status
    )
    {
        await using var app = await TestApp.Start(kind);
        var (http, _) = await app.SignedInUser();
        await app.Drop("transactions");

        using var answer = await http.GetAsync(path, Stop);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory, OnBothDatabases]
    public async Task Over_https_a_browser_is_told_to_stay_with_it(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s => s with { Proxies = [System.Net.IPNetwork.Parse("127.0.0.0/8")] }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add("X-Forwarded-Proto", "https");

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Equal(["max-age=31536000"], answer.Headers.GetValues("Strict-Transport-Security"));
    }
}
