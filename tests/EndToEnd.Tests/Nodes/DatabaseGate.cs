using System.Net;
using System.Net.Sockets;

namespace EndToEnd.Tests.Nodes;

/// <summary>
/// A node's way to the database. Closed, it keeps whatever is sent, both ways, and hands it on when it is open again, as a network does that was away: what
/// a node had sent before arrives late.
/// </summary>
internal sealed class DatabaseGate : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly DnsEndPoint _server;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = Completed();

    public DatabaseGate(Uri server)
    {
        _server = new(server.Host, server.Port);
        _listener.Start();
        _accepting = Accept();
        Address = new UriBuilder(server) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
    }

    /// <summary>The database behind the gate, as --database takes it.</summary>
    public Uri Address { get; }

    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _open.TrySetResult();

    /// <summary>Whether new connections are refused, as by a server that is starting.</summary>
    public bool IsAway { private get; set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Open();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task Accept()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptSocketAsync(_end.Token);
            if (IsAway)
            {
                client.Dispose();
            }
            else
            {
                _ = Connect(client);
            }
        }
    }

    private async Task Connect(Socket client)
    {
        using (client)
        using (var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
        {
            client.NoDelay = true;
            try
            {
                await _open.Task;
                await server.ConnectAsync(_server, _end.Token);
                await Task.WhenAny(HandOn(client, server), HandOn(server, client));
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                // The database is away, or the test ends: the node's connection is closed.
            }
        }
    }

    private async Task HandOn(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is var length and > 0)
            {
                await _open.Task;
                await to.SendAsync(buffer.AsMemory(0, length), _end.Token);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone; so is the other then.
        }
    }
}
