using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Ledger;

// Plays histories through the matcher that it is built with: here the present one, or, copied beside the sources of an earlier commit, that of
// then. It uses nothing that has changed since the first. One history a line in, what is held after each of its readings a line out.
while (Console.ReadLine() is { Length: > 0 } line)
{
    var history = JsonDocument.Parse(line).RootElement;
    var rules = new ReconciliationRules { Ids = Enum.Parse<TransactionIds>(history.GetProperty("ids").GetString()!) };
    Dictionary<long, StoredTransaction> held = [];
    List<object> readings = [];
    foreach (var fetch in history.GetProperty("fetches").EnumerateArray())
    {
        var window = new Window(Number(fetch, "from"), Number(fetch, "to"));
        Movement[] rows = [.. fetch.GetProperty("rows").EnumerateArray().Select(Read)];
        Take(held, Reconciliation.Reconcile([.. held.Values.OrderBy(s => s.Id)], rows, rules, window));
        readings.Add(held.Values.Select(Show).ToArray());
    }
    Console.WriteLine(JsonSerializer.Serialize(readings));
}

static void Take(Dictionary<long, StoredTransaction> held, Changes changes)
{
    foreach (var id in changes.Disappeared)
    {
        held[id] = held[id] with { Missing = true };
    }
    foreach (var id in changes.Expired)
    {
        held[id] = held[id] with { Movement = held[id].Movement with { Status = TransactionStatus.Expired } };
    }
    foreach (var update in changes.Updates)
    {
        held[update.Id] = new(
            update.Id,
            update.Movement,
            Missing: false,
            update.Evidence.Confidence,
            update.Evidence.Ambiguous
        );
    }
    foreach (var insert in changes.Inserts)
    {
        var id = held.Count + 1;
        held.Add(id, new(id, insert.Movement, Missing: false, insert.Evidence.Confidence, insert.Evidence.Ambiguous));
    }
}

static Movement Read(JsonElement row) =>
    new()
    {
        BankId = Text(row, "id"),
        Amount = row.GetProperty("amount").GetInt64(),
        Currency = Text(row, "currency")!,
        Day = Number(row, "day")!.Value,
        BookingDay = Number(row, "bookingDay"),
        ValueDay = Number(row, "valueDay"),
        TransactionDay = Number(row, "transactionDay"),
        Status = Enum.Parse<TransactionStatus>(Text(row, "status")!),
        Text = Text(row, "text")!,
        Counterparty = Text(row, "counterparty"),
        CheckNumber = Text(row, "checkNumber"),
    };

static object Show(StoredTransaction s) =>
    new
    {
        id = s.Id,
        amount = s.Movement.Amount,
        currency = s.Movement.Currency,
        day = s.Movement.Day,
        bookingDay = s.Movement.BookingDay,
        valueDay = s.Movement.ValueDay,
        transactionDay = s.Movement.TransactionDay,
        status = s.Movement.Status.ToString(),
        text = s.Movement.Text,
        counterparty = s.Movement.Counterparty,
        live = !s.Missing && s.Movement.Status != TransactionStatus.Expired,
        ambiguous = s.Ambiguous,
    };

static string? Text(JsonElement element, string name) =>
    element.TryGetProperty(name, out var value) ? value.GetString() : null;

static int? Number(JsonElement element, string name) =>
    element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
