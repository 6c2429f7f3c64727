using System.Text.Json.Nodes;
using Affluent.Server.Certificates;
using Affluent.Server.Commands;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary><c>banks register</c>, at a bank that is asked and at one where people register.</summary>
public sealed class BanksRegisterTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly List<string> _asked = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Nothing_is_sent_before_it_is_meant_and_what_the_bank_tells_is_kept()
    {
        await using var bank = await Bank();
        var record = Path.Combine(_folder.FullName, "record.json");
        string[] who = ["--name", "Littoral", "--contact", "ops@littoral.example", "--record", record];

        var (code, output, errors) = await Register(bank, who);

        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains($"POST {Origin(bank)}/register\n{{", output);
        Assert.Contains("https://embed.example/v2.1/widget/bank_callback/471101", output);
        Assert.Contains("Nothing was sent", output);
        Assert.Empty(_asked);

        (code, output, errors) = await Register(bank, [.. who, "--yes"]);

        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains("knows this installation as C-1", output);
        Assert.Contains("AFFLUENT_BANK_LITTORAL_CLIENT_ID", output);
        Assert.DoesNotContain("S3CRET", output);
        Assert.Contains("S3CRET", await File.ReadAllTextAsync(record, Stop));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(record));

        // What is kept is never lost to a second registration.
        (code, _, errors) = await Register(bank, [.. who, "--yes"]);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("where there is none yet", errors);

        (code, output, errors) = await Register(bank, ["--record", record, "--read"]);
        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains("\"client_id\": \"C-1\"", output);
        Assert.DoesNotContain("S3CRET", output);
        Assert.DoesNotContain("T0KEN", output);

        await Register(bank, ["--record", record, "--delete"]);
        Assert.True(File.Exists(record));
        (code, _, errors) = await Register(bank, ["--record", record, "--delete", "--yes"]);
        Assert.True(code == ExitCode.Done, errors);
        Assert.False(File.Exists(record));
        Assert.Equal(
            ["POST /register ", "GET /register/C-1 Bearer T0KEN-1", "DELETE /register/C-1 Bearer T0KEN-2"],
            _asked
        );
    }

    [Fact]
    public async Task At_a_bank_of_the_UK_the_directory_speaks_and_a_token_of_ones_own_opens_the_registration()
    {
        await using var bank = await Bank(keepsTokens: true);
        var record = Path.Combine(_folder.FullName, "record.json");
        var statement = Path.Combine(_folder.FullName, "statement.jwt");
        // {"software_id":"software-1"}
        await File.WriteAllTextAsync(statement, "e30.eyJzb2Z0d2FyZV9pZCI6InNvZnR3YXJlLTEifQ.e30\n", Stop);
        string[] who =
        [
            .. await Seal(),
            .. new[] { "--name", "Littoral", "--contact", "ops@littoral.example", "--record", record },
        ];
        void Entry(JsonObject settings)
        {
            settings["registration"] = "open_banking_uk";
            settings["registration_audience"] = "bank-1";
        }

        var (code, _, errors) = await Register(bank, [.. who, "--yes"], Entry, "open_banking_uk");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("--software-statement-file", errors);

        who = [.. who, "--software-statement-file", statement];
        (code, var output, errors) = await Register(bank, [.. who, "--yes"], Entry, "open_banking_uk");
        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains("\"software_id\": \"software-1\"", output);
        Assert.DoesNotContain("ops@littoral.example", output);

        (code, _, errors) = await Register(bank, [.. who, "--read"], Entry, "open_banking_uk");
        Assert.True(code == ExitCode.Done, errors);
        Assert.Equal(
            [
                "POST /register ",
                // As C-1, by the secret of the record.
                "POST /token Basic Qy0xOlMzQ1JFVA==",
                "GET /register/C-1 Bearer 0WN",
            ],
            _asked
        );
    }

    [Fact]
    public async Task What_a_bank_refuses_is_told_and_nothing_is_kept()
    {
        await using var bank = await Bank(refuses: true);
        var record = Path.Combine(_folder.FullName, "record.json");

        var (code, _, errors) = await Register(
            bank,
            ["--name", "Littoral", "--contact", "ops@littoral.example", "--record", record, "--yes"]
        );

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("400 invalid_redirect_uri: not that one", errors);
        Assert.False(File.Exists(record));
    }

    [Fact]
    public async Task Where_people_register_they_are_told_what_to_do()
    {
        await using var bank = await Bank();

        var (code, output, errors) = await Register(
            bank,
            await Seal(),
            settings =>
            {
                settings.Remove("registration");
                settings.Remove("registration_url");
                settings["scope"] = "aisp offline_access";
            }
        );

        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains("1. Give as the address to which it sends users back: https://embed.example/v2.1/", output);
        Assert.Contains("Set client_certificate_file where the bank wants", output);
        Assert.Contains("Give your number at the authority: PSDFR-ACPR-12345", output);
        Assert.Contains("Ask for the scope: aisp offline_access", output);
        Assert.Contains("Then set AFFLUENT_BANK_LITTORAL_CLIENT_ID", output);
        Assert.Contains("affluent banks probe 4711", output);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task What_the_bank_does_not_tell_must_be_set_before()
    {
        await using var bank = await Bank();

        var (code, _, errors) = await Register(
            bank,
            [],
            settings => settings["api_url"] = "https://{littoral_host}/api"
        );

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("set littoral_host", errors);
    }

    private async Task<string[]> Seal()
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (name, text) in TestCertificates.Make("Littoral", "PSDFR-ACPR-12345", now, now.AddDays(100)))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), text, Stop);
        }
        return
        [
            "--seal-certificate-file",
            Path.Combine(_folder.FullName, "qseal.pem"),
            "--seal-key-file",
            Path.Combine(_folder.FullName, "qseal.key"),
        ];
    }

    private async Task<(ExitCode Code, string Output, string Errors)> Register(
        WebApplication bank,
        string[] arguments,
        Action<JsonObject>? entry = null,
        string connector = "stet"
    )
    {
        var settings = new JsonObject
        {
            ["authorize_url"] = $"{Origin(bank)}/authorize",
            ["token_url"] = $"{Origin(bank)}/token",
            ["api_url"] = $"{Origin(bank)}/api",
            ["client_id"] = "{littoral_client_id}",
            ["client_secret"] = "{littoral_client_secret}",
            ["registration"] = "dynamic",
            ["registration_url"] = $"{Origin(bank)}/register",
        };
        entry?.Invoke(settings);
        var catalogue = _folder.CreateSubdirectory("catalogue");
        var provider = new JsonObject
        {
            ["id"] = "4711",
            ["name"] = "Littoral",
            ["country_code"] = "FRA",
            ["base_url"] = "https://bank.example",
            ["channels"] = new JsonArray(
                new JsonObject
                {
                    ["connector"] = connector,
                    ["account_types"] = new JsonArray("CHECKINGS"),
                    ["settings"] = settings,
                }
            ),
        };
        await File.WriteAllTextAsync(Path.Combine(catalogue.FullName, "littoral.json"), provider.ToJsonString(), Stop);
        return await Terminal.RunWithoutDatabase([
            "banks",
            "register",
            "4711",
            "--catalogue-folder",
            catalogue.FullName,
            "--embed-url",
            "https://embed.example",
            "--environment",
            "sandbox",
            "--test-bank-url",
            "off",
            .. arguments,
        ]);
    }

    private static string Origin(WebApplication bank) => bank.Urls.First();

    /// <param name="keepsTokens">Whether it tells no address and no token of the registration.</param>
    private async Task<WebApplication> Bank(bool refuses = false, bool keepsTokens = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            _asked.Add($"{context.Request.Method} {context.Request.Path} {context.Request.Headers.Authorization}");
            context.Response.StatusCode =
                refuses ? 400
                : HttpMethods.IsDelete(context.Request.Method) ? 204
                : 200;
            if (refuses)
            {
                await context.Response.WriteAsync(
                    """{ "error": "invalid_redirect_uri", "error_description": "not that one" }""",
                    Stop
                );
            }
            else if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync("""{ "access_token": "0WN", "token_type": "Bearer" }""", Stop);
            }
            else if (keepsTokens)
            {
                await context.Response.WriteAsync("""{ "client_id": "C-1", "client_secret": "S3CRET" }""", Stop);
            }
            else if (!HttpMethods.IsDelete(context.Request.Method))
            {
                // A new token for each look.
                await context.Response.WriteAsync(
                    $$"""{ "client_id": "C-1", "client_secret": "S3CRET", "registration_client_uri": "{{Origin(app)}}/register/C-1", "registration_access_token": "T0KEN-{{_asked.Count}}" }""",
                    Stop
                );
            }
        });
        await app.StartAsync(Stop);
        return app;
    }
}
