using System.Globalization;

namespace Affluent.Server.Platform;

/// <summary>Which part of a list is asked for: <c>page</c> counts from 1, <c>limit</c> is bounded per list.</summary>
internal sealed record Page(int Number, int Limit)
{
    /// <summary>Rows before this page.</summary>
    public long Skip => (long)(Number - 1) * Limit;

    /// <summary>Reads <c>page</c> and <c>limit</c>; a limit beyond the maximum is refused, with the maximum in the message.</summary>
    public static (Page Page, Problem? Problem) Read(HttpRequest request, int standard, int maximum)
    {
        var (page, limit) = (1, standard);
        if (request.Query["page"] is [{ } pageText, ..] && !TryPositive(pageText, out page))
        {
            return (new Page(1, standard), Problem.BadParameter("page", "must be a whole number from 1"));
        }
        if (request.Query["limit"] is [{ } limitText, ..] && (!TryPositive(limitText, out limit) || limit > maximum))
        {
            return (
                new Page(1, standard),
                Problem.BadParameter("limit", $"must be a whole number from 1 to {maximum}")
            );
        }
        return (new Page(page, limit), null);
    }

    private static bool TryPositive(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
}
