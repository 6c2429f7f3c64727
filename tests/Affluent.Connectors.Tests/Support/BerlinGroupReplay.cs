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
                    ? new BankCallback(new Uri(recorded.RedirectUri), recorded.State)
                    : null,
            User = new PresentUser(recorded.UserAddress, null, null),
            Seal = SealOfTests.Seal,
            Credentials = recorded.Credentials,
        };
        Run.Now = recorded.Now ?? Run.Now;
    }

    public ConnectorRun Run { get; }

    public WireMockHandler Stubs { get; }

    public SignedBank Signed { get; }

    public void Dispose() => Run.Dispose();

    /// <summary>The user comes back from the bank.</summary>
    public StepInput.Returned Returned(string query) =>
        new(new Uri($"{BerlinGroupBanks.All[_bank].RedirectUri}?{query}&state={Run.Callback!.State}"));

    /// <summary>The user is to be asked for an account, as the recorded one was.</summary>
    public void AskForAccount(int number) =>
        Run.Callback = Run.Callback! with { State = BerlinGroupBanks.All[_bank].AccountStates[number] };

    /// <summary>The user comes back with the code that was recorded, and what was random of the request is as it was then.</summary>
    public StepInput.Returned ReturnedWithCode()
    {
        var recorded = BerlinGroupBanks.All[_bank];
        if (BerlinGroupSession.Read(Run.Session).Request is { } request)
        {
            Keep(session =>
                session with
                {
                    Request = request with
                    {
                        Verifier = recorded.Verifier ?? request.Verifier,
                        RequestId = recorded.RequestId ?? request.RequestId,
                    },
                }
            );
        }
        return Returned($"code={recorded.Code}");
    }

    /// <summary>Changes what the session keeps: what a recording knows of a random value, or begins with.</summary>
    public void Keep(Func<BerlinGroupSession, BerlinGroupSession> change) =>
        Run.Session = change(BerlinGroupSession.Read(Run.Session)).Write();

    /// <summary>All accounts that are open, and how many movements each has, or why they cannot be read.</summary>
    public async Task<(IReadOnlyList<BankAccount> Listed, string Read)> Everything()
    {
        var first = await Run.Take(new StepInput.ListAccounts());
        Assert.True(first is StepResult.Page, $"{first}: {string.Join('\n', Stubs.Unanswered)}");
        var listed = (await Run.Accounts()).Where(account => !account.Closed).ToList();
        List<string> read = [];
        foreach (var account in listed)
        {
            read.Add(await Run.Movements(account, From));
        }
        return (listed, string.Join(' ', read));
    }

    /// <summary>Goes as far as the bank lets us, with what the recorded user did.</summary>
    public async Task Walk()
    {
        StepInput next = new StepInput.ListAccounts();
        var shared = 0;
        for (var steps = 0; steps < 20; steps++)
        {
            switch (await Run.Take(next))
            {
                case StepResult.Page { Accounts: [{ ConsentMissing: true }, ..] }:
                    var missing = (await Run.Accounts()).Where(a => a.ConsentMissing).ToList();
                    AskForAccount(shared++);
                    next = new StepInput.Consent(missing);
                    break;
                case StepResult.Page when next is StepInput.ListAccounts:
                    await Everything();
                    return;
                case StepResult.Done:
                    next = new StepInput.ListAccounts();
                    break;
                case StepResult.AskUser { Question: Question.Redirect }:
                    next = ReturnedWithCode();
                    break;
                case StepResult.AskUser { Question: Question.AppApproval }:
                    next = new StepInput.Poll();
                    break;
                case StepResult.AskUser { Question: Question.Choice choice }:
                    next = Answer(Question.Choice.Field, BerlinGroupBanks.All[_bank].Method ?? choice.Options[0].Id);
                    break;
                case StepResult.AskUser { Question: Question.OneTimePassword }:
                    next = Answer(Question.OneTimePassword.Field, BerlinGroupBanks.All[_bank].Code);
                    break;
                default:
                    return;
            }
        }
    }

    private static StepInput.Answer Answer(string field, string value) =>
        new(new Dictionary<string, string> { [field] = value });

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
