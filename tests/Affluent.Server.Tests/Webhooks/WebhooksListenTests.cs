using System.Globalization;
using System.Net;
using System.Text.Json;
using Affluent.Connectors.Tests.Support;
using Affluent.Server.Authorization;
using Affluent.Server.Commands;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Webhooks;

/// <summary><c>webhooks listen</c> and <c>events tail</c>, as a developer runs them beside an installation.</summary>
public sealed class WebhooksListenTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, OnBothDatabases]
    public async Task What_happens_is_forwarded_signed_and_a_program_that_is_down_misses_only_what_happens_meanwhile(
        DatabaseKind kind
    )
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient(clientMode: true);
        await using var receiver = await WebhookReceiver.Start();
        await using var listening = Begin(app, client, "webhooks", "listen", "--forward-to", $"{receiver.Url}");
        var secret = (await listening.Line("Forwarding to")).Split(' ')[^1];

        receiver.Answer = (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await app.CreateUser(client);
        var failed = await listening.Line("USER_CREATED");
        receiver.AnswerWith(HttpStatusCode.NoContent);
        await app.CreateUser(client);
        var arrived = await listening.Line("USER_CREATED");

        Assert.Contains("failed: ", failed, StringComparison.Ordinal);
        Assert.Contains("  204  ", arrived, StringComparison.Ordinal);
        // What failed is shown, and not sent again.
        Assert.Equal(1, receiver.Times(failed.Split(' ')[0]));
        var message = receiver.Received[^1];
        Assert.Equal(arrived.Split(' ')[0], message.Id);
        var at = long.Parse(message.Headers["webhook-timestamp"], CultureInfo.InvariantCulture);
        Assert.Equal(
            ["good", "No matching signature found"],
            await NodeProgram.Verify(
                "standardwebhooks",
                [
                    WebhookTests.Question(secret, message, at),
                    WebhookTests.Question(secret, message with { Body = message.Body + " " }, at),
                ],
                Stop
            )
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_platform_that_is_started_again_is_followed_on_and_nothing_is_missed(DatabaseKind kind)
    {
        var app = await TestApp.Start(kind);
        var client = await app.CreateClient(clientMode: true);
        var first = await app.CreateUser(client);
        await using var tail = Begin(app, client, "events", "tail", "--json", "--after", "0");
        Assert.Equal($"{first.Id}", UserOf(await tail.Line("USER_CREATED")));

        var address = app.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        app = await app.StartAgain(settings => settings with { Listen = address });
        await using var _ = app;
        var second = await app.CreateUser(client, "second@example.com");

        Assert.Equal($"{second.Id}", UserOf(await tail.Line("USER_CREATED")));

        static string? UserOf(string line) => JsonElement.Parse(line).Text("user_id");
    }

    [Theory, OnBothDatabases]
    public async Task A_client_that_is_closed_or_gives_another_secret_is_told_so(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient(clientMode: true);
        await using var wrong = Begin(app, client with { Secret = "wrong" }, "events", "tail");
        Assert.Equal(ExitCode.Failed, await wrong.End());
        Assert.Contains("gives no token", wrong.Errors, StringComparison.Ordinal);

        await app.CreateUser(client);
        await using var tail = Begin(app, client, "events", "tail", "--after", "0");
        Assert.Contains("  user ", await tail.Line("USER_CREATED"), StringComparison.Ordinal);
        await app.Database.Write(
            db => ClientStore.SetDisabled(db, client.ClientId, true, app.Service<Revocations>()),
            Stop
        );
        // Whoever waits sees it at the next request.
        Assert.Equal(ExitCode.Failed, await tail.End(() => app.Time.Advance(TimeSpan.FromSeconds(31))));
        Assert.NotEqual("", tail.Errors);
    }

    [Theory]
    [InlineData("http://example.org/hook")]
    [InlineData("http://10.0.0.1/hook")]
    [InlineData("ftp://localhost/hook")]
    [InlineData("localhost")]
    public async Task Another_machine_gets_nothing_in_plain_text(string address)
    {
        var (code, _, errors) = await Terminal.RunWithoutDatabase(
            "webhooks",
            "listen",
            "--client-id",
            "any",
            "--forward-to",
            address
        );

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--forward-to", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_that_is_not_there_is_told_at_once()
    {
        File.WriteAllText(SecretFile, "secret");
        var (code, _, errors) = await Terminal.RunWithoutDatabase(
            "events",
            "tail",
            "--client-id",
            "any",
            "--client-secret-file",
            SecretFile,
            "--auth",
            "http://127.0.0.1:9/auth"
        );

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("http://127.0.0.1:9/auth/token cannot be reached", errors, StringComparison.Ordinal);
    }

    private string SecretFile => Path.Combine(_folder.FullName, "secret");

    private RunningCommand Begin(TestApp app, TestClient client, params string[] command)
    {
        File.WriteAllText(SecretFile, client.Secret);
        var address = app.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        return new RunningCommand([
            .. command,
            "--client-id",
            client.ClientId,
            "--client-secret-file",
            SecretFile,
            "--api",
            $"{address}/api",
            "--auth",
            $"{address}/auth",
        ]);
    }
}
