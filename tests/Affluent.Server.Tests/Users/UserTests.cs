using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Users;

public sealed class UserTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_new_user_signs_in_and_sees_itself(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();

        var me = await http.GetFromJsonAsync<JsonElement>("/api/v2.1/users/me", Stop);

        Assert.Equal(
            $$"""{"id":"{{user.Id}}","email":"{{user.Email}}","email_verified":false,"creation_date":1772438400}""",
            me.GetRawText()
        );
    }
}
