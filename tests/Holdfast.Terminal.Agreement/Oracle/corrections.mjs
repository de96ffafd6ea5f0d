// Where @xterm/headless differs from xterm's documentation (ctlseqs), or from DEC's where that is silent: each correction says what and why,
// and turns a terminal of the oracle into one that agrees. Used for generated input, where the differences would meet at random; each has a
// case in ../cases whose expectation was written by hand.

const PROTECTED = 0x20000000, NO_UNDERLINE_COLOR = 0x3ffffff;

const corrections = [
  // The cursor is in the last column while a wrap is pending: erasing includes that column, and then no wrap is pending.
  function erasingAtPendingWrap({ input, last }) {
    const usual = input.eraseInLine.bind(input);
    input.eraseInLine = (...all) => {
      last();
      return usual(...all);
    };
  },

  // Tab stops are set and cleared there, columns inserted and deleted there, and not beyond the right edge or at the left one; the wrap stays pending.
  function columnsAtPendingWrap({ core, input, last }) {
    for (const name of ['insertColumns', 'deleteColumns', 'tabSet', 'tabClear']) {
      const usual = input[name].bind(input);
      input[name] = params => {
        const x = core.buffer.x;
        last();
        usual(params);
        core.buffer.x = x;
        return true;
      };
    }
  },

  // What is inserted between the halves of a wide character leaves none of them; xterm.js moves the second one along.
  function insertionIntoWide({ core, input }) {
    for (const name of ['insertChars', 'insertColumns']) {
      const usual = input[name].bind(input);
      input[name] = params => {
        const buffer = core.buffer;
        usual(params);
        const x = Math.min(buffer.x, core.cols - 1) + (params.params[0] || 1);
        for (let y = 0; y < core.rows && x < core.cols; y++) {
          const line = buffer.lines.get(buffer.ybase + y);
          if (line.getWidth(x) === 0 && line.getWidth(x - 1) !== 2) line.setCellFromCodepoint(x, 0, 1, input._eraseAttrData());
        }
        return true;
      };
    }
  },

  // Without autowrap, what overwrites the second half of a wide character in the last column takes the first half away as well.
  function overwritingAtTheEdge({ core, input }) {
    const usual = input.print.bind(input);
    input.print = (data, start, end) => {
      if (core.coreService.decPrivateModes.wraparound) return usual(data, start, end);
      for (let i = start; i < end; i++) {
        const properties = core.unicodeService.charProperties(data[i], input._parser.precedingJoinState), width = properties >> 1 & 3, joins = (properties & 1) !== 0;
        if (width === 2 && !joins && core.buffer.x + 2 > core.cols) {
          // It has no room, and is nowhere.
          core.buffer.x = core.cols - 1;
          input._parser.precedingJoinState = 0;
          continue;
        }
        if (core.buffer.x >= core.cols && !joins) core.buffer.x = core.cols - 1;
        usual(data, i, i + 1);
      }
    };
    input._parser.setPrintHandler(input.print);
  },

  // Origin mode moves the origin of positions; movement relative to the cursor, or within its line, has none.
  function relativeMovesInOriginMode({ core, input }) {
    const place = (x, y) => {
      core.buffer.x = x;
      core.buffer.y = y;
      input._restrictCursor();
    };
    input._moveCursor = (x, y) => {
      input._restrictCursor();
      place(core.buffer.x + x, core.buffer.y + y);
    };
    input.cursorCharAbsolute = input.charPosAbsolute = params => {
      place((params.params[0] || 1) - 1, core.buffer.y);
      return true;
    };
  },

  // ED 1 in the last column looks for the next line counted from the top of the scrollback, or beyond its end, where it throws.
  function erasingAboveInTheLastColumn({ core, input, last }) {
    const usual = input.eraseInDisplay.bind(input);
    input.eraseInDisplay = (params, protect) => {
      const buffer = core.buffer;
      last();
      if (params.params[0] !== 1 || buffer.x < core.cols - 1) return usual(params, protect);
      const next = buffer.y + 1 < core.rows ? buffer.lines.get(buffer.ybase + buffer.y + 1) : undefined;
      if (next) next.isWrapped = false;
      input._eraseInBufferLine(buffer.y, 0, core.cols, true, protect);
      for (let y = buffer.y - 1; y >= 0; y--) input._resetBufferLine(y, protect);
      return true;
    };
  },

  // DECSC saves the place on the screen, whatever scrolls meanwhile, with its pending wrap, all of the rendition, origin mode and the character sets.
  function savedCursor({ core, input, sets }) {
    const saved = core._savedCursors = new Map();
    // Home, until something is saved.
    const home = () => ({ x: 0, y: 0, attr: new input._curAttrData.constructor(), charsets: [], glevel: 0, origin: false });
    core._forgetSavedCursors = () => {
      for (const buffer of saved.keys()) saved.set(buffer, home());
    };
    input.saveCursor = () => {
      const buffer = core.buffer;
      saved.set(buffer, {
        x: Math.min(buffer.x, core.cols - 1), y: buffer.y, pending: buffer.x >= core.cols,
        attr: input._curAttrData.clone(), charsets: [...sets._charsets], glevel: sets.glevel, origin: core.coreService.decPrivateModes.origin,
      });
      return true;
    };
    input.restoreCursor = () => {
      const buffer = core.buffer, from = saved.get(buffer);
      const link = input._curAttrData.extended.urlId;
      input._curAttrData = from.attr.clone();
      // A link is no rendition.
      input._curAttrData.extended.urlId = link;
      input._curAttrData.updateExtended();
      sets._charsets = [...from.charsets];
      sets.setgLevel(from.glevel);
      core.coreService.decPrivateModes.origin = from.origin;
      buffer.x = from.x + (from.pending ? 1 : 0);
      buffer.y = from.y;
      input._restrictCursor(from.pending ? core.cols : core.cols - 1);
      return true;
    };
    forBuffers(core, ({ _normal, _alt }) => {
      saved.clear();
      saved.set(_normal, home());
      saved.set(_alt, home());
    });
  },

  // One cursor, one set of margins and one set of tab stops serve both screens. Mode 47 keeps what is on the alternate screen, 1047 and 1049 do not.
  function screensShareTheTerminal({ core, input }) {
    const buffers = core.buffers, share = (from, to) => Object.assign(to, { x: from.x, y: from.y, scrollTop: from.scrollTop, scrollBottom: from.scrollBottom, tabs: from.tabs });
    let mode = 0;
    const show = (shown, hidden) => {
      share(hidden, shown);
      buffers._activeBuffer = shown;
      buffers._onBufferActivate.fire({ activeBuffer: shown, inactiveBuffer: hidden });
    };
    buffers.activateAltBuffer = attr => {
      const { _normal: normal, _alt: alt } = buffers;
      if (buffers._activeBuffer === alt) return;
      if (mode === 1049) alt.lines.length = 0;
      alt.fillViewportRows(attr);
      show(alt, normal);
    };
    buffers.activateNormalBuffer = () => {
      const { _normal: normal, _alt: alt } = buffers;
      if (buffers._activeBuffer === normal) return;
      show(normal, alt);
      if (mode !== 47) alt.lines.length = 0;
    };
    for (const name of ['setModePrivate', 'resetModePrivate']) {
      const usual = input[name].bind(input);
      input[name] = params => {
        // One after the other, so that each is told apart.
        for (let i = 0; i < params.length; i++) {
          mode = params.params[i];
          usual({ length: 1, params: [mode] });
        }
        return true;
      };
    }
  },

  // Lines that are wrapped anew lose nothing; the cursor and the saved one stay on their characters, and the screen shows the cursor. What the alternate screen loses by a resize is lost.
  function resizes({ core }) {
    forBuffers(core, ({ _normal, _alt }) => {
      nothingIsLost(_normal);
      cursorStays(core, _normal);
      cutIsGone(_alt);
      savedStays(core, _alt);
    });
    // What was printed before is not where the cursor is, so nothing joins it or repeats it.
    const usual = core.buffers.resize.bind(core.buffers);
    core.buffers.resize = (columns, rows) => {
      usual(columns, rows);
      core._inputHandler._parser.precedingJoinState = 0;
    };
  },

  // New columns have the usual tab stops; those of old columns stay, or stay cleared.
  function tabStopsOfNewColumns({ core }) {
    const usual = core.buffers.setupTabStops.bind(core.buffers);
    let columns = core.cols;
    core.buffers.setupTabStops = wanted => {
      if (wanted === undefined) return usual();
      for (const { tabs } of [core.buffers._normal, core.buffers._alt]) {
        for (let x = Math.ceil(columns / 8) * 8; x < wanted; x += 8) tabs[x] = true;
        for (const x of Object.keys(tabs)) if (x >= wanted) delete tabs[x];
      }
      columns = wanted;
    };
  },

  // RIS is as switching on: the cursor shows, LNM is off.
  function fullReset({ core, input, terminal }) {
    const usual = input.fullReset.bind(input);
    input.fullReset = () => {
      core._forgetSavedCursors();
      terminal.options.convertEol = false;
      core.coreService.isCursorHidden = false;
      return usual();
    };
  },

  // DECSTR resets what its list in the VT510's manual has, and no mode of mouse, focus, paste or synchronisation.
  function softReset({ core, input }) {
    const usual = input.softReset.bind(input);
    input.softReset = params => {
      const dec = core.coreService.decPrivateModes, kept = {};
      for (const name of ['bracketedPasteMode', 'sendFocus', 'synchronizedOutput', 'reverseWraparound', 'cursorStyle', 'cursorBlink']) kept[name] = dec[name];
      usual(params);
      Object.assign(core.coreService.decPrivateModes, kept);
      core._forgetSavedCursors();
      return true;
    };
  },

  // SGR 0 is no DECSCA; after SGR 59 the underline has the text's colour, which is noted as none.
  function renditions({ input }) {
    const usual = input.charAttributes.bind(input);
    input.charAttributes = params => {
      const was = input._curAttrData.bg & PROTECTED;
      usual(params);
      const attr = input._curAttrData;
      attr.bg |= was;
      if ((attr.extended.underlineColor & NO_UNDERLINE_COLOR) === NO_UNDERLINE_COLOR) {
        attr.extended = attr.extended.clone();
        attr.extended.underlineColor = 0;
        attr.updateExtended();
      }
      return true;
    };
  },

  // A link is forgotten when the line it began in is cleared or gone, although it is still open, or other lines have it.
  function links({ core }) {
    core._oscLinkService._removeMarkerFromLink = () => {};
  },

  // DECALN sets the margins to the whole page, and draws with all of the rendition, not with half of it.
  function alignment({ core, input }) {
    input.screenAlignmentPattern = () => {
      const buffer = core.buffer, attr = input._curAttrData.clone();
      attr.extended.urlId = 0;
      attr.updateExtended();
      const cell = buffer.getNullCell(attr), empty = cell.content;
      buffer.scrollTop = 0;
      buffer.scrollBottom = core.rows - 1;
      cell.content = empty | 'E'.charCodeAt(0);
      for (let y = 0; y < core.rows; y++) {
        const line = buffer.lines.get(buffer.ybase + y);
        line.fill(cell);
        line.isWrapped = false;
      }
      cell.content = empty;
      input._setCursor(0, 0);
      return true;
    };
  },
];

