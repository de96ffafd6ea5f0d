namespace Holdfast.Terminal.Screen;

/// <summary>
/// Changes within one row, which never leave half of a wide character behind. Pure functions over a row's cells.
/// </summary>
internal static class RowEditor
{
    /// <summary>Erases [start, end).</summary>
    public static void Erase(Span<Cell> row, int start, int end, in Cell fill)
    {
        end = Math.Min(end, row.Length);
        if (start >= end)
            return;
        SplitAround(row, start, end, fill);
        var cells = row[start..end];
        if (fill.IsBlank)
            cells.Clear();
        else
            cells.Fill(fill);
    }

    /// <summary>Erases what is not protected in [start, end) (DECSED, DECSEL).</summary>
    public static void EraseUnprotected(Span<Cell> row, int start, int end, in Cell fill)
    {
        end = Math.Min(end, row.Length);
        for (var i = start; i < end; i++)
        {
            if ((row[i].Attr & (uint)CellAttributes.Protected) == 0)
                Erase(row, i, i + (row[i].IsWide ? 2 : 1), fill);
        }
    }

    /// <summary>Inserts <paramref name="count"/> erased cells before <paramref name="at"/>; what passes <paramref name="limit"/> is lost (ICH).</summary>
    public static void Insert(Span<Cell> row, int at, int count, int limit, in Cell fill)
    {
        count = Math.Min(count, limit - at);
        if (count <= 0)
            return;
        Split(row, at, fill);
        Split(row, limit, fill);
        row[at..(limit - count)].CopyTo(row[(at + count)..]);
        row.Slice(at, count).Fill(fill);
        if (row[limit - 1].IsWide)
            row[limit - 1] = fill;
    }

    /// <summary>Deletes <paramref name="count"/> cells from <paramref name="at"/>; erased cells come in at <paramref name="limit"/> (DCH).</summary>
    public static void Delete(Span<Cell> row, int at, int count, int limit, in Cell fill)
    {
        count = Math.Min(count, limit - at);
        if (count <= 0)
            return;
        Split(row, at, fill);
        Split(row, at + count, fill);
        Split(row, limit, fill);
        row[(at + count)..limit].CopyTo(row[at..]);
        row[(limit - count)..limit].Fill(fill);
    }

    /// <summary>Where a wide character lies across <paramref name="at"/>, both its halves become erased cells.</summary>
    public static void Split(Span<Cell> row, int at, in Cell fill)
    {
        if (at <= 0 || at >= row.Length || !row[at].IsTrail)
            return;
        row[at - 1] = fill;
        row[at] = fill;
    }

    public static void SplitAround(Span<Cell> row, int start, int end, in Cell fill)
    {
        Split(row, start, fill);
        Split(row, end, fill);
    }

    /// <summary>As above; the halves keep their background.</summary>
    public static void SplitAround(Span<Cell> row, int start, int end)
    {
        EmptyHalves(row, start);
        EmptyHalves(row, end);
    }

    /// <summary>After cells came from elsewhere: halves at the ends whose other half stayed behind are erased, but for their background.</summary>
    public static void MendEnds(Span<Cell> row, int start, int end)
    {
        if (row[start].IsTrail && (start == 0 || !row[start - 1].IsWide))
            row[start] = new Cell { Bg = row[start].Bg };
        if (row[end - 1].IsWide && (end == row.Length || !row[end].IsTrail))
            row[end - 1] = new Cell { Bg = row[end - 1].Bg };
    }

    private static void EmptyHalves(Span<Cell> row, int at)
    {
        if (at <= 0 || at >= row.Length || !row[at].IsTrail)
            return;
        row[at - 1] = new Cell { Bg = row[at - 1].Bg };
        row[at] = new Cell { Bg = row[at].Bg };
    }
}
