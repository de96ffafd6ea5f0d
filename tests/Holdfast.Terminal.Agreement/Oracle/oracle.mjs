// Reads frames from stdin and answers each on stdout; ../Oracle/OracleProcess.cs is the other end.
//   frame    u32 length, payload (little endian, as all numbers here)
//   request  u32 count, then for each case: u16 columns, u16 rows, u32 scrollback, u8 flags, u16 count of steps, then the steps:
//            u8 0, u32 length, bytes: feed  |  u8 1, u16 columns, u16 rows: resize
//   answer   for each case: u32 length, the picture as UTF-8
import { readSync, writeSync } from 'node:fs';
import { FULL, create, feed } from './terminal.mjs';
import { picture } from './picture.mjs';

function readExactly(length) {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const n = readSync(0, bytes, at, length - at, null);
    if (n === 0) {
      if (at === 0) return undefined;
      throw new Error('the input ends within a frame');
    }
    at += n;
  }
  return bytes;
}

function writeAll(bytes) {
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
}

function steps(request, at) {
  const list = [];
  for (let i = request.readUInt16LE(at - 2); i > 0; i--) {
    if (request[at] === 0) {
      const length = request.readUInt32LE(at + 1);
      list.push({ bytes: request.subarray(at + 5, at + 5 + length) });
      at += 5 + length;
    } else {
      list.push({ columns: request.readUInt16LE(at + 1), rows: request.readUInt16LE(at + 3) });
      at += 5;
    }
  }
  return { list, at };
}

function answer(request, at) {
  const columns = request.readUInt16LE(at), rows = request.readUInt16LE(at + 2), scrollback = request.readUInt32LE(at + 4), flags = request[at + 8];
  const terminal = create(columns, rows, scrollback, flags);
  const taken = steps(request, at + 11);
  try {
    for (const step of taken.list) {
      if (step.bytes) feed(terminal, step.bytes);
      else terminal.resize(step.columns, step.rows);
    }
    return { text: picture(terminal, (flags & FULL) !== 0), at: taken.at };
  } catch (error) {
    // Not the model's fault, and to be seen as what it is.
    return { text: `xterm.js threw ${error.message}\n${error.stack.split('\n').filter(l => l.startsWith('    at')).map(l => l.replace(/\(.*[/]/, '(')).join('\n')}\n`, at: taken.at };
  } finally {
    terminal.dispose();
  }
}

for (let request; (request = readExactly(4)) !== undefined;) {
  request = readExactly(request.readUInt32LE(0));
  const parts = [];
  let at = 4;
  for (let i = request.readUInt32LE(0); i > 0; i--) {
    const result = answer(request, at);
    at = result.at;
    const text = Buffer.from(result.text, 'utf8'), length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    parts.push(length, text);
  }
  const body = Buffer.concat(parts), head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  writeAll(head);
  writeAll(body);
}
