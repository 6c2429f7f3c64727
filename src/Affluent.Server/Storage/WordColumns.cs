using System.Collections;
using System.Collections.Concurrent;
using System.Data.Common;
using System.Reflection;
using Dapper;

namespace Affluent.Server.Storage;

/// <summary>
/// Lets rows and parameters hold the values of a <see cref="Vocabulary"/> while the database holds their words. Dapper knows enums
/// only as numbers or by the names of their members, so words become numbers on the way in and values become words on the way out.
/// </summary>
internal static class WordColumns
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> ParameterProperties = new();
    private static readonly ConcurrentDictionary<Type, Dictionary<string, Vocabulary>> RowColumns = new();

    // By statement, since it says which columns there are. There are few of either.
    private static readonly ConcurrentDictionary<(Type Row, string Sql), Vocabulary?[]> ResultColumns = new();

    /// <summary>Whether rows of a type hold values of vocabularies.</summary>
    public static bool In(Type row) => Columns(row).Count > 0;

    /// <summary>The parameters with words in the place of values; the same object when it has none.</summary>
    public static object? Spell(object? parameters)
    {
        if (parameters is null or DynamicParameters or IEnumerable)
        {
            return parameters;
        }
        var properties = ParameterProperties.GetOrAdd(
            parameters.GetType(),
            static type => type.GetProperties() is { } all && all.Any(p => IsEnum(p.PropertyType)) ? all : []
        );
        if (properties.Length == 0)
        {
            return parameters;
        }
        var spelled = new DynamicParameters();
        foreach (var property in properties)
        {
            var value = property.GetValue(parameters);
            spelled.Add(
                property.Name,
                value is Enum word ? Vocabulary.Of(word.GetType()).Word(word) : value,
                value is null ? DapperMapping.TypeOf(property.PropertyType) : null
            );
        }
        return spelled;
    }

    /// <summary>Shows the words of a statement's result as the numbers of their values.</summary>
    public static DbDataReader Read(DbDataReader reader, Type row, string sql) =>
        new Reader(
            reader,
            ResultColumns.GetOrAdd((row, sql), static (key, result) => OfResult(result, key.Row), reader)
        );

    private static Vocabulary?[] OfResult(DbDataReader reader, Type row)
    {
        var columns = Columns(row);
        return
        [
            .. Enumerable
                .Range(0, reader.FieldCount)
                .Select(i => columns.GetValueOrDefault(IsEnum(row) ? "" : Plain(reader.GetName(i)))),
        ];
    }

    private static Dictionary<string, Vocabulary> Columns(Type row) =>
        RowColumns.GetOrAdd(
            row,
            static type =>
                IsEnum(type)
                    ? new(StringComparer.Ordinal) { [""] = Vocabulary.Of(Underlying(type)) }
                    : type.GetProperties()
                        .Where(p => p.CanWrite && IsEnum(p.PropertyType))
                        .ToDictionary(p => Plain(p.Name), p => Vocabulary.Of(Underlying(p.PropertyType)))
        );

    private static bool IsEnum(Type type) => Underlying(type).IsEnum;

    private static Type Underlying(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private sealed class Reader(DbDataReader inner, Vocabulary?[] words) : DbDataReader
    {
        public override Type GetFieldType(int ordinal) =>
            words[ordinal] is null ? inner.GetFieldType(ordinal) : typeof(int);

        public override object GetValue(int ordinal) =>
            words[ordinal] is { } vocabulary && inner.GetValue(ordinal) is string word
                ? vocabulary.FindNumber(word)
                    ?? throw new InvalidDataException($"'{word}' is none of the words of {inner.GetName(ordinal)}.")
                : inner.GetValue(ordinal);

        public override int GetInt32(int ordinal) =>
            words[ordinal] is null ? inner.GetInt32(ordinal) : (int)GetValue(ordinal);

        public override T GetFieldValue<T>(int ordinal) =>
            words[ordinal] is null ? inner.GetFieldValue<T>(ordinal) : (T)GetValue(ordinal);

        public override object this[int ordinal] => GetValue(ordinal);

        public override object this[string name] => GetValue(GetOrdinal(name));

        public override int GetValues(object[] values)
        {
            var count = inner.GetValues(values);
            for (var i = 0; i < count; i++)
            {
                values[i] = GetValue(i);
            }
            return count;
        }

        public override int Depth => inner.Depth;
        public override int FieldCount => inner.FieldCount;
        public override bool HasRows => inner.HasRows;
        public override bool IsClosed => inner.IsClosed;
        public override int RecordsAffected => inner.RecordsAffected;

        public override bool GetBoolean(int ordinal) => inner.GetBoolean(ordinal);

        public override byte GetByte(int ordinal) => inner.GetByte(ordinal);

        public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
            inner.GetBytes(ordinal, dataOffset, buffer, bufferOffset, length);

        public override char GetChar(int ordinal) => inner.GetChar(ordinal);

        public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
            inner.GetChars(ordinal, dataOffset, buffer, bufferOffset, length);

        public override string GetDataTypeName(int ordinal) => inner.GetDataTypeName(ordinal);

        public override DateTime GetDateTime(int ordinal) => inner.GetDateTime(ordinal);

        public override decimal GetDecimal(int ordinal) => inner.GetDecimal(ordinal);

        public override double GetDouble(int ordinal) => inner.GetDouble(ordinal);

        public override IEnumerator GetEnumerator() => inner.GetEnumerator();

        public override float GetFloat(int ordinal) => inner.GetFloat(ordinal);

        public override Guid GetGuid(int ordinal) => inner.GetGuid(ordinal);

        public override short GetInt16(int ordinal) => inner.GetInt16(ordinal);

        public override long GetInt64(int ordinal) => inner.GetInt64(ordinal);

        public override string GetName(int ordinal) => inner.GetName(ordinal);

        public override int GetOrdinal(string name) => inner.GetOrdinal(name);

        public override string GetString(int ordinal) => inner.GetString(ordinal);

        public override bool IsDBNull(int ordinal) => inner.IsDBNull(ordinal);

        public override bool NextResult() => inner.NextResult();

        public override bool Read() => inner.Read();

        public override Task<bool> ReadAsync(CancellationToken cancellationToken) => inner.ReadAsync(cancellationToken);

        public override void Close() => inner.Close();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
