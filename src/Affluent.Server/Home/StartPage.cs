using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Home.Pages;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Home;

/// <summary>What a member of the household begins with: the linked banks, and all that can be done.</summary>
internal static class StartPage
{
    public const string ConnectionField = "connection";

    public static async Task<IResult> Show(
        HttpContext context,
        HouseholdSetup setup,
        Database database,
        ConnectionView view,
        Banks offered,
        Addresses addresses,
        Settings settings,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return await setup.IsOpen(cancellation)
                ? new SeeOther(HouseholdVisit.Setup)
                : MemberSignInPage.AskFor(HouseholdVisit.Root);
        }
        var (banks, isFirst) = await database.Read(
            async db =>
                (await HouseholdBank.List(db, member, view, time.Seconds()), await PeoplePage.IsFirst(db, member)),
            cancellation
        );
        return PageMarkup.Of<Start, StartView>(
            visit.Frame(HouseholdVisit.Widget) with
            {
                Showing = HouseholdBank.Showing(banks),
                // Nothing else changes while somebody looks on.
                Progress = banks.Any(bank => bank.State == HouseholdBankState.BeingRead)
                    ? HouseholdVisit.Progress
                    : null,
            },
            new StartView
            {
                Banks = [.. banks.Select(bank => BankView.Of(bank, visit.Language, time.LocalTimeZone))],
                OffersBanks = offered.All.Any(bank => offered.Offered(bank.Id) is not null),
                HowToOffer = $"{addresses.Docs}/how-to/at-home#3-name-your-banks-three-settings",
                ConnectsApps = ConnectAppPage.IsOffered(settings),
                AddsPeople = isFirst,
                News = visit.News,
            }
        );
    }

    /// <summary>Tells the start page's script whether there is something else to see.</summary>
    public static async Task<IResult> Progress(
        HttpContext context,
        Database database,
        ConnectionView view,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        return TypedResults.Json(
            new ProgressMessage(
                visit.Member is { } member
                    ? HouseholdBank.Showing(
                        await database.Read(db => HouseholdBank.List(db, member, view, time.Seconds()), cancellation)
                    )
                    // Signed out meanwhile.
                    : "",
                Text: null
            ),
            WidgetJson.Default.ProgressMessage
        );
    }

    /// <summary>Has a bank read for the member, who is there: the bank may ask something.</summary>
    public static async Task<IResult> Synchronize(
        HttpContext context,
        RequestLimits limits,
        Database database,
        UserDatabase users,
        ConnectionView view,
        Banks banks,
        BankRevocations revocations,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return MemberSignInPage.AskFor(HouseholdVisit.Root);
        }
        if (
            await visit.Read() is not { } form
            || !Ids.TryRead<ConnectionId>(form[ConnectionField].ToString(), out var connectionId)
        )
        {
            return visit.Outdated();
        }
        var address = context.Connection.RemoteIpAddress;
        if (
            limits.Take(LimitedAction.Synchronization, member.ClientId, member.UserId.ToString(), address) is
            { } seconds
        )
        {
            return visit.TooMany(seconds);
        }
        var known = await database.Read(db => HouseholdBank.List(db, member, view, time.Seconds()), cancellation);
        // One that cannot be read now, or is being read, says so on the page.
        if (known.Any(bank => bank.Id == connectionId && bank.CanBeRead))
        {
            var present = Presence.OfBrowser(context);
            var ways = new Ways(banks, revocations);
            await users.Write(
                member.UserId,
                member.ClientId,
                work => ConnectionEdits.Synchronize(work, connectionId, JobRequest.All, present, ways),
                cancellation
            );
        }
        return new SeeOther(HouseholdVisit.Root);
    }

    /// <summary>Opens the widget, which comes back here.</summary>
    public static async Task<IResult> OpenWidget(
        HttpContext context,
        WidgetSessions sessions,
        Addresses addresses,
        CancellationToken cancellation
    )
    {
        var visit = await HouseholdVisit.Of(context);
        if (visit.Member is not { } member)
        {
            return MemberSignInPage.AskFor(HouseholdVisit.Root);
        }
        if (
            await visit.Read() is not { } form
            || !Vocabulary<WidgetPurpose>.TryRead(form[PostedForm.ActionField].ToString(), out var purpose)
        )
        {
            return visit.Outdated();
        }
        var named = Ids.TryRead<ConnectionId>(form[ConnectionField].ToString(), out var id) ? id : (ConnectionId?)null;
        if (named is null && purpose is WidgetPurpose.EditCredentials or WidgetPurpose.UserInput)
        {
            return visit.Outdated();
        }
        var back = new Uri(addresses.Household);
        var parameters = new WidgetParameters
        {
            RedirectUrl = back,
            CancelUrl = back,
            Language = visit.Language,
            ConnectionId = named,
        };
        return
            await sessions.Open(
                new ActingUser(member.ClientId, member.UserId),
                member.TokenId,
                parameters,
                context.Connection.RemoteIpAddress,
                cancellation
            )
                is { } session
            ? new SeeOther($"{addresses.Embed}{ApiVersion.V21.Path}/widget/{WidgetEndpoints.Link(purpose, session.Id)}")
            : visit.TooMany();
    }
}

