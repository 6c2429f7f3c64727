using System.Net;
using System.Text;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>What only somebody with bad intentions, or a broken program, sends.</summary>
public sealed class HostileInputTests
{
    private const string Form = "application/x-www-form-urlencoded";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_text_that_no_database_keeps_is_a_fault_of_the_body(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, _) = await app.SignedInUser();
        using var me = http;

        foreach (
            var text in new[]
            {
                """{"first_name":"a\u0000b"}""",
                """{"first_name":"a\ud800"}""",
                """{"\u0000":1}""",
                """{"other":{"deep":["\udc00"]}}""",
            }
        )
        {
            using var body = Json(text);
            using var answer = await me.PatchAsync("/api/v2.1/users/me", body, Stop);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("invalid_body", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }
        using var half = Json("""{"provider_id":"501","credentials":{"300":"\ud83d"}}""");
        using var refused = await me.PostAsync("/api/v2.1/connections", half, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var marked = new ByteArrayContent([0xEF, 0xBB, 0xBF, .. "{\"first_name\":\"é\\\\u0000\"}"u8]);
        marked.Headers.ContentType = new("application/json");
        using var kept = await me.PatchAsync("/api/v2.1/users/me", marked, Stop);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task The_authorization_server_answers_every_body_with_an_error_of_its_standard(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var many = string.Join('&', Enumerable.Range(0, 5_000).Select(i => $"a{i}=1"));
        (string Body, string Type)[] bodies =
        [
            ("""{"client_id":"a\u0000"}""", "application/json"),
            ("""{"client_id":"\ud800"}""", "application/json"),
            ("""{"\ud800":"a"}""", "application/json"),
            ("client_id=a%00", Form),
            ("client_id=a\0", Form),
            (many, Form),
        ];
        foreach (var path in new[] { "/auth/token", "/auth/revoke", "/auth/introspect" })
        {
            foreach (var (body, type) in bodies)
            {
                using var content = new StringContent(body, Encoding.UTF8, type);
                await app.Http.PostAsync(path, content, Stop).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
            }
            using var basic = new HttpRequestMessage(HttpMethod.Post, path);
            basic.Content = new StringContent("grant_type=client_credentials&token=x", Encoding.UTF8, Form);
            basic.Headers.Authorization = new("Basic", Convert.ToBase64String("a%00:secret"u8));
            await app.Http.SendAsync(basic, Stop).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_form_that_cannot_be_read_is_refused_by_the_widget(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var session = await app.OpenWidget(await app.CreateWidgetUser());
        foreach (var address in new[] { "/embed/v2.1/widget/widget_session", session.Link("add_connection") })
        {
            using var bad = new StringContent("token=%00", Encoding.UTF8, Form);
            using var broken = new StringContent("xx", Encoding.UTF8);
            broken.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", "b") } };
            using var large = new HttpRequestMessage(HttpMethod.Post, address);
            large.Content = new StringContent("a=" + new string('x', 1_100_000), Encoding.UTF8, Form);
            // Asks before it sends, so that a refusal is read and not cut off.
            large.Headers.ExpectContinue = true;
            using var raw = new StringContent("token=\0", Encoding.UTF8, Form);
            using var toRaw = await app.Http.PostAsync(address, raw, Stop);
            Assert.Equal(HttpStatusCode.BadRequest, toRaw.StatusCode);
            using var toBad = await app.Http.PostAsync(address, bad, Stop);
            using var toBroken = await app.Http.PostAsync(address, broken, Stop);
            using var toLarge = await app.Http.SendAsync(large, Stop);
            Assert.Equal(HttpStatusCode.BadRequest, toBad.StatusCode);
            Assert.Equal(HttpStatusCode.BadRequest, toBroken.StatusCode);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, toLarge.StatusCode);
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_user_is_deleted_while_a_run_is_writing(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        using var me = http;
        var connection = await app.StoreConnection(user);
        Task<HttpResponseMessage>? deletion = null;

        await app.Database.Write(
            async db =>
            {
                var work = app.WorkOf(db, user);
                await ConnectionJobs.Lock(work, connection.Id);
                deletion = me.DeleteAsync("/api/v2.1/users/me", Stop);
                // Time for the deletion to come as far as it can.
                await Task.Delay(TimeSpan.FromMilliseconds(500), Stop);
                await EventLog.Append(work, NewEvent.OfConnection(EventName.SynchronizationEnded, connection.Id));
            },
            Stop
        );

        using var deleted = await deletion!;
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
