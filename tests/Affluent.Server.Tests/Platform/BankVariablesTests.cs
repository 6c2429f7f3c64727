using System.Text.RegularExpressions;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>An operator adds a bank as the page about connectors says, with its secret in a file or in the environment.</summary>
public sealed partial class BankVariablesTests : IDisposable
{
    private readonly DirectoryInfo _banks = Directory.CreateTempSubdirectory("affluent-banks-");
    private readonly DirectoryInfo _secrets = Directory.CreateTempSubdirectory("affluent-secrets-");

    public BankVariablesTests()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "advanced", "connectors.md"));
        File.WriteAllText(Path.Combine(_banks.FullName, "littoral.json"), Example().Match(page).Groups["json"].Value);
    }

    public void Dispose()
    {
        _banks.Delete(recursive: true);
        _secrets.Delete(recursive: true);
    }

    [Fact]
    public void The_example_of_the_documentation_is_a_bank_once_its_secret_is_in_the_environment()
    {
        var settings = Read(new() { ["AFFLUENT_BANK_LITTORAL_SECRET"] = "s3cret/" }).Settings;

        Assert.Equal("s3cret/", SecretOf(settings));
    }

    [Fact]
    public void Or_in_a_file_that_its_owner_alone_can_read_where_the_environment_wins()
    {
        Write("littoral_secret", "from-the-file\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal("from-the-file", SecretOf(Read([]).Settings));
        Assert.Equal("other", SecretOf(Read(new() { ["AFFLUENT_BANK_LITTORAL_SECRET"] = "other" }).Settings));
    }

    [Fact]
    public void A_variable_without_a_value_is_not_set_and_an_empty_file_is_a_fault()
    {
        Dictionary<string, string> unset = new() { ["AFFLUENT_BANK_LITTORAL_SECRET"] = "" };
        Assert.Empty(Read(unset).Settings.BankVariables);
        Write("littoral_secret", "from-the-file", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("from-the-file", SecretOf(Read(unset).Settings));

        Write("littoral_secret", "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var empty = Read([]);
        Assert.Empty(empty.Settings.BankVariables);
        Assert.Contains("littoral_secret is empty", Assert.Single(empty.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_others_can_read_or_that_no_variable_is_named_like_is_refused()
    {
        Write("littoral_secret", "x", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Write("Littoral.txt", "x", UnixFileMode.UserRead);
        Write(".data", "x", UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.Collection(
            Read([]).Faults,
            fault => Assert.Contains("Littoral.txt is not named like a variable", fault, StringComparison.Ordinal),
            fault => Assert.Contains("littoral_secret: close it with chmod 600", fault, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Without_it_the_fault_says_how_to_set_it()
    {
        var faults = Assert.Throws<InvalidDataException>(() => Banks.Load(Read([]).Settings)).Message;

        Assert.Contains("littoral.json", faults, StringComparison.Ordinal);
        Assert.Contains("set AFFLUENT_BANK_LITTORAL_SECRET, or", faults, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_of_the_configuration_says_what_serve_would_say_of_the_banks()
    {
        string[] options =
        [
            "check-config",
            "--catalogue-folder",
            _banks.FullName,
            "--bank-variables-folder",
            _secrets.FullName,
        ];

        var (code, _, errors) = await Terminal.RunWithoutDatabase(options);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("{littoral_secret} is not set", errors, StringComparison.Ordinal);

        Write("littoral_secret", "never-shown", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        (_, _, errors) = await Terminal.RunWithoutDatabase(options);
        Assert.Contains("littoral_secret: close it with chmod 600", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("is not set", errors, StringComparison.Ordinal);
        Write("littoral_secret", "never-shown", UnixFileMode.UserRead);
        (code, var output, errors) = await Terminal.RunWithoutDatabase(options);
        Assert.True(code == ExitCode.Done, errors);
        Assert.Matches(@"\(bank variables\)\s+littoral_secret\n", output);
        // Those that stand for the test bank's faces and for files, and this one.
        Assert.Matches(@"\(banks\)\s+5\n", output);
        Assert.DoesNotContain("never-shown", output + errors, StringComparison.Ordinal);

        (_, output, _) = await Terminal.RunWithoutDatabase("check-config", "--test-bank-url", "off");
        Assert.Matches(
            @"\(banks\)\s+none: name your application at Enable Banking .* set the variables of banks that ship .* or put entries into a folder that catalogue_folder names",
            output
        );
    }

    private SettingsReading Read(Dictionary<string, string> variables) =>
        SettingsReader.Read(
            null,
            variables,
            new Dictionary<string, string>
            {
                ["catalogue_folder"] = _banks.FullName,
                ["bank_variables_folder"] = _secrets.FullName,
            }
        );

    private static string SecretOf(Settings settings) =>
        Banks.Load(settings).All.Single(bank => bank.Name == "Banque du Littoral").Channels[0].Settings[
            "client_secret"
        ];

    private void Write(string name, string value, UnixFileMode mode)
    {
        var path = Path.Combine(_secrets.FullName, name);
        File.WriteAllText(path, value);
        File.SetUnixFileMode(path, mode);
    }

    [GeneratedRegex("```json\n(?<json>.*?)\n```", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Example();
}
