using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Recording;

namespace Affluent.Connectors.Tests.Support;

/// <summary>A recorded bank of UK Open Banking, and a connection to it. What it is sent as a token of ours bears a good signature.</summary>
internal sealed class OpenBankingReplay : IDisposable
{
    public static readonly DateOnly From = new(2026, 10, 1);

    private readonly RecordedBank _bank;
    private readonly string _name;

    /// <param name="bank">One of <see cref="OpenBankingBanks"/>.</param>
    /// <param name="below">A part of its recording.</param>
    /// <param name="more">Settings in the place of the entry's.</param>
    public OpenBankingReplay(string bank, string below, params (string Name, string Value)[] more)
        : this(bank, below, OpenBankingBanks.All[bank], more) { }

    /// <param name="recorded">The bank, otherwise than it stands there.</param>
    public OpenBankingReplay(
        string bank,
        string below,
        RecordedBank recorded,
        params (string Name, string Value)[] more
    )
    {
        (_name, _bank) = (bank, recorded);
        Stubs = WireMockHandler.Load(Shared.Folder("recordings", _bank.Folder + below), _bank.Habits);
        Run = new ConnectorRun(new OpenBankingConnector(), _bank.Channel(more), new Verifying(Stubs))
        {
            Callback = new BankCallback(new Uri(_bank.RedirectUri), "the-state"),
            Seal = SealOfTests.Seal,
        };
    }

    public ConnectorRun Run { get; }

    public WireMockHandler Stubs { get; }

    public void Dispose() => Run.Dispose();

    /// <summary>The user comes back with the code that was recorded.</summary>
    public StepInput.Returned Returned() => new(new Uri($"{_bank.RedirectUri}?code={_bank.Code}&state=the-state"));

    /// <summary>Begins with what a recording knows of a user.</summary>
    public void Signed(string access, string? refresh = null, string? consent = null) =>
        Run.Session = new OpenBankingSession
        {
            AccessToken = access,
            RefreshToken = refresh,
            RedirectUri = _bank.RedirectUri,
            ConsentId = consent,
        }.Write();

    /// <summary>From the first question to tokens.</summary>
    public async Task<Question.Redirect> Authorize()
    {
        var asked = await Run.Take(new StepInput.ListAccounts());
        Assert.True(asked is StepResult.AskUser, $"{asked}: {string.Join('\n', Stubs.Unanswered)}");
        await Run.Take<StepResult.Done>(Returned());
        return Assert.IsType<Question.Redirect>(((StepResult.AskUser)asked).Question);
    }

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

    public static string Shown(BankAccount account)
    {
        var balances = account.Balances.Select(b =>
            FormattableString.Invariant($"{b.Kind} {b.Amount}{(b.CreditLimitIncluded == true ? " with credit" : "")}")
        );
        var name = account.Iban ?? account.Number ?? account.Reference;
        return $"{name} {account.Currency} {account.Type} {account.OwnerName ?? "-"}: {string.Join(' ', balances)}".TrimEnd();
    }

    /// <summary>Prints which calls of the recording were made, and which requests it does not know.</summary>
    public void Tell(ITestOutputHelper output)
    {
        foreach (var file in Stubs.Files)
        {
            output.WriteLine($"{_name}\t{file}\t{(Stubs.Answered.Contains(file) ? "answered" : "not asked for")}");
        }
        foreach (var request in Stubs.Unanswered)
        {
            output.WriteLine($"{_name}\tnot answered\t{request}");
        }
    }

    private sealed class Verifying(HttpMessageHandler bank) : DelegatingHandler(bank)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            // As bytes: whoever reads a text reads the type, too, and writes it anew.
            var bytes = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
            var body = Encoding.UTF8.GetString(bytes);
            foreach (
                var field in body.Split('&').Where(f => f.StartsWith("client_assertion=", StringComparison.Ordinal))
            )
            {
                var (_, claims) = JwtOfTests.Verified(Uri.UnescapeDataString(field.Split('=', 2)[1]));
                Assert.Equal("someClientId", claims.GetProperty("iss").GetString());
                Assert.Equal("someClientId", claims.GetProperty("sub").GetString());
            }
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
