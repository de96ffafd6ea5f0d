import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CreateOptions, createClient, type HoldfastClient, type HoldfastClientOptions } from "../../src/index.js";
import { holdfast } from "./repository.js";

/** Generous: a loaded machine with two cores must not fail a test. */
export const deadlineMs = 60_000;

const endDeadlineMs = 10_000;
const lookAgainMs = 10;

/** A private daemon of the real binaries: its own directories, ended with everything in it by `end`. Owned by one test. */
export class DaemonProcess implements AsyncDisposable {
  /** Short, because a socket's address is. */
  readonly directory = mkdtempSync(join(tmpdir(), "hf-"));
  readonly socket = join(this.directory, "run/socket");
  readonly token = join(this.directory, "run/token");
  readonly variables: Record<string, string | undefined>;
  readonly #clients: HoldfastClient[] = [];

  constructor(variables: Record<string, string> = {}) {
    this.variables = {
      PATH: process.env["PATH"],
      LANG: process.env["LANG"],
      HOME: this.directory,
      SHELL: "/bin/sh",
      TERM: "xterm-256color",
      HOLDFAST_RUNTIME_DIR: join(this.directory, "run"),
      HOLDFAST_STATE_DIR: join(this.directory, "state"),
      HOLDFAST_CONFIG: join(this.directory, "config.json"),
      // A test that kills daemons again and again must not wait for the ladder.
      HOLDFAST_RESTART_DELAYS_MS: "0",
      ...variables,
    };
  }

  /** Runs the command line to its end; returns its output. */
  async cli(...args: string[]): Promise<string> {
    const child = spawn(holdfast, args, { env: this.variables, cwd: this.directory, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let complained = "";
    child.stdout.on("data", (text) => {
      said += text;
    });
    child.stderr.on("data", (text) => {
      complained += text;
    });
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    if (code !== 0) {
      throw new Error(`holdfast ${args.join(" ")} ended with ${code}: ${complained}`);
    }
    return said;
  }

  async start(): Promise<void> {
    await this.cli("daemon", "start");
  }

  /** A client of this daemon; closed with it. */
  client(options: HoldfastClientOptions = {}): HoldfastClient {
    const client = createClient({
      env: this.variables,
      binary: holdfast,
      connectDeadlineMs: deadlineMs,
      reconnectDeadlineMs: deadlineMs,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** Starts the daemon where none runs, and connects. */
  async connect(options: HoldfastClientOptions = {}): Promise<HoldfastClient> {
    await this.start();
    const client = this.client(options);
    await client.waitForConnection();
    return client;
  }

  /** What a session is made of that runs this script in /bin/sh. */
  shell(name: string, script: string): CreateOptions {
    return {
      name,
      cwd: this.directory,
      command: ["/bin/sh", "-c", script],
      environment: { PATH: process.env["PATH"], HOME: this.directory, TERM: "xterm-256color" },
    };
  }

  /** Kills the daemon with SIGKILL; returns the dead one's pid. */
  async killDaemon(client: HoldfastClient): Promise<number> {
    const { daemonPid } = await client.status();
    process.kill(daemonPid, "SIGKILL");
    return daemonPid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) {
      await client.close();
    }
    let said = "nothing ran";
    if (this.#processes().length > 0) {
      said = await this.cli("daemon", "stop", "--kill-sessions").catch((cause: Error) => cause.message);
    }
    // The command returns when the daemon has ended; the keeper ends after it.
    await this.#untilProductsEnded();
    const left = this.#processes().map((pid) => {
      const name = readFileOr(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
      process.kill(pid, "SIGKILL");
      return `${pid} ${name}`;
    });
    rmSync(this.directory, { recursive: true, force: true });
    if (left.length > 0) {
      throw new Error(`left behind after \`daemon stop --kill-sessions\`: ${left.join("; ")} (${said})`);
    }
  }

  // Nothing tells Node the end of a process that is not its child.
  async #untilProductsEnded(): Promise<void> {
    const until = Date.now() + endDeadlineMs;
    while (Date.now() < until && this.#processes().some((pid) => readFileOr(`/proc/${pid}/cmdline`).startsWith(holdfast))) {
      await delay(lookAgainMs);
    }
  }

  // Those whose environment names the directory.
  #processes(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => readFileOr(`/proc/${pid}/environ`).includes(`${this.directory}/`))
      .map(Number);
  }
}

function readFileOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended meanwhile, or is another user's.
    return "";
  }
}