// Does it now, and whenever RIS has made new ones.
function forBuffers(core, change) {
  const usual = core.buffers.reset.bind(core.buffers);
  core.buffers.reset = () => {
    usual();
    change(core.buffers);
  };
  change(core.buffers);
}

// Room at the bottom is made whether something stands there or not; the screen then moves down instead.
function nothingIsLost(normal) {
  const usual = normal._reflowSmaller.bind(normal);
  normal._reflowSmaller = (columns, rows) => {
    const lines = normal.lines, pop = lines.pop.bind(lines);
    const groups = [], free = new Set();
    for (let row = 0; row < lines.length; row++) {
      const group = placeOf(normal, row, 0);
      if (group.lines.length > 1 || group.widths.length > columns) groups.push(group);
      else if (group.widths.length === 0) free.add(group.line);
      row += group.lines.length - 1;
    }
    lines.pop = () => {
      if (free.has(lines.get(lines.length - 1))) return pop();
      normal.y--;
      normal.ybase++;
      normal.ydisp++;
      return undefined;
    };
    usual(columns, rows);
    delete lines.pop;
    // Behind text that was wrapped anew stands nothing: colours that were there once belong to no character.
    for (const group of groups) {
      const last = find(normal, { ...group, offset: group.widths.length - 1 }, columns, true);
      if (last && group.widths.length) normal.lines.get(last.line)?.replaceCells(last.x + 1, columns, normal.getNullCell());
    }
  };
}

