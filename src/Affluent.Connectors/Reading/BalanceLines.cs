using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>Rows among movements that only say what the balance is: banks of Brazil write them into OFX, others into tables. Pure.</summary>
internal static partial class BalanceLines
{
    /// <summary>Whether all of the texts of a row, of which one may be missing, say so.</summary>
    public static bool Is(params ReadOnlySpan<string?> texts)
    {
        var said = false;
        foreach (var text in texts)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }
            // "S A L D O"
            var plain = Spaced().Replace(PageText.Plain(text).Trim(), "");
            if (plain.Length > LongestTitle || !Title().IsMatch(plain))
            {
                return false;
            }
            said = true;
        }
        return said;
    }

    private const int LongestTitle = 60;

    [GeneratedRegex("(?<=^|^[a-z]|[ ][a-z])[ ](?=[a-z]([ ]|$))", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Spaced();

    /// <summary>The whole text, with a day behind it at most: a "solde de tout compte" is a salary.</summary>
    [GeneratedRegex(
        """
            ^(?:
              saldo(?:[ ](?:anterior|do[ ]dia|inicial|final|atual|actual|disponivel|parcial|em[ ]conta(?:[ ]corrente)?|total(?:[ ]disponivel)?(?:[ ]do)?(?:[ ]dia)?|iniziale|finale|contabile|disponibile|precedente))?
              | solde(?:[ ](?:anterieur|precedent|initial|final|d'ouverture|de[ ]cloture|crediteur|debiteur))?(?:[ ]au)?
              | (?:opening|closing|previous|starting|beginning|ending|daily|ledger)[ ]balance
              | balance[ ](?:brought|carried)[ ]forward
              | (?:anfangs|end|schluss|alter[ ]|neuer[ ])saldo | kontostand | beginsaldo | eindsaldo
            )
            [ .:;-]*(?:[0-9]{1,2}[/.-][0-9]{1,2}(?:[/.-][0-9]{2,4})?)?$
            """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace,
        5000
    )]
    private static partial Regex Title();
}
