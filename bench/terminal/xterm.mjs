// How fast @xterm/headless takes a file: node xterm.mjs FILE ROUNDS → the bytes per second of each round, one a line.
import { readFileSync } from 'node:fs';
import { create, feed } from '../../tests/Holdfast.Terminal.Agreement/Oracle/terminal.mjs';

const CHUNK = 16384;
const bytes = readFileSync(process.argv[2]);
// Widths of Unicode 11, as everywhere; 1000 lines are what xterm.js keeps by default.
const terminal = create(80, 24, 1000, 0);
for (let round = Number(process.argv[3]); round >= 0; round--) {
  const start = process.hrtime.bigint();
  for (let at = 0; at < bytes.length; at += CHUNK) feed(terminal, bytes.subarray(at, at + CHUNK));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  // The first round is the compiler's.
  if (round !== Number(process.argv[3])) console.log(Math.round(bytes.length / seconds));
}
