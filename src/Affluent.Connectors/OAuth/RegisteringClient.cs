namespace Affluent.Connectors.OAuth;

/// <summary>Who registers.</summary>
/// <param name="Name">As users read it at the bank.</param>
/// <param name="Contacts">Mail addresses of people.</param>
/// <param name="RedirectUri">To which the bank sends users back.</param>
public sealed record RegisteringClient(string Name, IReadOnlyList<string> Contacts, string RedirectUri)
{
    /// <summary>The number at the authority, of the certificate (<c>PSDFR-ACPR-12345</c>).</summary>
    public string? LegalId { get; init; }

    /// <summary>Whose certificate is shown (RFC 4514).</summary>
    public string? CertificateSubject { get; init; }

    /// <summary>What a directory says of the client (RFC 7591, section 2.3).</summary>
    public string? SoftwareStatement { get; init; }
}

/// <summary>What is kept of a registration to look at it, change it and end it.</summary>
/// <param name="Address">Where.</param>
/// <param name="Id">As whom the bank knows us.</param>
public sealed record RegisteredClient(Uri Address, string Id)
{
    /// <summary>With which the bank lets us (RFC 7592, section 3); null: with one that we ask for as its client.</summary>
    public string? Token { get; init; }

    /// <summary>The client's secret; null: it has none.</summary>
    public string? Secret { get; init; }

    /// <inheritdoc />
    public override string ToString() => Id;
}
