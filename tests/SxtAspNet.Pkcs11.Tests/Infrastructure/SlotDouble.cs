using System.Reflection;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace SxtAspNet.Pkcs11.Tests.Infrastructure;

/// <summary>A slot whose token fails at each call, which SoftHSM can't be brought to.</summary>
public class SlotDouble : DispatchProxy
{
    private CKR _value;

    internal static ISlot Failing(CKR value)
    {
        var slot = Create<ISlot, SlotDouble>();
        ((SlotDouble)(object)slot)._value = value;
        return slot;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new Pkcs11Exception($"C_{targetMethod!.Name}", _value);
}
