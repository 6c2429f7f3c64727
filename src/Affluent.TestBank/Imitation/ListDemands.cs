using System.Globalization;
using Affluent.TestBank.Consents;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Imitation;

/// <summary>How a bank wants to be asked for lists, and the same question in the words of the face behind. Pure.</summary>
internal static class ListDemands
{
    // By this the links of the faces number their pages.
    private const string Page = "page";

    /// <summary>The query for the face, or what is wrong with the one that came.</summary>
    public static (Dictionary<string, string?>? Query, string? Fault) Read(
        HttpRequest request,
        LikeCall call,
        Manner manner,
        DateOnly today
    )
    {
        var given = Pairs(request);
        var numbered = manner.Text("page_parameter");
        if (numbered is null && given.Any(q => q.Name == Page))
        {
            // A link of the bank's own says what was asked.
            return (given.ToDictionary(q => q.Name, string? (q) => q.Plain, StringComparer.Ordinal), null);
        }

        var query = new Dictionary<string, string?>(StringComparer.Ordinal);
        string? fault = null;
        if (call == LikeCall.Transactions)
        {
            fault = Transactions(given, query, manner, today);
        }
        else if (call == LikeCall.Accounts && manner.Text("with_balance") is { } balance)
        {
            fault = given.Any(q => q.Name == "withBalance" && q.Raw == balance) ? null : $"withBalance is {balance}";
            query["withBalance"] = balance;
        }

        if (numbered is not null && call is LikeCall.Accounts or LikeCall.Transactions)
        {
            var number = given.FirstOrDefault(q => q.Name == numbered)?.Plain;
            fault ??= int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? null
                : $"{numbered} numbers the page";
            query[Page] = number;
        }

        return fault is null ? (query, null) : (null, fault);
    }

    private static string? Transactions(
        IReadOnlyList<Pair> given,
        Dictionary<string, string?> query,
        Manner manner,
        DateOnly today
    )
    {
        var (fromName, toName) =
            manner.Face == Face.OpenBankingUk ? ("fromBookingDateTime", "toBookingDateTime") : ("dateFrom", "dateTo");
        var due = manner.Is("send_date_to", "true");
        var wanted = Usual(manner, fromName, toName);
        foreach (var (name, text) in wanted)
        {
            var pair = given.FirstOrDefault(q => q.Name == name);
            if (
                text.Length == 0
                    ? pair is not null
                    : pair is null && (text != "$date_from" && (text != "$date_to" || due))
            )
            {
                return text.Length == 0 ? $"{name} is not wanted" : $"{name} is missing";
            }

            if (pair is null || text.Length == 0)
            {
                continue;
            }

            switch (text)
            {
                case "$date_from" or "$date_to":
                    if (Day(pair.Raw, manner) is not { } day)
                    {
                        return $"{name} is not a day as {manner.Text("date_format") ?? "the standard"} has it";
                    }

                    query[text == "$date_from" ? fromName : toName] = day.ToString(
                        "yyyy-MM-dd",
                        CultureInfo.InvariantCulture
                    );
                    if (text == "$date_from" && IsTooLongAgo(day, manner, today))
                    {
                        return $"{name} is more than {manner.Text("history_days")} days ago";
                    }

                    break;
                case "$booking_status":
                    var status = manner.Text("booking_status") ?? "both";
                    if (pair.Raw != status)
                    {
                        return $"{name} is {status}";
                    }

                    break;
                default:
                    if (pair.Raw != text)
                    {
                        return $"{name} is {text}";
                    }

                    break;
            }
        }

        var order = wanted.Where(w => given.Any(q => q.Name == w.Name)).Select(w => w.Name);
        if (!given.Select(q => q.Name).Where(name => wanted.Any(w => w.Name == name)).SequenceEqual(order))
        {
            return $"the order of the parameters is {string.Join(' ', order)}";
        }

        if (manner.Face == Face.BerlinGroup)
        {
            query["bookingStatus"] = manner.Text("booking_status") ?? "both";
        }

        return null;
    }

    private static IReadOnlyList<Said> Usual(Manner manner, string from, string to)
    {
        if (manner.Face != Face.BerlinGroup)
        {
            return [new(from, "$date_from"), new(to, "$date_to")];
        }

        // In the order of the entry: some banks compare addresses letter by letter.
        var wanted = manner.Fields("transactions_query");
        Said[] usual = [new("bookingStatus", "$booking_status"), new(from, "$date_from"), new(to, "$date_to")];
        return [.. usual.Where(u => wanted.All(w => w.Name != u.Name)), .. wanted];
    }

    private static bool IsTooLongAgo(DateOnly day, Manner manner, DateOnly today) =>
        int.TryParse(manner.Text("history_days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days)
        // Days do not end everywhere at once.
        && day < today.AddDays(-days - 1);

    private static DateOnly? Day(string raw, Manner manner)
    {
        var format =
            manner.Text("date_format") ?? (manner.Face == Face.OpenBankingUk ? "yyyy-MM-ddTHH:mm:ss" : "yyyy-MM-dd");
        if (
            !DateTime.TryParseExact(
                Uri.UnescapeDataString(raw),
                format,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
                out var moment
            )
        )
        {
            return null;
        }

        var escaped = Uri.EscapeDataString(moment.ToString(format, CultureInfo.InvariantCulture));
        var expected = manner.Is("date_escaped", "true")
            ? escaped
            : escaped.Replace("%3A", ":", StringComparison.Ordinal);
        return raw == expected ? DateOnly.FromDateTime(moment) : null;
    }

    // As they stand in the address.
    private static IReadOnlyList<Pair> Pairs(HttpRequest request)
    {
        List<Pair> pairs = [];
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            pairs.Add(
                new Pair(pair.DecodeName().ToString(), pair.EncodedValue.ToString(), pair.DecodeValue().ToString())
            );
        }

        return [.. pairs.DistinctBy(p => p.Name)];
    }

    private sealed record Pair(string Name, string Raw, string Plain);
}
