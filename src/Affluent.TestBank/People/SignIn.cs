using System.Runtime.CompilerServices;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.People;

/// <summary>Who is there: a login and the scenario file that was named with it (null = the bank's own scenario).</summary>
public sealed record Visitor(string Login, string? FileUrl);

/// <summary>What the bank answers to a login and a password.</summary>
internal abstract record SignInAnswer
{
    private SignInAnswer() { }

    public sealed record Welcome(Visitor Visitor, Person Person) : SignInAnswer;

    public sealed record WrongCredentials : SignInAnswer;

    public sealed record Locked : SignInAnswer;

    public sealed record FileProblem(ScenarioFile File) : SignInAnswer;
}

/// <summary>The person of a visitor, and the accounts as they are today.</summary>
/// <param name="Statements">Of the open accounts.</param>
public sealed record Customer(Visitor Visitor, Person Person, IReadOnlyList<Statement> Statements)
{
    /// <summary>Of accounts that were closed.</summary>
    public IReadOnlyList<Statement> Closed { get; init; } = [];
}

/// <summary>What all faces of the bank share: who may come in and what they own.</summary>
internal sealed class Bank(ScenarioFiles files, BankClock clock)
{
    // As long as the parsed file lives; a person's statements of today are made once.
    private readonly ConditionalWeakTable<Person, StatementsOfDay> statements = [];

    public async Task<SignInAnswer> SignIn(
        string login,
        string password,
        string? fileUrl,
        CancellationToken cancellation
    )
    {
        var place = string.IsNullOrWhiteSpace(fileUrl) ? null : fileUrl.Trim();
        var file = await files.Read(place, cancellation);
        if (file is not ScenarioFile.Loaded { Scenario: var scenario })
        {
            return new SignInAnswer.FileProblem(file);
        }

        var person = scenario.WithLogin(login);
        if (
            person is null
            || !person.Credentials.Any(c => Secrets.AreEqual(c.Login, login) & Secrets.AreEqual(c.Password, password))
        )
        {
            return new SignInAnswer.WrongCredentials();
        }

        return person.Locked ? new SignInAnswer.Locked() : new SignInAnswer.Welcome(new Visitor(login, place), person);
    }

    /// <summary>The customer as of now; null when the file is gone or wrong, or no longer knows the login, or has locked it.</summary>
    public async Task<Customer?> Find(Visitor visitor, CancellationToken cancellation) =>
        await files.Read(visitor.FileUrl, cancellation) is ScenarioFile.Loaded { Scenario: var scenario }
        && scenario.WithLogin(visitor.Login) is { Locked: false } person
            ? Of(visitor, person, clock.Today, scenario.Seed)
            : null;

    private Customer Of(Visitor visitor, Person person, DateOnly today, string seed)
    {
        var all = On(today, person, seed).ToLookup(s => s.Account.IsClosed(today));
        return new Customer(visitor, person, [.. all[false]]) { Closed = [.. all[true]] };
    }

    private IReadOnlyList<Statement> On(DateOnly today, Person person, string seed)
    {
        if (!statements.TryGetValue(person, out var made) || made.Day != today)
        {
            made = new StatementsOfDay(today, Statements.On(today, person, seed));
            statements.AddOrUpdate(person, made);
        }

        return made.Statements;
    }

    private sealed record StatementsOfDay(DateOnly Day, IReadOnlyList<Statement> Statements);
}
