using Affluent.Connectors.Contract;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>
/// The bank is linked already: what there is can be updated, or another access added beside it. An application that wants to read can be given
/// what there is, without a way to the bank.
/// </summary>
internal sealed class AlreadyLinkedPage(SessionContext session, Provider provider) : WidgetPage(session)
{
    public const string ConnectionField = "connection_id";

    /// <summary>Before the id of a connection that is taken as it is.</summary>
    private const string AsItIs = "as-it-is-";

    /// <summary>How many accounts of a connection are named.</summary>
    private const int MostNames = 3;

    public static AlreadyLinkedPage? For(SessionContext session) =>
        Concerns(session) && session.Provider is { } provider ? new(session, provider) : null;

    public static bool Concerns(SessionContext session) =>
        session is { State.Step: WidgetStep.Consent, Linked: not [], Provider: not null };

    public override PageStep Step => PageStep.AlreadyLinked;

    public override IResult Render(PageRequest request) =>
        PageMarkup.Of<AlreadyLinked, AlreadyLinkedView>(
            request.Frame,
            new AlreadyLinkedView(
                provider.Name,
                [.. Session.Linked.Select(connection => Show(connection, request.Language))],
                MayGoBack: State.Trail.Count > 0
            )
        );

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<AlreadyLinkedAction>() switch
        {
            AlreadyLinkedAction.Decide => await Decide(form),
            null => new FormResult.Ignored(),
        };

    private async Task<FormResult> Decide(PostedForm form)
    {
        var id = form[ConnectionField];
        if (Session.Linked.FirstOrDefault(linked => MayTake(linked) && AsItIs + linked.Id == id) is { } taken)
        {
            return new FormResult.To(
                State with
                {
                    ConnectionId = taken.Id,
                    Step = WidgetStep.Done,
                    Outcome = new WidgetOutcome.Success(SuccessResult.Updated),
                }
            );
        }
        var connection = Session.Linked.FirstOrDefault(linked => linked.Id.ToString() == id);
        if (connection is null && id.Length > 0)
        {
            return new FormResult.Ignored();
        }
        var decided = State with { ConnectionId = connection?.Id, AddsAnother = connection is null };
        if (Session.Terms is not { AreShownElsewhere: true })
        {
            return new FormResult.To(decided);
        }
        // What is linked may be the bank under another id, with ways of its own.
        var bank = connection is null ? provider : Session.Banks.Provider(connection.ProviderId) ?? provider;
        var agreed = Session with
        {
            Connection = connection,
            Provider = bank,
            Down = await form.Actions.Down(bank),
            Session = Session.Session with { State = decided },
        };
        return new FormResult.To(await ConsentPage.GoOn(agreed, form.Actions));
    }

    private bool MayTake(WidgetConnection linked) => State.Parameters.TakesLinked && linked.GoesOn(Session.Now);

    private LinkedChoice Show(WidgetConnection connection, Language language)
    {
        var kinds = new AccountsTexts(language);
        var names = connection.Accounts.Take(MostNames).Select(account => account.Name ?? kinds.Kind(account.Type));
        var more = connection.Accounts.Count > MostNames ? "…" : "";
        return new LinkedChoice(
            connection.Id.ToString(),
            string.Join(", ", names) + more,
            MayTake(connection) ? AsItIs + connection.Id : null
        );
    }
}

[WordCase(WordCase.LowerSnake)]
internal enum AlreadyLinkedAction
{
    Decide,
}

/// <summary>What is linked of a bank.</summary>
/// <param name="Linked">Oldest first.</param>
/// <param name="MayGoBack">Whether another bank can be chosen.</param>
public sealed record AlreadyLinkedView(string Bank, IReadOnlyList<LinkedChoice> Linked, bool MayGoBack);

/// <summary>A connection that can be updated.</summary>
/// <param name="Accounts">The names of its accounts.</param>
/// <param name="AsItIs">What is sent when it is taken as it is; null: it cannot be.</param>
public sealed record LinkedChoice(string Id, string Accounts, string? AsItIs);

internal sealed class AlreadyLinkedTexts(Language language) : Texts(language)
{
    public string Title(string bank) => Say(en: $"{bank} is linked already", fr: $"{bank} est déjà connectée");

    public string Intro => Say(en: "What do you want to do?", fr: "Que voulez-vous faire ?");

    public string Update => Say(en: "Update what is linked", fr: "Mettre à jour ce qui est connecté");

    public string AsItIs => Say(en: "Take what is linked", fr: "Prendre ce qui est connecté");

    public string AsItIsHint => Say(en: "You need not go to the bank.", fr: "Sans passer par la banque.");

    public string Another => Say(en: "Add another access", fr: "Ajouter un autre accès");

    public string AnotherHint =>
        Say(
            en: "Of somebody else, or for other accounts of yours at this bank.",
            fr: "Celui d’une autre personne, ou pour d’autres comptes à vous dans cette banque."
        );
}
