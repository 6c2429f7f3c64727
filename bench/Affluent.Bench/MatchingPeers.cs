using System.Diagnostics;
using System.Text.Json;
using Affluent.Ledger;
using Affluent.Ledger.Tests;

namespace Affluent.Bench;

/// <summary>The peers, as processes of their own. One that is not at hand is skipped, and says so.</summary>
internal static class MatchingPeers
{
    /// <summary>The last commit before matching by evidence: the first slice.</summary>
    private const string FirstSlice = "f5b9665";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>What the first slice's matcher comes to; null: skipped.</summary>
    public static async Task<Score?> Earlier(IReadOnlyList<History> histories)
    {
        var folder = Directory.CreateTempSubdirectory("affluent-bench-earlier-");
        try
        {
            var root = Root();
            var sources = Path.Combine(folder.FullName, "sources.tar");
            string[] kept =
            [
                "src/Affluent.Ledger",
                "src/Affluent.Connectors.Contract",
                "Directory.Build.props",
                "Directory.Packages.props",
                "global.json",
            ];
            if (
                !await Ran(root, "git", ["archive", "-o", sources, FirstSlice, "--", .. kept])
                || !await Ran(folder.FullName, "tar", ["-xf", sources])
            )
            {
                Console.WriteLine($"  skipped: the first slice ({FirstSlice} is not in this clone)");
                return null;
            }
            var project = Directory
                .CreateDirectory(Path.Combine(folder.FullName, "bench", "Affluent.Bench.Matcher"))
                .FullName;
            foreach (var file in (string[])["Program.cs", "Affluent.Bench.Matcher.csproj"])
            {
                File.Copy(Path.Combine(root, "bench", "Affluent.Bench.Matcher", file), Path.Combine(project, file));
            }
            if (
                !await Ran(
                    project,
                    "dotnet",
                    [
                        "build",
                        "-c",
                        "Release",
                        "-v",
                        "q",
                        "-o",
                        "built",
                        "-p:RunAnalyzers=false",
                        "-p:TreatWarningsAsErrors=false",
                    ]
                )
            )
            {
                Console.WriteLine($"  skipped: the first slice ({FirstSlice} does not build here)");
                return null;
            }
            var input = Path.Combine(folder.FullName, "histories");
            await File.WriteAllLinesAsync(input, histories.Select(Line));
            var output = await Output(project, "sh", ["-c", $"dotnet built/Affluent.Bench.Matcher.dll < '{input}'"]);
            return output is null ? null : Score(histories, output.Split('\n'), ReadHeld, (_, _) => null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What the import of @actual-app/api comes to; null: skipped.</summary>
    public static async Task<Score?> Actual(IReadOnlyList<History> histories)
    {
        var folder = Directory.CreateTempSubdirectory("affluent-bench-actual-");
        try
        {
            var (input, output) = (Path.Combine(folder.FullName, "in"), Path.Combine(folder.FullName, "out"));
            await File.WriteAllLinesAsync(input, histories.Select(Line));
            return await Play("play", input, output)
                ? Score(histories, await File.ReadAllLinesAsync(output), ReadActual, Assigned)
                : null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Rows a second that @actual-app/api imports; null: skipped.</summary>
    public static async Task<(double New, double Unchanged)?> ActualSpeed(int rows)
    {
        var output = Path.GetTempFileName();
        try
        {
            if (!await Play("speed", $"{rows}", output))
            {
                return null;
            }
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(output));
            return (
                rows / json.RootElement.GetProperty("newSeconds").GetDouble(),
                rows / json.RootElement.GetProperty("unchangedSeconds").GetDouble()
            );
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static async Task<bool> Play(string mode, string input, string output)
    {
        var folder = Path.Combine(Root(), "bench", "actual");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Console.WriteLine("  skipped: @actual-app/api (npm ci in bench/actual makes it ready)");
            return false;
        }
        if (await Ran(folder, "node", ["play.mjs", mode, input, output]))
        {
            return true;
        }
        Console.WriteLine("  skipped: @actual-app/api does not run here");
        return false;
    }

    private static Score Score(
        IReadOnlyList<History> histories,
        string[] lines,
        Func<JsonElement, Fetch, HeldRow[]> held,
        Func<JsonElement, HeldRow[], HeldRow?[]?> assigned
    )
    {
        var total = Ledger.Tests.Score.Right;
        for (var i = 0; i < histories.Count; i++)
        {
            using var json = JsonDocument.Parse(lines[i]);
            var scorer = new Scorer(histories[i]);
            foreach (var (reading, at) in json.RootElement.EnumerateArray().Select((reading, at) => (reading, at)))
            {
                var rows = held(reading, histories[i].Fetches[at]);
                scorer.Take(at, rows, assigned(reading, rows));
            }
            total += scorer.Result.Score;
        }
        return total;
    }

    private static HeldRow[] ReadHeld(JsonElement reading, Fetch fetch) =>
        [
            .. reading
                .EnumerateArray()
                .Select(row => new HeldRow(
                    row.GetProperty("id").GetInt64(),
                    new Movement
                    {
                        Amount = row.GetProperty("amount").GetInt64(),
                        Currency = row.GetProperty("currency").GetString()!,
                        Day = row.GetProperty("day").GetInt32(),
                        BookingDay = Number(row, "bookingDay"),
                        ValueDay = Number(row, "valueDay"),
                        TransactionDay = Number(row, "transactionDay"),
                        Status = Enum.Parse<TransactionStatus>(row.GetProperty("status").GetString()!),
                        Text = row.GetProperty("text").GetString()!,
                        Counterparty = row.GetProperty("counterparty").GetString(),
                    },
                    row.GetProperty("live").GetBoolean(),
                    row.GetProperty("ambiguous").GetBoolean(),
                    []
                )),
        ];

    // It says where each row went. An import withdraws nothing, so what is left over is not counted against it.
    private static HeldRow[] ReadActual(JsonElement reading, Fetch fetch) =>
        [
            .. reading
                .GetProperty("assigned")
                .EnumerateArray()
                .Select((id, i) => (Id: id.GetString(), fetch.Rows[i].Movement))
                .Where(row => row.Id is not null)
                .DistinctBy(row => row.Id)
                .Select(row => new HeldRow(IdOf(row.Id!), row.Movement, Live: true, Ambiguous: false, [])),
        ];

    private static HeldRow?[] Assigned(JsonElement reading, HeldRow[] held) =>
        [
            .. reading
                .GetProperty("assigned")
                .EnumerateArray()
                .Select(id => id.GetString() is { } text ? held.First(h => h.Id == IdOf(text)) : null),
        ];

    private static long IdOf(string uuid) => BitConverter.ToInt64(Guid.Parse(uuid).ToByteArray());

    private static string Line(History history) =>
        JsonSerializer.Serialize(
            new
            {
                name = history.ToString(),
                ids = history.Rules.Ids.ToString(),
                fetches = history.Fetches.Select(fetch => new
                {
                    from = fetch.Window.From,
                    to = fetch.Window.To,
                    rows = fetch
                        .Rows.Select(row => row.Movement)
                        .Select(row => new
                        {
                            id = row.BankId,
                            amount = row.Amount,
                            currency = row.Currency,
                            day = row.Day,
                            bookingDay = row.BookingDay,
                            valueDay = row.ValueDay,
                            transactionDay = row.TransactionDay,
                            status = row.Status.ToString(),
                            text = row.Text,
                            counterparty = row.Counterparty,
                            checkNumber = row.CheckNumber,
                        }),
                }),
            }
        );

    private static int? Number(JsonElement row, string name) =>
        row.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    private static async Task<bool> Ran(string folder, string program, string[] arguments) =>
        await Output(folder, program, arguments) is not null;

    // What it wrote, when it ended well and in time.
    private static async Task<string?> Output(string folder, string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments)
                {
                    WorkingDirectory = folder,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                }
            )!;
            using var late = new CancellationTokenSource(Longest, TimeProvider.System);
            var errors = process.StandardError.ReadToEndAsync(late.Token);
            try
            {
                var output = await process.StandardOutput.ReadToEndAsync(late.Token);
                await process.WaitForExitAsync(late.Token);
                await errors;
                return process.ExitCode == 0 ? output : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no such program here
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Affluent.slnx")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException("Run from the repository.");
    }
}