/// <summary>What the start page shows.</summary>
public sealed record StartView
{
    /// <summary>The linked banks, oldest first.</summary>
    public required IReadOnlyList<BankView> Banks { get; init; }

    /// <summary>Whether there is any bank to link.</summary>
    public required bool OffersBanks { get; init; }

    /// <summary>The page of the documentation that says how there is one.</summary>
    public required string HowToOffer { get; init; }

    /// <summary>Whether applications may read.</summary>
    public required bool ConnectsApps { get; init; }

    /// <summary>Whether this member may add others.</summary>
    public required bool AddsPeople { get; init; }

    /// <summary>What has just been done; null: nothing.</summary>
    public required string? News { get; init; }
}

/// <summary>A linked bank.</summary>
/// <param name="State">How it stands, in words.</param>
/// <param name="Read">When something was read last, in words.</param>
/// <param name="Next">When it can be read, or is read next, in words; null: there is nothing to say.</param>
/// <param name="Way">What its button leads to; null: there is nothing to do.</param>
/// <param name="NeedsUser">Whether it goes on only when the user does something.</param>
public sealed record BankView(
    string Id,
    string Name,
    string State,
    string Read,
    string? Next,
    BankWay? Way,
    bool NeedsUser
)
{
    internal static BankView Of(HouseholdBank bank, Language language, TimeZoneInfo zone)
    {
        var texts = new StartTexts(language);
        BankWay? way = bank.State switch
        {
            HouseholdBankState.NeedsUser => BankWay.Renew,
            HouseholdBankState.Asks => BankWay.Answer,
            HouseholdBankState.Unfinished => BankWay.GoOn,
            HouseholdBankState.NotReadYet
            or HouseholdBankState.BeingRead
            or HouseholdBankState.UpToDate
            or HouseholdBankState.ReadInPart
            or HouseholdBankState.NotReachable
            or HouseholdBankState.WantsFewer
            or HouseholdBankState.NotSetUp
            or HouseholdBankState.PutOff
            or HouseholdBankState.Ended => bank.CanBeRead ? BankWay.Read : null,
        };
        return new BankView(
            bank.Id.ToString(),
            bank.Name,
            texts.Of(bank.State),
            bank.LastRead is { } at ? texts.LastRead(Local(at)) : texts.NeverRead,
            bank switch
            {
                { State: HouseholdBankState.Ended } => null,
                { ClosedUntil: { } opens } => texts.ClosedUntil(Local(opens)),
                { NextTry: { } next } => texts.TriedAgain(Local(next)),
                _ => null,
            },
            way,
            way is BankWay.Renew or BankWay.Answer or BankWay.GoOn
        );

        DateTimeOffset Local(long seconds) =>
            TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), zone);
    }
}

/// <summary>What can be done about a linked bank.</summary>
public enum BankWay
{
    /// <summary>Have it read now.</summary>
    Read,

    /// <summary>Answer what it asks.</summary>
    Answer,

    /// <summary>Sign in there anew.</summary>
    Renew,

    /// <summary>Link it to the end.</summary>
    GoOn,
}
