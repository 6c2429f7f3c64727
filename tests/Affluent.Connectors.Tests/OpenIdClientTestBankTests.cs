using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Affluent.Connectors.Tests.Support;
using Affluent.TestBank;

namespace Affluent.Connectors.Tests;

/// <summary>The test bank's authorization server as a library sees it that was written by somebody else, and knows FAPI 1.0 Advanced: npm openid-client.</summary>
public sealed class OpenIdClientTestBankTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false, "client_id request", "query")]
    [InlineData(true, false, "client_id request", "fragment")]
    [InlineData(true, true, "client_id request_uri", "fragment")]
    public async Task A_third_party_written_elsewhere_is_let_in_by_a_strict_bank(
        bool hybrid,
        bool pushed,
        string asksWith,
        string cameBackIn
    )
    {
        var folder = NodeProgram.Folder("openid-client");
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict);
        // The library looks at its own clock, which goes on: what it signs is then of the past, and good for a minute.
        bank.Clock.SetUtcNow(TimeProvider.System.GetUtcNow().AddSeconds(45));
        using var node = Process.Start(
            new ProcessStartInfo("node", ["bank.mjs"])
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        var root = $"{bank.Address}openbanking";
        await node.StandardInput.WriteLineAsync(
            new JsonObject
            {
                ["issuer"] = root,
                ["clientId"] = "affluent",
                ["key"] = SealOfTests.Certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(),
                ["redirectUri"] = ConnectorRun.CallbackAddress,
                ["api"] = $"{root}/open-banking/v3.1/aisp",
                ["hybrid"] = hybrid,
                ["pushed"] = pushed,
            }.ToJsonString()
        );

        var address = new Uri((string)(await Said(node))["address"]!);
        var back = await RunningTestBank.Agree(address, "dev");
        await node.StandardInput.WriteLineAsync(back.AbsoluteUri);
        var found = await Said(node);

        Assert.Equal(
            new JsonObject
            {
                ["asksWith"] = asksWith,
                ["cameBackIn"] = cameBackIn,
                ["isOfTheConsent"] = true,
                ["accounts"] = 2,
                ["again"] = 2,
                ["after"] = "invalid_grant",
            }.ToJsonString(),
            found.ToJsonString()
        );
        await node.WaitForExitAsync(Stop);
        // What was pushed counts once.
        using var browser = new HttpClient(ConnectorRun.Network());
        using var second = await browser.GetAsync(address, Stop);
        Assert.Equal(pushed ? HttpStatusCode.BadRequest : HttpStatusCode.SeeOther, second.StatusCode);
    }

    private static async Task<JsonObject> Said(Process node) =>
        await node.StandardOutput.ReadLineAsync(Stop) is { } line
            ? (JsonObject)JsonNode.Parse(line)!
            : throw new InvalidOperationException("The program has ended.");
}
