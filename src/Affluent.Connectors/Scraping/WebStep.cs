using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Scraping;

/// <summary>One step at one site.</summary>
internal sealed class WebStep(StepContext context, Uri home, TimeZoneInfo zone)
{
    private readonly Browser _browser = new(context, home);

    public async Task<StepResult> ListAccounts(CancellationToken cancellation)
    {
        var entry = await new Door(_browser, context, home).Enter(null, cancellation);
        if (entry is Entry.Stopped stopped)
        {
            return stopped.Result;
        }
        if (entry is not Entry.Inside { Kind: PageKind.Accounts { Table: var table } } inside)
        {
            return Refused(Refusal.NotUnderstood, "there is no table of accounts behind the login");
        }
        List<BankAccount> accounts = [];
        foreach (var row in table?.Rows ?? [])
        {
            var link = row.Link(Column.Name) is { } href ? _browser.Resolve(href, inside.Address)?.PathAndQuery : null;
            if (AccountPages.Account(row, link, zone) is not { } account)
            {
                return Refused(
                    Refusal.NotUnderstood,
                    $"row {accounts.Count + 1} of the table of accounts names no account"
                );
            }
            accounts.Add(account);
        }
        for (var i = 0; i < accounts.Count; i++)
        {
            if (AccountPages.HasDetails(accounts[i]) && accounts[i].Reference.StartsWith('/'))
            {
                // Details are a gift: an account whose own page is out of order is shown without them.
                if (await _browser.Open(accounts[i].Reference, home, cancellation) is Visit.Page { Status: 200 } page)
                {
                    accounts[i] = AccountPages.WithDetails(accounts[i], page.Document, zone);
                }
            }
        }
        return new StepResult.Page { Session = Session, Accounts = AccountPages.WithPayers(accounts) };
    }

    public async Task<StepResult> ListTransactions(BankAccount account, DateOnly? from, CancellationToken cancellation)
    {
        if (!account.Reference.StartsWith('/'))
        {
            return Refused(Refusal.AccountRefused, "the site shows no page for this account");
        }
        switch (await new Door(_browser, context, home).Enter(account.Reference, cancellation))
        {
            case Entry.Stopped stopped:
                return stopped.Result;
            case Entry.Inside { Kind: PageKind.Movements } here:
                return Read(here, new WebPlace(new Trail(here.Address.AbsoluteUri), account.Currency, from));
            case Entry.Inside { Status: >= 400 } gone:
                return Refused(Refusal.AccountRefused, $"the account's page answers {gone.Status}");
            case Entry.Inside { Kind: PageKind.Other } inside
                when MovementPages.Link(inside.Document) is { } href
                    && _browser.Resolve(href, inside.Address) is { } address:
                return await ReadMovements(
                    new WebPlace(new Trail(address.AbsoluteUri), account.Currency, from),
                    cancellation
                );
            default:
                return Refused(Refusal.AccountRefused, "the account's page leads to no movements");
        }
    }

    public async Task<StepResult> Continue(string place, CancellationToken cancellation) =>
        WebPlace.Read(place) is { } read
            ? await ReadMovements(read, cancellation)
            : Refused(Refusal.NotUnderstood, "the place to go on from is not one of this connector");

    private async Task<StepResult> ReadMovements(WebPlace place, CancellationToken cancellation) =>
        await new Door(_browser, context, home).Enter(place.Trail.Address, cancellation) switch
        {
            Entry.Stopped stopped => stopped.Result,
            Entry.Inside { Kind: PageKind.Movements } inside => Read(inside, place),
            Entry.Inside { Status: >= 400 } gone => Refused(
                Refusal.AccountRefused,
                $"page {place.Trail.Number} of the movements answers {gone.Status}"
            ),
            _ => Refused(Refusal.NotUnderstood, $"page {place.Trail.Number} of the movements shows no table of them"),
        };

    private StepResult Read(Entry.Inside page, WebPlace place)
    {
        List<BankTransaction> movements = [];
        var rows = ((PageKind.Movements)page.Kind).Table?.Rows ?? [];
        var text = Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(r => r.ToString())));
        if (place.Trail.Repeats(text))
        {
            return Refused(
                Refusal.NotUnderstood,
                $"page {place.Trail.Number} of the movements repeats the page before it"
            );
        }
        foreach (var row in rows)
        {
            // Better no page than a page that lacks a movement without saying so.
            if (MovementPages.Movement(row, place.Currency, zone) is not { } movement)
            {
                return Refused(
                    Refusal.NotUnderstood,
                    $"row {movements.Count + 1} on page {place.Trail.Number} of the movements lacks an amount or a day"
                );
            }
            movements.Add(movement);
        }
        var wanted = movements.Where(m => MovementPages.IsWanted(m, place.From)).ToArray();
        // Sites show the newest first: behind a page of older ones there is nothing that was asked for.
        var older = movements.Count > 0 && wanted.Length == 0;
        string? next = null;
        if (!older && MovementPages.Next(page.Document) is { } href)
        {
            if (_browser.Resolve(href, page.Address) is not { } address)
            {
                return Refused(
                    Refusal.NotUnderstood,
                    $"page {place.Trail.Number} of the movements links on to another site"
                );
            }
            switch (place.Trail.To(address, text))
            {
                case TrailStep.On on:
                    next = (place with { Trail = on.Trail }).Write();
                    break;
                case TrailStep.Circle:
                    return Refused(
                        Refusal.NotUnderstood,
                        "the pages of the movements lead round in a circle or never end"
                    );
            }
        }
        return new StepResult.Page
        {
            Session = Session,
            Transactions = wanted,
            Next = next,
        };
    }

    public async Task<StepResult> AcceptAnswer(
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    )
    {
        if (_browser.Session.Code is not { Asked: { } field } form)
        {
            return Done();
        }
        if (!values.TryGetValue(Question.OneTimePassword.Field, out var code) || string.IsNullOrWhiteSpace(code))
        {
            return Refused(Refusal.NotUnderstood, "the answer holds no code");
        }
        _browser.Session = _browser.Session with { Code = null };
        return
            await new Door(_browser, context, home).Answer(form.With(field, code.Trim()), cancellation)
                is Entry.Stopped stopped
            ? stopped.Result
            : Done();
    }

    // What the user has settled shows only after a new login.
    public async Task<StepResult> Poll(CancellationToken cancellation)
    {
        _browser.Session = new WebSession();
        return await new Door(_browser, context, home).Enter(null, cancellation) is Entry.Stopped stopped
            ? stopped.Result
            : Done();
    }

    private string Session => _browser.Session.Write();

    private StepResult.Done Done() => new() { Session = Session };

    private StepResult.Refused Refused(Refusal reason, string detail) => new(reason, detail) { Session = Session };
}
