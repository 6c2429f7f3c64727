using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The bank asks for a code.</summary>
internal sealed class CodePage(SessionContext session, OpenQuestion open, Question.OneTimePassword asked)
    : QuestionPage(session, open)
{
    public const string CodeField = Question.OneTimePassword.Field;

    public static CodePage? For(SessionContext session) =>
        session.Work is BankWork.Asks { Open: { Question: Question.OneTimePassword asked } open }
            ? new(session, open, asked)
            : null;

    public override PageStep Step => PageStep.Code;

    public override IResult Render(PageRequest request)
    {
        var texts = new CodeTexts(request.Language);
        var error = request.Fault(CodeField) switch
        {
            InputFault.Missing => texts.Missing,
            InputFault.Malformed => request.Frame.Texts.FieldMalformed(texts.Label),
            null => asked.Retry ? texts.Wrong : null,
        };
        return PageMarkup.Of<Code, CodeView>(
            request.Frame with
            {
                HasError = error is not null,
            },
            new CodeView(QuestionId, asked.SentTo, asked.Length, asked.Digits, error)
            {
                Image = ImageView.Of(asked.Image, texts.Image),
            }
        );
    }

    protected override async Task<FormResult> Answer(PostedForm form)
    {
        var code = form[CodeField].Replace(" ", "", StringComparison.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { [CodeField] = code };
        return await form.Actions.Answer(Open, values)
            ? Touched
            : new FormResult.Rejected(CodeField, code.Length == 0 ? InputFault.Missing : InputFault.Malformed);
    }
}

/// <summary>What the bank asks for.</summary>
/// <param name="SentTo">Where it was sent, as the bank words it.</param>
/// <param name="Length">Number of characters, when known.</param>
/// <param name="Digits">Whether the code has digits only.</param>
/// <param name="Error">What is wrong with the last answer; null when nothing is.</param>
public sealed record CodeView(string QuestionId, string? SentTo, int? Length, bool Digits, string? Error)
{
    /// <summary>What the code is read from.</summary>
    public ImageView? Image { get; init; }
}

internal sealed class CodeTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Enter the code from your bank", fr: "Saisissez le code de votre banque");

    public string Intro =>
        Say(
            en: "Your bank wants to be sure that it is you.",
            fr: "Votre banque veut s’assurer qu’il s’agit bien de vous."
        );

    public string FromImage =>
        Say(
            en: "Scan this image with the app or the device that your bank gave you, then type the code that it shows.",
            fr: "Scannez cette image avec l’application ou l’appareil de votre banque, puis saisissez le code affiché."
        );

    public string SentTo(string destination) =>
        Say(en: $"It sent you a code: {destination}.", fr: $"Elle vous a envoyé un code : {destination}.");

    public string Label => Say(en: "Code", fr: "Code");

    public string Length(int length) => Say(en: $"{length} characters", fr: $"{length} caractères");

    public string Digits => Say(en: "digits only", fr: "chiffres uniquement");

    public string Image =>
        Say(
            en: "Image from your bank: scan it, or read the code from it",
            fr: "Image de votre banque : scannez-la ou lisez-y le code"
        );

    public string Wrong =>
        Say(
            en: "Code: your bank did not accept it. Check the code and type it again.",
            fr: "Code : votre banque ne l’a pas accepté. Vérifiez-le et saisissez-le à nouveau."
        );

    public string Missing =>
        Say(
            en: "Code: please type the code that your bank sent you.",
            fr: "Code : merci de saisir le code envoyé par votre banque."
        );
}
