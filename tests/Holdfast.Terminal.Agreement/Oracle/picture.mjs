// Everything a terminal shows, as text that is the same for every terminal in the same state; ../Pictures/ModelPicture.cs writes the model's.
//
//   screen normal 20x5 scrollback 2
//   cursor 3,1 pending hidden shape=bar
//   modes app-cursor mouse=drag
//   title "…"
//   -1 "a line of the scrollback"
//   0 +"a line that continues the one above" wide=2 joined=4 [0-3 fg=1 bold]
//
// and, only where two terminals of the oracle are compared with each other, what is not to be seen but matters later:
//
//   region 1-3
//   tabs 8 16
//   charsets 0BBB gl=1
//   saved 3,1 fg=1
//   below 0 "a line of the normal screen while the alternate one is shown"
//
// Not written: blank lines, trailing blanks of the default style, and what is as in a fresh terminal.

const CELL = 3;
const CODE_POINT = 0x1fffff, COMBINED = 0x200000, WIDTH_SHIFT = 22;
const EXTENDED = 0x10000000, UNDERLINED = 0x10000000;
const FLAGS_OF_FG = [[0x4000000, 'inverse'], [0x8000000, 'bold'], [0x20000000, 'blink'], [0x40000000, 'invisible'], [0x80000000, 'strike']];
const FLAGS_OF_BG = [[0x4000000, 'italic'], [0x8000000, 'dim'], [0x20000000, 'protected'], [0x40000000, 'overline']];
const UNDERLINES = ['', 'single', 'double', 'curly', 'dotted', 'dashed'];

function color(name, value) {
  switch (value & 0x3000000) {
    case 0: return '';
    case 0x3000000: return ` ${name}=#${(value & 0xffffff).toString(16).padStart(6, '0')}`;
    default: return ` ${name}=${value & 0xff}`;
  }
}

// As it was chosen: for a cell with a link the accessor says how the link is to be drawn.
function underline(extended) {
  return extended ? extended._ext >>> 26 & 7 : 0;
}

function style(core, fg, bg, extended) {
  let text = color('fg', fg) + color('bg', bg);
  for (const [bit, name] of FLAGS_OF_FG) if (fg & bit) text += ` ${name}`;
  for (const [bit, name] of FLAGS_OF_BG) if (bg & bit) text += ` ${name}`;
  const more = bg & EXTENDED ? extended : undefined;
  // The colour of a line that is not there is not kept in cells.
  if (fg & UNDERLINED) text += ` underline=${UNDERLINES[underline(more) || 1]}${more ? color('ul', more.underlineColor) : ''}`;
  if (more) {
    const link = more.urlId ? core._oscLinkService.getLinkData(more.urlId) : undefined;
    if (link) text += ` link=${JSON.stringify(link.uri)}${link.id ? ` id=${JSON.stringify(link.id)}` : ''}`;
  }
  return text;
}

