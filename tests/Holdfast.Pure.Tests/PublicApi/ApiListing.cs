using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Holdfast.Pure.Tests.PublicApi;

/// <summary>Everything of a library that a program outside can see, a line each, in one order. Stateless.</summary>
internal static class ApiListing
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly library)
    {
        var text = new StringBuilder();
        foreach (var type in library.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    private static string Header(Type type)
    {
        var bases = new List<string>();
        if (type.BaseType is { } parent && type.IsClass && parent != typeof(object) && !typeof(Delegate).IsAssignableFrom(type))
            bases.Add(TypeText.Of(parent));
        if (type.IsEnum)
            bases.Add(TypeText.Of(Enum.GetUnderlyingType(type)));
        else
            bases.AddRange(type.GetInterfaces().Where(i => i.IsVisible && i.Name != "IEquatable`1").Select(i => TypeText.Of(i)).Order(StringComparer.Ordinal));
        var inherits = bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}";
        return $"{Kind(type)} {TypeText.Of(type)}{inherits}";
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum";
        if (type.IsInterface)
            return "interface";
        if (typeof(Delegate).IsAssignableFrom(type))
            return "delegate";
        if (type.IsValueType)
            return type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct";
        var record = type.GetMethod("<Clone>$", Declared) is null ? "class" : "record";
        return type switch
        {
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => $"abstract {record}",
            { IsSealed: true } => $"sealed {record}",
            _ => record,
        };
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return type.GetEnumNames().Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n), CultureInfo.InvariantCulture)}");
        if (typeof(Delegate).IsAssignableFrom(type))
            return [Method(type.GetMethod("Invoke")!)];
        return type.GetConstructors(Declared).Where(IsSeen).Select(c => $"{Modifiers(c)}{type.Name.Split('`')[0]}({Parameters(c)})")
            .Concat(type.GetMethods(Declared).Where(m => IsSeen(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !IsMade(m)).Select(Method))
            .Concat(type.GetProperties(Declared).Where(p => p.GetAccessors(nonPublic: true).Any(IsSeen) && !IsMade(p)).Select(Property))
            .Concat(type.GetEvents(Declared).Where(e => IsSeen(e.AddMethod!)).Select(e => $"{Modifiers(e.AddMethod!)}event {TypeText.Of(e.EventHandlerType!)} {e.Name}"))
            .Concat(type.GetFields(Declared).Where(f => (f.IsPublic || f.IsFamily) && !IsMade(f)).Select(Field));
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        var returned = TypeText.Of(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter));
        return $"{Modifiers(method)}{returned} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Property(PropertyInfo property)
    {
        var accessors = new StringBuilder();
        if (property.GetMethod is { } get && IsSeen(get))
            accessors.Append("get; ");
        if (property.SetMethod is { } set && IsSeen(set))
            accessors.Append(set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ");
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var index = property.GetIndexParameters() is { Length: > 0 } ? $"[{string.Join(", ", property.GetIndexParameters().Select(Parameter))}]" : "";
        var type = TypeText.Of(property.PropertyType, new NullabilityInfoContext().Create(property));
        return $"{Modifiers(property.GetAccessors(nonPublic: true).First(IsSeen))}{required}{type} {property.Name}{index} {{ {accessors}}}";
    }

    private static string Field(FieldInfo field)
    {
        var type = TypeText.Of(field.FieldType, new NullabilityInfoContext().Create(field));
        if (field.IsLiteral)
            return $"const {type} {field.Name} = {Literal(field.GetRawConstantValue())}";
        return $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var way = parameter.ParameterType.IsByRef ? parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref " : parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        var type = TypeText.Of(parameter.ParameterType, new NullabilityInfoContext().Create(parameter));
        var otherwise = parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "";
        return $"{way}{type} {parameter.Name}{otherwise}";
    }

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Modifiers(MethodBase method)
    {
        var access = method.IsPublic ? "" : "protected ";
        if (method.IsStatic)
            return $"{access}static ";
        if (method.DeclaringType!.IsInterface)
            return access;
        if (method.IsAbstract)
            return $"{access}abstract ";
        var isOverride = method is MethodInfo info && info.GetBaseDefinition() != info;
        return isOverride ? $"{access}override " : method is { IsVirtual: true, IsFinal: false } ? $"{access}virtual " : access;
    }

    private static bool IsSeen(MethodBase method) => method.IsPublic || (!method.DeclaringType!.IsSealed && (method.IsFamily || method.IsFamilyOrAssembly));

    // What the compiler adds to a record.
    private static bool IsMade(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name == "EqualityContract";
}
