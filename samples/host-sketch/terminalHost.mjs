// The main process of an editor, in small: every terminal of the window is a session, all of them on one client.
import { createClient } from "@holdfast/client";
import xterm from "@xterm/headless";

const scrollback = 1000;

// More than a terminal may have unacknowledged before the daemon holds it back: one flood then never stops the output of the others.
const bufferedOutputBytes = 64 * 1024 * 1024;

/** One terminal: a session of the daemon, drawn by xterm.js. */
class HostTerminal {
  constructor(attachment, size) {
    this.attachment = attachment;
    this.screen = new xterm.Terminal({ ...size, scrollback, allowProposedApi: true });
    // What xterm has not parsed yet is not acknowledged: the daemon sees how far this terminal is behind, and holds its output back, its alone.
    attachment.on("output", async ({ data }) => {
      await this.#draw(data);
      attachment.ack(1);
    });
    attachment.on("screen", ({ data }) => this.#draw(data));
    attachment.on("resized", ({ size: { cols, rows } }) => this.screen.resize(cols, rows));
    // What the program asks of its terminal, xterm answers.
    this.screen.onData((answer) => attachment.write(answer).catch(() => undefined));
    this.ended = new Promise((resolve) => attachment.on("closed", () => resolve()));
  }

  /** The lines of the screen, as a window would show them. */
  get lines() {
    const { active } = this.screen.buffer;
    return Array.from({ length: this.screen.rows }, (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? "");
  }

  /** Resolves as soon as the screen shows that text. */
  shows(text) {
    return new Promise((resolve) => {
      const look = () => {
        if (this.lines.some((line) => line.includes(text))) {
          parsed.dispose();
          resolve();
        }
      };
      const parsed = this.screen.onWriteParsed(look);
      look();
    });
  }

  #draw(data) {
    return new Promise((resolve) => this.screen.write(data, resolve));
  }
}

/** The terminals of a window. */
export class TerminalHost {
  constructor(options) {
    // A connection of its own for output: a window full of floods still answers.
    this.client = createClient({ autoStart: true, clientName: "host-sketch", streamConnection: true, ackThreshold: 0, bufferedOutputBytes, ...options });
    this.terminals = new Map();
  }

  /** A terminal for a new session, or for the one of that name from an earlier window. */
  async open(name, command, size = { cols: 80, rows: 24 }) {
    const known = (await this.client.list()).some((session) => session.name === name);
    if (!known) await this.client.create({ name, command, size });
    const from = known ? "screen" : "start";
    const attachment = await this.client.attach(name, { from, as: "takeover", size, terminal: true, scrollbackLines: scrollback, screenAfterGap: true });
    const terminal = new HostTerminal(attachment, size);
    this.terminals.set(name, terminal);
    return terminal;
  }

  /** The window is closed; the sessions go on. */
  async close() {
    await this.client.close();
  }
}