function cursorStays(core, normal) {
  const usual = normal.resize.bind(normal), reflow = normal._reflow.bind(normal);
  let places;
  normal.resize = (columns, rows) => {
    // The cursor that was left behind is not one; its line counts.
    if (core.buffer !== normal) normal.x = 0;
    const from = core._savedCursors.get(normal), x = [normal.x, from.x + (from.pending ? 1 : 0)], savedRow = normal.ybase + from.y;
    const oldest = Array.from({ length: normal.lines.length }, (_, i) => normal.lines.get(i)), wrapsAnew = columns !== normal._cols;
    // Rows have gone and come by then, but nothing was wrapped.
    normal._reflow = () => {
      const gone = oldest.indexOf(normal.lines.get(0));
      places = [placeOf(normal, normal.ybase + normal.y, x[0]), placeOf(normal, Math.min(Math.max(savedRow - gone, 0), normal.lines.length - 1), x[1])];
      reflow(columns, rows);
    };
    usual(columns, rows);
    const [cursor, saved] = places.map(place => find(normal, place, columns, wrapsAnew));
    if (wrapsAnew && cursor) show(normal, cursor, columns, rows);
    while (normal.lines.length < normal.ybase + rows) normal.lines.push(normal.getBlankLine(new core._inputHandler._curAttrData.constructor()));
    Object.assign(from, { x: Math.min(saved?.x ?? x[1], columns - 1), y: Math.min(Math.max((saved?.line ?? 0) - normal.ybase, 0), rows - 1), pending: false });
  };
}

