using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Consents;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>Accounts are to be chosen: of the connection just made, or those that are read from now on.</summary>
internal sealed class AccountsPage(SessionContext session) : WidgetPage(session)
{
    public const string AccountField = "account";
    public const string ApplicationField = "application";

    private bool Manages => State.Purpose == WidgetPurpose.ManageAccounts;

    public static AccountsPage? For(SessionContext session) =>
        session
            is { State: { Step: WidgetStep.Start, Purpose: WidgetPurpose.ManageAccounts } }
                or { State.Step: WidgetStep.Accounts, Connection: not null, Provider: not null }
            ? new(session)
            : null;

    public override PageStep Step => PageStep.Accounts;

    public override IResult Render(PageRequest request)
    {
        var texts = new AccountsTexts(request.Language);
        if (Session.Accounts.Count == 0 && Session.Applications.Count == 0 && !State.HasRemoved)
        {
            return NoticeView.Show(
                request.Frame,
                texts.ManageTitle,
                texts.None,
                new Choice(AccountsAction.Accounts.Word(), request.Frame.Texts.Continue, Primary: true)
            );
        }
        return PageMarkup.Of<Accounts, AccountsView>(
            request.Frame,
            new AccountsView
            {
                Title = Title(texts),
                Intro = Session.Accounts.Count == 0 ? texts.None : Intro(texts),
                Button = Session.Accounts.Count == 0 ? request.Frame.Texts.Continue : Button(texts),
                TextHash = Text(request.Language).Hash,
                Choices =
                [
                    .. Session.Accounts.Select(account =>
                        Show(
                            account,
                            Session.BankNames.GetValueOrDefault(account.ConnectionId),
                            texts,
                            request.Language
                        )
                    ),
                ],
                Error = request.Fault(AccountsView.FirstInput) is null ? null : texts.Missing,
                Applications = [.. Session.Applications.Select(known => ApplicationView.Of(known, request.Language))],
                HasRemoved = State.HasRemoved,
            }
        );
    }

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<AccountsAction>() switch
        {
            AccountsAction.Accounts => await Choose(form),
            AccountsAction.Remove => Remove(form),
            null => new FormResult.Ignored(),
        };

    private FormResult Remove(PostedForm form) =>
        Session.Applications.FirstOrDefault(known => known.Id == form[ApplicationField]) is { } application
            ? new FormResult.To(
                State.On(WidgetStep.Removal) with
                {
                    ApplicationId = application.Id,
                    HasRemoved = false,
                }
            )
            : new FormResult.Ignored();

    private async Task<FormResult> Choose(PostedForm form)
    {
        if (Manages && Session.Accounts.Count == 0)
        {
            return await WaysOut.End(form, new WidgetOutcome.Error(LinkFailure.NoAccounts));
        }
        var text = Text(form.Language);
        if (!form.AgreesTo(text))
        {
            return new FormResult.Ignored();
        }
        var ticked = form.Fields[AccountField].ToHashSet();
        var chosen = Session.Accounts.Where(account => ticked.Contains(account.Id.ToString())).ToList();
        if (chosen.Count == 0 && !Manages)
        {
            return new FormResult.Rejected(AccountsView.FirstInput, InputFault.Missing);
        }
        foreach (var connectionId in Session.Accounts.Select(account => account.ConnectionId).Distinct())
        {
            AccountId[] shared = [.. chosen.Where(a => a.ConnectionId == connectionId).Select(a => a.Id)];
            await form.Actions.Share(connectionId, shared);
            var subject = new ConsentSubject(Session.Provider?.Id, connectionId, shared);
            await form.Actions.Record(ConsentKind.Accounts, text, subject);
        }
        return new FormResult.To(
            Manages
                ? State with
                {
                    Step = WidgetStep.Done,
                    Outcome = new WidgetOutcome.Success(SuccessResult.Updated),
                }
                : BankWork.AfterAccounts(State, Session.Provider!, Session.Connection!)
        );
    }

    private string Title(AccountsTexts texts) => Manages ? texts.ManageTitle : texts.Title;

    private string Intro(AccountsTexts texts) =>
        Manages ? texts.ManageIntro
        : State.Parameters.ConsentPerAccount ? texts.ConsentIntro
        : texts.Intro;

