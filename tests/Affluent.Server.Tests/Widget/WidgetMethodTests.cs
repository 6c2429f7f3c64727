using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Widget;

/// <summary>A bank that lets its customer choose how to confirm, and one whose code is read from an image.</summary>
public sealed class WidgetMethodTests
{
    private const string Back = "&redirect_url=https%3A%2F%2Fclient.example%2Fback&congrats_bypass_delay=0";

    [Theory, OnBothDatabases]
    public async Task The_method_is_chosen_and_the_code_is_read_from_the_banks_image(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            configure: builder => builder.Services.AddSingleton(new ScriptedBanks().Banks)
        );
        var visitor = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "add_connection",
            $"{Back}&provider_id=87"
        );
        await visitor.Submit();
        visitor.Tick("channel-embedded");
        await visitor.Submit();
        visitor.Fill("login", "choose");
        visitor.Fill("password", "secret");
        await visitor.Submit();

        await visitor.WaitFor("Method");
        Assert.Equal("Choose how to confirm", visitor.Heading);
        Assert.Equal("How do you want to confirm?", visitor.Find("legend").TextContent);
        Assert.Equal("photoTAN <device 2>", visitor.Find("label[for=choice-1]").TextContent);
        // Nothing is chosen for anybody.
        await visitor.Submit();
        Assert.Contains(
            "Please choose one of them.",
            visitor.Find("[role=alert]").TextContent,
            StringComparison.Ordinal
        );
        visitor.Tick("choice-1");
        await visitor.Submit();

        await visitor.WaitFor("Code");
        var image = visitor.Find("img.question-image");
        Assert.StartsWith("data:image/gif;base64,R0lGOD", image.GetAttribute("src"), StringComparison.Ordinal);
        Assert.NotEmpty(image.GetAttribute("alt")!);
        visitor.Fill("otp", "123456");
        await visitor.Submit();
        for (var i = 0; i < 20 && visitor.SentTo is null; i++)
        {
            await visitor.LookAgain();
        }
        Assert.StartsWith("https://client.example/back", visitor.SentTo!.AbsoluteUri, StringComparison.Ordinal);
    }
}
