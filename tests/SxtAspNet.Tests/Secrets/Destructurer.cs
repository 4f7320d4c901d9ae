using System.Collections;
using System.Reflection;
using System.Text;

namespace SxtAspNet.Tests.Secrets;

/// <summary>
/// Writes an object as a structured logger does with <c>{@Object}</c>: all public properties that can be read, and theirs,
/// to a depth; elements of collections; the text of anything simple.
/// </summary>
internal static class Destructurer
{
    private const int Depth = 6;

    public static string Destructure(object? value)
    {
        var text = new StringBuilder();
        Write(value, text, Depth, new HashSet<object>(ReferenceEqualityComparer.Instance));
        return text.ToString();
    }

    private static void Write(object? value, StringBuilder text, int depth, HashSet<object> seen)
    {
        if (value is null || depth == 0 || !seen.Add(value))
        {
            return;
        }

        if (value is string or Uri or Type or Delegate or MemberInfo || value.GetType().IsPrimitive || value.GetType().IsEnum)
        {
            text.AppendLine(value.ToString());
            return;
        }

        if (value is byte[] bytes)
        {
            text.AppendLine(Convert.ToBase64String(bytes)).AppendLine(Convert.ToHexString(bytes));
            return;
        }

        text.AppendLine(value.ToString());
        if (value is IEnumerable elements)
        {
            foreach (var element in elements)
            {
                Write(element, text, depth - 1, seen);
            }
        }

        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0 && !property.PropertyType.IsByRefLike)
            {
                text.Append(property.Name).Append(": ");
                Write(Read(property, value), text, depth - 1, seen);
            }
        }
    }

    /// <summary>Loggers write what a getter throws.</summary>
    private static object? Read(PropertyInfo property, object target)
    {
        try
        {
            return property.GetValue(target);
        }
        catch (TargetInvocationException failure)
        {
            return failure.InnerException!.ToString();
        }
    }
}
