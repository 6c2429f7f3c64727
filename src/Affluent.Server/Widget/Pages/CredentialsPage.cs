using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The credentials form of a channel, of the user's own step or because the bank asks.</summary>
/// <param name="asked">The bank's question; null at the user's own step.</param>
internal sealed class CredentialsPage(SessionContext session, ChannelDefinition channel, OpenQuestion? asked)
    : WidgetPage(session)
{
    public static CredentialsPage? For(SessionContext session) =>
        session switch
        {
            { State: { Step: WidgetStep.Credentials, DefinitionId: { } id }, Provider: { } provider } => new(
                session,
                provider.Channels.First(channel => channel.Id == id),
                asked: null
            ),
            { Work: BankWork.Asks { Open: { Question: Question.Credentials } open }, Provider: { } provider } => new(
                session,
                provider.Channels.First(channel => channel.Id == open.DefinitionId),
                open
            ),
            _ => null,
        };

    public override PageStep Step => PageStep.Credentials;

    public override IResult Render(PageRequest request) =>
        PageMarkup.Of<Credentials, CredentialsView>(
            request.Frame,
            new CredentialsView(
                BankName(request.Language),
                [.. channel.Credentials.Select(field => Show(field, request))],
                channel.Mode == ChannelMode.Redirect
            )
        );

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<CredentialsAction>() switch
        {
            CredentialsAction.Credentials => await Take(form),
            null => new FormResult.Ignored(),
        };

    private async Task<FormResult> Take(PostedForm form)
    {
        var given = channel.Credentials.ToDictionary(f => f.Name, f => form[f.Name], StringComparer.Ordinal);
        var input = CredentialsInput.Of(channel, given);
        if (input is not CredentialsInput.Good { Values: var values })
        {
            return new FormResult.Rejected(((CredentialsInput.Faulty)input).Faults);
        }
        if (Session.Connection is not { } connection)
        {
            return new FormResult.To(await ChannelLinking.Create(Session, State, channel, values, form.Actions));
        }
        if (asked is not null)
        {
            await form.Actions.Answer(asked, values);
        }
        else
        {
            await form.Actions.SetCredentials(connection.Id, channel, values);
        }
        return new FormResult.To(State with { Step = WidgetStep.Linking, Touched = true });
    }

    private static CredentialInput Show(CredentialField field, PageRequest request)
    {
        var texts = request.Frame.Texts;
        var label =
            field.Labels.GetValueOrDefault(request.Language.Word())
            ?? field.Labels.Values.FirstOrDefault()
            ?? field.Name;
        var isPassword = field.Type == CredentialType.Pwd;
        return new CredentialInput(
            field.Name,
            label,
            isPassword,
            field.Optional,
            isPassword ? "" : request.Typed(field.Name),
            request.Fault(field.Name) switch
            {
                InputFault.Missing => texts.FieldMissing(label),
                InputFault.Malformed => texts.FieldMalformed(label),
                null => null,
            }
        );
    }
}

[WordCase(WordCase.LowerSnake)]
internal enum CredentialsAction
{
    Credentials,
}

/// <summary>A channel's form.</summary>
/// <param name="BeforeRedirect">Whether the user goes on to the bank's own page.</param>
public sealed record CredentialsView(string Bank, IReadOnlyList<CredentialInput> Inputs, bool BeforeRedirect);

/// <summary>An input of the form.</summary>
/// <param name="Name">Id and name of the input.</param>
/// <param name="Value">What the user typed before; never a password.</param>
/// <param name="Error">What is wrong with it; null when nothing is.</param>
public sealed record CredentialInput(
    string Name,
    string Label,
    bool Password,
    bool Optional,
    string Value,
    string? Error
);

internal sealed class CredentialsTexts(Language language) : Texts(language)
{
    public string Title(string bank) => Say(en: $"Sign in to {bank}", fr: $"Identifiez-vous chez {bank}");

    public string Intro(string bank) =>
        Say(
            en: $"Use the name and password that you use on {bank}'s site.",
            fr: $"Utilisez l’identifiant et le mot de passe que vous utilisez sur le site de {bank}."
        );

    public string IntroBeforeRedirect(string bank) =>
        Say(
            en: $"{bank} needs this before you sign in on its own page.",
            fr: $"{bank} en a besoin avant que vous vous identifiiez sur sa propre page."
        );

    public string Optional => Say(en: "optional", fr: "facultatif");
    public string ShowPassword => Say(en: "Show the password", fr: "Afficher le mot de passe");
}
