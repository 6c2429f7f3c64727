using Affluent.Server.Commands;

namespace Affluent.Server.Tests.Harness;

/// <summary>Commands as a person types them: how they end, and what they print.</summary>
internal static class Terminal
{
    /// <summary>Runs a command on a database.</summary>
    public static Task<(ExitCode Code, string Output, string Errors)> Run(
        TestDatabase database,
        params string[] arguments
    ) => RunWithoutDatabase([.. arguments, "--database", database.Address, "--data-directory", database.Folder]);

    /// <summary>Runs a command that ends before it comes to a database.</summary>
    public static async Task<(ExitCode Code, string Output, string Errors)> RunWithoutDatabase(
        params string[] arguments
    )
    {
        using StringWriter output = new(),
            errors = new();
        var code = await CommandLine.Run(arguments, output, errors);
        return ((ExitCode)code, output.ToString(), errors.ToString());
    }
}
