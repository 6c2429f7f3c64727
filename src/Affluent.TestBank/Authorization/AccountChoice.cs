namespace Affluent.TestBank.Authorization;

/// <summary>Where a customer says which accounts are shared.</summary>
public enum AccountChoice
{
    /// <summary>On the bank's page.</summary>
    Here,

    /// <summary>At the third party, afterwards.</summary>
    Later,

    /// <summary>Nowhere: the third party has said which ones it wants.</summary>
    None,
}
