using System.Globalization;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>The settings that say how much is allowed.</summary>
internal static class LimitSettings
{
    // All of them are read at the beginning of each run, and listed in one answer.
    private const int MostCategoryRules = 1000;

    public static IReadOnlyList<Setting> All { get; } =
    [
        .. Enum.GetValues<LimitedAction>().Select(Limit),
        new(
            "limit_wrong_passwords",
            "LIST|off",
            $"Wrong passwords, in a quarter of an hour, of all names together ({new Settings().WrongPasswords})",
            (s, text) =>
                RateLimit.TryRead(text) is { User: null } limit
                    ? s with
                    {
                        WrongPasswords = limit,
                    }
                    : "must be like client=1000,address=300, or off",
            s => s.WrongPasswords.ToString()
        ),
        new(
            "limit_category_rules",
            "COUNT",
            $"Rules of categories that a client may have, at most {MostCategoryRules} ({new Settings().CategoryRules})",
            (s, text) =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rules)
                && rules is > 0 and <= MostCategoryRules
                    ? s with
                    {
                        CategoryRules = rules,
                    }
                    : $"must be a whole number from 1 to {MostCategoryRules}",
            s => s.CategoryRules.ToString(CultureInfo.InvariantCulture)
        ),
    ];

    private static Setting Limit(LimitedAction action) =>
        new(
            $"limit_{action.Word()}s",
            "LIST|off",
            $"How many a minute on one node ({RateLimit.Standard[action]})",
            (s, text) =>
                RateLimit.TryRead(text) is { } limit
                    ? s with
                    {
                        RateLimits = new Dictionary<LimitedAction, RateLimit>(s.RateLimits) { [action] = limit },
                    }
                    : $"must be like {RateLimit.Standard[action]}, or off",
            s => s.RateLimits[action].ToString()
        );
}