function savedStays(core, alt) {
  const usual = alt.resize.bind(alt);
  alt.resize = (columns, rows) => {
    const from = core._savedCursors.get(alt);
    [alt.savedX, alt.savedY] = [from.x + (from.pending ? 1 : 0), from.y];
    usual(columns, rows);
    Object.assign(from, { x: Math.min(alt.savedX, columns - 1), y: Math.min(alt.savedY, rows - 1), pending: false });
  };
}

function cutIsGone(alt) {
  const usual = alt.resize.bind(alt);
  alt.resize = (columns, rows) => {
    usual(columns, rows);
    // Else a screen that was empty when it got lower has a scrollback from then on.
    if (alt.lines.length === 0) alt.lines.maxLength = rows;
    for (let i = 0; i < alt.lines.length; i++) {
      const line = alt.lines.get(i), last = columns - 1;
      line.resize(columns, alt.getNullCell());
      // Half a character cannot be shown; its background stays.
      if (line.getWidth(last) === 2) {
        const half = alt.getNullCell();
        half.bg = line.getBg(last) & 0x3ffffff;
        line.setCell(last, half);
      }
    }
  };
}

function usedLength(buffer, lines, i, columns) {
  if (i === lines.length - 1) return lines[i].getTrimmedLength();
  return !lines[i].hasContent(columns - 1) && lines[i].getWidth(columns - 1) === 1 && lines[i + 1].getWidth(0) === 2 ? columns - 1 : columns;
}

