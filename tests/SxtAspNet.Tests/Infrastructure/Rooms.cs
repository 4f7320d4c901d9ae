using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>
/// Which room (folder of the core) each type is in, and which types its code really uses: read from the compiled code, so
/// that neither a comment nor a shared namespace deceives.
/// </summary>
internal static partial class Rooms
{
    /// <summary>The room of what lies beside the rooms, at the project's root.</summary>
    public const string Root = "";

    private static readonly Assembly Core = typeof(SxtOptions).Assembly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The room of each type by its full name; a file may declare several.</summary>
    public static Dictionary<string, string> OfTypes(IEnumerable<(string Room, string File)> files) => files
        .SelectMany(file => NamesIn(File.ReadAllText(file.File)).Select(name => (Name: name, file.Room)))
        .DistinctBy(type => type.Name)
        .ToDictionary(type => type.Name, type => type.Room);

    /// <summary>Each use of one of the core's types by another one, as names of top-level types.</summary>
    public static HashSet<(string User, string Used)> Uses() => [.. Core.GetTypes()
        .SelectMany(type => UsedBy(type).Select(used => (User: TopLevel(type), Used: TopLevel(used))))
        .Where(use => use.User is not null && use.Used is not null && use.User != use.Used)
        .Select(use => (use.User!, use.Used!))];

    private static IEnumerable<string> NamesIn(string text) =>
        Declaration().Matches(text).Select(match => $"{Namespace().Match(text).Groups[1].Value}.{match.Groups[1].Value}");

    private static IEnumerable<Type> UsedBy(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<Type?> declared =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetFields(all).Select(field => field.FieldType),
            .. type.GetMethods(all).Select(method => method.ReturnType),
            .. type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)).SelectMany(UsedBy),
        ];
        return declared.OfType<Type>().SelectMany(WithArguments);
    }

    private static IEnumerable<Type?> UsedBy(MethodBase method) =>
    [
        .. method.GetParameters().Select(parameter => parameter.ParameterType),
        .. method.GetMethodBody()?.LocalVariables.Select(variable => variable.LocalType) ?? [],
        .. method.GetMethodBody()?.ExceptionHandlingClauses
            .Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause).Select(clause => clause.CatchType) ?? [],
        .. Tokens(method).SelectMany(token => Resolve(method, token)),
    ];

    private static IEnumerable<Type?> Resolve(MethodBase method, int token) => method.Module.ResolveMember(
        token,
        method.DeclaringType is { IsGenericType: true } declaring ? declaring.GetGenericArguments() : null,
        method.IsGenericMethod ? method.GetGenericArguments() : null) switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        MethodInfo called => [called.DeclaringType, called.ReturnType, .. called.GetGenericArguments()],
        MemberInfo member => [member.DeclaringType],
        null => [],
    };

    /// <summary>The metadata tokens of types and members in a method's code.</summary>
    private static IEnumerable<int> Tokens(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var isLong = code[at] == 0xFE;
            var operation = OpCodesByValue[isLong ? (short)(0xFE00 | code[at + 1]) : code[at]];
            at += isLong ? 2 : 1;
            if (operation.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                yield return BitConverter.ToInt32(code, at);
            }

            at += operation.OperandType switch
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

    private static IEnumerable<Type> WithArguments(Type type) =>
        [type.HasElementType ? type.GetElementType()! : type, .. type.GetGenericArguments().SelectMany(WithArguments)];

    /// <summary>The type that a file declares: generated and nested ones belong to it.</summary>
    private static string? TopLevel(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.Assembly == Core && !type.IsGenericParameter ? $"{type.Namespace}.{type.Name.Split('`')[0]}" : null;
    }

    [GeneratedRegex(@"^(?:(?:public|internal|file|sealed|abstract|static|partial|readonly|ref)\s+)*(?:class|struct|interface|enum|record(?:\s+struct)?)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
