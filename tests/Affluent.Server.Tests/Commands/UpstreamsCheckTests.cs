using System.Security.Cryptography;
using Affluent.Connectors.Tests.Support;
using Affluent.Server.Commands;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary><c>upstreams check</c>, against a strict counterpart of Enable Banking.</summary>
public sealed class UpstreamsCheckTests : IDisposable
{
    private const string Return = "https://home.example/v2.1/widget/bank_callback/enable_banking";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly RSA _key = RSA.Create(2048);

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _key.Dispose();
    }

    [Fact]
    public async Task All_is_well_and_the_banks_are_counted()
    {
        await using var upstream = await Start();
        upstream.Listed.AddRange([
            EnableBankingUpstream.Row("Nordlandsbanken", psuTypes: ["personal", "business"]),
            EnableBankingUpstream.Row("Osuuspankki"),
            EnableBankingUpstream.Row("Västbanken", "SE"),
            EnableBankingUpstream.Row("An hour's bank", "SE", days: 0),
        ]);

        var (code, output, errors) = await Check(upstream);

        Assert.True(code == ExitCode.Done, output + errors);
        Assert.Equal(
            $"""
            Enable Banking
                ok      connection to {upstream.Address.GetLeftPart(UriPartial.Authority)}: it answers
                ok      application_id: the token is taken; the application is one of PRODUCTION
                ok      environment: is PRODUCTION, as it is set
                ok      application: is active; without a contract it is restricted to the accounts that you linked to it, which the interface does not tell
                ok      redirect address: {Return} is registered
                ok      banks: 3 in 2 countries: FI 2, SE 1; 1 cannot be offered
            """,
            output.Trim()
        );
    }

    [Theory]
    [InlineData("environment", "FAILED  environment: the application is one of SANDBOX, and PRODUCTION is set")]
    [InlineData("active", "FAILED  application: is not active: link your accounts")]
    [InlineData("redirect", $"FAILED  redirect address: is none of the application's redirect URLs: add {Return} [")]
    [InlineData("empty", "FAILED  banks: the list is empty")]
    [InlineData("token", "FAILED  application_id: Enable Banking refuses us: 401 UNAUTHORIZED_ACCESS [OPERATOR]")]
    [InlineData("token", "-       redirect address: not tried, the application is not known")]
    [InlineData("down", "FAILED  application_id: Enable Banking gives no answer that can be read")]
    public async Task What_does_not_work_is_said_with_what_to_do(string wrong, string said)
    {
        await using var upstream = await Start();
        switch (wrong)
        {
            case "environment":
                upstream.Environment = "SANDBOX";
                break;
            case "active":
                upstream.IsActive = false;
                break;
            case "redirect":
                upstream.RedirectUrls.Clear();
                break;
            case "empty":
                upstream.Listed.Add(EnableBankingUpstream.Row("Bank", "NO"));
                break;
            case "token":
                upstream.Instead = _ => (401, "UNAUTHORIZED_ACCESS");
                break;
            default:
                upstream.Instead = _ => (500, "ASPSP_ERROR");
                break;
        }

        var (code, output, _) = await Check(upstream);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(said, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_application_s_id_and_a_file_that_is_no_key_are_told()
    {
        await using var upstream = await Start();

        var (_, output, _) = await Check(
            upstream,
            "--enable-banking-application-id",
            "cf589be3-3755-465b-a8df-a90a16a31404"
        );
        var (none, _, errors) = await Terminal.RunWithoutDatabase("upstreams", "check");
        await File.WriteAllTextAsync(KeyFile, "nothing", TestContext.Current.CancellationToken);
        var (broken, _, why) = await Check(upstream);

        Assert.Contains("FAILED  application_id: Enable Banking refuses us", output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, none);
        Assert.Contains(
            "set enable_banking_application_id, enable_banking_key_file and",
            errors,
            StringComparison.Ordinal
        );
        Assert.NotEqual(ExitCode.Done, broken);
        Assert.Contains("must hold an RSA key of at least 2048 bits", why, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing", why, StringComparison.Ordinal);
    }

    private string KeyFile => Path.Combine(_folder.FullName, "application.key");

    private async Task<EnableBankingUpstream> Start()
    {
        await File.WriteAllTextAsync(KeyFile, _key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var upstream = await EnableBankingUpstream.Start(_key, TimeProvider.System.GetUtcNow);
        upstream.RedirectUrls.Add(Return);
        return upstream;
    }

    private Task<(ExitCode Code, string Output, string Errors)> Check(
        EnableBankingUpstream upstream,
        params string[] others
    ) =>
        Terminal.RunWithoutDatabase([
            "upstreams",
            "check",
            "--embed-url",
            "https://home.example",
            "--enable-banking-key-file",
            KeyFile,
            "--enable-banking-environment",
            "production",
            "--enable-banking-url",
            upstream.Address.AbsoluteUri,
            .. others is [] ? ["--enable-banking-application-id", EnableBankingUpstream.ApplicationId] : others,
        ]);
}