function quoted(text) {
  return '"' + text.replace(/[\u0000-\u001f"\\\u007f-\u009f]/g, c => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`) + '"';
}

export function line(core, buffer, index) {
  const source = buffer.lines.get(index), data = source._data, columns = buffer._cols;
  let text = '', blanks = '', wide = '', joined = '', styles = '';
  let runStart = 0, runFg = 0, runBg = 0, runMore, runText = '';
  const close = end => { if (runText !== '') styles += ` [${runStart}-${end - 1}${runText}]`; };
  for (let x = 0; x < columns; x++) {
    const content = data[x * CELL], fg = data[x * CELL + 1], bg = data[x * CELL + 2], width = content >>> WIDTH_SHIFT;
    const more = bg & EXTENDED ? source._extendedAttrs[x] : undefined;
    if (fg !== runFg || bg !== runBg || more !== runMore) {
      const next = style(core, fg, bg, more);
      if (next !== runText) {
        close(x);
        runStart = x;
        runText = next;
      }
      runFg = fg;
      runBg = bg;
      runMore = more;
    }
    if (width === 0) continue;
    if (width === 2) wide += `${wide ? ',' : ''}${x}`;
    if (content & COMBINED) {
      joined += `${joined ? ',' : ''}${x}`;
      text += blanks + source._combined[x];
      blanks = '';
    } else {
      const code = content & CODE_POINT;
      if (code === 0 || code === 0x20) blanks += ' ';
      else {
        text += blanks + String.fromCodePoint(code);
        blanks = '';
      }
    }
  }
  close(columns);
  if (text === '' && styles === '' && !source.isWrapped) return '';
  return `${source.isWrapped ? '+' : ''}${quoted(text)}${wide && ` wide=${wide}`}${joined && ` joined=${joined}`}${styles}`;
}

function charset(map) {
  if (!map) return 'B';
  return map['q'] === '\u2500' ? '0' : map['#'] === '\u00a3' && Object.keys(map).length === 1 ? 'A' : '?';
}

function modes(core) {
  const dec = core.coreService.decPrivateModes, mouse = core.coreMouseService, list = [];
  if (dec.applicationCursorKeys) list.push('app-cursor');
  if (dec.applicationKeypad) list.push('app-keypad');
  if (dec.bracketedPasteMode) list.push('bracketed-paste');
  if (mouse.activeEncoding !== 'DEFAULT') list.push(`encoding=${mouse.activeEncoding.toLowerCase()}`);
  if (dec.sendFocus) list.push('focus');
  if (core.coreService.modes.insertMode) list.push('insert');
  if (mouse.activeProtocol !== 'NONE') list.push(`mouse=${mouse.activeProtocol.toLowerCase()}`);
  if (core.optionsService.rawOptions.convertEol) list.push('newline');
  if (!dec.wraparound) list.push('no-autowrap');
  if (dec.origin) list.push('origin');
  if (dec.reverseWraparound) list.push('reverse-wrap');
  if (dec.synchronizedOutput) list.push('sync');
  return list.join(' ');
}

function cursor(core, buffer) {
  const dec = core.coreService.decPrivateModes, columns = buffer._cols;
  return `cursor ${Math.min(buffer.x, columns - 1)},${buffer.y}${buffer.x >= columns ? ' pending' : ''}` +
    `${core.coreService.isCursorHidden ? ' hidden' : ''}${(dec.cursorStyle ?? 'block') !== 'block' ? ` shape=${dec.cursorStyle}` : ''}\n`;
}

function hidden(core, buffer) {
  const columns = core.cols, rows = core.rows, sets = core._charsetService;
  let text = '';
  if (buffer.scrollTop !== 0 || buffer.scrollBottom !== rows - 1) text += `region ${buffer.scrollTop}-${buffer.scrollBottom}\n`;
  const tabs = Object.keys(buffer.tabs).map(Number).filter(x => x < columns && buffer.tabs[x]).sort((a, b) => a - b).join(' ');
  const usual = Array.from({ length: Math.ceil(columns / 8) }, (_, i) => i * 8).join(' ');
  if (tabs !== usual) text += `tabs ${tabs}\n`;
  const designated = [0, 1, 2, 3].map(g => charset(sets._charsets[g])).join('');
  if (designated !== 'BBBB' || sets.glevel !== 0) text += `charsets ${designated} gl=${sets.glevel}\n`;
  return text + (core._savedCursors ? savedAs(core, core._savedCursors.get(buffer)) : saved(core, buffer));
}

function saved(core, buffer) {
  const { fg, bg } = buffer.savedCurAttrData, x = Math.min(buffer.savedX, core.cols - 1), y = Math.max(buffer.savedY - buffer.ybase, 0);
  const text = `saved ${x},${y}${style(core, fg, bg & ~EXTENDED)} ${charset(buffer.savedCharset)}\n`;
  return text === 'saved 0,0 B\n' ? '' : text;
}

// What corrections.mjs keeps, which is more.
function savedAs(core, from) {
  if (!from) return '';
  const { _ext, underlineColor } = from.attr.extended, sets = [0, 1, 2, 3].map(g => charset(from.charsets[g])).join('') + from.glevel;
  const text = `saved ${from.x},${from.y}${from.pending ? ' pending' : ''}${from.origin ? ' origin' : ''}${style(core, from.attr.fg, from.attr.bg, { _ext, underlineColor })} ${sets}\n`;
  return text === 'saved 0,0 BBBB0\n' ? '' : text;
}

export function picture(terminal, full) {
  const core = terminal._core, buffers = core.buffers, buffer = buffers.active, alternate = buffer === buffers.alt;
  let text = `screen ${alternate ? 'alternate' : 'normal'} ${core.cols}x${core.rows} scrollback ${buffers.normal.ybase}\n` + cursor(core, buffer);
  const on = modes(core), title = core._inputHandler._windowTitle;
  if (on) text += `modes ${on}\n`;
  if (title) text += `title ${quoted(title)}\n`;
  if (full) text += hidden(core, buffer);
  const lines = (from, first, end, name) => {
    for (let i = first; i < end; i++) {
      const written = line(core, from, i);
      if (written !== '') text += `${name}${i - from.ybase} ${written}\n`;
    }
  };
  lines(buffers.normal, 0, buffers.normal.ybase, '');
  lines(buffer, buffer.ybase, buffer.ybase + core.rows, '');
  if (full && alternate) lines(buffers.normal, buffers.normal.ybase, buffers.normal.lines.length, 'below ');
  return text;
}
