using System.Globalization;

namespace Affluent.Ledger;

/// <summary>Merchant category codes of card networks (ISO 18245), as data: one category a line, then codes and ranges.</summary>
internal static class MerchantCodes
{
    // A code that says nothing of what is bought (5999 various shops, 7399 services to businesses) has no line.
    private const string Table = """
        SUPERMARKET: 5411, 5422, 5441, 5451, 5499, 5921, 5300, 5399
        SNAKS_ANDWORK_MEALS: 5462, 5814
        RESTAURANT: 5811-5813
        DRESSING: 5137, 5139, 5611, 5621, 5631, 5641, 5651, 5661, 5681, 5691, 5697-5699, 5931, 5944, 7210, 7211, 7216, 7251, 7296, 7631, 5948
        PETS: 0742, 5995
        TELECOM: 4812-4814, 4816, 4899
        SHOPPING: 5045, 5065, 5094, 5099, 5111, 5193, 5309-5311, 5331, 5722, 5732, 5733, 5943, 5945, 5947, 5950, 5964-5966, 5969, 5992, 5732, 5946
        TOBACCO: 5993, 5994
        BEAUTY: 5977, 7230, 7297, 7298
        CASH_WITHDRAWAL: 6010, 6011
        RENT: 6513
        ENERGY: 4900, 5983
        HOME_IMPROVEMENT: 0780, 1520, 1711, 1731, 1740, 1750, 1761, 1771, 1799, 5021, 5039, 5051, 5072, 5074, 5198, 5200, 5211, 5231, 5251, 5261, 5712-5714, 5718, 5719, 7217, 7349, 7622, 7623, 7629, 7641, 7342
        FUEL: 5172, 5541, 5542, 5552
        PUBLIC_TRANSPORT: 4011, 4111, 4112, 4131
        TOLLS_PARKING: 4784, 7523
        TAXI: 3351-3441, 4121, 7512, 7513, 7519
        VEHICLE: 5013, 5271, 5511, 5521, 5531-5533, 5551, 5561, 5571, 5592, 5598, 5599, 7531, 7534, 7535, 7538, 7542, 7549
        SUBSCRIPTIONS: 5815, 5968, 7841
        SPORT: 5655, 5940, 5941, 7032, 7911, 7932, 7933, 7941, 7992, 7997
        CULTURE: 5192, 5735, 5816, 5942, 5970, 5971, 5972, 7829, 7832, 7922, 7929, 7991, 7993, 7994, 7996, 7998, 7999
        GAMBLING: 7800-7802, 7995, 9406
        TRAVEL: 3000-3299, 3501-3999, 4411, 4457, 4468, 4511, 4582, 4722, 4723, 7011, 7012, 7033
        PHARMACY: 5122, 5912
        DOCTORS: 4119, 5047, 5975, 5976, 8011, 8021, 8031, 8041-8044, 8049, 8050, 8062, 8071, 8099
        INSURANCE: 5960, 6300, 6381, 6399
        TAXES: 9211, 9222, 9223, 9311, 9399, 9405
        ONLINE_SERVICES: 4815, 5734, 5817, 5818, 7372, 7375, 7379
        POST: 4215, 9402
        CHILDCARE: 8351
        EDUCATION: 8211, 8220, 8241, 8244, 8249, 8299
        DONATIONS: 8398, 8641, 8651, 8661, 8699
        PROFESSIONAL_SERVICES: 7261, 7276, 8111, 8911, 8931
        """;

    private static readonly string?[] Categories = Read();

    /// <summary>All categories of the table.</summary>
    internal static IEnumerable<string> All => Categories.OfType<string>().Distinct();

    /// <summary>The category of a code; null when it has none or is no code.</summary>
    public static string? CategoryOf(string code) =>
        code.Length == 4 && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Categories[number]
            : null;

    private static string?[] Read()
    {
        var categories = new string?[10_000];
        foreach (var (codes, category) in Phrases.Read(Table))
        {
            var ends = codes.Split('-');
            var first = int.Parse(ends[0], CultureInfo.InvariantCulture);
            var last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            categories.AsSpan(first, last - first + 1).Fill(category);
        }
        return categories;
    }
}
