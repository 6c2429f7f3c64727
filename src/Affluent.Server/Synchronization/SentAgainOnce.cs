using System.Diagnostics;

namespace Affluent.Server.Synchronization;

/// <summary>
/// A request without a body that a dropped connection took along, before any byte of an answer, is sent again up to three times by .NET itself. Banks count
/// requests, and one that drops connections is in need: once is enough. What has a body, a code or a token to exchange, .NET never sends again.
/// </summary>
internal sealed class SentAgainOnce(HttpMessageHandler network) : DelegatingHandler(network)
{
    private const int MostTimes = 2;

    // Requests write to their connections in their own flow of execution: nothing else tells a connection whose bytes these are.
    private static readonly AsyncLocal<Sending?> Current = new();

    /// <summary>For the network below: its connections count who writes to them.</summary>
    public static ValueTask<Stream> Watch(SocketsHttpPlaintextStreamFilterContext context, CancellationToken _) =>
        new(new WatchedStream(context.PlaintextStream));

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        Current.Value = new Sending();
        return await base.SendAsync(request, cancellationToken);
    }

    /// <summary>One request, and the connections that it was sent on.</summary>
    private sealed class Sending
    {
        private Stream? _last;
        private int _times;

        public bool MayUse(Stream connection)
        {
            if (_last != connection)
            {
                (_last, _times) = (connection, _times + 1);
            }
            return _times <= MostTimes;
        }
    }

    private sealed class WatchedStream(Stream connection) : Stream
    {
        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        ) =>
            Current.Value?.MayUse(this) == false
                ? throw new IOException("The connection dropped again.")
                : connection.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            connection.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => connection.ReadAsync(buffer, offset, count, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) =>
            connection.FlushAsync(cancellationToken);

        public override void Flush() => connection.Flush();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                connection.Dispose();
            }
            base.Dispose(disposing);
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        // Banks are asked asynchronously.
        public override int Read(byte[] buffer, int offset, int count) => throw new UnreachableException();

        public override void Write(byte[] buffer, int offset, int count) => throw new UnreachableException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
