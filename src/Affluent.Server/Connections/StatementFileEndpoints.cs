using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Affluent.Server.Connections;

/// <summary>A file with statements, as the answer to the question for one.</summary>
internal static class StatementFileEndpoints
{
    /// <summary>One parameter for each thing that can be said of a file.</summary>
    private static readonly IReadOnlyDictionary<StatementHint, Parameter<string?>> Hints =
        Enum.GetValues<StatementHint>()
            .ToDictionary(hint => hint, hint => Parameter.Text(StatementFiles.NameOf(hint), Meaning(hint)));

    public static void MapStatementFiles(this RouteGroupBuilder userInput) =>
        userInput
            .MapPost("/file", Answer)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .Limited(LimitedAction.Answer)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Takes([.. Hints.Values])
            .WithMetadata(new LargestFile())
            .Describe(
                "answerUserInputByFile",
                "Send a statement file",
                """
                Answers a question of the kind `STATEMENT_FILE`: the body is the file as the bank gave it (OFX, QFX, camt.052, camt.053, MT940, QIF or CSV, or a ZIP archive of such files), up to
                16 MiB; or a form (`multipart/form-data`) with the file as `file`, whose other fields may say what stands in the address otherwise.
                A file of which nothing can be taken is refused at once, with a code that says why, and the question stays open.
                """
            )
            .Accepts<byte[]>("application/octet-stream", "multipart/form-data", "*/*")
            .Answers(204, 400, 404, 409, 413);

    private static async Task<IResult> Answer(
        string id,
        HttpContext context,
        Caller caller,
        ActingUser user,
        UserDatabase users,
        Banks banks,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (!Ids.TryRead<ConnectionId>(id, out var connectionId))
        {
            return Problem.NotFound("connection");
        }
        var (exists, asked) = await users.Read(
            user.UserId,
            user.ClientId,
            async work =>
                (
                    await ConnectionsStore.Find(work.Db, work.UserId, connectionId) is not null,
                    await Questions.Find(work, connectionId)
                ),
            cancellation
        );
        if (!exists)
        {
            return Problem.NotFound("connection");
        }
        if (asked is not { Answered: false, Question: Question.StatementFile })
        {
            return UserInputEndpoints.Of(new AnswerOutcome.NoQuestion());
        }
        var (sent, wrong) = await Read(context.Request, cancellation);
        if (sent is null)
        {
            return wrong!;
        }
        if (StatementFiles.Pack(banks, asked, sent.Content.Span, sent.Hints, time.GetUtcNow()) is not { } packed)
        {
            return UserInputEndpoints.Of(new AnswerOutcome.NoQuestion());
        }
        var outcome = await users.Write(
            user.UserId,
            user.ClientId,
            work => Questions.AnswerByFile(work, asked, packed, Presence.Of(context, caller)),
            cancellation
        );
        return UserInputEndpoints.Of(outcome);
    }

    /// <summary>The file with what is said of it, or what is wrong with the request.</summary>
    private static async Task<(SentFile? File, Problem? Problem)> Read(
        HttpRequest request,
        CancellationToken cancellation
    )
    {
        IFormCollection? form = null;
        if (StatementFiles.IsForm(request))
        {
            (form, var problem) = await Body.ReadForm(request, StatementFiles.AllowForm(request.HttpContext));
            if (form is null)
            {
                return (null, problem);
            }
        }
        var reader = new ParameterSource(name =>
            form is null || form[name] == "" || request.Query.ContainsKey(name) ? request.Query[name] : form[name]
        );
        var hints = Hints
            .Select(hint => (hint.Key, Value: reader.Read(hint.Value)))
            .Where(hint => hint.Value is not null)
            .ToDictionary(hint => hint.Key, hint => hint.Value!);
        if (reader.Problem is { } wrong)
        {
            return (null, wrong);
        }
        if (form is not null)
        {
            return await StatementFiles.FileOf(form) is { } file
                ? (new(file, hints), null)
                : (
                    null,
                    Problem.BadBody($"the form holds no file '{StatementFiles.FileField}'", StatementFiles.FileField)
                );
        }
        using var content = new MemoryStream();
        await request.Body.CopyToAsync(content, cancellation);
        return (new(content.GetBuffer().AsMemory(0, (int)content.Length), hints), null);
    }

    private sealed record SentFile(ReadOnlyMemory<byte> Content, IReadOnlyDictionary<StatementHint, string> Hints);

    private static string Meaning(StatementHint hint) =>
        hint switch
        {
            StatementHint.Currency => "ISO 4217; for a file that names none (QIF, many tables).",
            StatementHint.DateOrder =>
                "`day_first` or `month_first`: what 03/04/2026 means, where the file as a whole does not show it.",
            StatementHint.Account => "Name or number of the account; for a file that names none.",
            StatementHint.DateColumn =>
                "Of a table: title or number (the first is 1) of the column with the day of booking.",
            StatementHint.ValueDateColumn => "Of a table: the column with the day of value.",
            StatementHint.AmountColumn => "Of a table: the column with the amount, signed unless there is a direction.",
            StatementHint.DirectionColumn => "Of a table: the column with a word for in or out.",
            StatementHint.DebitColumn => "Of a table: the column with what leaves.",
            StatementHint.CreditColumn => "Of a table: the column with what comes in.",
            StatementHint.LabelColumn => "Of a table: the column with the text.",
            StatementHint.CounterpartyColumn => "Of a table: the column with who is on the other side.",
            StatementHint.IdColumn => "Of a table: the column with the bank's id of the row.",
            StatementHint.CurrencyColumn => "Of a table: the column with the currency.",
            StatementHint.AccountColumn => "Of a table: the column with the number of the account.",
            StatementHint.BalanceColumn => "Of a table: the column with the balance behind the row.",
            StatementHint.StatusColumn => "Of a table: the column with a word that says whether the row is booked.",
            StatementHint.FeeColumn =>
                "Of a table: the column with a fee taken together with the amount; the balances behind the rows show how.",
        };

