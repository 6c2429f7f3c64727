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
        SqlMapper.AddTypeHandler(new DayHandler());
        SqlMapper.AddTypeHandler(new TextIdHandler<ProviderId>(text => new(text), id => id.Value));
        SqlMapper.AddTypeHandler(new TextIdHandler<ChannelDefinitionId>(text => new(text), id => id.Value));
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

    private sealed class IdHandler<T> : SqlMapper.TypeHandler<T>
        where T : struct, IId<T>
    {
        public override T Parse(object value) => T.Of(Convert.ToInt64(value, CultureInfo.InvariantCulture));

        public override void SetValue(IDbDataParameter parameter, T value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = value.Value;
        }
    }

    private sealed class TextIdHandler<T>(Func<string, T> read, Func<T, string> write) : SqlMapper.TypeHandler<T>
        where T : struct
    {
        public override T Parse(object value) => read((string)value);

        public override void SetValue(IDbDataParameter parameter, T value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = write(value);
        }
    }

    private sealed class DayHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) =>
            DateOnly.FromDayNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture) + Epoch);

        public override void SetValue(IDbDataParameter parameter, DateOnly value)
        {
            parameter.DbType = DbType.Int32;
            parameter.Value = ToDays(value);
        }
    }
}
