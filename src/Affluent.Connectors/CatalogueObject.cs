using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using static Affluent.Connectors.CatalogueShape;

namespace Affluent.Connectors;

/// <summary>An object of the catalogue's files and all members that it may have.</summary>
internal sealed record CatalogueObject(string Name, IReadOnlyList<CatalogueMember> Members)
{
    private const string TimeOfDay = "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$";
    private const string Moment =
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})$";

    private static readonly ReconciliationSettings UsualRules = new();
    private static readonly OutageSettings UsualOutage = new();

    private static readonly CatalogueMember Schema = new(
        "$schema",
        Text,
        "where an editor finds this description; not looked at"
    );

    private static readonly CatalogueMember Ids = new(
        "transaction_ids",
        Choice<TransactionIds>,
        "what the bank's own ids are worth: none, or new ones each time (`ABSENT`); stable once booked; stable"
    );

    private static readonly IReadOnlyList<CatalogueMember> Rules =
    [
        new(
            "tiers",
            () => List(OneOf(UsualRules.Tiers.Select(Word))),
            "which tiers are in use besides the bank's ids and equal rows"
        )
        {
            UnlessSaid = new JsonArray([.. UsualRules.Tiers.Select(tier => JsonValue.Create(Word(tier)))]),
        },
        new(
            "pending_days",
            () => Number(0, ReconciliationSettings.MostPendingDays),
            "days that may lie between an announced transaction and the booked one"
        )
        {
            UnlessSaid = UsualRules.PendingDays,
        },
        new(
            "date_shift_days",
            () => Number(0, ReconciliationSettings.MostDateShiftDays),
            "days by which the bank may move a booked transaction"
        )
        {
            UnlessSaid = UsualRules.DateShiftDays,
        },
        new("text_edits", Switch, "whether the bank may word a booked transaction anew")
        {
            UnlessSaid = UsualRules.TextEdits,
        },
        new(
            "card_amount_percent",
            () => Number(0, ReconciliationSettings.MostCardAmountPercent),
            "by how much a card payment may differ from what was announced: petrol, tips, hotels"
        )
        {
            UnlessSaid = UsualRules.CardAmountPercent,
        },
        new(
            "foreign_amount_percent",
            () => Number(0, ReconciliationSettings.MostForeignAmountPercent),
            "the same of a payment whose text names a foreign currency"
        )
        {
            UnlessSaid = UsualRules.ForeignAmountPercent,
        },
    ];

    public static readonly CatalogueObject Reconciliation = new("reconciliation", Rules);

    public static readonly CatalogueObject ShadowReconciliation = new("shadow_reconciliation", [Ids, .. Rules]);

    public static readonly CatalogueObject QuietHours = new(
        "quiet_hours",
        [
            new("from", () => Text(TimeOfDay), "when they begin, in the bank's zone (`23:30`)") { Required = true },
            new("until", () => Text(TimeOfDay), "when they end") { Required = true },
            new("days", () => List(Choice<DayOfWeek>()), "days of the week on which they begin; without it every day"),
        ]
    );

    public static readonly CatalogueObject Maintenance = new(
        "maintenance",
        [
            new("from", () => Text(Moment), "when it begins, with the offset (`2026-12-01T22:00+01:00`)")
            {
                Required = true,
            },
            new("until", () => Text(Moment), "when it ends") { Required = true },
        ]
    );

    public static readonly CatalogueObject Outage = new(
        "outage",
        [
            new("failures", () => Number(1, 1_000), "connections in a row that fail before the bank counts as down")
            {
                UnlessSaid = UsualOutage.Failures,
            },
            new("first_pause_seconds", () => Number(1, 86_400), "how long it is then left alone at first")
            {
                UnlessSaid = (int)UsualOutage.FirstPause.TotalSeconds,
            },
            new("longest_pause_seconds", () => Number(1, 86_400), "how long at most")
            {
                UnlessSaid = (int)UsualOutage.LongestPause.TotalSeconds,
            },
        ]
    );

    public static readonly CatalogueObject Credential = new(
        "credential",
        [
            new("id", () => Text("^[1-9][0-9]{0,17}$"), "decimal number") { Required = true },
            new("name", SomeText, "short technical name, as the form's input may be called") { Required = true },
            new(
                "labels",
                () =>
                {
                    var labels = Texts();
                    labels["required"] = new JsonArray("en", "fr");
                    return labels;
                },
                "what users read, by language"
            )
            {
                Required = true,
            },
            new("type", () => OneOf(["TEXT", "PWD"]), "plain, or not to be seen on the screen") { Required = true },
            new("encrypt", Switch, "whether the published API marks it as to be encrypted") { UnlessSaid = false },
            new("regexp", Text, "what a value must look like as a whole; without it, anything"),
            new("optional", Switch, "whether it may be left empty") { UnlessSaid = false },
        ]
    );

    private static readonly CatalogueMember ClientCertificate = new(
        "client_certificate",
        Switch,
        "whether the bank wants to see your certificate when a connection is made"
    )
    {
        UnlessSaid = false,
    };

    private static readonly CatalogueMember Settings = new(
        "settings",
        () => new JsonObject { ["type"] = "object" },
        "what the family asks for: texts, or objects of names and texts"
    );

    public static readonly CatalogueObject Strict = new("strict", [ClientCertificate, Settings]);

    public static readonly CatalogueObject Channel = new(
        "channel",
        [
            new(
                "id",
                () => Text("^[1-9][0-9]{0,17}[0-9]{2}$"),
                "the bank's id followed by `01` (REDIRECT) or `00` (EMBEDDED), which it is unless said; of several channels REDIRECT each says its own, up to `99`"
            ),
            new(
                "connector",
                () => OneOf(Families.All.Select(f => f.Manifest.Family)),
                "which family speaks there; or, in its place, `profile`"
            ),
            new("profile", () => Text("^[a-z0-9][a-z0-9-]{0,63}$"), "the profile that says what this channel does not"),
            new(
                CatalogueProfiles.Like,
                () => Text("^[a-z0-9][a-z0-9-]{0,63}$"),
                "in the place of `profile`: the profile of a bank that the test bank imitates on this channel, at addresses of its own; a variable that is not set becomes its own name"
            ),
            new(
                CatalogueProfiles.Strict,
                () => Of(Strict),
                "of test banks alone: what counts in the place of the same members of the channel where the test bank is `lenient` or `strict` (`test_bank_strictness`); in plain text nobody shows a certificate"
            ),
            new("mode", Choice<ChannelMode>, "which way in: that of the family, which it is unless said"),
            new("account_types", () => SomeOf(Choice<BankAccountType>()), "kinds of account that it brings")
            {
                Required = true,
            },
            new("interactive", Switch, "whether the bank may ask questions during a run") { UnlessSaid = false },
            new("unavailable", Switch, "whether it is out of service") { UnlessSaid = false },
            new("consent_days", () => Number(1, 3650), "how long an authorization lasts") { UnlessSaid = 180 },
            new(
                "unattended_readings",
                () => Number(1, 1_000),
                "how often an account may be read within 24 hours without the user (REDIRECT: 4 unless said; EMBEDDED: no bound)"
            ),
            Ids with
            {
                UnlessSaid = Word(TransactionIds.Absent),
            },
            new("reconciliation", () => Of(Reconciliation), "how the bank changes rows that it has listed before"),
            new(
                "shadow_reconciliation",
                () => Of(ShadowReconciliation),
                "other rules that are tried beside these and decide nothing"
            ),
            new(
                "balance_kinds",
                () => List(Choice<BankBalanceKind>()),
                "which kind of balance is published as `balance`, the best first, where it is not the usual one; the others come after, one that counts a credit limit last"
            ),
            new("card_balance_kinds", () => List(Choice<BankBalanceKind>()), "the same of cards"),
            ClientCertificate,
            new(
                "certificates",
                Choice<CertificateGeneration>,
                "which of your certificates the bank knows, for connections and signatures: those that are set now, or those to come"
            )
            {
                UnlessSaid = Word(CertificateGeneration.Present),
            },
            new(
                "certificate_authorities",
                SomeText,
                "the authorities (PEM) by which the bank's own certificate is judged, and by no other; without it those of the machine"
            ),
            Settings,
            new(
                "credentials",
                () => SomeOf(Of(Credential)),
                "fields of the login form (EMBEDDED); what the user is asked for before going to the bank (REDIRECT of the family `berlin_group`)"
            ),
        ]
    );

    public static readonly CatalogueObject UpstreamBank = new(
        "upstream_bank",
        [
            new("name", SomeText, "as the list calls it, in the country of the bank; without it the BIC says it"),
            new("psu_type", Choice<PsuType>, "whose accounts are meant: the list has an entry for each kind")
            {
                UnlessSaid = Word(PsuType.Personal),
            },
            new(
                "place",
                Choice<UpstreamPlace>,
                "when users are led that way: before all others, where no other `REDIRECT` can be used, or never: the two are banks by themselves then"
            )
            {
                UnlessSaid = Word(UpstreamPlace.FallBack),
            },
        ]
    );

    public static readonly CatalogueObject Bank = new(
        "bank",
        [
            Schema,
            new(
                "id",
                () => Text("^(?:[1-8][0-9]{0,17}|9[0-9]{0,8}|9[0-9]{10,17})$"),
                "decimal number, never used again for another bank; those of ten digits that begin with 9 belong to banks that an upstream lists"
            )
            {
                Required = true,
            },
            new("name", SomeText, "as shown to users") { Required = true },
            new("country_code", () => Text($"^[A-Z]{{3}}$|{Placeholder}"), "ISO 3166-1 alpha-3 (`FRA`)")
            {
                Required = true,
            },
            new("bic", () => Text(CatalogueReader.BicPattern), "how payments name it (ISO 9362)"),
            new(
                "verified",
                Choice<Verification>,
                "how it is known that the entry is right: recorded exchanges were replayed, what the bank publishes was read, or not at all"
            )
            {
                UnlessSaid = Word(Verification.None),
            },
            new("base_url", Address, "the bank's public site") { Required = true },
            new("time_zone", SomeText, "zone in which the bank's days are meant, by its IANA name")
            {
                UnlessSaid = "Europe/Paris",
            },
            new(
                "concurrent_runs",
                () => Number(1, 10_000),
                "how many synchronizations may ask the bank at the same time, over all users and processes; a quarter of them is left to users who wait"
            )
            {
                UnlessSaid = Provider.StandardConcurrentRuns,
            },
            new(
                "readings_a_day",
                () => Number(1, CatalogueReader.UnattendedReadingsByLaw),
                "how often a connection is read by itself: once by night, or evenly up to 4 times; not more than `unattended_readings` of its channels"
            )
            {
                UnlessSaid = 1,
            },
            new(
                "requests_per_second",
                () => Number(1, 10_000),
                "how many requests a second the bank bears, over all users and processes; without it there is no bound"
            ),
            new("quiet_hours", () => List(Of(QuietHours)), "when nothing is read by night"),
            new("maintenance", () => List(Of(Maintenance)), "when the bank is closed, to users who wait too"),
            new("outage", () => Of(Outage), "when a bank is taken to be down, and for how long it is left alone"),
            new("test", Switch, "whether its money is invented; refused in production") { UnlessSaid = false },
            new("variables", Texts, "values of the bank's own for placeholders, `{name}`"),
            new(
                "upstream_bank",
                () => Of(UpstreamBank),
                "which bank of an upstream's list this is, and when it is read that way; without it the BIC says it, where exactly one bank here and one of the list bear it"
            ),
            new(
                "channels",
                () => SomeOf(Of(Channel)),
                "the ways to the bank: `REDIRECT`, several of them in the order in which they are preferred, and at most one `EMBEDDED`"
            )
            {
                Required = true,
            },
        ]
    );

    public static readonly CatalogueObject Profile = new(
        "profile",
        [
            Schema,
            new("profile", () => Text("^[a-z0-9][a-z0-9-]{0,63}$"), "its name: lower-case letters, digits and hyphens")
            {
                Required = true,
            },
            new(
                "channel",
                () => Reference("profile_channel"),
                "what the channels of its brands share: all members of a channel but `id` and `mode`"
            )
            {
                Required = true,
            },
        ]
    );

    public static readonly CatalogueObject Brands = new(
        "brands",
        [
            Schema,
            new("common", () => Reference("common"), "members of a bank, for all that do not say them themselves"),
            new("brands", () => SomeOf(Reference("brand")), "the banks") { Required = true },
        ]
    );

    private readonly HashSet<string> _names = [.. Members.Select(m => m.Name)];

    /// <summary>Whether it has a member of that name.</summary>
    public bool Knows(string member) => _names.Contains(member);
}
