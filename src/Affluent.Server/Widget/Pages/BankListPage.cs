using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The bank is to be chosen.</summary>
internal sealed class BankListPage(SessionContext session) : WidgetPage(session)
{
    public const string BankField = "provider_id";
    public const string ChannelField = "definition_id";
    private const string SearchField = "search";

    /// <summary>How many banks a page shows at the most.</summary>
    public const int MostListed = 200;

    public static BankListPage? For(SessionContext session) =>
        session.State is { Step: WidgetStep.Start, Purpose: not WidgetPurpose.ManageAccounts } ? new(session) : null;

    public override PageStep Step => PageStep.BankList;

    public override IResult Render(PageRequest request)
    {
        var texts = new BankListTexts(request.Language);
        var professional = State.Purpose == WidgetPurpose.ProfessionalAccount;
        var search = request.Query[SearchField].ToString();
        var culture = CultureInfo.GetCultureInfo(request.Language.Culture());
        // As they are now: another list may take their place meanwhile.
        var all = Session.Banks.All;
        var offered = BankSearch.Find(all, "", State.Parameters.Countries, culture);
        var found = BankSearch.Find(all, search, State.Parameters.Countries, culture);
        // A page with thousands of banks is of no use: what is not found is left out then.
        var isWhole = offered.Count <= MostListed;
        var has = found.Select(bank => bank.Id).ToHashSet();
        var listed = isWhole ? offered : found.Take(MostListed);
        return PageMarkup.Of<BankList, BankListView>(
            request.Frame,
            new BankListView
            {
                Title = professional ? texts.ProfessionalTitle : texts.Title,
                Intro = professional ? texts.ProfessionalIntro : texts.Intro,
                SearchAction = WidgetEndpoints.Path(State.Purpose),
                SessionId = Session.Session.Id,
                Search = search,
                NoBank = all.Count == 0 ? texts.NoBankAtAll : texts.NoBank,
                Banks = [.. listed.SelectMany(bank => Entries(bank, texts, has.Contains(bank.Id)))],
                FoundInAll = isWhole ? null : found.Count,
            }
        );
    }

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<BankListAction>() switch
        {
            BankListAction.Bank => await Choose(form),
            null => new FormResult.Ignored(),
        };

    private async Task<FormResult> Choose(PostedForm form)
    {
        var channel = Session
            .Banks.All.Where(IsListedByChannel)
            .SelectMany(Ways)
            .FirstOrDefault(c => c.Id.Value == form[ChannelField]);
        var bank = channel is null
            ? Session.Banks.Offered(new ProviderId(form[BankField]))
            : Session.Banks.Channel(channel.Id)?.Bank;
        if (bank is null || Ways(bank).Count == 0)
        {
            return new FormResult.Ignored();
        }
        var chosen = State with { ProviderId = bank.Id, DefinitionId = channel?.Id };
        if (Session.Terms is not { AreShownElsewhere: true } || await form.Actions.IsLinked(bank.Id))
        {
            return new FormResult.To(chosen.On(WidgetStep.Consent));
        }
        var agreed = Session with
        {
            Provider = bank,
            Down = await form.Actions.Down(bank),
            Session = Session.Session with { State = chosen },
        };
        return new FormResult.To(await ConsentPage.GoOn(agreed, form.Actions));
    }

    // Which of them answer is looked at once one bank is chosen.
    private static IReadOnlyList<ChannelDefinition> Ways(Provider bank) => BankWays.ToLink(bank, BankWays.NoneDown);

    private bool IsListedByChannel(Provider bank) =>
        Session.Banks.ListsByChannel(bank)
        && Ways(bank).Count > 1
        && ChannelOffer.Wanted(State.Parameters, Ways(bank)) is null;

    private static IReadOnlyList<string> Notes(Provider bank, BankListTexts texts) =>
        [.. bank.Test ? [texts.TestBank] : Array.Empty<string>(), .. bank.Beta ? [texts.Beta] : Array.Empty<string>()];

