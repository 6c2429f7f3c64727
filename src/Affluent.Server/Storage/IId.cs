namespace Affluent.Server.Storage;

/// <summary>An id as the database keeps it: a number.</summary>
internal interface IId
{
    /// <summary>The number.</summary>
    long Value { get; }
}

/// <summary>A kind of id, a type of its own so that the compiler tells one from another.</summary>
internal interface IId<TSelf> : IId
    where TSelf : struct, IId<TSelf>
{
    /// <summary>The id of a number.</summary>
    static abstract TSelf Of(long value);
}
