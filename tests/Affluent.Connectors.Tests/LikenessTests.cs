using Affluent.Connectors.Contract;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Every shipped profile against the test bank that is like it.</summary>
public sealed class LikenessTests(LikeProfiles banks) : IClassFixture<LikeProfiles>
{
    private static readonly DateOnly From = new(2026, 10, 1);

    public static TheoryData<string> Profiles => new(LikeProfiles.Profiles);

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_bank_of_each_profile_is_read_from_the_consent_to_the_last_movement(string profile)
    {
        var channel = banks.Channel(profile);
        using var stet = banks.OverStet();
        await banks.Connect(stet);
        var expected = (await stet.Accounts()).Where(a => channel.Connector != "berlin_group" || a.Iban is not null);
        List<string> refused = [];
        using var run = banks.Open(channel, refused: refused);

        await banks.Connect(run);

        var accounts = await run.Accounts();
        Assert.Equal(expected.Select(a => a.Iban), accounts.Select(a => a.Iban));
        Assert.All(accounts, a => Assert.NotEmpty(a.Balances));
        foreach (var (theirs, account) in expected.Zip(accounts))
        {
            var rows = await run.Transactions(account, From);
            var all = await stet.Transactions(theirs, From);
            var booked = channel.Settings.GetValueOrDefault("booking_status") == "booked";
            Assert.NotEmpty(rows);
            Assert.Equal(
                all.Where(t => !booked || t.Status == BankTransactionStatus.Booked).Select(Essence),
                rows.Select(Essence)
            );
        }
        // The first reading asks for all that there is.
        Assert.NotEmpty(await run.Transactions(accounts[0]));
        // Later, so that tokens are renewed.
        banks.Clock.Advance(TimeSpan.FromHours(1));
        run.Now = banks.Clock.GetUtcNow();
        Assert.Equal(accounts.Count, (await run.Accounts()).Count);
        Assert.Empty(refused);
    }

    /// <summary>Each setting once for a family, at the first profile that says it.</summary>
    public static TheoryData<string, string> Demands
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (
                var (profile, setting) in LikeProfiles
                    .Settings.Where(s => s.Kind != SettingKind.Address && !NotShown.ContainsKey(s.Name))
                    .DistinctBy(s => (s.Family, s.Name))
                    .Select(s => (s.Profile, s.Name))
            )
            {
                data.Add(profile, setting);
            }
            return data;
        }
    }

    /// <summary>What no request shows, and why.</summary>
    private static Dictionary<string, string> NotShown { get; } =
        new()
        {
            ["client_id"] = "without it there is no request; another one is tried below",
            ["oauth"] = "the same",
            ["issuer"] = "a demand on the bank's answer, which bears it",
            ["time_zone"] = "of days in answers; headers of local time are tried with the rest of theirs",
            ["holder"] = "what is not read is not refused",
            ["consent_required"] = "a list without links, as the test bank's is until then, says the same",
            ["page_count_header"] = "of answers: without it, one page more is asked for",
            ["empty_is_none"] = "of answers, tried below",
            ["no_accounts_text"] = "the same",
            ["othr_is_pending"] = "the same",
        };

    [Theory]
    [MemberData(nameof(Demands))]
    public async Task What_a_profile_says_and_a_request_lacks_is_refused(string profile, string setting) =>
        Assert.NotEmpty(await banks.RefusedWithout(profile, setting));

    [Theory]
    [InlineData(
        "bnp-paribas",
        "signature_headers",
        "(request-target) authorization accept content-type x-request-id digest"
    )]
    [InlineData("bpce", "signature_headers", "(request-target) date x-request-id")]
    [InlineData("bpce", "signature_algorithm", "rsa-sha512")]
    [InlineData("bpce", "signature_key_id", "another")]
    [InlineData("bpce", "signature_separator", "comma_blank")]
    [InlineData("bpce", "digest_algorithm", "SHA-512")]
    [InlineData("bpce", "date_escaped", "true")]
    [InlineData("bpce", "token_request", "json")]
    [InlineData("knab", "consent_access", "all_accounts")]
    [InlineData("barclays", "jwt_key_id", "another")]
    [InlineData("barclays", "assertion_audience", "another")]
    [InlineData("barclays", "request_audience", "another")]
    public async Task What_a_request_says_otherwise_is_refused(string profile, string setting, string value) =>
        Assert.NotEmpty(await banks.RefusedWithout(profile, setting, value));

    [Fact]
    public async Task Another_third_party_is_refused() =>
        Assert.All(
            [
                await banks.RefusedWithout("la-banque-postale", "client_id", "another"),
                await banks.RefusedWithout("la-banque-postale", "client_secret", "another"),
                await banks.RefusedWithout("n26", "client_id", "another"),
                await banks.RefusedWithout("barclays", "client_id", "another"),
            ],
            Assert.NotEmpty
        );

    [Theory]
    [InlineData("bpce", "empty", "no_accounts_text")]
    [InlineData("bnp-paribas", "empty", "empty_is_none")]
    [InlineData("lcl", "pending", "othr_is_pending")]
    public async Task What_a_profile_says_of_answers_is_needed_to_read_them(
        string profile,
        string login,
        string setting
    ) =>
        Assert.NotEqual(
            await ReadBy(banks.Channel(profile), login),
            await ReadBy(banks.Without(profile, setting), login)
        );

    private async Task<string> ReadBy(ChannelDefinition channel, string login)
    {
        using var run = banks.Open(channel, login);
        try
        {
            await banks.Connect(run, login);
            List<object> read = [];
            foreach (var account in await run.Accounts())
            {
                read.AddRange((await run.Transactions(account, From)).Select(Essence));
            }
            return string.Join('\n', read);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            return e.GetType().Name;
        }
    }

    private static object Essence(BankTransaction transaction) =>
        (transaction.Id, transaction.Amount, transaction.Currency, transaction.Status);
}
