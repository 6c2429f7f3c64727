using Affluent.Connectors.Contract;
using Affluent.Server.Consents;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>A form that was sent for the step at which the session stands.</summary>
/// <param name="Language">That of the page that it was on.</param>
internal sealed record PostedForm(
    SessionContext Session,
    IFormCollection Fields,
    SessionActions Actions,
    Language Language
)
{
    /// <summary>The field that says which text was on the page, by its hash, where sending the form means to agree.</summary>
    public const string AgreedTextField = "agreed_text";

    /// <summary>The field that says what the form is to do.</summary>
    public const string ActionField = "do";

    /// <summary>What was made of the form's file, outside of the transaction; null: it holds none that was asked for.</summary>
    public StatementAnswer? File { get; init; }

    /// <summary>A text of the form; empty when it has none of this name.</summary>
    public string this[string field] => Fields[field].ToString();

    /// <summary>Whether exactly this text was on the page: between showing and agreeing it may have become another one.</summary>
    public bool AgreesTo(ConsentText text) => this[AgreedTextField] == text.Hash;

    /// <summary>What the form is to do; null when that is none of these actions.</summary>
    public T? Action<T>()
        where T : struct, Enum => Vocabulary<T>.TryRead(this[ActionField], out var action) ? action : null;
}

/// <summary>What a form comes to.</summary>
internal abstract record FormResult
{
    private FormResult() { }

    /// <summary>The session stands elsewhere now.</summary>
    public sealed record To(WidgetState Next) : FormResult;

    /// <summary>The form belongs to another page: nothing was done.</summary>
    public sealed record Ignored : FormResult;

    /// <summary>The form is to be corrected; by input, what is wrong with it. Nothing was done.</summary>
    public sealed record Rejected(IReadOnlyDictionary<string, InputFault> Faults) : FormResult
    {
        public Rejected(string field, InputFault fault)
            : this(new Dictionary<string, InputFault>(StringComparer.Ordinal) { [field] = fault }) { }

        /// <summary>Why nothing of a file is taken; null: it is about no file.</summary>
        public StatementAnswer.Refused? File { get; init; }
    }
}

/// <summary>A form as the user filled it in, and what is wrong with it.</summary>
internal sealed record RejectedForm(IFormCollection Fields, IReadOnlyDictionary<string, InputFault> Faults)
{
    /// <inheritdoc cref="FormResult.Rejected.File"/>
    public StatementAnswer.Refused? File { get; init; }
}
