// A terminal as the oracle uses it: no time passes between a byte and its effect, and widths are Unicode's.
import { createRequire } from 'node:module';
import xterm from '@xterm/headless';
import unicode11 from '@xterm/addon-unicode11/lib/addon-unicode11.js';
import { chooseLines, correct } from './corrections.mjs';

// The addon reads its table past the start of a Buffer that shares memory with others, and then knows no character beyond the
// first plane. Where there is no Buffer it decodes into memory of its own, as in a browser.
const graphemes = (kept => {
  globalThis.Buffer = undefined;
  try {
    return createRequire(import.meta.url)('@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.js');
  } finally {
    globalThis.Buffer = kept;
  }
})(globalThis.Buffer);

// Bits of a case's flags.
export const CORRECTED = 1, FULL = 2;

export function create(columns, rows, scrollback, flags) {
  const terminal = new xterm.Terminal({
    cols: columns, rows, scrollback, allowProposedApi: true, logLevel: 'off',
    // A resize wraps the line with the cursor again, as every other line: there is no shell here that would print it anew.
    reflowCursorLine: true,
    windowOptions: { pushTitle: true, popTitle: true, getWinSizeChars: true },
  });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.loadAddon(new graphemes.UnicodeGraphemesAddon());
  takeMode2027(terminal);
  chooseLines(terminal, (flags & CORRECTED) !== 0);
  if (flags & CORRECTED) correct(terminal);
  return terminal;
}

// xterm.js has both ways of measuring, but no mode 2027 that chooses: each character by itself, or whole clusters.
function takeMode2027(terminal) {
  const choose = clusters => {
    terminal.unicode.activeVersion = clusters ? '15-graphemes' : '11';
    return false;
  };
  choose(false);
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, params => params.includes(2027) && choose(true));
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, params => params.includes(2027) && choose(false));
  terminal.parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => choose(false));
  terminal.parser.registerEscHandler({ final: 'c' }, () => choose(false));
}

export function feed(terminal, bytes) {
  terminal._core._inputHandler.parse(bytes);
}
