using System.Data;
using System.Globalization;
using Affluent.Connectors.Contract;
using Dapper;

namespace Affluent.Server.Storage;

/// <summary>
/// Rows are records with init properties; snake_case columns find their PascalCase property, days become DateOnly and ids their type.
/// </summary>
internal static class DapperMapping
{
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    public static void Configure()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateOnly));
        SqlMapper.RemoveTypeMap(typeof(DateOnly?));
        SqlMapper.AddTypeHandler(typeof(DateOnly), new DayHandler());
        SqlMapper.AddTypeHandler(typeof(ProviderId), new TextIdHandler<ProviderId>(text => new(text), id => id.Value));
        SqlMapper.AddTypeHandler(
            typeof(ChannelDefinitionId),
            new TextIdHandler<ChannelDefinitionId>(text => new(text), id => id.Value)
        );
        foreach (var type in typeof(DapperMapping).Assembly.GetTypes())
        {
            if (type.IsValueType && type.IsAssignableTo(typeof(IId)))
            {
                SqlMapper.AddTypeHandler(
                    type,
                    (SqlMapper.ITypeHandler)Activator.CreateInstance(typeof(IdHandler<>).MakeGenericType(type))!
                );
            }
        }
    }

    /// <summary>Days since 1970-01-01, as stored.</summary>
    public static int ToDays(DateOnly day) => day.DayNumber - Epoch;

    /// <summary>
    /// What a parameter of a type is to the database. A null says it too: a statement whose parameters are of other types than before is another one, which
    /// PostgreSQL parses and plans anew.
    /// </summary>
    public static DbType TypeOf(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            { IsEnum: true } => DbType.String,
            var plain when plain == typeof(string) => DbType.String,
            var plain when plain == typeof(ProviderId) || plain == typeof(ChannelDefinitionId) => DbType.String,
            var plain when plain == typeof(bool) => DbType.Boolean,
            var plain when plain == typeof(int) || plain == typeof(DateOnly) => DbType.Int32,
            var plain when plain == typeof(long) || plain.IsAssignableTo(typeof(IId)) => DbType.Int64,
            var plain when plain == typeof(byte[]) => DbType.Binary,
            var plain => throw new NotSupportedException($"A null of {plain.Name} is no parameter."),
        };

    // Dapper's own base class knows no null: a list of ids that may be missing would not be read.
    private abstract class Handler<T> : SqlMapper.ITypeHandler
        where T : struct
    {
        public object? Parse(Type destinationType, object value) => value is DBNull ? null : Read(value);

        public void SetValue(IDbDataParameter parameter, object value)
        {
            parameter.DbType = TypeOf(typeof(T));
            parameter.Value = value is T known ? Write(known) : DBNull.Value;
        }

        protected abstract T Read(object value);

        protected abstract object Write(T value);
    }

    private sealed class IdHandler<T> : Handler<T>
        where T : struct, IId<T>
    {
        protected override T Read(object value) => T.Of(Convert.ToInt64(value, CultureInfo.InvariantCulture));

        protected override object Write(T value) => value.Value;
    }

    private sealed class TextIdHandler<T>(Func<string, T> read, Func<T, string> write) : Handler<T>
        where T : struct
    {
        protected override T Read(object value) => read((string)value);

        protected override object Write(T value) => write(value);
    }

    private sealed class DayHandler : Handler<DateOnly>
    {
        protected override DateOnly Read(object value) =>
            DateOnly.FromDayNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture) + Epoch);

        protected override object Write(DateOnly value) => ToDays(value);
    }
}
