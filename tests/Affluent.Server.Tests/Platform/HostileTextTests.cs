using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Transactions;
using Affluent.Server.Users;
using Affluent.Server.Widget;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>What fuzzing found in the readers of the server: texts at which one once threw, told a secret, or let something through.</summary>
public sealed class HostileTextTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("{ \"listen\": \"\\ud800\" }")]
    [InlineData("{ \"\\ud800\": 1 }")]
    [InlineData("{ \"roles\": [ \"auth\", \"\\udc00\" ] }")]
    [InlineData("{ \"roles\": \"\u00e9\" }", true)]
    public void Half_a_character_in_the_settings_file_is_a_fault(string text, bool latin1 = false)
    {
        File.WriteAllBytes(_file, (latin1 ? Encoding.Latin1 : Encoding.UTF8).GetBytes(text));

        var fault = Assert.Single(SettingsReader.Read(_file, Nothing, Nothing).Faults);

        Assert.Contains("is not UTF-8", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tls_key_file", "a\0")]
    [InlineData("data_directory", "\0")]
    [InlineData("database", "a\0")]
    [InlineData("test_bank_listen", "http://a b:5200")]
    [InlineData("listen", "http://[")]
    [InlineData("listen", "://unix:/")]
    [InlineData("data_directory", "postgres://h?")]
    public void A_value_that_no_start_could_use_is_a_fault(string name, string value)
    {
        var reading = SettingsReader.Read(null, Nothing, new Dictionary<string, string> { [name] = value });

        Assert.StartsWith($"{name} (from --", Assert.Single(reading.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_address_that_is_one_reaches_the_test_bank()
    {
        var options = new Dictionary<string, string>
        {
            ["test_bank_listen"] = " ; http://0.0.0.0:5201;http://[::1]:5202",
        };

        Assert.Equal(
            new Uri("http://127.0.0.1:5201"),
            SettingsReader.Read(null, Nothing, options).Settings.TestBankUrl
        );
    }

    [Theory]
    [InlineData("postgres://u:pass-word@h/db", "postgres://u:***@h/db")]
    [InlineData("postgres://:pass-word@h/db", "postgres://:***@h/db")]
    [InlineData("postgres://é:pass-wörd@h/db", "postgres://é:***@h/db")]
    [InlineData("postgres://u:p%40:@h:5432/db?sslmode=require", "postgres://u:***@h:5432/db?sslmode=require")]
    [InlineData("postgres://h/db?password=pass-word&sslmode=require", "postgres://h/db?password=***&sslmode=require")]
    [InlineData("postgres://h/db?PWD=pass-word", "postgres://h/db?PWD=***")]
    [InlineData("postgres://h/db&?password=pass-word", "postgres://h/db&?password=***")]
    [InlineData("postgres://h/db?ssl%20password=pass-word", "postgres://h/db?ssl%20password=***")]
    [InlineData("postgres://u@h/db", "postgres://u@h/db")]
    [InlineData("data/u:p@x.db", "data/u:p@x.db")]
    public void No_password_of_a_database_is_shown(string address, string shown) =>
        Assert.Equal(shown, MaskedAddress.Of(address));

    [Theory]
    [InlineData("1\0")]
    [InlineData("٣")]
    [InlineData(" 1")]
    public void An_id_is_digits_and_nothing_else(string text)
    {
        Assert.False(Ids.TryRead<ConnectionId>(text, out _));
        Assert.Null(
            TransactionCursor.Read(System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"5.{text}")))
        );
    }

    [Theory]
    [InlineData("limit=5%00", "limit")]
    [InlineData("q=a%00", "q")]
    [InlineData("amount=1%00", "amount")]
    public void A_parameter_with_a_character_that_no_database_keeps_is_refused(string query, string name)
    {
        var context = new DefaultHttpContext { Request = { QueryString = new QueryString("?" + query) } };
        var source = new ParameterSource(context.Request);

        _ = source.Page(new Paging(10, 100));
        _ = source.Read(Parameter.Text("q", "a search"));
        _ = source.Read(Parameter.Amount("amount", "an amount"));

        Assert.Equal((400, name), (source.Problem?.Status, source.Problem?.Parameter));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "token=a\0b")]
    [InlineData("application/x-www-form-urlencoded", "a\0b=1")]
    [InlineData(
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\0\r\n--b--\r\n"
    )]
    public async Task A_form_with_a_character_that_no_database_keeps_is_refused(string type, string body)
    {
        var context = new DefaultHttpContext
        {
            Request = { ContentType = type, Body = new MemoryStream(Encoding.UTF8.GetBytes(body)) },
        };

        var (form, problem) = await Body.ReadForm(context.Request);

        Assert.Null(form);
        Assert.Equal("invalid_body", problem?.Code);
    }

    [Theory]
    [InlineData("rgb(1,2,٣)")]
    [InlineData("rgb(１２,2,3)")]
    public void A_color_in_other_digits_is_none(string color)
    {
        Assert.Equal([WidgetParameter.FontColor], Theme.Read(null, color, null).Ignored);
        Assert.Equal([WidgetParameter.ElementsColor], Theme.Read(null, null, color).Ignored);
    }

    [Fact]
    public void The_name_of_a_font_has_no_blanks_around_it() =>
        Assert.Equal(["Open Sans", "Arial"], Theme.Read("\"Open Sans \", ' Arial'", null, null).Theme.Fonts);

    [Theory]
    [InlineData("")]
    [InlineData("$argon2id$v=19$$AAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=1$AAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=1,t=1,p=2$AAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=99999999999,t=1,p=1$AAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=1,t=1\0,p=1$AAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=1,t=1,p=1$A$AAAA")]
    public void What_is_no_stored_password_is_told_by_the_one_exception(string text) =>
        Assert.Throws<FormatException>(() => PasswordTurn.Parse(text));

    [Fact]
    public void A_key_that_the_machine_cannot_read_is_told_by_the_one_exception()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The last byte belongs to the public half, which then lies on no curve.
        var bytes = key.ExportPkcs8PrivateKey();
        bytes[^1] ^= 1;
        File.WriteAllText(_file, PemEncoding.WriteString("PRIVATE KEY", bytes));

        Assert.Throws<KeyFileException>(() => SigningKey.Load(_file, mayCreate: false));
    }

    [Fact]
    public void A_header_is_cut_between_two_characters()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.UserAgent = new string('x', 299) + "😀";

        var user = Presence.OfBrowser(context);

        Assert.Equal(new string('x', 299), user.UserAgent);
    }
}
