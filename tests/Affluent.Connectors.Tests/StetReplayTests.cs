using Affluent.Connectors.Contract;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Recording;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>
/// Five real banks' sandboxes as they were recorded, from the code to the last movement: a request is answered only when its method, path, query, headers and
/// body are what the recording demands, and its signature is good. Each bank is a catalogue entry and no code.
/// </summary>
public sealed class StetReplayTests(ITestOutputHelper output)
{
    public static TheoryData<string, string, int> Banks =>
        new()
        {
            // bank, movements of each account, requests for which nothing was recorded
            { "BPCE", "12 AccountRefused", 1 },
            { "BNP Paribas", "3 AccountRefused 0", 2 },
            { "Crédit Agricole", "3 3 AccountRefused 3", 1 },
            { "LCL", "3 1 1", 1 },
            { "Société Générale", "2 2", 0 },
        };

    [Theory]
    [MemberData(nameof(Banks))]
    public async Task A_bank_is_read_from_the_code_to_the_last_movement(string name, string movements, int missing)
    {
        var bank = StetBanks.All[name];
        var stubs = WireMockHandler.Load(Shared.Folder("recordings", bank.Folder), bank.Habits);
        using var signed = new SignedBank(
            stubs,
            SealAlgorithm.RsaSha256,
            request => !request.RequestUri!.AbsolutePath.EndsWith("token", StringComparison.Ordinal)
        );
        using var run = new ConnectorRun(new StetConnector(), bank.Channel(), signed)
        {
            Callback = new BankCallback(new Uri(bank.RedirectUri), "the-state"),
            User = new PresentUser("127.0.0.1", "Mozilla/5.0", "fr-FR"),
            Seal = SealOfTests.Seal,
        };

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(
            new StepInput.Returned(new Uri($"{bank.RedirectUri}?code={bank.Code}&state=the-state"))
        );
        var listed = await run.Accounts();
        if (listed.Any(a => a.ConsentMissing))
        {
            var shared = await run.Take(new StepInput.Consent(listed));
            Assert.True(shared is StepResult.Done, string.Join('\n', stubs.Unanswered));
            listed = await run.Accounts();
        }
        List<string> read = [];
        foreach (var account in listed)
        {
            read.Add(await run.Movements(account, new DateOnly(2021, 7, 13)));
        }
        string[] unanswered = [.. stubs.Unanswered];
        // The token is over by then; a new one is not always recorded with a list.
        run.Now += TimeSpan.FromDays(1);
        await run.Take(new StepInput.ListAccounts());

        foreach (var file in stubs.Files)
        {
            output.WriteLine($"{name}\t{file}\t{(stubs.Answered.Contains(file) ? "answered" : "not asked for")}");
        }
        foreach (var request in unanswered)
        {
            output.WriteLine($"{name}\tnot answered\t{request}");
        }
        Assert.Equal(movements, string.Join(' ', read));
        Assert.Equal(missing, unanswered.Length);
        Assert.All(unanswered, request => Assert.EndsWith("nothing is recorded there", request));
        Assert.Contains(stubs.Answered, file => file.Contains("refresh", StringComparison.Ordinal));
        Assert.True(signed.Verified > 3);
    }
}
