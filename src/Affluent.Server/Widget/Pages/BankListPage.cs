using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The bank is to be chosen.</summary>
internal sealed class BankListPage(SessionContext session) : WidgetPage(session)
{
    public const string BankField = "provider_id";
    private const string SearchField = "search";

    public static BankListPage? For(SessionContext session) =>
        session.State is { Step: WidgetStep.Start, Purpose: not WidgetPurpose.ManageAccounts } ? new(session) : null;

    public override IResult Render(PageRequest request)
    {
        var texts = new BankListTexts(request.Language);
        var professional = State.Purpose == WidgetPurpose.ProfessionalAccount;
        var search = request.Query[SearchField].ToString();
        var found = BankSearch.Find(
            Session.Banks.All,
            search,
            State.Parameters.Countries,
            CultureInfo.GetCultureInfo(request.Language.Culture())
        );
        return PageMarkup.Of<BankList, BankListView>(
            request.Frame,
            new BankListView
            {
                Title = professional ? texts.ProfessionalTitle : texts.Title,
                Intro = professional ? texts.ProfessionalIntro : texts.Intro,
                SearchAction = WidgetEndpoints.Path(State.Purpose),
                SessionId = Session.Session.Id,
                Search = search,
                NoBank = Session.Banks.All.Count == 0 ? texts.NoBankAtAll : texts.NoBank,
                Banks =
                [
                    .. found.Select(bank => new BankChoice(
                        bank.Id.Value,
                        bank.Name,
                        bank.Test,
                        ChannelOffer.InService(bank).Count > 0
                    )),
                ],
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
        if (
            Session.Banks.Provider(new ProviderId(form[BankField])) is not { } bank
            || ChannelOffer.InService(bank).Count == 0
        )
        {
            return new FormResult.Ignored();
        }
        var next = State with { Step = WidgetStep.Consent, ProviderId = bank.Id };
        if (next.Parameters.TermsBody is not "")
        {
            return new FormResult.To(next);
        }
        // The client has shown its own terms.
        var chosen = Session with
        {
            Provider = bank,
            Session = Session.Session with { State = next },
        };
        return new FormResult.To(await ConsentPage.Agree(chosen, form.Actions));
    }
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

    /// <summary>What was found.</summary>
    public required IReadOnlyList<BankChoice> Banks { get; init; }
}

/// <summary>A bank in the list.</summary>
/// <param name="Id">Provider id.</param>
/// <param name="Available">False: shown, but not to be chosen.</param>
public sealed record BankChoice(string Id, string Name, bool Test, bool Available);

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

    public string TestBank => Say(en: "Test bank, invented money", fr: "Banque de test, argent fictif");
    public string OutOfService => Say(en: "Out of service for now", fr: "Momentanément indisponible");
}
