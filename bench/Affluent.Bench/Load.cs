using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Affluent.Bench;

/// <summary>
/// Sends the same request over a few kept-alive connections for a bounded time. Reads answers with as little work as can be, since
/// it shares the machine with what it measures.
/// </summary>
internal static class Load
{
    private const int Connections = 8;

    /// <summary>Answers per second.</summary>
    public static async Task<double> Measure(Uri address, string? bearer, TimeSpan during)
    {
        var request = Encoding.ASCII.GetBytes(
            $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\n"
                + (bearer is null ? "" : $"Authorization: Bearer {bearer}\r\n")
                + "\r\n"
        );
        var end = Stopwatch.GetTimestamp() + (long)(during.TotalSeconds * Stopwatch.Frequency);
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(
            Enumerable.Range(0, Connections).Select(_ => Task.Run(() => OneConnection(address, request, end)))
        );
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<int> OneConnection(Uri address, byte[] request, long end)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        var buffer = new byte[256 * 1024];
        var count = 0;
        while (Stopwatch.GetTimestamp() < end)
        {
            await stream.WriteAsync(request);
            await ReadAnswer(stream, buffer);
            count++;
        }
        return count;
    }

    private static async Task ReadAnswer(NetworkStream stream, byte[] buffer)
    {
        var filled = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled));
            if (read == 0)
            {
                throw new IOException("The server closed the connection.");
            }
            filled += read;
            if (IsComplete(buffer.AsSpan(0, filled)))
            {
                return;
            }
        }
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var headerEnd = answer.IndexOf("\r\n\r\n"u8);
        if (headerEnd < 0)
        {
            return false;
        }
        if (!answer.StartsWith("HTTP/1.1 200"u8))
        {
            throw new IOException(Encoding.ASCII.GetString(answer[..Math.Min(answer.Length, 600)]));
        }
        var header = answer[..headerEnd];
        var length = header.IndexOf("Content-Length: "u8);
        if (length < 0)
        {
            return answer.EndsWith("0\r\n\r\n"u8);
        }
        var digits = header[(length + 16)..];
        var lineEnd = digits.IndexOf((byte)'\r');
        var size = int.Parse(lineEnd < 0 ? digits : digits[..lineEnd], CultureInfo.InvariantCulture);
        return answer.Length >= headerEnd + 4 + size;
    }
}
