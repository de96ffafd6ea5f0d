// node host.mjs [COUNT]: a window with so many terminals, one of them a flood. Prints what each shows when all have ended.
import { TerminalHost } from "./terminalHost.mjs";

const count = Number(process.argv[2] ?? 20);
const host = new TerminalHost({ binary: process.env.HOLDFAST ?? "holdfast" });
const flood = await host.open("flood", ["sh", "-c", "seq 1 200000; printf 'the end of the flood'"]);
const others = [];
for (let n = 0; n < count; n++) {
  others.push(await host.open(`terminal-${n}`, ["sh", "-c", `tput clear; printf '\\033[7mterminal ${n}\\033[0m\\r\\nready: '; read line; printf "got $line"`]));
}
// Typed while the flood is on, as soon as a terminal asks: input and its answer do not wait behind it.
await Promise.all(
  others.map(async (terminal, n) => {
    await terminal.shows("ready:");
    await terminal.attachment.write(`line ${n}\n`);
  }),
);
await Promise.all([flood, ...others].map((terminal) => terminal.ended));
for (const [name, terminal] of host.terminals) {
  const shown = new TextDecoder().decode((await host.client.snapshot(name)).data).trimEnd();
  const drawn = terminal.lines.join("\n").trimEnd();
  console.log(JSON.stringify({ name, last: drawn.split("\n").at(-1), same: drawn === shown }));
  await host.client.kill(name);
}
await host.close();
