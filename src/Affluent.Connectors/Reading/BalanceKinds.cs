using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>What banks call kinds of balance. Pure.</summary>
internal static class BalanceKinds
{
    /// <summary>The kind of a word of ISO 20022, STET or the Berlin Group, whatever its case.</summary>
    public static BankBalanceKind Read(string? word) =>
        word?.ToUpperInvariant() switch
        {
            "CLBD" or "CLOSINGBOOKED" => BankBalanceKind.ClosingBooked,
            "ITBD" or "INTERIMBOOKED" => BankBalanceKind.InterimBooked,
            "OPBD" or "OPENINGBOOKED" => BankBalanceKind.OpeningBooked,
            "PRCD" or "PREVIOUSLYCLOSEDBOOKED" => BankBalanceKind.PreviouslyClosedBooked,
            "XPCD" or "EXPECTED" => BankBalanceKind.Expected,
            "VALU" or "VALUEDATE" => BankBalanceKind.ValueDate,
            "CLAV" or "CLOSINGAVAILABLE" => BankBalanceKind.ClosingAvailable,
            "ITAV" or "INTERIMAVAILABLE" or "AVAILABLE" => BankBalanceKind.InterimAvailable,
            "OPAV" or "OPENINGAVAILABLE" => BankBalanceKind.OpeningAvailable,
            "FWAV" or "FORWARDAVAILABLE" => BankBalanceKind.ForwardAvailable,
            "AUTHORISED" or "AUTHORIZED" => BankBalanceKind.Authorised,
            "NONINVOICED" => BankBalanceKind.NonInvoiced,
            "INFO" or "INFORMATION" => BankBalanceKind.Information,
            _ => BankBalanceKind.Other,
        };
}