    /// <summary>Larger than messages of the API.</summary>
    private sealed class LargestFile : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => BankLimits.LargestAnswer;
    }
}

/// <summary>Lets the connector of a question look at the file that is to answer it.</summary>
internal static class StatementFiles
{
    /// <summary>The field of a form that holds the file.</summary>
    public const string FileField = Question.StatementFile.Field;

    /// <summary>What a form may have beside its file.</summary>
    private const int FormOverhead = 64 * 1024;

    /// <summary>Whether the body is a form that can hold files.</summary>
    public static bool IsForm(HttpRequest request) =>
        request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Lets a form be as large as a file, and keeps it in memory: nothing of it is ever written to a disk.</summary>
    public static FormOptions AllowForm(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = BankLimits.LargestAnswer + FormOverhead;
        }
        return new FormOptions { MemoryBufferThreshold = BankLimits.LargestAnswer + FormOverhead };
    }

    /// <summary>The file of a form; null: it holds none.</summary>
    public static async Task<ReadOnlyMemory<byte>?> FileOf(IFormCollection form)
    {
        if (form.Files[FileField] is not { Length: > 0 } file)
        {
            return null;
        }
        using var content = new MemoryStream((int)file.Length);
        await file.CopyToAsync(content);
        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    /// <summary>The name of a parameter, a field of a form: "date_order".</summary>
    public static string NameOf(StatementHint hint) => JsonNamingPolicy.SnakeCaseLower.ConvertName(hint.ToString());

    /// <summary>Null: nobody asked for a file, or the channel is gone.</summary>
    public static StatementAnswer? Pack(
        Banks banks,
        OpenQuestion asked,
        ReadOnlySpan<byte> content,
        IReadOnlyDictionary<StatementHint, string> hints,
        DateTimeOffset now
    ) =>
        asked.Question is Question.StatementFile
        && banks.Channel(asked.DefinitionId) is { Connector: IStatementFiles files, Definition: var channel }
            ? files.Pack(channel, content, hints, now)
            : null;
}

/// <summary>Why nothing of a file is taken, as the API says it.</summary>
internal static class StatementProblems
{
    public static Problem Of(StatementAnswer.Refused refused)
    {
        var place =
            (
                refused.Line is { } line
                    ? $" (line {line.ToString(System.Globalization.CultureInfo.InvariantCulture)})"
                    : ""
            ) + (refused.Column is { } column ? $" (column '{column}')" : "");
        return refused.Fault switch
        {
            StatementFault.UnknownFormat => new(
                400,
                "file_unknown_format",
                "The file is none of the formats that can be read: OFX, camt.052, camt.053, MT940, QIF, CSV, or a ZIP archive of these."
            ),
            StatementFault.Damaged => new(
                400,
                "file_damaged",
                $"The file breaks off, or contradicts the rules of its format{place}."
            ),
            StatementFault.Locked => new(
                400,
                "file_locked",
                "The archive, or a file in it, opens with a password alone: unpack it, and send what is in it."
            ),
            StatementFault.TooLarge => new(
                400,
                "file_too_large",
                "The file is larger than one may be, or holds too many accounts or transactions."
            ),
            StatementFault.NothingReadable => new(
                400,
                "file_nothing_readable",
                $"Not one transaction of the file can be read{place}."
            ),
            StatementFault.CurrencyMissing => new(
                400,
                "file_currency_missing",
                "The file does not name its currency: say it.",
                Parameter: StatementFiles.NameOf(StatementHint.Currency)
            ),
            StatementFault.DateOrderMissing => new(
                400,
                "file_date_order_missing",
                $"The file's dates can be read with the day first or with the month first, or not as was said{place}: say which.",
                Parameter: StatementFiles.NameOf(StatementHint.DateOrder)
            ),
            StatementFault.AccountMissing => new(
                400,
                "file_account_missing",
                "The file does not name its account: say it. Of several files in an archive each is to name its own, or to be sent by itself.",
                Parameter: StatementFiles.NameOf(StatementHint.Account)
            ),
            StatementFault.ColumnMissing => new(
                400,
                "file_column_missing",
                $"The table's columns of the date and the amount are not known by their titles, or one that was named is not there{place}: name them.",
                Parameter: StatementFiles.NameOf(StatementHint.DateColumn)
            ),
            StatementFault.InvestmentsOnly => new(
                400,
                "file_investments_only",
                "The file is of securities accounts alone, of which nothing is read: their cash, too, moves with what is bought and sold."
            ),
        };
    }
}
