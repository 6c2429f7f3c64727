using Npgsql;

namespace EndToEnd.Tests.Harness;

/// <summary>A PostgreSQL database of its own for one test; AFFLUENT_TEST_POSTGRES says where.</summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private readonly Uri _server;

    private ScratchDatabase(Uri server, string name) =>
        (_server, Address) = (server, new UriBuilder(server) { Path = name }.Uri.ToString());

    public string Address { get; }

    public static async Task<ScratchDatabase> Create()
    {
        var server = Environment.GetEnvironmentVariable("AFFLUENT_TEST_POSTGRES");
        OtherProgram.Need(
            !string.IsNullOrEmpty(server),
            "Set AFFLUENT_TEST_POSTGRES to postgres://user@host:port/postgres."
        );
        var name = $"affluent_e2e_{Guid.NewGuid():N}";
        var database = new ScratchDatabase(new Uri(server!), name);
        await database.Execute($"create database {name}");
        return database;
    }

    public async ValueTask DisposeAsync() =>
        await Execute($"drop database {new Uri(Address).AbsolutePath[1..]} with (force)");

    private async Task Execute(string sql)
    {
        var user = Uri.UnescapeDataString(_server.UserInfo).Split(':', 2);
        var address = new NpgsqlConnectionStringBuilder
        {
            Host = _server.Host,
            Port = _server.Port > 0 ? _server.Port : 5432,
            Username = user[0],
            Password = user.Length > 1 ? user[1] : null,
            Database = _server.AbsolutePath[1..],
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