    private string Button(AccountsTexts texts) => Manages ? texts.ManageButton : texts.Button;

    // Without the accounts themselves: these are the user's, and the record names them by their ids.
    private ConsentText Text(Language language)
    {
        var texts = new AccountsTexts(language);
        return ConsentText.Of([Title(texts), Intro(texts), Button(texts)], language.Word(), AccountsTexts.Version);
    }

    private static AccountChoice Show(WidgetAccount account, string? bank, AccountsTexts texts, Language language)
    {
        var kind = texts.Kind(account.Type);
        var end = account.Number is { Length: > 4 } number ? $" ···· {number[^4..]}" : "";
        var culture = CultureInfo.GetCultureInfo(language.Culture());
        return new AccountChoice(
            account.Id.ToString(),
            account.Name ?? kind,
            (bank is null ? "" : $"{bank}, ") + kind + end,
            account.Balance is { } balance
                ? string.Create(culture, $"{balance:#,##0.00########} {account.Currency}")
                : null,
            account.Selected
        );
    }
}

[WordCase(WordCase.LowerSnake)]
internal enum AccountsAction
{
    Accounts,

    /// <summary>The access of an application is to be removed.</summary>
    Remove,
}

/// <summary>Accounts to choose from.</summary>
public sealed record AccountsView
{
    /// <summary>Id of the first account's input, to which an error leads.</summary>
    internal const string FirstInput = "account-0";

    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>What ticking means.</summary>
    public required string Intro { get; init; }

    /// <summary>Label of the button.</summary>
    public required string Button { get; init; }

    /// <summary>Names the words, for the record of who agrees to them.</summary>
    public required string TextHash { get; init; }

    /// <summary>The accounts.</summary>
    public required IReadOnlyList<AccountChoice> Choices { get; init; }

    /// <summary>What is wrong with the choice; null when nothing is.</summary>
    public string? Error { get; init; }

    /// <summary>What reads the accounts, where the user looks after them.</summary>
    public required IReadOnlyList<ApplicationView> Applications { get; init; }

    /// <summary>Whether the access of one was just removed.</summary>
    public required bool HasRemoved { get; init; }
}

/// <summary>An account to tick.</summary>
/// <param name="Detail">Kind and end of the number.</param>
/// <param name="Balance">As the user's language writes it; null when unknown.</param>
public sealed record AccountChoice(string Id, string Name, string Detail, string? Balance, bool Ticked);

internal sealed class AccountsTexts(Language language) : Texts(language)
{
    /// <summary>Of what is said before accounts are chosen: another one whenever it changes.</summary>
    public const string Version = "1";

    public string Title => Say(en: "Choose your accounts", fr: "Choisissez vos comptes");

    public string Intro => Say(en: "Which accounts do you want to link?", fr: "Quels comptes voulez-vous connecter ?");

    public string ConsentIntro =>
        Say(
            en: "You agree for each account. Accounts that you leave out are not read.",
            fr: "Vous donnez votre accord compte par compte. Les comptes écartés ne sont pas lus."
        );

    public string Missing => Say(en: "Choose at least one account.", fr: "Choisissez au moins un compte.");
    public string Button => Say(en: "Link these accounts", fr: "Connecter ces comptes");
    public string ManageTitle => Say(en: "Your linked accounts", fr: "Vos comptes connectés");

    public string ManageIntro =>
        Say(
            en: "Tick the accounts that may be read. Accounts that you leave out are no longer updated.",
            fr: "Cochez les comptes qui peuvent être lus. Les comptes écartés ne sont plus mis à jour."
        );

    public string None => Say(en: "No account is linked yet.", fr: "Aucun compte n’est encore connecté.");
    public string ManageButton => Say(en: "Save my choice", fr: "Enregistrer mon choix");

    public string Kind(BankAccountType? type) =>
        type switch
        {
            BankAccountType.Checkings => Say(en: "Current account", fr: "Compte courant"),
            BankAccountType.Savings => Say(en: "Savings", fr: "Épargne"),
            BankAccountType.Loan => Say(en: "Loan", fr: "Crédit"),
            BankAccountType.CreditCard => Say(en: "Card", fr: "Carte"),
            null => Say(en: "Account", fr: "Compte"),
        };
}
