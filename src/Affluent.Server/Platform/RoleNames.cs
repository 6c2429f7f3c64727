namespace Affluent.Server.Platform;

/// <summary>What settings call the roles of a process.</summary>
internal static class RoleNames
{
    /// <summary>As <c>--roles</c> takes them.</summary>
    public static string Of(Roles roles) =>
        string.Join(
            ',',
            Enum.GetValues<Roles>()
                .Where(r => int.PopCount((int)r) == 1 && roles.HasFlag(r))
                .Select(r => r.ToString().ToLowerInvariant())
        );

    /// <summary>The settings with the roles that a text names.</summary>
    public static Applied Read(Settings settings, string text)
    {
        var roles = Roles.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            switch (name)
            {
                case "auth":
                    roles |= Roles.Auth;
                    break;
                case "api":
                    roles |= Roles.Api;
                    break;
                case "embed":
                    roles |= Roles.Embed;
                    break;
                case "worker":
                    roles |= Roles.Worker;
                    break;
                case "pay" or "console":
                    return $"the role {name} is not part of this version: leave it out";
                default:
                    return $"'{name}' is no role: take some of auth,api,embed,worker";
            }
        }
        return settings with { Roles = roles };
    }
}
