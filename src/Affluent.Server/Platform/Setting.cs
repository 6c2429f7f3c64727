namespace Affluent.Server.Platform;

/// <summary>One setting: <c>auth_url</c> in the file, <c>AFFLUENT_AUTH_URL</c> in the environment, <c>--auth-url</c> on the command line.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Form">What a value looks like, for help texts.</param>
/// <param name="Meaning">What it does and what holds when it is not set.</param>
/// <param name="Apply">Reads a text into the settings.</param>
/// <param name="Show">The value in effect, secrets masked; null: none.</param>
internal sealed record Setting(
    string Name,
    string Form,
    string Meaning,
    Func<Settings, string, Applied> Apply,
    Func<Settings, string?> Show
)
{
    public string Option => "--" + Name.Replace('_', '-');

    public string Variable => SettingsReader.VariablePrefix + Name.ToUpperInvariant();
}

/// <summary>What became of a value.</summary>
internal abstract record Applied
{
    private Applied() { }

    public sealed record To(Settings Settings) : Applied;

    /// <summary>The value cannot be used; <paramref name="Why"/> says what it must look like.</summary>
    public sealed record Refused(string Why) : Applied;

    public static implicit operator Applied(Settings settings) => new To(settings);

    public static implicit operator Applied(string why) => new Refused(why);
}
