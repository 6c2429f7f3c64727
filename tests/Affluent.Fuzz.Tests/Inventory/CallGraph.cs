using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Affluent.Fuzz.Tests.Inventory;

/// <summary>Which methods call which, read from the code of some assemblies. Methods of generic types stand for all of their uses.</summary>
internal sealed class CallGraph(IReadOnlyCollection<Assembly> assemblies)
{
    private const BindingFlags All =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Static
        | BindingFlags.Instance
        | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    private readonly Dictionary<MethodBase, IReadOnlyList<MemberInfo>> _uses = [];

    /// <summary>Every method of an assembly, those that the compiler made included.</summary>
    public static IEnumerable<MethodBase> MethodsOf(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)));

    /// <summary>What is called from these methods, by whatever way.</summary>
    public HashSet<MethodBase> ReachedFrom(IEnumerable<MethodBase> roots)
    {
        HashSet<MethodBase> reached = [];
        Stack<MethodBase> open = new(roots.Select(Definition));
        while (open.TryPop(out var method))
        {
            if (!assemblies.Contains(method.Module.Assembly) || !reached.Add(method))
            {
                continue;
            }
            foreach (var next in Nexts(method))
            {
                open.Push(Definition(next));
            }
        }
        return reached;
    }

    /// <summary>The members that the code of a method names.</summary>
    public IReadOnlyList<MemberInfo> UsesOf(MethodBase method) =>
        _uses.TryGetValue(method, out var known) ? known : _uses[method] = [.. Scan(method).Distinct()];

    private IEnumerable<MethodBase> Nexts(MethodBase method)
    {
        foreach (var use in UsesOf(method))
        {
            if (use is MethodBase called)
            {
                yield return called;
                // Who makes an object may call whatever of it others know: what it overrides, and what it implements.
                for (
                    var type = called.IsConstructor ? called.DeclaringType : null;
                    type is not null;
                    type = type.BaseType
                )
                {
                    foreach (var known in type.GetMethods(All).Where(m => m.IsVirtual))
                    {
                        yield return known;
                    }
                }
            }
            if (use.DeclaringType?.TypeInitializer is { } initializer)
            {
                yield return initializer;
            }
        }
        foreach (var step in method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType.GetMethods(All) ?? [])
        {
            yield return step;
        }
    }

    private static MethodBase Definition(MethodBase method) =>
        method.IsGenericMethod || method.DeclaringType?.IsGenericType == true
            ? method.Module.ResolveMethod(method.MetadataToken) ?? method
            : method;

    private static IEnumerable<MemberInfo> Scan(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
        {
            yield break;
        }
        var ofType = method.DeclaringType?.GetGenericArguments();
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length; )
        {
            var (opCode, length) =
                code[at] == 0xFE ? (Codes[BitConverter.ToInt16([code[at + 1], code[at]])], 2) : (Codes[code[at]], 1);
            at += length;
            if (opCode.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok)
            {
                if (method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod) is { } member)
                {
                    yield return member;
                }
            }
            at += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
