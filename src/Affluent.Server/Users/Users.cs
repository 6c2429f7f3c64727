using Affluent.Server.Authorization;
using Affluent.Server.Platform;

namespace Affluent.Server.Users;

/// <summary>Plugs users into the platform.</summary>
internal static class UserServices
{
    public static void AddUsers(this IServiceCollection services, Func<IServiceProvider, UserErasure> erasure)
    {
        services.AddSingleton(erasure);
        services.AddSingleton(new PasswordCost());
        services.AddSingleton<Passwords>();
        services.AddSingleton<NewUsers>();
        services.AddSingleton<PasswordSignIn>();
        services.AddSingleton<OwnPassword>();
        services.AddSingleton<UserDeletion>();
        services.AddSingleton(provider => new UserDirectory(
            UserStore.ClientOf,
            provider.GetRequiredService<PasswordSignIn>().Try
        ));
    }
}

/// <summary>An e-mail address as users are found by it.</summary>
internal static class Email
{
    private const int MaximumLength = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets

    /// <summary>
    /// Two addresses with the same key are the same user's, an accent typed as one character or as two (RFC 6532 §3.1).
    /// </summary>
    public static string Key(string email) => ComposedText.Of(email.Trim().ToLowerInvariant());

    /// <summary>One @ between two parts, no spaces; whether it is somebody's, only a mail can tell.</summary>
    public static bool IsPlausible(string email)
    {
        var text = email.Trim();
        return text.Length <= MaximumLength
            && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            && text.Split('@') is [{ Length: > 0 and <= 64 }, { Length: > 0 } domain]
            && domain[0] != '.'
            && domain[^1] != '.'
            && !domain.Contains("..", StringComparison.Ordinal);
    }
}
