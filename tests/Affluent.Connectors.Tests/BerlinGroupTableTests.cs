using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>All recorded banks of the family: how far a connection gets by itself, and what of the recordings is no bank's demand.</summary>
public sealed class BerlinGroupTableTests(ITestOutputHelper output)
{
    private static readonly string[] Calls =
    [
        "token",
        "consent",
        "authentication",
        "status",
        "accounts",
        "balances",
        "transactions",
    ];

    /// <summary>Bank, and the calls that it answers from the consent to the last movement.</summary>
    public static TheoryData<string, string> Banks =>
        new()
        {
            { "Knab", "token consent" }, // Accounts were recorded of another user.
            { "Raiffeisen", "token consent accounts transactions" },
            { "BBVA", "token consent" }, // Whether the user agreed was not recorded.
            { "Sabadell", "token consent" },
            { "N26", "token consent authentication status accounts balances transactions" },
            { "KBC", "token consent accounts transactions" },
            { "ING", "token authentication accounts transactions" }, // It knows no consents.
            { "Commerzbank", "token consent accounts balances transactions" },
            { "Deutsche Bank", "consent status accounts transactions" },
            { "Atruvia", "consent authentication accounts balances transactions" },
            { "adorsys", "consent authentication accounts balances transactions" },
            { "Sparkasse", "consent authentication accounts transactions" },
            { "CBI Globe", "token consent accounts balances transactions" },
        };

    [Theory]
    [MemberData(nameof(Banks))]
    public async Task A_bank_is_asked_for(string name, string calls)
    {
        using var bank = new BerlinGroupReplay(name, BerlinGroupBanks.All[name].HappyFlow);

        await bank.Walk();

        var answered = bank.Stubs.Answered.Select(CallOf).ToHashSet();
        output.WriteLine($"{name}\t{string.Join('\t', Calls.Select(call => answered.Contains(call) ? call : "-"))}");
        bank.Tell(output);
        Assert.Equal(calls, string.Join(' ', Calls.Where(answered.Contains)));
    }

    [Fact]
    public void Every_recorded_bank_is_in_the_table() =>
        Assert.Equal(
            BerlinGroupBanks.All.Keys.Order(StringComparer.Ordinal),
            Banks.Select(row => row.Data.Item1).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void What_is_no_banks_demand_stands_in_a_recording_and_has_a_reason()
    {
        foreach (var (name, bank) in BerlinGroupBanks.All)
        {
            var recording = Shared.Folder("recordings", bank.Folder);
            foreach (var habit in bank.Habits)
            {
                output.WriteLine($"{name}\t{habit.File ?? "all"}\t{habit.Demand}\t{habit.Reason}");
                Assert.NotEmpty(habit.Reason);
                Assert.Contains(
                    Directory.EnumerateFiles(recording, $"*{habit.File}", SearchOption.AllDirectories),
                    file =>
                        File.ReadAllText(file)
                            .Contains(
                                habit.Demand.Replace("headers.", "", StringComparison.Ordinal),
                                StringComparison.OrdinalIgnoreCase
                            )
                );
            }
        }
    }

    private static string CallOf(string file)
    {
        bool Says(params string[] words) => words.Any(word => file.Contains(word, StringComparison.OrdinalIgnoreCase));
        return Says("transactions") ? "transactions"
            : Says("balances") ? "balances"
            : Says("status") ? "status"
            : Says("token", "grant") ? "token"
            : Says("authoris", "authoriz", "select", "otp", "psu-auth") ? "authentication"
            : Says("consent") ? "consent"
            : "accounts";
    }
}
