using System.Buffers.Binary;
using Affluent.Server.Storage;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>
/// Our ids in the form that the interface has for all of its ids: a UUID, which holds the number. Of version 4, since the interface says so of some (API reference
/// 1.0.0, "uuid4": kid, session_id), and clients that were made of it take no other. Pure.
/// </summary>
internal static class FacadeUuid
{
    // 48 bits, the version, 12 bits, the variant, and the last 3 of 63; the rest is zero.
    private const int Tail = 3;
    private const int Middle = 12;
    private const ulong Version = 4;
    private const ulong Variant = 0b10;

    public static string Of<T>(T id)
        where T : struct, IId<T>
    {
        var value = (ulong)id.Value;
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(
            bytes,
            (value >> (Tail + Middle) << 16) | (Version << Middle) | ((value >> Tail) & ((1 << Middle) - 1))
        );
        BinaryPrimitives.WriteUInt64BigEndian(
            bytes[8..],
            (Variant << 62) | ((value & ((1 << Tail) - 1)) << (62 - Tail))
        );
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <summary>Whether a text is a UUID at all.</summary>
    // The runtime passes over blanks around it.
    public static bool IsOne(string? text) => text?.Length == 36 && Guid.TryParseExact(text, "D", out _);

    /// <summary>The id that a UUID holds; false: it is none of ours.</summary>
    public static bool TryRead<T>(string? text, out T id)
        where T : struct, IId<T>
    {
        id = default;
        if (!Guid.TryParseExact(text, "D", out var uuid))
        {
            return false;
        }
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        var (first, last) = (
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])
        );
        var value = (first >> 16 << (Tail + Middle)) | ((first & ((1 << Middle) - 1)) << Tail) | ((last << 2) >> 61);
        id = T.Of((long)(value & long.MaxValue));
        return id.Value > 0 && Of(id).Equals(text, StringComparison.OrdinalIgnoreCase);
    }
}
