using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Certificates;

/// <summary>Signs with the key of a seal, which this process holds, or another one for it.</summary>
/// <param name="time">By which a signer is waited for.</param>
internal sealed class SealKeys(TimeProvider time) : IDisposable
{
    // A signer that starts anew is back within these.
    private const int Tries = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<IDisposable> _held = [];

    /// <summary>The seal of a certificate.</summary>
    public Seal Of(OperatorCertificate held)
    {
        if (held.Signer is { } socket)
        {
            return Elsewhere(held.Certificate, socket);
        }
        AsymmetricAlgorithm? key = held.Certificate.GetRSAPrivateKey();
        key ??= held.Certificate.GetECDsaPrivateKey() ?? throw new KeyFileException("A seal's key is RSA or ECDSA.");
        _held.Add(key);
        return new Seal(
            held.Certificate,
            (bytes, algorithm, _) => ValueTask.FromResult(Sign(key, bytes.Span, algorithm))
        );
    }

    /// <summary>Whether a seal can sign with such a key.</summary>
    public static bool CanSignWith(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var curve = certificate.GetECDsaPublicKey();
        return rsa is not null || curve is { KeySize: 256 };
    }

    public void Dispose() => _held.ForEach(one => one.Dispose());

    /// <summary>By which path a signer is asked: which key, and how.</summary>
    public static string PathOf(X509Certificate2 certificate, SealAlgorithm algorithm) =>
        $"/sign/{certificate.GetCertHashString(HashAlgorithmName.SHA256)}/{algorithm}";

    private static byte[] Sign(AsymmetricAlgorithm key, ReadOnlySpan<byte> bytes, SealAlgorithm algorithm)
    {
        return algorithm switch
        {
            SealAlgorithm.RsaSha256 => Rsa().SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            SealAlgorithm.RsaSha512 => Rsa().SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            SealAlgorithm.RsaPssSha256 => Rsa().SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            SealAlgorithm.RsaPssSha512 => Rsa().SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
            SealAlgorithm.EcdsaSha256 => P256().SignData(bytes, HashAlgorithmName.SHA256),
        };

        RSA Rsa() => key as RSA ?? throw new CryptographicException("The seal's key is not RSA.");

        ECDsa P256() =>
            key is ECDsa { KeySize: 256 } curve
                ? curve
                : throw new CryptographicException("The seal's key is not one on the curve P-256.");
    }

    private Seal Elsewhere(X509Certificate2 certificate, string socket)
    {
        var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (_, cancellation) =>
                {
                    var pipe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await pipe.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                        return new NetworkStream(pipe, ownsSocket: true);
                    }
                    catch
                    {
                        pipe.Dispose();
                        throw;
                    }
                },
            }
        )
        {
            BaseAddress = new Uri("http://signer"),
            Timeout = Patience,
        };
        _held.Add(http);
        // One that was waited for in vain is not waited for again until it is back.
        var away = false;
        return new Seal(certificate, Ask);

        async ValueTask<byte[]> Ask(ReadOnlyMemory<byte> bytes, SealAlgorithm algorithm, CancellationToken cancellation)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    using var content = new ReadOnlyMemoryContent(bytes);
                    using var answer = await http.PostAsync(PathOf(certificate, algorithm), content, cancellation);
                    Volatile.Write(ref away, false);
                    return answer.IsSuccessStatusCode
                        ? await answer.Content.ReadAsByteArrayAsync(cancellation)
                        : throw new CryptographicException($"The signer answers {(int)answer.StatusCode}.");
                }
                catch (HttpRequestException) when (attempt < Tries && !Volatile.Read(ref away))
                {
                    await Task.Delay(Pause, time, cancellation);
                }
                catch (Exception error)
                    when (error is HttpRequestException
                        || (error is OperationCanceledException && !cancellation.IsCancellationRequested)
                    )
                {
                    Volatile.Write(ref away, true);
                    throw new CryptographicException("The signer does not answer.", error);
                }
            }
        }
    }
}
