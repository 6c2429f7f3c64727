using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Jobs;
using Affluent.Server.Providers;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>A file with statements is asked for.</summary>
internal sealed class UploadPage(SessionContext session, OpenQuestion open) : QuestionPage(session, open)
{
    /// <summary>What is asked for beside the file once the file alone was not enough.</summary>
    private static readonly StatementHint[] Askable =
    [
        StatementHint.Account,
        StatementHint.Currency,
        StatementHint.DateOrder,
        StatementHint.DateColumn,
        StatementHint.AmountColumn,
        StatementHint.LabelColumn,
    ];

    public static UploadPage? For(SessionContext session) =>
        session.Work is BankWork.Asks { Open: { Question: Question.StatementFile } open } ? new(session, open) : null;

    /// <summary>Looks at the file of a form, which takes long for a large one. Null: the form is for another page, or holds no file.</summary>
    public async Task<StatementAnswer?> Look(IFormCollection fields, Banks banks, DateTimeOffset now)
    {
        if (fields[IdField] != QuestionId || await StatementFiles.FileOf(fields) is not { } file)
        {
            return null;
        }
        var hints = Askable
            .Select(hint => (Hint: hint, Value: fields[StatementFiles.NameOf(hint)].ToString().Trim()))
            .Where(hint => hint.Value is { Length: > 0 and <= 100 })
            .ToDictionary(hint => hint.Hint, hint => hint.Value);
        return StatementFiles.Pack(banks, Open, file.Span, hints, now);
    }

    /// <summary>The form was larger than one may be: nobody has read it.</summary>
    public static RejectedForm TooLarge { get; } =
        new(FormCollection.Empty, new Dictionary<string, InputFault>())
        {
            File = new StatementAnswer.Refused(StatementFault.TooLarge),
        };

    public override PageStep Step => PageStep.File;

    public override IResult Render(PageRequest request)
    {
        var texts = new UploadTexts(request.Language);
        var refused = request.Rejected?.File;
        var error =
            refused is not null ? texts.Of(refused)
            : request.Fault(StatementFiles.FileField) is not null ? texts.Missing
            : null;
        return PageMarkup.Of<Upload, UploadView>(
            request.Frame with
            {
                HasError = error is not null,
            },
            new UploadView(
                QuestionId,
                error,
                [
                    .. Askable
                        .Select(hint => (Hint: hint, Name: StatementFiles.NameOf(hint)))
                        .Select(hint => new UploadInput(
                            hint.Name,
                            texts.Label(hint.Hint),
                            request.Typed(hint.Name),
                            hint.Hint == StatementHint.DateOrder ? texts.Orders : []
                        ))
                        .Where(input =>
                            input.Value != "" || (refused is not null && IsAskedBy(refused.Fault, input.Name))
                        ),
                ]
            )
        );
    }

    protected override async Task<FormResult> Answer(PostedForm form) =>
        form.File is not { } file ? new FormResult.Rejected(StatementFiles.FileField, InputFault.Missing)
        : await form.Actions.Answer(Open, file) is { } refused
            ? new FormResult.Rejected(StatementFiles.FileField, InputFault.Malformed) { File = refused }
        : Touched;

    private static bool IsAskedBy(StatementFault fault, string name) =>
        fault switch
        {
            StatementFault.AccountMissing => name == StatementFiles.NameOf(StatementHint.Account),
            StatementFault.CurrencyMissing => name == StatementFiles.NameOf(StatementHint.Currency),
            StatementFault.DateOrderMissing => name == StatementFiles.NameOf(StatementHint.DateOrder),
            StatementFault.ColumnMissing or StatementFault.NothingReadable => name.EndsWith(
                "_column",
                StringComparison.Ordinal
            ),
            StatementFault.UnknownFormat
            or StatementFault.Damaged
            or StatementFault.Locked
            or StatementFault.InvestmentsOnly
            or StatementFault.TooLarge => false,
        };
}

/// <summary>What is asked for.</summary>
/// <param name="Error">What is wrong with the last file; null when nothing is.</param>
/// <param name="Inputs">What is asked beside the file.</param>
public sealed record UploadView(string QuestionId, string? Error, IReadOnlyList<UploadInput> Inputs);

/// <summary>An input beside the file.</summary>
/// <param name="Value">As typed.</param>
/// <param name="Options">The only values, with their texts; empty: it is typed.</param>
public sealed record UploadInput(
    string Name,
    string Label,
    string Value,
    IReadOnlyList<(string Value, string Text)> Options
);

