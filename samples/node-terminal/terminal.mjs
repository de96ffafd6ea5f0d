// A terminal in Node that survives daemon restarts: attaches to a session, or makes it.
import { createClient, isHoldfastError } from "@holdfast/client";

const detachKey = 0x1c; // Ctrl-\
const name = process.argv[2] ?? "node-terminal";
const { stdin, stdout, stderr } = process;
const size = () => ({ cols: stdout.columns || 80, rows: stdout.rows || 24 });

const client = createClient({ autoStart: true, clientName: "node-terminal", binary: process.env.HOLDFAST ?? "holdfast" });
try {
  await client.create({ name, size: size() });
} catch (failure) {
  if (!isHoldfastError(failure, "NAME_TAKEN")) throw failure;
}
const terminal = await client.attach(name, { from: "screen", scrollbackLines: 1000, as: "takeover", size: size(), terminal: stdout.isTTY });

const write = (data) => new Promise((resolve) => stdout.write(data, resolve));
terminal.on("screen", ({ data }) => write(data));
terminal.on("output", ({ data }) => write(data));
terminal.on("reconnected", ({ from }) => stderr.write(`[a new daemon goes on at byte ${from}]\r\n`));
terminal.on("gap", ({ from, to }) => stderr.write(`[bytes ${from} to ${to} are lost]\r\n`));
terminal.on("input_uncertain", () => stderr.write("[what was typed last may not have arrived]\r\n"));
terminal.on("owner_changed", () => terminal.isOwner || stderr.write("[somebody else took over]\r\n"));
terminal.on("exit", ({ exit }) => leave(exit?.code || (exit?.signal ? 128 + exit.signal : 0)));

stdin.setRawMode?.(true);
stdin.on("data", (keys) => {
  if (keys.includes(detachKey)) leave(0);
  else terminal.write(keys).catch((failure) => stderr.write(`[${failure.message}]\r\n`));
});
stdout.on("resize", () => terminal.resize(size().cols, size().rows).catch(() => undefined));

async function leave(code) {
  process.exitCode = code;
  stdin.setRawMode?.(false);
  stdin.pause();
  await client.close();
}
