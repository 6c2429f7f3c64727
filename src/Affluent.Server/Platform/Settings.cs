namespace Affluent.Server.Platform;

/// <summary>What an installation can be told, by file, environment (AFFLUENT_…) and command line, the later winning.</summary>
internal sealed record Settings
{
    /// <summary>sandbox or production.</summary>
    public InstallationKind Environment { get; init; } = InstallationKind.Sandbox;

    /// <summary>Where to listen.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:5100";

    /// <summary>Path of an SQLite file, or postgres://user:password@host:port/name.</summary>
    public string Database { get; init; } = "data/affluent.db";

    /// <summary>The master key of the vault.</summary>
    public string MasterKeyFile { get; init; } = "data/master.key";

    /// <summary>The key that signs access tokens (ES256, PEM).</summary>
    public string SigningKeyFile { get; init; } = "data/signing.key";

    /// <summary>How the authorization server is reached from outside; null: <see cref="Listen"/> + /auth.</summary>
    public Uri? AuthUrl { get; init; }

    /// <summary>How the API is reached from outside; null: <see cref="Listen"/> + /api.</summary>
    public Uri? ApiUrl { get; init; }

    /// <summary>How the widget is reached from outside; null: <see cref="Listen"/> + /embed.</summary>
    public Uri? EmbedUrl { get; init; }

    /// <summary>Origin of the test bank that the catalogue's test entries point to; null: no test bank.</summary>
    public Uri? TestBankUrl { get; init; }
}

/// <summary>What an installation is for.</summary>
internal enum InstallationKind
{
    /// <summary>Invented money: test bank, plain http on loopback.</summary>
    Sandbox,

    /// <summary>Real money: refuses everything that is only fit for a sandbox.</summary>
    Production,
}