internal sealed class UploadTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Send a file from your bank", fr: "Envoyez un fichier de votre banque");

    public string Intro =>
        Say(
            en: "Download the statement or the list of transactions from your bank’s site, then choose the file here.",
            fr: "Téléchargez le relevé ou la liste des opérations depuis le site de votre banque, puis choisissez le fichier ici."
        );

    public string FileLabel => Say(en: "File", fr: "Fichier");

    public string Formats =>
        Say(
            en: "OFX, QFX, camt.053, MT940, QIF or CSV, or a ZIP archive of these, up to 16 MB",
            fr: "OFX, QFX, camt.053, MT940, QIF ou CSV, ou une archive ZIP de ceux-ci, 16 Mo au plus"
        );

    public string Missing => Say(en: "File: please choose one.", fr: "Fichier : merci d’en choisir un.");

    public string Optional => Say(en: "if the file does not say it", fr: "si le fichier ne le dit pas");

    public IReadOnlyList<(string Value, string Text)> Orders =>
        [
            ("", Say(en: "Choose", fr: "Choisissez")),
            ("day_first", Say(en: "day/month: 03/04 is 3 April", fr: "jour/mois : 03/04 est le 3 avril")),
            ("month_first", Say(en: "month/day: 03/04 is 4 March", fr: "mois/jour : 03/04 est le 4 mars")),
        ];

    public string Label(StatementHint hint) =>
        hint switch
        {
            StatementHint.Account => Say(en: "Name of the account", fr: "Nom du compte"),
            StatementHint.Currency => Say(en: "Currency, such as EUR", fr: "Devise, par exemple EUR"),
            StatementHint.DateOrder => Say(en: "How the dates are written", fr: "Écriture des dates"),
            StatementHint.DateColumn => Say(en: "Title of the column of dates", fr: "Titre de la colonne des dates"),
            StatementHint.AmountColumn => Say(
                en: "Title of the column of amounts",
                fr: "Titre de la colonne des montants"
            ),
            StatementHint.LabelColumn => Say(
                en: "Title of the column of texts",
                fr: "Titre de la colonne des libellés"
            ),
            StatementHint.ValueDateColumn => Say(
                en: "Title of the column of value dates",
                fr: "Titre de la colonne des dates de valeur"
            ),
            StatementHint.DirectionColumn => Say(
                en: "Title of the column that says debit or credit",
                fr: "Titre de la colonne qui dit débit ou crédit"
            ),
            StatementHint.DebitColumn => Say(en: "Title of the column of debits", fr: "Titre de la colonne des débits"),
            StatementHint.CreditColumn => Say(
                en: "Title of the column of credits",
                fr: "Titre de la colonne des crédits"
            ),
            StatementHint.CounterpartyColumn => Say(
                en: "Title of the column of payers and payees",
                fr: "Titre de la colonne des tiers"
            ),
            StatementHint.IdColumn => Say(
                en: "Title of the column of references",
                fr: "Titre de la colonne des références"
            ),
            StatementHint.CurrencyColumn => Say(
                en: "Title of the column of currencies",
                fr: "Titre de la colonne des devises"
            ),
            StatementHint.AccountColumn => Say(
                en: "Title of the column of accounts",
                fr: "Titre de la colonne des comptes"
            ),
            StatementHint.BalanceColumn => Say(
                en: "Title of the column of balances",
                fr: "Titre de la colonne des soldes"
            ),
            StatementHint.StatusColumn => Say(
                en: "Title of the column that says what is booked",
                fr: "Titre de la colonne qui dit ce qui est comptabilisé"
            ),
            StatementHint.FeeColumn => Say(en: "Title of the column of fees", fr: "Titre de la colonne des frais"),
        };

    public string Of(StatementAnswer.Refused refused)
    {
        var place = (refused.Line, refused.Column) switch
        {
            ({ } line, { } column) => Say(
                en: $" (line {Number(line)}, column “{column}”)",
                fr: $" (ligne {Number(line)}, colonne « {column} »)"
            ),
            ({ } line, null) => Say(en: $" (line {Number(line)})", fr: $" (ligne {Number(line)})"),
            (null, { } column) => Say(en: $" (column “{column}”)", fr: $" (colonne « {column} »)"),
            (null, null) => "",
        };
        return refused.Fault switch
        {
            StatementFault.UnknownFormat => Say(
                en: "File: it is none of the formats that can be read.",
                fr: "Fichier : ce n’est pas un format lisible."
            ),
            StatementFault.Damaged => Say(
                en: $"File: it is not complete{place}. Download it again.",
                fr: $"Fichier : il n’est pas complet{place}. Téléchargez-le à nouveau."
            ),
            StatementFault.Locked => Say(
                en: "File: it opens with a password alone. Unpack it, and choose what is in it.",
                fr: "Fichier : il ne s’ouvre qu’avec un mot de passe. Décompressez-le et choisissez ce qu’il contient."
            ),
            StatementFault.TooLarge => Say(
                en: "File: it is too large. Choose a shorter period.",
                fr: "Fichier : il est trop volumineux. Choisissez une période plus courte."
            ),
            StatementFault.NothingReadable => Say(
                en: $"File: no transaction in it can be read{place}.",
                fr: $"Fichier : aucune opération n’y est lisible{place}."
            ),
            StatementFault.CurrencyMissing => Say(
                en: "File: it does not name its currency. Type it, and choose the file again.",
                fr: "Fichier : il n’indique pas sa devise. Saisissez-la et choisissez à nouveau le fichier."
            ),
            StatementFault.DateOrderMissing => Say(
                en: "File: its dates can be read in two ways. Say which, and choose the file again.",
                fr: "Fichier : ses dates peuvent se lire de deux façons. Précisez laquelle et choisissez à nouveau le fichier."
            ),
            StatementFault.AccountMissing => Say(
                en: "File: it does not name its account. Type a name, and choose the file again.",
                fr: "Fichier : il n’indique pas son compte. Saisissez un nom et choisissez à nouveau le fichier."
            ),
            StatementFault.InvestmentsOnly => Say(
                en: "File: it is of securities alone, which are not read. Choose one of a bank account.",
                fr: "Fichier : il ne concerne que des titres, qui ne sont pas lus. Choisissez celui d’un compte bancaire."
            ),
            StatementFault.ColumnMissing => Say(
                en: $"File: its columns are not known{place}. Type their titles, and choose the file again.",
                fr: $"Fichier : ses colonnes ne sont pas reconnues{place}. Saisissez leurs titres et choisissez à nouveau le fichier."
            ),
        };
    }

    private static string Number(int line) => line.ToString(CultureInfo.InvariantCulture);
}
