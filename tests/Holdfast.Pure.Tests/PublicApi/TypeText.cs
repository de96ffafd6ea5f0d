using System.Reflection;

namespace Holdfast.Pure.Tests.PublicApi;

/// <summary>A type as it is written in C#, with what is known of null. Stateless.</summary>
internal static class TypeText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(char)] = "char",
        [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long",
        [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
        [typeof(string)] = "string", [typeof(object)] = "object", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint",
    };

    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
            return Of(type.GetElementType()!, nullability);
        if (type.IsPointer)
            return $"{Of(type.GetElementType()!)}*";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{Of(value)}?";
        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword + mark;
        if (type.IsGenericParameter)
            return type.Name + mark;
        return Name(type, nullability) + mark;
    }

    private static string Name(Type type, NullabilityInfo? nullability)
    {
        var arguments = type.GetGenericArguments();
        var outer = type.IsNested ? $"{Name(type.DeclaringType!, null)}." : IsUsual(type) ? "" : $"{type.Namespace}.";
        var name = type.Name.Split('`')[0];
        // Of a nested type only what it adds itself.
        var own = type.Name.Contains('`', StringComparison.Ordinal) ? arguments : [];
        if (own.Length == 0)
            return outer + name;
        var parts = own.Select((a, i) => Of(a, nullability?.GenericTypeArguments.ElementAtOrDefault(i)));
        return $"{outer}{name}<{string.Join(", ", parts)}>";
    }

    // Those that every file uses.
    private static bool IsUsual(Type type) => type.Namespace is "System" or "System.Collections.Generic" or "System.IO" or "System.Threading" or "System.Threading.Tasks";
}
