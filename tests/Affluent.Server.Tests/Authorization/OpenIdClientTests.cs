using System.Diagnostics;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Authorization;

/// <summary>The flows as a library drives them that was written by somebody else: npm openid-client.</summary>
public sealed class OpenIdClientTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_client_library_written_elsewhere_goes_through_every_flow(DatabaseKind kind)
    {
        var folder = Folder();
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Assert.False(TestDatabase.InCi, "In CI this test needs: npm ci --prefix tests/openid-client");
            Assert.Skip("openid-client is not installed: npm ci --prefix tests/openid-client");
        }
        await using var app = await TestApp.Start(kind);
        // The library compares the times of an id_token with its own clock.
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        var user = await app.CreateUser(await app.CreateClient(redirectUrls: "https://client.example/signed-in"));

        var found = await Run(
            folder,
            new()
            {
                ["ISSUER"] = app.Origin + "auth",
                ["CLIENT_ID"] = user.Client.ClientId,
                ["CLIENT_SECRET"] = user.Client.Secret,
                ["REDIRECT_URI"] = "https://client.example/signed-in",
                ["EMAIL"] = user.Email,
                ["PASSWORD"] = user.Password,
            }
        );

        Assert.Equal(
            $"""
            issuer: {app.Origin}auth
            issuerByRfc8414: {app.Origin}auth
            clientScope: users_create
            clientExpiresIn: 3600
            basicTokenType: bearer
            userScope: openid profile accounts_read
            idTokenSubject: {user.Id}
            active: True
            subject: {user.Id}
            rotated: True
            activeAfterRevocation: False
            reuse: invalid_grant
            familyAfterReuse: invalid_grant
            wrongPassword: invalid_grant
            wrongScope: invalid_scope
            wrongSecret: invalid_client
            codeScope: openid profile
            codeSubject: {user.Id}
            codeRefreshed: True
            codeTwice: invalid_grant
            codeWithoutPkce: {user.Id}
            wrongVerifier: invalid_grant
            cancelled: access_denied
            """,
            string.Join('\n', found.EnumerateObject().Select(p => $"{p.Name}: {p.Value}"))
        );
    }

    private static async Task<JsonElement> Run(string folder, Dictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo("node", "flows.mjs")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var node = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        var output = node.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = await node.StandardError.ReadToEndAsync(patience.Token);
        await node.WaitForExitAsync(patience.Token);
        Assert.True(node.ExitCode == 0, errors);
        return JsonSerializer.Deserialize<JsonElement>(await output);
    }

    private static string Folder()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Affluent.slnx")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }
        return Path.Combine(root.FullName, "tests", "openid-client");
    }
}
