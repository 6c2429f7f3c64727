namespace Affluent.TestBank;

/// <summary>How the bank takes what third parties prove by their keys: that a request is theirs, and who they are.</summary>
public enum Strictness
{
    /// <summary>It does not look.</summary>
    Off,

    /// <summary>One that is there must be good.</summary>
    Lenient,

    /// <summary>There must be one, and it must be good.</summary>
    Strict,
}
