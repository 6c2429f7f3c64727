using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.EnableBanking;

/// <summary>
/// Asks Enable Banking, without a user, what it knows of the application, and of a bank whose entry is compared with that; of all banks where the channel is that of the
/// upstream by itself.
/// </summary>
/// <param name="environment">What the application is to be for; null: that is not said.</param>
internal sealed class EnableBankingProbe(StepContext context, string redirectUri, UpstreamEnvironment? environment)
{
    /// <summary>The step that reads all lists.</summary>
    public const string AllBanks = "banks";

    private readonly EnableBankingSettings _settings = EnableBankingSettings.Of(context.Channel);
    private readonly EnableBankingDirectory _directory = new(context);
    private ApplicationStanding? _standing;

    public Uri Address => _settings.Address;

    /// <summary>Is told of the banks of each list that is read.</summary>
    public Action<IReadOnlyList<UpstreamBank>>? Listed { get; init; }

    /// <summary>Each by what it tries.</summary>
    public (string Name, Func<CancellationToken, Task<ProbedResult>> Ask)[] Steps =>
        [
            ("application_id", Known),
            .. environment is { } wanted
                ? [("environment", _ => Standing(standing => OfEnvironment(standing, wanted)))]
                : Array.Empty<(string, Func<CancellationToken, Task<ProbedResult>>)>(),
            ("application", _ => Standing(Application)),
            ("redirect address", _ => Standing(Redirect)),
            IsOfAll ? (AllBanks, Banks) : ("bank_name", Bank),
        ];

    private bool IsOfAll => _settings.BankName == "";

    private async Task<ProbedResult> Known(CancellationToken cancellation)
    {
        var (standing, failure) = await _directory.Application(cancellation);
        _standing = standing;
        return failure
            ?? (ProbedResult)
                new ProbedResult.Good($"the token is taken; the application is one of {Word(standing!.Environment)}");
    }

    private Task<ProbedResult> Standing(Func<ApplicationStanding, ProbedResult> judge) =>
        Task.FromResult(
            _standing is { } standing ? judge(standing) : new ProbedResult.NotTried("the application is not known")
        );

    private static ProbedResult OfEnvironment(ApplicationStanding standing, UpstreamEnvironment wanted) =>
        standing.Environment == wanted
            ? new ProbedResult.Good($"is {Word(wanted)}, as it is set")
            : Failed(
                $"the application is one of {Word(standing.Environment)}, and {Word(wanted)} is set: an application never changes it, so set the other, or register another application"
            );

    private ProbedResult Application(ApplicationStanding standing) =>
        !standing.IsActive ? Failed("is not active: link your accounts to it in the control panel, or make a contract")
        : !standing.ReadsAccounts ? Failed("may not read accounts (AIS)")
        : !IsOfAll && !standing.Countries.Contains(_settings.BankCountry)
            ? Failed($"is not for banks of {_settings.BankCountry}")
        : standing.Environment == UpstreamEnvironment.Production
            ? new ProbedResult.Good(
                "is active; without a contract it is restricted to the accounts that you linked to it, which the interface does not tell"
            )
        : new ProbedResult.Good("is active");

    private ProbedResult Redirect(ApplicationStanding standing) =>
        standing.RedirectUrls.Contains(redirectUri)
            ? new ProbedResult.Good($"{redirectUri} is registered")
            : Failed($"is none of the application's redirect URLs: add {redirectUri}");

    private async Task<ProbedResult> Banks(CancellationToken cancellation)
    {
        if (_standing is not { } standing)
        {
            return new ProbedResult.NotTried("the application is not known");
        }
        List<string> counts = [];
        var (all, unread) = (0, 0);
        foreach (var country in standing.Countries.Order(StringComparer.Ordinal))
        {
            var (listed, failure) = await _directory.Banks(country, cancellation);
            if (failure is not null)
            {
                return failure with { Words = $"{country}: {failure.Words}" };
            }
            Listed?.Invoke(listed!.Banks);
            var count = listed!.Banks.DistinctBy(bank => bank.Name).Count();
            (all, unread) = (all + count, unread + listed.Unread.Count);
            counts.Add(Invariant($"{country} {count}"));
        }
        return counts.Count == 0 ? Failed("the application is for no country: choose some in the control panel")
            : all == 0
                ? new ProbedResult.Failed(
                    ProbeBlame.Upstream,
                    Invariant($"the list is empty, in all of {counts.Count} countries")
                        + (unread == 0 ? "" : Invariant($"; {unread} of its rows are no banks that could be offered"))
                )
            : new ProbedResult.Good(
                Invariant($"{all} in {counts.Count} countries: {string.Join(", ", counts)}")
                    + (unread == 0 ? "" : Invariant($"; {unread} cannot be offered"))
            );
    }

    private async Task<ProbedResult> Bank(CancellationToken cancellation)
    {
        var (listed, failure) = await _directory.Banks(_settings.BankCountry, cancellation);
        if (failure is not null)
        {
            return failure;
        }
        if (
            listed!.Banks.FirstOrDefault(bank =>
                bank.Name == _settings.BankName && UpstreamBank.Word(bank.PsuType) == _settings.PsuType
            )
            is not { } found
        )
        {
            return Failed(
                $"the list has no such bank in {_settings.BankCountry} for accounts that are {_settings.PsuType}"
            );
        }
        if (_settings.Consent.TotalDays > found.ConsentDays)
        {
            return Failed(Invariant($"consent_days is more than the bank allows: {found.ConsentDays}"));
        }
        string[] lacking =
        [
            .. found
                .PsuHeaders.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Where(name => !_settings.PsuHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)),
        ];
        if (lacking.Length > 0)
        {
            return Failed($"psu_headers lacks what the bank wants: {string.Join(' ', lacking)}");
        }
        return _settings.AuthMethod is { } method && !found.AuthMethods.Contains(method)
            ? Failed("auth_method is none of the bank's")
            : new ProbedResult.Good("is in the list, and the entry says what the list says");
    }

    private static string Word(UpstreamEnvironment environment) => environment.ToString().ToUpperInvariant();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static ProbedResult.Failed Failed(string words) => new(ProbeBlame.Operator, words);
}
