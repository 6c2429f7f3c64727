using System.Diagnostics;
using System.Text.Json;

namespace Affluent.Architecture.Tests;

/// <summary>What the build promises beside a program that works.</summary>
public sealed class BuildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("affluent-build-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_clone_below_a_folder_named_src_knows_its_tests_from_its_product()
    {
        var clone = Directory.CreateDirectory(Path.Combine(_folder, "src", "affluent")).FullName;
        File.Copy(Path.Combine(Repository.Root, "Directory.Build.props"), Path.Combine(clone, "Directory.Build.props"));

        Assert.Equal("false", await IsProduct("tests/Some.Tests"));
        Assert.Equal("false", await IsProduct("bench/Some.Bench"));
        Assert.Equal("true", await IsProduct("src/Some.Product"));

        async Task<string> IsProduct(string project)
        {
            var folder = Directory.CreateDirectory(Path.Combine(clone, project)).FullName;
            var file = Path.Combine(folder, "Some.csproj");
            await File.WriteAllTextAsync(
                file,
                """<Project><Import Project="../../Directory.Build.props" /></Project>""",
                TestContext.Current.CancellationToken
            );
            return (await Dotnet("msbuild", file, "-getProperty:IsProduct")).Trim().ToLowerInvariant();
        }
    }

    [Fact]
    public async Task The_bill_of_materials_names_every_package_that_is_shipped()
    {
        var server = Path.Combine(Repository.Root, "src", "Affluent.Server");

        await Dotnet("msbuild", server, "-t:BillOfMaterials", $"-p:BillOfMaterialsFolder={_folder}");

        using var bill = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(_folder, "bom.json"), TestContext.Current.CancellationToken)
        );
        var listed = bill
            .RootElement.GetProperty("components")
            .EnumerateArray()
            .Select(c => $"{c.GetProperty("name").GetString()} {c.GetProperty("version").GetString()}")
            .ToArray();
        Assert.Equal("CycloneDX", bill.RootElement.GetProperty("bomFormat").GetString());
        var locked = Locked(Path.Combine(server, "packages.lock.json"));
        Assert.NotEmpty(locked);
        Assert.Equal([], locked.Except(listed));
    }

    [Fact]
    public void The_server_ships_without_the_test_kit_of_connectors()
    {
        using var dependencies = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Affluent.Server.deps.json"))
        );
        var shipped = dependencies
            .RootElement.GetProperty("libraries")
            .EnumerateObject()
            .Select(library => library.Name.Split('/')[0])
            .ToArray();

        Assert.Contains("Affluent.Connectors.Contract", shipped);
        Assert.DoesNotContain("Affluent.Connectors.Testing", shipped);
    }

    private static string[] Locked(string lockFile)
    {
        using var locked = JsonDocument.Parse(File.ReadAllText(lockFile));
        return
        [
            .. from package in locked.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
            where package.Value.GetProperty("type").GetString() != "Project"
            select $"{package.Name} {package.Value.GetProperty("resolved").GetString()}",
        ];
    }

    private static async Task<string> Dotnet(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments)
            {
                WorkingDirectory = Repository.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{output}\n{await error}");
        return output;
    }
}
