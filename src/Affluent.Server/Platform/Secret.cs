using System.Security.Cryptography;

namespace Affluent.Server.Platform;

/// <summary>A text that must not be seen: whoever prints, logs or serialises it gets stars.</summary>
internal readonly record struct Secret(string Value)
{
    public override string ToString() => "***";

    /// <summary>A new one of 256 bits, in the alphabet of URLs.</summary>
    public static Secret Generate() =>
        new(System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    /// <summary>What to store of a high-entropy secret that is only ever compared: its SHA-256, in hexadecimal.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Value)));
}
