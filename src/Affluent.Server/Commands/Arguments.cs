using System.CommandLine;
using System.Globalization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary>What people type, read the same way by all commands.</summary>
internal static class Arguments
{
    private const int Listed = 100;
    private const int MostListed = 10_000;

    /// <summary><c>--limit</c>: how many a list has at most.</summary>
    public static Option<int> Limit() =>
        Number("--limit", "N", $"At most so many, up to {MostListed} ({Listed})", 1, MostListed, Listed);

    /// <summary>A whole number within bounds; anything else is refused by name.</summary>
    public static Option<int> Number(string name, string form, string meaning, int least, int most, int standard)
    {
        var option = new Option<int>(name)
        {
            HelpName = form,
            Description = meaning,
            DefaultValueFactory = _ => standard,
            CustomParser = typed =>
            {
                if (
                    int.TryParse(typed.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number >= least
                    && number <= most
                )
                {
                    return number;
                }
                typed.AddError($"{name} takes a whole number from {least} to {most}.");
                return standard;
            },
        };
        return option;
    }

    /// <summary>An id as a person typed it.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static T Id<T>(string text)
        where T : struct, IId<T> =>
        Ids.TryRead<T>(text, out var id)
            ? id
            : throw new CommandException(ExitCode.Usage, $"'{text}' is no id: ids are numbers, as the API shows them.");
}
