using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Recording;

namespace Affluent.Connectors.Tests.Support;

/// <summary>A recorded bank of the Berlin Group, and a connection to it.</summary>
internal sealed class BerlinGroupReplay : IDisposable
{
    public static readonly DateOnly From = new(2022, 1, 1);

    private readonly string _bank;

    /// <param name="bank">One of <see cref="BerlinGroupBanks"/>.</param>
    /// <param name="below">A part of its recording.</param>
    /// <param name="more">Settings in the place of the entry's.</param>
    public BerlinGroupReplay(string bank, string below = "", params (string Name, string Value)[] more)
    {
        _bank = bank;
        var recorded = BerlinGroupBanks.All[bank];
        Stubs = WireMockHandler.Load(Shared.Folder("recordings", recorded.Folder + below), recorded.Habits);
        var channel = recorded.Channel(more);
        Signed = new SignedBank(
            Stubs,
            channel.Settings.GetValueOrDefault("signature_algorithm") == "rsa-sha512"
                ? SealAlgorithm.RsaSha512
                : SealAlgorithm.RsaSha256,
            request =>
                channel.Settings.ContainsKey("signature_headers")
                && !request.RequestUri!.AbsolutePath.EndsWith("token", StringComparison.Ordinal)
        );
        Run = new ConnectorRun(new BerlinGroupConnector(), channel, Signed)
        {
            Callback =
                channel.Mode == ChannelMode.Redirect
                    ? new BankCallback(new Uri(recorded.RedirectUri), "the-state")
                    : null,
            User = new PresentUser("127.0.0.1", null, null),
            Seal = SealOfTests.Seal,
            Credentials = recorded.Credentials,
        };
    }

    public ConnectorRun Run { get; }

    public WireMockHandler Stubs { get; }

    public SignedBank Signed { get; }

    public void Dispose() => Run.Dispose();

    /// <summary>The user comes back from the bank.</summary>
    public StepInput.Returned Returned(string query) =>
        new(new Uri($"{BerlinGroupBanks.All[_bank].RedirectUri}?{query}&state=the-state"));

    /// <summary>The user comes back with the code that was recorded, and our verifier was the recorded client's.</summary>
    public StepInput.Returned ReturnedWithCode()
    {
        if (BerlinGroupBanks.All[_bank].Verifier is { } verifier)
        {
            Keep(session => session with { Request = session.Request! with { Verifier = verifier } });
        }
        return Returned($"code={BerlinGroupBanks.All[_bank].Code}");
    }

    /// <summary>Changes what the session keeps: what a recording knows of a random value, or begins with.</summary>
    public void Keep(Func<BerlinGroupSession, BerlinGroupSession> change) =>
        Run.Session = change(BerlinGroupSession.Read(Run.Session)).Write();

    /// <summary>All accounts, and how many movements each has, or why they cannot be read.</summary>
    public async Task<(IReadOnlyList<BankAccount> Listed, string Read)> Everything()
    {
        var first = await Run.Take(new StepInput.ListAccounts());
        Assert.True(first is StepResult.Page, $"{first}: {string.Join('\n', Stubs.Unanswered)}");
        var listed = await Run.Accounts();
        List<string> read = [];
        foreach (var account in listed)
        {
            read.Add(await Run.Movements(account, From));
        }
        return (listed, string.Join(' ', read));
    }

    /// <summary>Goes as far as the bank lets us.</summary>
    public async Task Walk()
    {
        for (var steps = 0; steps < 5; steps++)
        {
            var step = await Run.Take(new StepInput.ListAccounts());
            if (step is StepResult.Page)
            {
                await Everything();
                return;
            }
            if (
                step is not StepResult.AskUser { Question: Question.Redirect }
                || await Run.Take(ReturnedWithCode()) is not StepResult.Done
            )
            {
                return;
            }
        }
    }

    public static string Shown(BankAccount account) =>
        $"{account.Iban ?? account.Number ?? account.Reference} {account.Currency} {account.Type}";

    /// <summary>Prints which calls of the recording were made, and which requests it does not know.</summary>
    public void Tell(ITestOutputHelper output)
    {
        foreach (var file in Stubs.Files)
        {
            output.WriteLine($"{_bank}\t{file}\t{(Stubs.Answered.Contains(file) ? "answered" : "not asked for")}");
        }
        foreach (var request in Stubs.Unanswered)
        {
            output.WriteLine($"{_bank}\tnot answered\t{request}");
        }
    }
}
