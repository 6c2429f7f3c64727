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
                redirect URL to be registered: {Return}
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
    [InlineData(
        "token",
        "FAILED  application_id: Enable Banking refuses us: 401 UNAUTHORIZED_ACCESS: see in the control panel whether the application has this id, and the certificate of this key; and set this machine's clock [OPERATOR]"
    )]
    [InlineData("token", "-       redirect address: not tried, the application is not known")]
    [InlineData("token", $"    redirect URL to be registered: {Return}")]
    [InlineData(
        "down",
        "FAILED  application_id: Enable Banking answers 500: it is down, or fails: try later [UPSTREAM]"
    )]
    [InlineData(
        "limited",
        "FAILED  application_id: Enable Banking answers 429: it counts our calls, and has had enough: try again after 20"
    )]
    [InlineData(
        "page",
        "FAILED  application_id: Enable Banking answers 200, and what comes is not JSON: another server answers there"
    )]
    [InlineData("countries", "FAILED  banks: the application is for no country")]
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
            case "limited":
                upstream.Instead = _ => (429, "ASPSP_RATE_LIMIT_EXCEEDED");
                break;
            case "page":
                upstream.Raw = _ => "<html>Sign in</html>";
                break;
            case "countries":
                upstream.Countries = [];
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
        Assert.DoesNotContain("the bank ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Banks_that_the_catalogue_has_too_are_counted()
    {
        await using var upstream = await Start();
        upstream.Listed.Add(EnableBankingUpstream.Row("Osuuspankki"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "osuuspankki.json"),
            """
            {
              "id": "4713", "name": "Osuuspankki", "country_code": "FIN", "base_url": "https://www.osuuspankki.example",
              "time_zone": "Europe/Helsinki", "verified": "NONE", "upstream_bank": { "name": "Osuuspankki", "place": "FALL_BACK" },
              "channels": [{ "connector": "enable_banking", "account_types": ["CHECKINGS"],
                "settings": { "application_id": "cf589be3-3755-465b-a8df-a90a16a31499", "bank_name": "Osuuspankki", "bank_country": "FI" } }]
            }
            """,
            TestContext.Current.CancellationToken
        );

        var (_, output, errors) = await Check(
            upstream,
            "--enable-banking-application-id",
            EnableBankingUpstream.ApplicationId,
            "--catalogue-folder",
            _folder.FullName
        );

        Assert.True(
            output.Contains("    1 of them is a bank of your catalogue too", StringComparison.Ordinal),
            output + errors
        );
    }

    [Fact]
    public async Task An_id_that_is_no_UUID_is_one_fault()
    {
        await using var upstream = await Start();

        var (_, _, errors) = await Check(upstream, "--enable-banking-application-id", "cf589be3");

        Assert.Contains("must be a UUID", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("each needs the other", errors, StringComparison.Ordinal);
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
