using System.IO.Compression;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Files that came together in a ZIP archive, as banks pack the statements of several days or accounts. Nothing is written to a disk. Pure.</summary>
internal static class ZippedFiles
{
    /// <summary>A year of days, and some.</summary>
    private const int MostFiles = 500;

    /// <summary>Whether something begins as an archive.</summary>
    public static bool Is(ReadOnlySpan<byte> content) => content.StartsWith("PK\u0003\u0004"u8);

    /// <summary>The files, each once, whatever their names; null: they cannot be had.</summary>
    public static IReadOnlyList<byte[]>? Read(ReadOnlySpan<byte> content, out StatementFault fault)
    {
        fault = StatementFault.Damaged;
        try
        {
            using var archive = new ZipArchive(new MemoryStream(content.ToArray()), ZipArchiveMode.Read);
            // Folders end in a stroke; of each file a Macintosh packs a second one, which holds its icon.
            var entries = archive
                .Entries.Where(e =>
                    !e.FullName.EndsWith('/') && !e.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)
                )
                .Take(MostFiles + 1)
                .ToArray();
            if (entries.Length > MostFiles)
            {
                fault = StatementFault.TooLarge;
                return null;
            }
            if (entries.Any(e => e.IsEncrypted))
            {
                fault = StatementFault.Locked;
                return null;
            }
            List<byte[]> files = [];
            var left = BankLimits.LargestAnswer;
            foreach (var entry in entries)
            {
                // What an archive says of sizes is worth nothing.
                using var packed = entry.Open();
                if (Unpack(packed, left) is not { } file)
                {
                    fault = StatementFault.TooLarge;
                    return null;
                }
                left -= file.Length;
                if (!files.Any(other => other.AsSpan().SequenceEqual(file)))
                {
                    files.Add(file);
                }
            }
            return files;
        }
        // The last: a way of packing that nobody here knows.
        catch (Exception error) when (error is InvalidDataException or IOException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Null: it holds more than so many bytes.</summary>
    public static byte[]? Unpack(Stream packed, int most)
    {
        using var content = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = packed.Read(buffer)) > 0)
        {
            if (content.Length + read > most)
            {
                return null;
            }
            content.Write(buffer, 0, read);
        }
        return content.ToArray();
    }
}
