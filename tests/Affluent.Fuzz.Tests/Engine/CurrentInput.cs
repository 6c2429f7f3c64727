using System.IO.MemoryMappedFiles;

namespace Affluent.Fuzz.Tests.Engine;

/// <summary>Keeps the input that is tried just now in a file, which outlives a process that a stack overflow ends.</summary>
internal sealed class CurrentInput : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public CurrentInput(string folder, FuzzTarget target)
    {
        var path = FileOf(folder, target.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var room = Math.Max(target.Longest, 4 << 20);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, sizeof(int) + room);
        _view = _file.CreateViewAccessor();
        Watched = target with
        {
            Check = input =>
            {
                var length = Math.Min(input.Length, room);
                _view.Write(0, length);
                _view.WriteArray(sizeof(int), input.ToArray(), 0, length);
                return target.Check(input);
            },
        };
    }

    /// <summary>The target, each input written down before it is tried.</summary>
    public FuzzTarget Watched { get; }

    /// <summary>The last input of a process that is no more.</summary>
    public static byte[] Last(string folder, string target)
    {
        var kept = File.ReadAllBytes(FileOf(folder, target));
        return kept.AsSpan(sizeof(int), BitConverter.ToInt32(kept)).ToArray();
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static string FileOf(string folder, string target) => Path.Combine(folder, "current", target);
}
