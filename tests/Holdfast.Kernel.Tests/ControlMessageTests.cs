using FsCheck;
using FsCheck.Fluent;
using Holdfast.Linux.Keeping;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Control messages as bytes.</summary>
public sealed class ControlMessageTests
{
    [Fact]
    public void Every_message_comes_back_as_it_was()
    {
        var messages =
            from header in ArbMap.Default.GeneratorFor<(ushort Kind, ushort Flags, uint Epoch, uint Request)>()
            from facts in ArbMap.Default.GeneratorFor<(int Pid, int Value, byte Descriptors)>()
            from name in ArbMap.Default.GeneratorFor<UnicodeString>()
            from note in ArbMap.Default.GeneratorFor<byte[]>()
            select new ControlMessage((ControlKind)header.Kind)
            {
                Flags = (ControlFlags)header.Flags,
                Epoch = header.Epoch,
                Request = header.Request,
                Pid = facts.Pid,
                Value = facts.Value,
                Descriptors = facts.Descriptors,
                Name = WithoutHalves(name.Get ?? ""),
                Note = note,
            };

        Prop.ForAll(messages.ToArbitrary(), Survives).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Garbage_is_a_FormatException_and_nothing_else() =>
        Prop.ForAll<byte[]>(bytes => DecodesOrRefuses(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_message_with_any_byte_changed_or_its_end_cut_off_is_decoded_or_refused_in_order()
    {
        var whole = new ControlMessage(ControlKind.Store) { Name = "name", Note = new byte[40], Descriptors = 3 }.Encode();
        Prop.ForAll<byte, byte, byte>((at, value, cut) =>
        {
            var bytes = whole[..(whole.Length - (cut % 4 == 0 ? cut % whole.Length : 0))];
            if (bytes.Length > 0)
                bytes[at % bytes.Length] = value;
            return DecodesOrRefuses(bytes);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Lengths_that_overflow_when_added_are_refused()
    {
        var bytes = new ControlMessage(ControlKind.Note) { Name = "n", Note = new byte[8] }.Encode();
        BitConverter.TryWriteBytes(bytes.AsSpan(24), int.MaxValue);

        Assert.Throws<FormatException>(() => ControlMessage.Decode(bytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    public void A_message_shorter_than_its_header_is_refused(int bytes) =>
        Assert.Throws<FormatException>(() => ControlMessage.Decode(new byte[bytes]));

    [Fact]
    public void A_name_longer_than_its_length_field_is_refused_before_it_is_sent() =>
        Assert.Throws<ArgumentException>(() => new ControlMessage(ControlKind.Store) { Name = new string('n', 65536) }.Encode());

    private static bool Survives(ControlMessage message)
    {
        var back = ControlMessage.Decode(message.Encode());
        return back with { Note = default } == message with { Note = default } && back.Note.Span.SequenceEqual(message.Note.Span);
    }

    private static bool DecodesOrRefuses(byte[] bytes)
    {
        try
        {
            ControlMessage.Decode(bytes);
            return true;
        }
        catch (FormatException)
        {
            return true;
        }
    }

    // Names are text: half of a surrogate pair has no bytes.
    private static string WithoutHalves(string name) => string.Concat(name.Where(c => !char.IsSurrogate(c)));
}