    private IEnumerable<BankChoice> Entries(Provider bank, BankListTexts texts, bool found) =>
        IsListedByChannel(bank)
            ? Ways(bank)
                .Select(channel => new BankChoice(
                    ChannelField,
                    channel.Id.Value,
                    bank.Name,
                    [texts.Entry(channel.Mode), .. Notes(bank, texts)],
                    Available: true,
                    found
                ))
            :
            [
                Ways(bank).Count == 0
                    ? new BankChoice(BankField, bank.Id.Value, bank.Name, [texts.OutOfService], Available: false, found)
                    : new BankChoice(BankField, bank.Id.Value, bank.Name, Notes(bank, texts), Available: true, found),
            ];
}

[WordCase(WordCase.LowerSnake)]
internal enum BankListAction
{
    Bank,
}

/// <summary>The list of banks.</summary>
public sealed record BankListView
{
    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>A line under the heading.</summary>
    public required string Intro { get; init; }

    /// <summary>The page's own address, without query.</summary>
    public required string SearchAction { get; init; }

    /// <summary>Kept by the search form.</summary>
    public required string SessionId { get; init; }

    /// <summary>What was searched for.</summary>
    public required string Search { get; init; }

    /// <summary>What is said when nothing was found.</summary>
    public required string NoBank { get; init; }

    /// <summary>All that can be searched for.</summary>
    public required IReadOnlyList<BankChoice> Banks { get; init; }

    /// <summary>How many there are in all that have what was searched for, where the list has not room for all; null: it has.</summary>
    public int? FoundInAll { get; init; }
}

/// <summary>A bank in the list, or one channel of it.</summary>
/// <param name="Field">Name of what choosing it sends.</param>
/// <param name="Value">Provider id, or channel definition id.</param>
/// <param name="Notes">What is said under the name, a line each.</param>
/// <param name="Available">False: shown, but not to be chosen.</param>
/// <param name="Found">Whether it has what was searched for.</param>
public sealed record BankChoice(
    string Field,
    string Value,
    string Name,
    IReadOnlyList<string> Notes,
    bool Available,
    bool Found
);

internal sealed class BankListTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Choose your bank", fr: "Choisissez votre banque");

    public string Intro =>
        Say(
            en: "Find the bank whose accounts you want to link.",
            fr: "Trouvez la banque dont vous voulez connecter les comptes."
        );

    public string ProfessionalTitle =>
        Say(en: "Link your professional accounts", fr: "Connectez vos comptes professionnels");

    public string ProfessionalIntro =>
        Say(
            en: "Choose the bank that holds your business accounts. Sign in with your business access when it asks.",
            fr: "Choisissez la banque qui tient vos comptes professionnels. Identifiez-vous avec votre accès professionnel lorsqu’elle le demande."
        );

    public string SearchLabel => Say(en: "Search for a bank", fr: "Rechercher une banque");
    public string SearchButton => Say(en: "Search", fr: "Rechercher");

    public string NoBank =>
        Say(
            en: "No bank has this name. Check the spelling, or try a shorter word.",
            fr: "Aucune banque ne porte ce nom. Vérifiez l’orthographe ou essayez un mot plus court."
        );

    public string NoBankAtAll =>
        Say(
            en: "No bank is offered here yet. Tell the service that sent you here; you can do nothing about it yourself.",
            fr: "Aucune banque n’est encore proposée ici. Signalez-le au service qui vous a envoyé ici ; vous n’y pouvez rien vous-même."
        );

    public string Count(int count) =>
        Say(en: count == 1 ? "1 bank" : $"{count} banks", fr: count <= 1 ? $"{count} banque" : $"{count} banques");

    public string Some(int count, int shown) =>
        count <= shown
            ? Count(count)
            : Say(
                en: $"The first {shown} of {count} banks: search for yours by its name.",
                fr: $"Les {shown} premières banques sur {count} : recherchez la vôtre par son nom."
            );

    public string Beta => Say(en: "New here, still being tried out", fr: "Nouvelle ici, encore à l’essai");

    public string TestBank => Say(en: "Test bank, invented money", fr: "Banque de test, argent fictif");

    public string Entry(ChannelMode mode) =>
        mode switch
        {
            ChannelMode.Redirect => Say(en: "With a current account", fr: "Avec un compte courant"),
            ChannelMode.Embedded => Say(en: "Without a current account", fr: "Sans compte courant"),
        };

    public string OutOfService => Say(en: "Out of service for now", fr: "Momentanément indisponible");
}
