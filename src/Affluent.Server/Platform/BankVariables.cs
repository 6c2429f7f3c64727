using System.Text.RegularExpressions;

namespace Affluent.Server.Platform;

/// <summary>
/// Values for the placeholders in the catalogue's entries (<c>{littoral_secret}</c>): from files named like them, and from the environment
/// (<c>AFFLUENT_BANK_LITTORAL_SECRET</c>), which wins. They are secrets: none is ever shown.
/// </summary>
internal static partial class BankVariables
{
    public const string VariablePrefix = SettingsReader.VariablePrefix + "BANK_";

    /// <summary>How such a value is set, for messages.</summary>
    public static string HowToSet(string name) =>
        $"set {VariablePrefix}{name.ToUpperInvariant()}, or write its value into the file {name} of bank_variables_folder";

    /// <summary>Whether there is a file for it: when it is not set all the same, the faults of the settings say what is wrong with that.</summary>
    public static bool HasFile(string name, string? folder) =>
        folder is not null && File.Exists(Path.Combine(folder, name));

    public static IReadOnlyDictionary<string, string> Read(
        string? folder,
        IReadOnlyDictionary<string, string> environment,
        List<string> faults
    )
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in OfFolder(folder, faults))
        {
            found[name] = value;
        }
        foreach (var (variable, value) in environment)
        {
            if (
                // One without a value is not set, whoever passed it on: a file may be there.
                value != ""
                && variable.StartsWith(VariablePrefix, StringComparison.Ordinal)
                && SettingList.All.All(s => s.Variable != variable)
            )
            {
                found[variable[VariablePrefix.Length..].ToLowerInvariant()] = value;
            }
        }
        return found;
    }

    private static IEnumerable<(string Name, string Value)> OfFolder(string? folder, List<string> faults)
    {
        if (folder is null)
        {
            return [];
        }
        if (!Directory.Exists(folder))
        {
            faults.Add($"bank_variables_folder: there is no folder {Path.GetFullPath(folder)}");
            return [];
        }
        string[] files;
        try
        {
            files = Directory.GetFiles(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"bank_variables_folder: {Path.GetFullPath(folder)} cannot be read: {e.Message}");
            return [];
        }
        return
        [
            .. files
                // Container platforms keep links with such names beside the files.
                .Where(file => !Path.GetFileName(file).StartsWith('.'))
                .Order(StringComparer.Ordinal)
                .SelectMany(file => OfFile(file, faults)),
        ];
    }

    private static (string, string)[] OfFile(string file, List<string> faults)
    {
        var (name, full) = (Path.GetFileName(file), Path.GetFullPath(file));
        try
        {
            if (!NameOfVariable().IsMatch(name))
            {
                faults.Add($"bank_variables_folder: {full} is not named like a variable (littoral_secret): rename it");
            }
            else if (KeyFile.OthersCanRead(file))
            {
                faults.Add($"bank_variables_folder: others can read {full}: close it with chmod 600 {full}");
            }
            else if (File.ReadAllText(file).TrimEnd('\r', '\n') is { Length: > 0 } value)
            {
                return [(name, value)];
            }
            else
            {
                faults.Add($"bank_variables_folder: {full} is empty: write the value into it");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"bank_variables_folder: {full} cannot be read: {e.Message}");
        }
        return [];
    }

    [GeneratedRegex("^[a-z][a-z0-9_]*$", RegexOptions.NonBacktracking)]
    private static partial Regex NameOfVariable();
}
