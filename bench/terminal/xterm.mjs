// How fast @xterm/headless takes a file: node xterm.mjs FILE ROUNDS → the bytes per second of each round, one a line.
import { readFileSync } from 'node:fs';
import { create, feed } from '../../tests/Holdfast.Terminal.Agreement/Oracle/terminal.mjs';

const CHUNK = 16384;
// The compiler's, as in ModelRounds.
const WARMING = 1_500_000_000n;
const bytes = readFileSync(process.argv[2]);
// Widths of Unicode 11, as everywhere; 1000 lines are what xterm.js keeps by default.
const terminal = create(80, 24, 1000, 0);

function round() {
  const start = process.hrtime.bigint();
  for (let at = 0; at < bytes.length; at += CHUNK) feed(terminal, bytes.subarray(at, at + CHUNK));
  return process.hrtime.bigint() - start;
}

for (let warmed = 0n; warmed < WARMING; ) warmed += round();
for (let i = Number(process.argv[3]); i > 0; i--) console.log(Math.round(bytes.length / (Number(round()) / 1e9)));
