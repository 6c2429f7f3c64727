namespace Affluent.TestBank.Scenarios;

/// <summary>Ways in which the bank misbehaves for one person, so that error paths can be tried on purpose.</summary>
public enum Fault
{
    /// <summary>Data endpoints answer 200 with an HTML maintenance page.</summary>
    Html,

    /// <summary>Data endpoints answer 500.</summary>
    Error500,

    /// <summary>The connection is closed without an answer.</summary>
    Nothing,

    /// <summary>The bank takes the request and never answers.</summary>
    Hang,

    /// <summary>The data of the last account answers 500, the others work.</summary>
    OneAccountFails,

    /// <summary>Each further page of movements is the first one again, for ever.</summary>
    RepeatPage,

    /// <summary>After the login the bank demands a new password and shows nothing else.</summary>
    PasswordExpired,

    /// <summary>After the login the person must accept new terms on the site, once.</summary>
    SiteAction,

    /// <summary>A third party that wants to give its tokens back is answered 503; data endpoints work.</summary>
    RevocationFails,
}

internal static class FaultNames
{
    /// <summary>The names that scenario files use, in snake case.</summary>
    public static readonly IReadOnlyDictionary<string, Fault> All = new Dictionary<string, Fault>(
        StringComparer.Ordinal
    )
    {
        ["html"] = Fault.Html,
        ["error_500"] = Fault.Error500,
        ["nothing"] = Fault.Nothing,
        ["hang"] = Fault.Hang,
        ["one_account_fails"] = Fault.OneAccountFails,
        ["repeat_page"] = Fault.RepeatPage,
        ["password_expired"] = Fault.PasswordExpired,
        ["site_action"] = Fault.SiteAction,
        ["revocation_fails"] = Fault.RevocationFails,
    };
}
