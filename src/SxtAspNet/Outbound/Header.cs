namespace SxtAspNet.Outbound;

/// <summary>What is to be done about a request's Authorization header.</summary>
internal enum Header
{
    /// <summary>It carries no token of ours.</summary>
    LeaveAlone,

    /// <summary>It has none yet.</summary>
    Add,

    /// <summary>It has one of ours, left by an earlier attempt.</summary>
    Replace,
}
