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
        var access = await new SiteLogin(_browser, context, home).Enter(null, cancellation);
        if (access is SiteAccess.Ended stopped)
        {
            return stopped.Result;
        }
        if (access is not SiteAccess.Granted { Kind: PageKind.Accounts { Table: var table } } inside)
        {
            return Refused(Refusal.NotUnderstood, "there is no table of accounts behind the login");
        }
        if (table?.Rows.Count > BankLimits.MostAccounts)
        {
            return Refused(Refusal.NotUnderstood, "the table of accounts is too long");
        }
        List<BankAccount> accounts = [];
        HashSet<string> pages = new(StringComparer.Ordinal);
        foreach (var row in table?.Rows ?? [])
        {
            // A page that two accounts share is not the second one's own.
            var link =
                row.Link(Column.Name) is { } href
                && _browser.Resolve(href, inside.Address)?.PathAndQuery is { } page
                && pages.Add(page)
                    ? page
                    : null;
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
                if (
                    await _browser.Open(accounts[i].Reference, home, cancellation) is Navigation.Arrived
                    {
                        Status: 200
                    } details
                )
                {
                    accounts[i] = AccountPages.WithDetails(accounts[i], details.Document, zone);
                }
            }
        }
        return new StepResult.Page
        {
            Session = Session,
            Accounts = NamedAccounts.Resolve(accounts),
            Holder = AccountPages.Holder(inside.Document),
        };
    }

    public async Task<StepResult> ListTransactions(BankAccount account, DateOnly? from, CancellationToken cancellation)
    {
        if (!account.Reference.StartsWith('/'))
        {
            return Refused(Refusal.AccountRefused, "the site shows no page for this account");
        }
        switch (await new SiteLogin(_browser, context, home).Enter(account.Reference, cancellation))
        {
            case SiteAccess.Ended stopped:
                return stopped.Result;
            case SiteAccess.Granted { Kind: PageKind.Transactions } here:
                return Read(here, new WebPlace(new Trail(here.Address.AbsoluteUri), account.Currency, from));
            case SiteAccess.Granted { Status: >= 400 } gone:
                return Refused(Refusal.AccountRefused, $"the account's page answers {gone.Status}");
            case SiteAccess.Granted { Kind: PageKind.Other } inside
                when TransactionPages.Link(inside.Document) is { } href
                    && _browser.Resolve(href, inside.Address) is { } address:
                return await ReadTransactions(
                    new WebPlace(new Trail(address.AbsoluteUri), account.Currency, from),
                    cancellation
                );
            default:
                return Refused(Refusal.AccountRefused, "the account's page leads to no transactions");
        }
    }

    public async Task<StepResult> Continue(string place, CancellationToken cancellation) =>
        WebPlace.Read(place) is { } read
            ? await ReadTransactions(read, cancellation)
            : Refused(Refusal.NotUnderstood, "the place to go on from is not one of this connector");

    private async Task<StepResult> ReadTransactions(WebPlace place, CancellationToken cancellation) =>
        await new SiteLogin(_browser, context, home).Enter(place.Trail.Address, cancellation) switch
        {
            SiteAccess.Ended stopped => stopped.Result,
            SiteAccess.Granted { Kind: PageKind.Transactions } inside => Read(inside, place),
            SiteAccess.Granted { Status: >= 400 } gone => Refused(
                Refusal.AccountRefused,
                $"page {place.Trail.Number} of the transactions answers {gone.Status}"
            ),
            _ => Refused(
                Refusal.NotUnderstood,
                $"page {place.Trail.Number} of the transactions shows no table of them"
            ),
        };

    private StepResult Read(SiteAccess.Granted page, WebPlace place)
    {
        List<BankTransaction> transactions = [];
        List<UnreadableField> unreadable = [];
        var rows = ((PageKind.Transactions)page.Kind).Table?.Rows ?? [];
        var text = Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(r => r.ToString())));
        if (place.Trail.Repeats(text))
        {
            return Refused(
                Refusal.NotUnderstood,
                $"page {place.Trail.Number} of the transactions repeats the page before it"
            );
        }
        foreach (var row in rows)
        {
            if (TransactionPages.Transaction(row, place.Currency, zone) is { } transaction)
            {
                transactions.Add(transaction);
            }
            else
            {
                unreadable.Add(TransactionPages.Unreadable(row, place.Currency));
            }
        }
        if (transactions.Count == 0 && unreadable.Count > 1)
        {
            return Refused(
                Refusal.NotUnderstood,
                $"no row on page {place.Trail.Number} of the transactions has an amount and a day that can be read"
            );
        }
        var wanted = transactions.Where(m => TransactionPages.IsWanted(m, place.From)).ToArray();
        // Sites show the newest first: behind a page of older ones there is nothing that was asked for.
        var older = transactions.Count > 0 && wanted.Length == 0;
        string? next = null;
        if (!older && TransactionPages.Next(page.Document) is { } href)
        {
            if (_browser.Resolve(href, page.Address) is not { } address)
            {
                return Refused(
                    Refusal.NotUnderstood,
                    $"page {place.Trail.Number} of the transactions links on to another site"
                );
            }
            switch (place.Trail.To(address, text))
            {
                case TrailStep.On on:
                    next = (place with { Trail = on.Trail }).Write();
                    break;
                case TrailStep.Cycle:
                    return Refused(
                        Refusal.NotUnderstood,
                        "the pages of the transactions lead round in a circle or never end"
                    );
            }
        }
        return new StepResult.Page
        {
            Session = Session,
            Transactions = wanted,
            Unreadable = unreadable,
            Next = next,
        };
    }

    public async Task<StepResult> AcceptAnswer(
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    )
    {
        if (_browser.Session.Choice is { } choice)
        {
            return values.TryGetValue(Question.Choice.Field, out var id) && choice.Chosen(id) is { } chosen
                ? await Answer(login => login.Answer(chosen, cancellation))
                : Refused(Refusal.NotUnderstood, "the answer names none of the ways that the site offers");
        }
        if (_browser.Session.Code is not { Asked: { } field } form)
        {
            return Done();
        }
        if (!values.TryGetValue(Question.OneTimePassword.Field, out var code) || string.IsNullOrWhiteSpace(code))
        {
            return Refused(Refusal.NotUnderstood, "the answer holds no code");
        }
        return await Answer(login => login.GiveCode(form.With(field, code.Trim()), cancellation));
    }

    private async Task<StepResult> Answer(Func<SiteLogin, Task<SiteAccess>> send)
    {
        _browser.Session = _browser.Session with { Code = null, Choice = null };
        // An answer counts once: it is spent from here on, whatever comes of it.
        await context.Keep(Session);
        return await send(new SiteLogin(_browser, context, home)) is SiteAccess.Ended stopped ? stopped.Result : Done();
    }

    public async Task<StepResult> Poll(CancellationToken cancellation)
    {
        var login = new SiteLogin(_browser, context, home);
        SiteAccess access;
        if (_browser.Session.Approval is { } approval)
        {
            access = await login.Look(approval, cancellation);
        }
        else
        {
            // What the user has settled on the site shows only after a new login.
            _browser.Session = new WebSession { English = _browser.Session.English };
            access = await login.Enter(null, cancellation);
        }
        return access is SiteAccess.Ended stopped ? stopped.Result : Done();
    }

    private string Session => _browser.Session.Write();

    private StepResult.Done Done() => new() { Session = Session };

    private StepResult.Refused Refused(Refusal reason, string detail) => new(reason, detail) { Session = Session };
}
