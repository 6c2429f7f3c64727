namespace Affluent.Server.Widget.Pages;

/// <summary>All pages. Whatever a session's state, at most one of them is for it.</summary>
internal static class WidgetPages
{
    public static IReadOnlyList<Func<SessionContext, WidgetPage?>> All { get; } =
    [
        BankListPage.For,
        AlreadyLinkedPage.For,
        ConsentPage.For,
        ChannelChoicePage.For,
        CredentialsPage.For,
        HandoffPage.For,
        CodePage.For,
        MethodPage.For,
        ApprovalPage.For,
        SiteActionPage.For,
        UploadPage.For,
        WorkingPage.For,
        AccountsPage.For,
        RemovalPage.For,
        OtherAccountsPage.For,
        FailedPage.For,
        AskAgainPage.For,
        NothingToAnswerPage.For,
        UnknownConnectionPage.For,
        EndedPage.For,
    ];

    /// <summary>The page that a session shows; null when it goes on by itself to the next.</summary>
    public static WidgetPage? Find(SessionContext session) =>
        All.Select(page => page(session)).FirstOrDefault(page => page is not null);
}
