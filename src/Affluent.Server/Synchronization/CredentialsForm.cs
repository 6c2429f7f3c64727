using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>Checks what a user typed into the credentials form of a channel.</summary>
internal static class CredentialsForm
{
    private const int Longest = 500;

    /// <summary>
    /// The values by field id, or what is wrong with them. A field may be named by its id ("300") or its technical name
    /// ("login"). Messages name the field and never repeat a value.
    /// </summary>
    public static (IReadOnlyDictionary<string, string> Values, Problem? Problem) Check(
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> given
    )
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in given.Keys)
        {
            if (!channel.Credentials.Any(f => f.Id == name || f.Name == name))
            {
                return (values, Problem.BadBody($"channel {channel.Id} has no credential '{name}'", name));
            }
        }
        foreach (var field in channel.Credentials)
        {
            if (!given.TryGetValue(field.Id, out var value) && !given.TryGetValue(field.Name, out value))
            {
                value = "";
            }
            if (value.Length == 0)
            {
                if (!field.Optional)
                {
                    return (
                        values,
                        Problem.BadBody($"the credential '{field.Id}' ({field.Name}) is missing", field.Id)
                    );
                }
                continue;
            }
            if (value.Length > Longest || !Fits(field, value))
            {
                return (
                    values,
                    Problem.BadBody(
                        $"the credential '{field.Id}' ({field.Name}) does not have the form asked for",
                        field.Id
                    )
                );
            }
            values.Add(field.Id, value);
        }
        return (values, null);
    }

    private static bool Fits(CredentialField field, string value) =>
        field.Regexp is null
        || Regex.IsMatch(value, $"^(?:{field.Regexp})$", RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
}
