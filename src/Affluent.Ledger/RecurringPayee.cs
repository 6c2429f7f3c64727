namespace Affluent.Ledger;

/// <summary>Whom a movement goes to or comes from, and what that says of it.</summary>
internal static class RecurringPayee
{
    private static readonly HashSet<string> Salaries = Words(
        "SALAIRE SALAIRES PAIE PAYE REMUNERATION SALARY WAGES PAYROLL LOHN GEHALT BEZUEGE NOMINA SALARIO SALARIS LOON STIPENDIO"
    );
    private static readonly HashSet<string> Rents = Words("LOYER LOYERS RENT MIETE ALQUILER HUUR AFFITTO");
    private static readonly HashSet<string> Loans = Words(
        "PRET PRETS EMPRUNT LOAN MORTGAGE DARLEHEN KREDIT BAUFINANZIERUNG PRESTAMO HIPOTECA HYPOTHEEK LENING MUTUO PRESTITO"
    );

    // What banks put into the words of one contract, and change each time.
    private static readonly HashSet<string> Months = Words(
        "JANVIER FEVRIER MARS AVRIL MAI JUIN JUILLET AOUT SEPTEMBRE OCTOBRE NOVEMBRE DECEMBRE "
            + "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER "
            + "JANUAR FEBRUAR MARZ MAERZ JUNI JULI OKTOBER DEZEMBER ENERO FEBRERO MARZO ABRIL MAYO JUNIO JULIO AGOSTO "
            + "SEPTIEMBRE OCTUBRE NOVIEMBRE DICIEMBRE JANUARI FEBRUARI MAART MEI AUGUSTUS GENNAIO FEBBRAIO APRILE MAGGIO "
            + "GIUGNO LUGLIO SETTEMBRE OTTOBRE NOVEMBRE DICEMBRE JAN FEB MAR APR JUN JUL AUG SEP SEPT OCT OKT NOV DEC DEZ"
    );

    /// <summary>The same for movements that may be of one series; null when nothing names the payee.</summary>
    public static string? Of(RecurringMovement movement)
    {
        var who = Named(movement);
        return who is null ? null : $"{movement.Currency}|{(movement.Amount < 0 ? '-' : '+')}|{who}";
    }

    /// <summary>By what movements of a series are of one payee.</summary>
    public static RecurringReason Reason(RecurringMovement movement) =>
        movement switch
        {
            { Mandate: not null } => RecurringReason.SameMandate,
            { CreditorId: not null } => RecurringReason.SameCreditor,
            _ when Telling(movement.Counterparty) != "" => RecurringReason.SameCounterparty,
            _ => RecurringReason.SameWords,
        };

    /// <summary>What it is.</summary>
    /// <param name="isPrice">The amount is always the same, or changed rarely.</param>
    public static RecurringKind Kind(RecurringMovement last, bool isPrice)
    {
        var words = Split($"{last.Label} {last.Counterparty}").ToArray();
        if (last.Amount > 0)
        {
            return words.Any(Salaries.Contains) ? RecurringKind.Salary : RecurringKind.Income;
        }
        if (last.Type == TransactionType.BankFee)
        {
            return RecurringKind.BankFee;
        }
        if (words.Any(Rents.Contains))
        {
            return RecurringKind.Rent;
        }
        if (words.Any(Loans.Contains))
        {
            return RecurringKind.Loan;
        }
        return last.Type switch
        {
            TransactionType.PointOfSale or TransactionType.ElectronicPayment => RecurringKind.Subscription,
            TransactionType.DirectDebit => isPrice ? RecurringKind.Subscription : RecurringKind.Bill,
            TransactionType.RepeatingPayment or TransactionType.InternalTransfer or TransactionType.PotentialTransfer =>
                RecurringKind.Transfer,
            TransactionType.CreditCardPayment => RecurringKind.CreditCardPayment,
            TransactionType.BankFee => RecurringKind.BankFee,
            TransactionType.Credit
            or TransactionType.Debit
            or TransactionType.Interest
            or TransactionType.Dividend
            or TransactionType.Deposit
            or TransactionType.Atm
            or TransactionType.Check
            or TransactionType.Cash
            or TransactionType.DirectDeposit
            or TransactionType.Other => RecurringKind.Other,
        };
    }

    private static string? Named(RecurringMovement movement)
    {
        if (movement is { Mandate: { } mandate })
        {
            return $"m:{movement.CreditorId}:{mandate}";
        }
        if (movement is { CreditorId: { } creditor })
        {
            return $"i:{creditor}";
        }
        var words = Telling(movement.Counterparty) is { Length: > 0 } named ? named : Telling(movement.Label);
        return words.Length == 0 ? null : $"w:{words}";
    }

    private static string Telling(string? text) =>
        text is null ? "" : string.Join(' ', Split(text).Where(word => word.Length > 1 && !Months.Contains(word)));

    // Words of letters alone: numbers change each time.
    private static IEnumerable<string> Split(string text) =>
        FoldedLetters
            .Fold(text)
            .Split([' ', '\n', '.', ',', '*', '/', '-', ':', '(', ')', '\''], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.ToUpperInvariant())
            .Where(word => !word.Any(char.IsDigit));

    private static HashSet<string> Words(string words) => new(words.Split(' '), StringComparer.Ordinal);
}