function wrappedLines(buffer, index) {
  let first = index, end = index + 1;
  while (first > 0 && buffer.lines.get(first).isWrapped) first--;
  while (end < buffer.lines.length && buffer.lines.get(end).isWrapped) end++;
  return { first, lines: Array.from({ length: end - first }, (_, i) => buffer.lines.get(first + i)) };
}

// Where a place is in its text, the widths of that text's cells, and its lines.
function placeOf(buffer, row, x) {
  const { first, lines } = wrappedLines(buffer, row), widths = [];
  let offset = x;
  for (let i = 0; i < lines.length; i++) {
    const length = usedLength(buffer, lines, i, buffer._cols);
    if (first + i < row) offset += length;
    for (let column = 0; column < length; column++) widths.push(lines[i].getWidth(column));
  }
  return { row, x, line: buffer.lines.get(row), lines, offset, widths };
}

// Where it is now: its line counted from the top of the scrollback, its column.
function find(buffer, { x, line, lines, offset, widths }, columns, wrapsAnew) {
  if (!wrapsAnew) return { line: indexOf(buffer, line), x };
  // Lines are moved, added behind and taken away behind, but stay what they are.
  const known = lines.findIndex(one => indexOf(buffer, one) >= 0);
  if (known < 0) return undefined;
  let piece = 0, at = 0;
  for (let next = 0; next < widths.length && next <= offset; piece++) {
    at = next;
    next += columns - (widths[next + columns - 1] === 2 ? 1 : 0);
  }
  return { line: indexOf(buffer, lines[known]) - known + Math.max(piece - 1, 0), x: offset - at };
}

function show(buffer, { line, x }, columns, rows) {
  buffer.x = Math.min(x, columns - 1);
  if (line < buffer.ybase) buffer.ybase = line;
  else if (line >= buffer.ybase + rows) buffer.ybase = line - rows + 1;
  buffer.y = line - buffer.ybase;
  buffer.ydisp = buffer.ybase;
  if (buffer.lines.length > buffer.ybase + rows) buffer.lines.length = buffer.ybase + rows;
}

function indexOf(buffer, line) {
  for (let i = 0; i < buffer.lines.length; i++) if (buffer.lines.get(i) === line) return i;
  return -1;
}

// A line whose cells move within it takes the clusters of others for its own. The one correction that is not of a terminal but of a class.
let linesAreCorrect = false, linesAreChanged = false;

function correctLines(line) {
  if (linesAreChanged) return;
  linesAreChanged = true;
  const prototype = Object.getPrototypeOf(line), usual = prototype.copyCellsFrom;
  prototype.copyCellsFrom = function (from, fromColumn, column, length, reverse) {
    const clusters = { ...from._combined }, own = { ...this._combined };
    usual.call(this, from, fromColumn, column, length, reverse);
    if (!linesAreCorrect) return;
    this._combined = own;
    for (let i = 0; i < length; i++) if (clusters[fromColumn + i] !== undefined) this._combined[column + i] = clusters[fromColumn + i];
  };
}

// Before a terminal is used: whether it is to be a correct one.
export function chooseLines(terminal, correct) {
  correctLines(terminal._core.buffer.lines.get(0));
  linesAreCorrect = correct;
}

export function correct(terminal) {
  const core = terminal._core, input = core._inputHandler;
  const last = () => {
    if (core.buffer.x >= core.cols) core.buffer.x = core.cols - 1;
  };
  for (const one of corrections) one({ terminal, core, input, sets: core._charsetService, last });
}
