using System.Globalization;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Home.Pages;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Home;

/// <summary>What a member of the household begins with: the linked banks, and all that can be done.</summary>
internal static class StartPage
{
    public const string ConnectionField = "connection";

    private static readonly Page AllConnections = new(1, 1000);

    public static async Task<IResult> Show(
        HttpContext context,
        HouseholdSetup setup,
        Database database,
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
            {
                var connections = await ConnectionsStore.List(db, member.UserId, AllConnections);
                var channels = (
                    await ShownChannels.Of(
                        db,
                        [.. connections.Select(connection => new ConnectionKey(member.UserId, connection.Id))]
                    )
                ).ToLookup(channel => channel.ConnectionId);
                return (
                    connections
                        .Select(connection =>
                            BankView.Of(connection, [.. channels[connection.Id]], visit.Language, time.LocalTimeZone)
                        )
                        .ToArray(),
                    await PeoplePage.IsFirst(db, member)
                );
            },
            cancellation
        );
        return PageMarkup.Of<Start, StartView>(
            visit.Frame(HouseholdVisit.Widget),
            new StartView
            {
                Banks = banks,
                ConnectsApps = ConnectAppPage.IsOffered(settings),
                AddsPeople = isFirst,
            }
        );
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
            : visit.Say(StatusCodes.Status429TooManyRequests, new HouseholdTexts(visit.Language).TooMany);
    }
}

/// <summary>What the start page shows.</summary>
public sealed record StartView
{
    /// <summary>The linked banks, oldest first.</summary>
    public required IReadOnlyList<BankView> Banks { get; init; }

    /// <summary>Whether applications may read.</summary>
    public required bool ConnectsApps { get; init; }

    /// <summary>Whether this member may add others.</summary>
    public required bool AddsPeople { get; init; }
}

/// <summary>A linked bank.</summary>
/// <param name="State">How it stands, in words.</param>
/// <param name="Read">When something was read last, in words.</param>
/// <param name="NeedsUser">Whether it goes on only when the user does something.</param>
public sealed record BankView(string Id, string Name, string State, string Read, bool NeedsUser)
{
    internal static BankView Of(
        ConnectionRow connection,
        IReadOnlyList<ChannelRow> channels,
        Language language,
        TimeZoneInfo zone
    )
    {
        var texts = new StartTexts(language);
        var state = StateOf(connection, channels);
        var last = channels.Max(channel => channel.LastSuccessAt);
        return new BankView(
            connection.Id.ToString(),
            connection.Name,
            texts.Of(state),
            last is { } at ? texts.LastRead(Moment(at, language, zone)) : texts.NeverRead,
            state == HouseholdBankState.NeedsUser
        );
    }

    /// <summary>How a bank stands, as far as a person wants to know.</summary>
    internal static HouseholdBankState StateOf(ConnectionRow connection, IReadOnlyList<ChannelRow> channels) =>
        connection.Status == ConnectionStatus.Closed ? HouseholdBankState.Ended
        : channels.Any(channel => WaitsForUser(channel.Status)) ? HouseholdBankState.NeedsUser
        : connection.Status switch
        {
            ConnectionStatus.Running => HouseholdBankState.BeingRead,
            ConnectionStatus.Success => HouseholdBankState.UpToDate,
            ConnectionStatus.PartialSuccess => HouseholdBankState.ReadInPart,
            ConnectionStatus.Failed => HouseholdBankState.NotReachable,
            ConnectionStatus.None => HouseholdBankState.NotReadYet,
            ConnectionStatus.Closed => HouseholdBankState.Ended,
        };

    private static bool WaitsForUser(ChannelStatus status) =>
        status switch
        {
            ChannelStatus.AuthFailed
            or ChannelStatus.TokenExpired
            or ChannelStatus.PasswordChangeRequired
            or ChannelStatus.ChallengeRequired
            or ChannelStatus.UserActionRequired => true,
            ChannelStatus.Empty or ChannelStatus.Running or ChannelStatus.Success or ChannelStatus.Failed => false,
        };

    private static string Moment(long seconds, Language language, TimeZoneInfo zone) =>
        TimeZoneInfo
            .ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), zone)
            .ToString("d MMMM yyyy, HH:mm", CultureInfo.GetCultureInfo(language.Culture()));
}

/// <summary>How a linked bank stands, as far as a person wants to know.</summary>
internal enum HouseholdBankState
{
    NotReadYet,
    BeingRead,
    UpToDate,

    /// <summary>Some of it could not be read.</summary>
    ReadInPart,

    /// <summary>Nothing could be read, for a reason that may go by itself.</summary>
    NotReachable,
    NeedsUser,
    Ended,
}

internal sealed class StartTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Your banks", fr: "Vos banques");

    public string None =>
        Say(
            en: "No bank is linked yet. Link one: you choose it, sign in there, and come back here.",
            fr: "Aucune banque n’est encore connectée. Connectez-en une : vous la choisissez, vous vous identifiez chez elle, et vous revenez ici."
        );

    public string Link => Say(en: "Link a bank", fr: "Connecter une banque");
    public string Manage => Say(en: "Manage accounts", fr: "Gérer les comptes");
    public string Connect => Say(en: "Connect an app", fr: "Relier une application");
    public string People => Say(en: "People of the household", fr: "Personnes du foyer");
    public string Renew => Say(en: "Renew access", fr: "Renouveler l’accès");

    public string RenewOf(string bank) => Say(en: $"Renew access: {bank}", fr: $"Renouveler l’accès : {bank}");

    public string LastRead(string moment) => Say(en: $"Last read on {moment}", fr: $"Dernière lecture le {moment}");

    public string NeverRead => Say(en: "Nothing was read so far", fr: "Rien n’a encore été lu");

    public string Of(HouseholdBankState state) =>
        state switch
        {
            HouseholdBankState.NotReadYet => Say(
                en: "Waits for its first reading",
                fr: "En attente d’une première lecture"
            ),
            HouseholdBankState.BeingRead => Say(en: "Is being read", fr: "Lecture en cours"),
            HouseholdBankState.UpToDate => Say(en: "Up to date", fr: "À jour"),
            HouseholdBankState.ReadInPart => Say(
                en: "A part could not be read; it is tried again by itself",
                fr: "Une partie n’a pas pu être lue ; nouvel essai automatique"
            ),
            HouseholdBankState.NotReachable => Say(
                en: "Could not be read; it is tried again by itself",
                fr: "N’a pas pu être lue ; nouvel essai automatique"
            ),
            HouseholdBankState.NeedsUser => Say(
                en: "Needs you: the bank wants you to sign in again",
                fr: "A besoin de vous : la banque veut que vous vous identifiiez à nouveau"
            ),
            HouseholdBankState.Ended => Say(en: "Is read no more", fr: "N’est plus lue"),
        };
}
