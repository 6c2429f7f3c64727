using System.Net;
using System.Text;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>Files that a user sends in the widget.</summary>
public sealed class WidgetUploadTests
{
    private const string Back = "&redirect_url=https%3A%2F%2Fclient.example%2Fback&congrats_bypass_delay=0";
    private static readonly byte[] Qif = Encoding.UTF8.GetBytes("!Type:Bank\nD03/04/2026\nT-12.50\nPCafé\n^\n");
    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(FileBank.Ofx("42", (1, 10), 100, (3, -5, "a")));

    [Theory, OnBothDatabases]
    public async Task What_a_file_does_not_say_is_asked_for_in_turn(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var user = await app.CreateWidgetUser();
        var visitor = await Asked(app, user);

        await visitor.Do("answer");
        Says("File: please choose one.");
        await visitor.Upload(Qif);
        Says("File: it does not name its currency. Type it, and choose the file again.");
        visitor.Fill("currency", "EUR");
        await visitor.Upload(Qif);
        Assert.Equal("EUR", visitor.Find("#currency").GetAttribute("value"));
        visitor.Fill("account", "Mine");
        await visitor.Upload(Qif);
        Says("File: its dates can be read in two ways. Say which, and choose the file again.");
        await visitor.Upload("A letter"u8.ToArray());
        Says("File: it is none of the formats that can be read.");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);

        await visitor.Upload(Whole);
        await End(visitor);
        using var http = await app.SignedIn(user);
        Assert.Equal(-5m, Assert.Single(await http.Transactions()).Money("amount"));

        void Says(string text) => Assert.Equal(text, visitor.Find("#file-error").TextContent);
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_waits_for_a_file_that_is_looked_at(DatabaseKind kind)
    {
        Func<Task>? write = null;
        var written = false;
        await using var app = await FileBank.Start(
            kind,
            // Well below the time for which a writer waits.
            () => written = write is null || Task.Run(write).Wait(TimeSpan.FromSeconds(3))
        );
        var user = await app.CreateWidgetUser();
        var visitor = await Asked(app, user);
        write = () => app.CreateUser(user.Client);

        await visitor.Upload(Whole);

        Assert.True(written);
        await End(visitor);
    }

    [Theory, OnBothDatabases]
    public async Task A_file_too_large_is_said_so_on_its_page(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var visitor = await Asked(app, await app.CreateWidgetUser());

        await visitor.Upload(new byte[(16 * 1024 * 1024) + (64 * 1024)]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, visitor.Status);
        Assert.Equal("File: it is too large. Choose a shorter period.", visitor.Find("#file-error").TextContent);
        await visitor.Upload(Whole);
        await End(visitor);
    }

    [Theory, OnBothDatabases]
    public async Task Only_who_has_the_page_sends_a_file_and_only_for_its_question(DatabaseKind kind)
    {
        var looks = 0;
        await using var app = await FileBank.Start(kind, () => looks++);
        var visitor = await Asked(app, await app.CreateWidgetUser());

        foreach (var name in new[] { "token", "question_id" })
        {
            visitor.Find($"form:has([type=file]) input[name={name}]").SetAttribute("value", "1");
            await visitor.Upload(Whole);
            Assert.Equal("Upload", visitor.Showing[.."Upload".Length]);
            Assert.Equal(HttpStatusCode.OK, visitor.Status);
        }

        Assert.Equal(0, looks);
    }

    [Theory, OnBothDatabases]
    public async Task Who_will_send_none_stops(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var visitor = await Asked(app, await app.CreateWidgetUser());

        await visitor.Do("stop");

        await visitor.LookAgain();
        Assert.DoesNotContain("Upload", visitor.Showing, StringComparison.Ordinal);
    }

    /// <summary>A user who links the bank, and is asked for a file.</summary>
    private static async Task<PageVisitor> Asked(TestApp app, TestUser user)
    {
        var visitor = await app.Visit(await app.OpenWidget(user), "add_connection", $"{Back}&provider_id=2");
        await visitor.Submit();
        await visitor.WaitFor("Upload");
        return visitor;
    }

    private static async Task End(PageVisitor visitor)
    {
        for (var i = 0; i < 20 && visitor.SentTo is null; i++)
        {
            await visitor.LookAgain();
        }
        Assert.Contains("status=success", visitor.SentTo?.Query ?? visitor.Showing, StringComparison.Ordinal);
    }
}
