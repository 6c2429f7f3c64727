using System.Xml.Linq;
using Affluent.Architecture.Tests.Model;
using Affluent.Architecture.Tests.Rules;

namespace Affluent.Architecture.Tests;

/// <summary>The rules of ARCHITECTURE.md, kept over the sources as the compiler understands them.</summary>
public sealed class ArchitectureTests
{
    /// <summary>Each table belongs to one folder of the server: no other names it in SQL.</summary>
    private static readonly Dictionary<string, string> Owners = new(StringComparer.Ordinal)
    {
        ["schema_versions"] = "Storage",
        ["counters"] = "Platform",
        ["periodic_tasks"] = "Platform",
        ["master_keys"] = "Platform",
        ["user_keys"] = "Platform",
        ["throttles"] = "Platform",
        ["clients"] = "Authorization",
        ["authorizations"] = "Authorization",
        ["tokens"] = "Authorization",
        ["revocations"] = "Authorization",
        ["users"] = "Users",
        ["connections"] = "Connections",
        ["channels"] = "Connections",
        ["bank_revocations"] = "Connections",
        ["bank_outages"] = "Gates",
        ["bank_requests"] = "Gates",
        ["jobs"] = "Jobs",
        ["questions"] = "Jobs",
        ["category_rules"] = "Categories",
        ["category_rule_counts"] = "Categories",
        ["accounts"] = "Accounts",
        ["transactions"] = "Transactions",
        ["transaction_updates"] = "Transactions",
        ["transaction_versions"] = "Transactions",
        ["different_transactions"] = "Transactions",
        ["corrections"] = "Transactions",
        ["recategorizations"] = "Transactions",
        ["change_heads"] = "Transactions",
        ["change_sets"] = "Transactions",
        ["event_heads"] = "Events",
        ["events"] = "Events",
        ["event_feeds"] = "Events",
        ["queues"] = "Events",
        ["subscriptions"] = "Events",
        ["deliveries"] = "Events",
        ["webhooks"] = "Webhooks",
        ["webhook_counts"] = "Webhooks",
        ["webhook_attempts"] = "Webhooks",
        ["widget_sessions"] = "Widget",
        ["runs"] = "Connections",
        ["consents"] = "Consents",
        ["consent_texts"] = "Consents",
        ["recordings"] = "Recordings",
        ["recorded_readings"] = "Recordings",
        ["shadow_readings"] = "Recordings",
        ["simplefin_accesses"] = "SimpleFin",
        ["enable_banking_applications"] = "EnableBankingFacade",
        ["enable_banking_authorizations"] = "EnableBankingFacade",
        ["enable_banking_sessions"] = "EnableBankingFacade",
        ["enable_banking_accounts"] = "EnableBankingFacade",
        ["households"] = "Home",
        ["household_sessions"] = "Home",
        ["upstream_banks"] = "Upstreams",
        ["upstream_lists"] = "Upstreams",
    };

    /// <summary>What must be read or written together with another feature's change.</summary>
    private static readonly Dictionary<string, string[]> ForOthers = new(StringComparer.Ordinal)
    {
        ["ClientStore"] =
        [
            "Create",
            "List",
            "Closed",
            "Find",
            "FindByClientId",
            "Authenticate",
            "RotateSecret",
            "Update",
            "SetDisabled",
            "Delete",
        ],
        ["ThrottleStore"] = ["Find", "AddFailure", "TryBegin", "Confirm", "Pardon", "Forget"],
        ["PeriodicTaskStore"] = ["Claim", "Renew", "Finish"],
        ["TokenStore"] = ["DeleteOfUser"],
        ["QueueStore"] = ["Insert"],
        ["BankOutageStore"] = ["List"],
        ["JobStore"] = ["Find", "DueOf", "Running", "LockOf", "LockAll", "LockRunning", "Apply", "Delete"],
        ["QuestionStore"] = ["Find", "Open", "Ask", "Delete"],
        ["ConnectionsStore"] =
        [
            "LockOfProvider",
            "Find",
            "FindByAuthorization",
            "OfProvider",
            "SetRunning",
            "SetStatus",
            "SetOwner",
            "List",
            "ListOfClient",
            "OwnerOf",
        ],
        ["ChannelStore"] = ["OfTwins", "List", "InUse", "Save", "KeepReplaced", "Sessions"],
        ["BankRevocationStore"] =
        [
            "Put",
            "AnyDue",
            "Claim",
            "Renew",
            "PutOff",
            "PutOffAll",
            "Delete",
            "Waiting",
            "Rewrap",
        ],
        ["AccountsStore"] =
        [
            "CountSettlement",
            "SetBookedSince",
            "OwnerOf",
            "Find",
            "List",
            "IdsOf",
            "TypesOf",
            "OwnerNames",
            "AnyOf",
            "Select",
            "Erase",
        ],
        ["TransactionsStore"] = ["EraseOf", "EraseSome", "Find", "List"],
        ["WebhookStore"] = ["ClientOf", "List", "Rewrap"],
        ["CategoryRuleStore"] = ["Of"],
        ["WidgetStore"] = ["LockOf"],
        ["ConsentStore"] = ["NameConnection", "NameEnd", "List", "Text"],
        ["HouseholdStore"] = ["Find"],
        ["RecordingStore"] = ["Start", "IsOpen", "Add", "LeaveOut", "List", "Readings", "Delete", "EraseOf"],
        ["ShadowStore"] = ["Add", "List"],
        ["RecategorizationStore"] = ["Ask"],
        ["RunRecordStore"] = ["List", "Insert", "Prune"],
        ["UserStore"] = ["ClientOf", "CountOf", "Find", "FindByEmail", "List", "Next"],
    };

