using Affluent.Server.Commands;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary><c>banks check</c>: a file is judged beside the others, and nothing but it.</summary>
public sealed class BanksCheckTests : IDisposable
{
    private const string Profile = """
        {
          "profile": "group",
          "channel": {
            "connector": "stet", "account_types": ["CHECKINGS"],
            "settings": {
              "authorize_url": "https://{region}.bank.example/authorize", "token_url": "https://{region}.bank.example/token",
              "api_url": "https://{region}.bank.example/v1", "client_id": "ours"
            }
          }
        }
        """;

    private const string Brand = """
        {
          "id": "4711", "name": "Bank of the North", "country_code": "FRA", "base_url": "https://bank.example",
          "variables": { "region": "north" }, "channels": [{ "profile": "group" }]
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly DirectoryInfo _elsewhere = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _elsewhere.Delete(recursive: true);
    }

    [Fact]
    public async Task A_brand_from_elsewhere_is_checked_with_the_profile_of_the_folder()
    {
        Write(_folder, "group.json", Profile);
        Write(_folder, "broken.json", "{");

        var (code, output, errors) = await Check(Write(_elsewhere, "new.json", Brand));

        Assert.True(code == ExitCode.Done, errors);
        Assert.Equal("4711      Bank of the North: 471101 REDIRECT stet", output.Trim());
    }

    [Fact]
    public async Task A_file_of_the_folder_is_checked_in_its_place()
    {
        Write(_folder, "group.json", Profile);

        var (code, output, _) = await Check(Write(_folder, "bank.json", Brand));

        Assert.Equal(ExitCode.Done, code);
        Assert.StartsWith("4711 ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_is_checked_with_its_brands()
    {
        Write(_folder, "bank.json", Brand);
        var text = Profile.Replace("{region}", "{area}", StringComparison.Ordinal);

        var (code, _, errors) = await Check(Write(_elsewhere, "group.json", text));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(
            "bank.json: channels[0].settings.authorize_url: the variable {area} is not set",
            errors,
            StringComparison.Ordinal
        );
        Assert.Contains("AFFLUENT_BANK_AREA", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_faults_are_told_with_file_and_place_and_without_values()
    {
        Write(_folder, "bank.json", Brand);
        Write(_folder, "group.json", Profile);
        var text = Brand
            .Replace(
                "\"profile\": \"group\"",
                "\"profile\": \"group\", \"settings\": { \"pkce\": \"S3CRET\" }",
                StringComparison.Ordinal
            )
            .Replace("\"FRA\"", "\"FR\"", StringComparison.Ordinal);

        var (code, _, errors) = await Check(Write(_elsewhere, "new.json", text));
        var (another, _, taken) = await Check(Write(_elsewhere, "same.json", Brand));
        var (none, _, missing) = await Check(Path.Combine(_elsewhere.FullName, "none.json"));

        Assert.Equal((ExitCode.Failed, ExitCode.Failed, ExitCode.Failed), (code, another, none));
        Assert.Contains("new.json: country_code: ", errors, StringComparison.Ordinal);
        Assert.Contains(
            "new.json: channels[0].settings: channel 471101: setting 'pkce' is neither",
            errors,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("S3CRET", errors, StringComparison.Ordinal);
        Assert.Contains("same.json: id: 4711 is taken by", taken, StringComparison.Ordinal);
        Assert.Contains("none.json", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_no_brand_uses_yet_has_no_fault()
    {
        var (code, output, _) = await Check(Write(_elsewhere, "group.json", Profile));

        Assert.Equal(ExitCode.Done, code);
        Assert.StartsWith("No fault, and no bank", output, StringComparison.Ordinal);
    }

    private Task<(ExitCode Code, string Output, string Errors)> Check(string file) =>
        Terminal.RunWithoutDatabase(
            "banks",
            "check",
            file,
            "--catalogue-folder",
            _folder.FullName,
            "--test-bank-listen",
            "off"
        );

    private static string Write(DirectoryInfo folder, string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
