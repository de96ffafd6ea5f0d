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
  // A resize moves it as it moves the line it is in.
  function savedCursor({ core, input, sets }) {
    const saved = core._savedCursors = new Map();
    input.saveCursor = () => {
      const buffer = core.buffer;
      saved.set(buffer, {
        x: Math.min(buffer.x, core.cols - 1), y: buffer.y, pending: buffer.x >= core.cols,
        attr: input._curAttrData.clone(), charsets: [...sets._charsets], glevel: sets.glevel, origin: core.coreService.decPrivateModes.origin,
      });
      return true;
    };
    input.restoreCursor = () => {
      const buffer = core.buffer, from = saved.get(buffer) ?? { x: 0, y: 0, attr: new input._curAttrData.constructor(), charsets: [], glevel: 0, origin: false };
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
    for (const buffer of [core.buffers._normal, core.buffers._alt]) {
      const usual = buffer.resize.bind(buffer);
      buffer.resize = (columns, rows) => {
        const from = saved.get(buffer);
        if (from) [buffer.savedX, buffer.savedY] = [from.x, buffer.ybase + from.y];
        usual(columns, rows);
        if (from) Object.assign(from, { x: buffer.savedX, y: Math.min(Math.max(buffer.savedY - buffer.ybase, 0), rows - 1), pending: from.pending && buffer.savedX === columns - 1 });
      };
    }
  },

  // One cursor, one set of margins and one set of tab stops serve both screens; 47 keeps what is on the alternate screen, 1047 clears it on leaving, 1049 on entering.
  function screensShareTheTerminal({ core, input }) {
    const buffers = core.buffers, share = (from, to) => Object.assign(to, { x: from.x, y: from.y, scrollTop: from.scrollTop, scrollBottom: from.scrollBottom, tabs: from.tabs });
    let clearOnEntering = false, clearOnLeaving = false;
    buffers.activateAltBuffer = attr => {
      const { _normal: normal, _alt: alt } = buffers;
      if (buffers._activeBuffer === alt) return;
      share(normal, alt);
      if (clearOnEntering || alt.lines.length === 0) blank(alt, attr);
      buffers._activeBuffer = alt;
      buffers._onBufferActivate.fire({ activeBuffer: alt, inactiveBuffer: normal });
    };
    buffers.activateNormalBuffer = () => {
      const { _normal: normal, _alt: alt } = buffers;
      if (buffers._activeBuffer === normal) return;
      share(alt, normal);
      if (clearOnLeaving) blank(alt, input._eraseAttrData());
      buffers._activeBuffer = normal;
      buffers._onBufferActivate.fire({ activeBuffer: normal, inactiveBuffer: alt });
    };
    const blank = (alt, attr) => {
      alt.lines.length = 0;
      alt.fillViewportRows(attr);
    };
    for (const [name, note] of [['setModePrivate', p => { clearOnEntering = p === 1049; }], ['resetModePrivate', p => { clearOnLeaving = p === 1047; }]]) {
      const usual = input[name].bind(input);
      input[name] = params => {
        // One after the other, so that each is told apart.
        for (let i = 0; i < params.length; i++) {
          note(params.params[i]);
          usual({ length: 1, params: [params.params[i]] });
        }
        return true;
      };
    }
  },

  // RIS is as switching on: the cursor shows, LNM is off.
  function fullReset({ core, input, terminal }) {
    const usual = input.fullReset.bind(input);
    input.fullReset = () => {
      core._savedCursors.clear();
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
      core._savedCursors.clear();
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

export function correct(terminal) {
  const core = terminal._core, input = core._inputHandler;
  const last = () => {
    if (core.buffer.x >= core.cols) core.buffer.x = core.cols - 1;
  };
  for (const one of corrections) one({ terminal, core, input, sets: core._charsetService, last });
}
