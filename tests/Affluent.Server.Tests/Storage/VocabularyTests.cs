using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Storage;

/// <summary>Rows and parameters hold typed ids and values of vocabularies; the database holds numbers and words.</summary>
public sealed class VocabularyTests
{
    [Theory, OnBothDatabases]
    public async Task Ids_and_words_go_to_the_database_and_come_back(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        var given = new Row
        {
            Id = new UserId(1L << 62),
            ConnectionId = null,
            DefinitionId = new ChannelDefinitionId("8701"),
            Type = EventType.ChooseBank,
            Other = null,
            Status = TransactionStatus.Booked,
            Day = new DateOnly(2026, 3, 2),
        };

        await test.Database.Write(
            async db =>
            {
                await db.Execute(
                    "create table words (id bigint, connection_id bigint, definition_id text, type text check (type in ({words EventType})), other text, status text, day integer)"
                );
                await db.Execute(
                    "insert into words values (@Id, @ConnectionId, @DefinitionId, @Type, @Other, @Status, @Day)",
                    given
                );
                await db.Insert(Table, [given]);
            },
            TestContext.Current.CancellationToken
        );

        var (rows, words, types, ids, missing, scalar, none) = await test.Database.Read(
            async db =>
                (
                    await db.Query<Row>("select * from words"),
                    await db.Query<string>("select type || '/' || status from words"),
                    await db.Query<EventType>("select type from words where type = @Type", new { given.Type }),
                    await db.Query<UserId>(
                        "select id from words where id {in @Ids}",
                        new { Ids = db.List([given.Id]) }
                    ),
                    await db.Query<ConnectionId?>("select connection_id from words"),
                    await db.Scalar<EventType?>("select type from words"),
                    await db.Scalar<UserId?>("select id from words where id = 0")
                ),
            TestContext.Current.CancellationToken
        );
        Assert.Equal([given, given], rows);
        Assert.Equal(["CHOOSE_BANK/BOOKED", "CHOOSE_BANK/BOOKED"], words);
        Assert.Equal([EventType.ChooseBank, EventType.ChooseBank], types);
        Assert.Equal([given.Id, given.Id], ids);
        Assert.Equal([null, null], missing);
        Assert.Equal(EventType.ChooseBank, scalar);
        Assert.Null(none);
    }

    [Theory, OnBothDatabases]
    public async Task A_word_outside_the_vocabulary_does_not_pass(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);

        await Assert.ThrowsAnyAsync<Exception>(() =>
            test.Database.Read(
                db => db.Query<EventType>("select 'choose_bank' as type"),
                TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    public void Words_are_upper_snake_case_unless_the_list_says_otherwise()
    {
        Assert.Equal("CHOOSE_BANK", EventType.ChooseBank.Word());
        Assert.Equal("not_here", Lower.NotHere.Word());
        Assert.True(Vocabulary<Lower>.TryRead("not_here", out var value));
        Assert.Equal(Lower.NotHere, value);
        Assert.False(Vocabulary<Lower>.TryRead("NOT_HERE", out _));
    }

    private static readonly BulkTable<Row> Table = new(
        "words",
        [
            new("id", BulkType.Long, r => r.Id.Value),
            new("connection_id", BulkType.Long, r => r.ConnectionId?.Value),
            new("definition_id", BulkType.Text, r => r.DefinitionId?.Value),
            new("type", BulkType.Text, r => r.Type.Word()),
            new("other", BulkType.Text, r => r.Other?.Word()),
            new("status", BulkType.Text, r => r.Status.Word()),
            new("day", BulkType.Int, r => r.Day),
        ]
    );

    [WordCase(WordCase.LowerSnake)]
    private enum Lower
    {
        Here,
        NotHere,
    }

    private sealed record Row
    {
        public UserId Id { get; init; }
        public ConnectionId? ConnectionId { get; init; }
        public ChannelDefinitionId? DefinitionId { get; init; }
        public EventType Type { get; init; }
        public EventType? Other { get; init; }
        public TransactionStatus Status { get; init; }
        public DateOnly Day { get; init; }
    }
}