    /// <summary>Enums that are no vocabulary: their members are written nowhere.</summary>
    private static readonly string[] NotWords =
    [
        "AttemptAnswer",
        "BerlinGroupMember",
        "BulkType",
        "Column",
        "ExitCode",
        "HouseholdBankState",
        "Roles",
        "SettingKind",
        "OpenBankingMember",
        "EnableBankingMember",
        "StetMember",
    ];

    private static Sources Product => Sources.OfProduct;

    [Fact]
    public void The_ground_knows_no_feature_and_nobody_knows_the_commands() =>
        KnownOffences.AssertNoOthers("layers", Layers.Offences(Product));

    [Fact]
    public void Folders_know_each_other_without_circles() =>
        KnownOffences.AssertNoOthers("circles", Circles.Offences(Product));

    [Fact]
    public void A_store_is_called_by_others_only_where_it_is_meant_for_them()
    {
        KnownOffences.AssertNoOthers("stores", Stores.Offences(Product, ForOthers));
        Assert.Equal([], Stores.Unused(Product, ForOthers));
    }

    [Fact]
    public void Only_the_folder_that_owns_a_table_names_it_in_sql() =>
        KnownOffences.AssertNoOthers("tables", Tables.Offences(Product, Owners));

    [Fact]
    public void Every_table_has_an_owner()
    {
        var migrations = Repository.Files("src").Where(f => f.Path.EndsWith(".sql", StringComparison.Ordinal));

        var made = migrations.SelectMany(f => Tables.MadeBy(File.ReadAllText(f.FullPath)));

        Assert.Equal(
            Owners.Keys.Order(StringComparer.Ordinal),
            made.Concat(Tables.MadeBy(Product)).Distinct().Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_switch_over_an_enum_names_every_case() =>
        KnownOffences.AssertNoOthers("switches", Switches.Offences(Product));

    [Fact]
    public void Ids_are_told_apart_by_their_types() =>
        KnownOffences.AssertNoOthers("ids", Parameters.BareLongs(Product));

    [Fact]
    public void A_token_of_cancellation_has_one_name() =>
        KnownOffences.AssertNoOthers("cancellation", Parameters.CancellationNames(Product));

    [Fact]
    public void A_name_stands_for_one_type() => KnownOffences.AssertNoOthers("types", Names.TypesOfOneName(Product));

    [Fact]
    public void Names_are_words_that_a_newcomer_knows() =>
        KnownOffences.AssertNoOthers("idiom", Names.PrivateIdiom(Product));

    [Fact]
    public void A_word_of_a_closed_list_is_never_quoted() =>
        KnownOffences.AssertNoOthers("words", VocabularyWords.Offences(Product, NotWords));

    [Fact]
    public void Projects_know_only_whom_they_may_know() =>
        KnownOffences.AssertNoOthers(
            "projects",
            Projects.Offences(
                Repository
                    .Files("src")
                    .Where(f => f.Path.EndsWith(".csproj", StringComparison.Ordinal))
                    .Select(f => (Path.GetFileNameWithoutExtension(f.Path), XDocument.Load(f.FullPath)))
            )
        );

    [Fact]
    public void No_source_file_is_longer_than_one_can_read_at_a_sitting() =>
        KnownOffences.AssertNoOthers("length", Files.TooLong(Read(Repository.Files("src"))));

    [Fact]
    public void No_file_speaks_of_the_machine_it_was_written_on() =>
        KnownOffences.AssertNoOthers(
            "machines",
            Files.MachinePaths(
                Read(
                    Repository
                        .Files()
                        .Where(f =>
                            !Path.GetFileName(f.Path).StartsWith('.') && new FileInfo(f.FullPath).Length < 1_000_000
                        )
                )
            )
        );

    [Fact]
    public void The_page_about_the_architecture_names_every_folder() =>
        KnownOffences.AssertNoOthers(
            "page",
            Files.OffThePage(
                File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md")),
                [
                    .. Product.Files.Select(f => f.Project).Distinct(),
                    .. Product.Server.Select(f => f.Folder).Distinct().Where(folder => folder.Length > 0),
                ]
            )
        );

    [Fact]
    public void Pages_take_part_in_the_rules()
    {
        var pages = Repository
            .Files("src")
            .Select(f => f.Path)
            .Where(path =>
                path.EndsWith(".razor", StringComparison.Ordinal)
                && !path.EndsWith("_Imports.razor", StringComparison.Ordinal)
            );

        Assert.Equal([], pages.Except(Product.Files.Select(f => f.Path)));
    }

    private static IEnumerable<(string Path, string Text)> Read(IEnumerable<(string Path, string FullPath)> files) =>
        files.Select(f => (f.Path, File.ReadAllText(f.FullPath)));
}
