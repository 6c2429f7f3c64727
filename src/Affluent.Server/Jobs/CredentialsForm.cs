using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;

namespace Affluent.Server.Jobs;

/// <summary>Checks what a user typed into the credentials form of a channel.</summary>
internal static class CredentialsForm
{
    private const int Longest = 500;

    /// <summary>
    /// The values by field id, or what is wrong with them. A field may be named by its id ("300") or its technical name ("login").
    /// </summary>
    public static FormReading Read(ChannelDefinition channel, IReadOnlyDictionary<string, string> given)
    {
        if (given.Keys.FirstOrDefault(name => !channel.Credentials.Any(f => Names(f, name))) is { } unknown)
        {
            return new FormReading.Faulty(new FieldFault(FieldFaultKind.Unknown, unknown));
        }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
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
                    return new FormReading.Faulty(new FieldFault(FieldFaultKind.Missing, field.Id, field.Name));
                }
                continue;
            }
            if (value.Length > Longest || !Fits(field, value))
            {
                return new FormReading.Faulty(new FieldFault(FieldFaultKind.Malformed, field.Id, field.Name));
            }
            values.Add(field.Id, value);
        }
        return new FormReading.Good(values);
    }

    private static bool Names(CredentialField field, string name) => field.Id == name || field.Name == name;

    private static bool Fits(CredentialField field, string value) =>
        field.Regexp is null
        || Regex.IsMatch(value, $"^(?:{field.Regexp})$", RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
}

/// <summary>What a form came to.</summary>
internal abstract record FormReading
{
    private FormReading() { }

    /// <summary>The values by field id.</summary>
    public sealed record Good(IReadOnlyDictionary<string, string> Values) : FormReading;

    /// <summary>The first thing that is wrong.</summary>
    public sealed record Faulty(FieldFault Fault) : FormReading;
}

/// <summary>What is wrong with a field. Never holds its value.</summary>
/// <param name="Field">Its id, as given for an unknown one.</param>
/// <param name="Name">Its technical name, on fields of a credentials form.</param>
internal sealed record FieldFault(FieldFaultKind Kind, string Field, string? Name = null);

/// <summary>How a field can be wrong.</summary>
internal enum FieldFaultKind
{
    /// <summary>The form has no such field.</summary>
    Unknown,

    /// <summary>It is not filled in.</summary>
    Missing,

    /// <summary>The value is not of the form asked for.</summary>
    Malformed,

    /// <summary>The question takes no fields at all.</summary>
    NotAsked,

    /// <summary>The bank's own page answers the question, no form does.</summary>
    AnsweredAtBank,

    /// <summary>A file answers the question, no form does.</summary>
    AnsweredByFile,
}
