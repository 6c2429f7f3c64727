using System.Net;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>HEAD is answered where GET is, with the same headers and without a body (RFC 9110, section 9.3.2).</summary>
public sealed class HeadRequestsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task HEAD_answers_as_GET_does_without_a_body(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, _) = await app.SignedInUser();
        string[] paths =
        [
            "/health",
            "/health/ready",
            "/docs/",
            "/docs/none",
            "/api/v2.1/users/me",
            "/api/v2.1/accounts/1",
            "/auth/.well-known/openid-configuration",
            "/embed/v2.1/success?status=success",
            "/embed/v2.1/widget/add_connection?session_id=none",
        ];
        foreach (var path in paths)
        {
            using var whole = await http.GetAsync(path, Stop);
            using var request = new HttpRequestMessage(HttpMethod.Head, path);
            using var head = await http.SendAsync(request, Stop);

            Assert.Equal((path, whole.StatusCode), (path, head.StatusCode));
            Assert.Equal(whole.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Equal(whole.Headers.CacheControl, head.Headers.CacheControl);
            Assert.NotEmpty(await whole.Content.ReadAsByteArrayAsync(Stop));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(Stop));
        }
    }

    [Theory, OnBothDatabases]
    public async Task Where_GET_is_not_taken_HEAD_is_not_either(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        using var request = new HttpRequestMessage(HttpMethod.Head, "/embed/v2.1/widget/widget_session");

        using var head = await app.Http.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, head.StatusCode);
    }
}
