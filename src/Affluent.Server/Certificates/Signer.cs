using System.Net.Sockets;
using System.Security.Cryptography;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Certificates;

/// <summary>
/// A process that holds the keys of the seals, and nothing else: others of the installation, which talk to the network, ask it over a unix socket to sign. Whoever may
/// open the socket may have signed what they like, and no key leaves.
/// </summary>
internal static class Signer
{
    private const int LongestText = 64 * 1024;

    private const UnixFileMode ForOwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Begins to sign with the seals that the settings name.</summary>
    /// <exception cref="KeyFileException">There is none, one cannot be read, or another process signs there.</exception>
    public static async Task<WebApplication> Start(
        Settings settings,
        string socket,
        ILoggerFactory logs,
        CancellationToken cancellation
    )
    {
        var keys = new SealKeys(TimeProvider.System);
        Dictionary<string, Seal> seals = new(StringComparer.OrdinalIgnoreCase);
        foreach (var file in settings.BankCertificates.Where(file => file.Use == CertificateUse.Qseal))
        {
            if (file.Load() is { } held)
            {
                seals[held.Certificate.GetCertHashString(HashAlgorithmName.SHA256)] = held.Signer is null
                    ? keys.Of(held)
                    : throw new KeyFileException($"{file.KeySetting}: the signer itself needs the key.");
            }
        }
        if (seals.Count == 0)
        {
            throw new KeyFileException("There is no seal: set seal_certificate_file and seal_key_file.");
        }
        TakePlace(socket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(keys);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestText;
            kestrel.ListenUnixSocket(socket);
        });
        var app = builder.Build();
        app.MapPost(
            "/sign/{certificate}/{algorithm}",
            async (string certificate, SealAlgorithm algorithm, HttpContext context) =>
            {
                if (!seals.TryGetValue(certificate, out var seal))
                {
                    return Results.NotFound();
                }
                using var text = new MemoryStream();
                await context.Request.Body.CopyToAsync(text, context.RequestAborted);
                return Results.Bytes(await seal.Sign(text.ToArray(), algorithm, context.RequestAborted));
            }
        );
        await app.StartAsync(cancellation);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(socket, ForOwnerAndGroup);
        }
        return app;
    }

    /// <summary>Whether a process signs there, without waiting for it.</summary>
    public static bool IsAt(string socket)
    {
        try
        {
            using var pipe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            pipe.Blocking = false;
            pipe.Connect(new UnixDomainSocketEndPoint(socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A socket that a process left which was killed is in the way of the next.</summary>
    private static void TakePlace(string socket)
    {
        if (!File.Exists(socket))
        {
            return;
        }
        if (IsAt(socket))
        {
            throw new KeyFileException($"Another process signs at {socket}.");
        }
        if (new FileInfo(socket).Length > 0)
        {
            throw new KeyFileException($"{socket} is a file, and no socket: name another path.");
        }
        File.Delete(socket);
    }
}
