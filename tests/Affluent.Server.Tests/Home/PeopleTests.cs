using System.Net;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>The first user adds others; nobody else does.</summary>
public sealed class PeopleTests
{
    private const string Bob = "bob@home.example";

    [Theory, OnBothDatabases]
    public async Task The_first_user_adds_a_person_who_signs_in_and_adds_nobody(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        await ada.Click("a[href='/household/people']");
        Assert.Equal("People of the household", ada.Heading);
        await Send(ada, Bob);
        Assert.Equal(
            [HouseholdScene.Email, Bob],
            ada.Page.QuerySelectorAll(".entries strong").Select(person => person.TextContent)
        );

        var bob = await app.SignIn(Bob);
        Assert.Equal("Your banks", bob.Heading);
        Assert.Null(bob.Page.QuerySelector("a[href='/household/people']"));
        var token = bob.Find("input[name=form_token]").GetAttribute("value")!;
        await bob.Open("/household/people");
        Assert.Equal("Your banks", bob.Heading);
        await bob.Post("/household/people", Fields("eve@home.example", token));
        Assert.Equal("Your banks", bob.Heading);
        Assert.Equal(2, await app.CountMembers());
    }

    [Theory, OnBothDatabases]
    public async Task What_is_filled_in_wrongly_is_said(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();
        await ada.Open("/household/people");

        await Send(ada, "ADA@home.example");
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "E-mail: somebody here has this one already."),
            (ada.Status, ada.Error())
        );
        await Send(ada, "bob");
        Assert.Contains("this does not look right", ada.Error());
        await Send(ada, Bob, again: "tea-at-f1ve");
        Assert.Contains("the two are not the same", ada.Error());
        Assert.Equal(1, await app.CountMembers());
    }

    [Theory, OnBothDatabases]
    public async Task A_form_of_another_site_adds_nobody_and_who_is_not_signed_in_sees_nobody(DatabaseKind kind)
    {
        await using var app = await HouseholdScene.Start(kind);
        var ada = await app.SetUp();

        await ada.Post("/household/people", Fields(Bob, ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, ada.Status);
        var nobody = app.Browser();
        await nobody.Open("/household/people");
        Assert.Equal("Sign in", nobody.Heading);
        await nobody.Post("/household/people", Fields(Bob, ""));
        Assert.Equal("Sign in", nobody.Heading);

        Assert.Equal(1, await app.CountMembers());
    }

    private static Task Send(PageVisitor visitor, string email, string again = HouseholdScene.Password)
    {
        visitor.Fill("username", email);
        visitor.Fill("password", HouseholdScene.Password);
        visitor.Fill("password_again", again);
        return visitor.Submit();
    }

    private static Dictionary<string, string> Fields(string email, string token) =>
        new()
        {
            ["username"] = email,
            ["password"] = HouseholdScene.Password,
            ["password_again"] = HouseholdScene.Password,
            ["form_token"] = token,
        };
}
