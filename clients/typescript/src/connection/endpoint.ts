import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import type { ResolvedOptions } from "../holdfastClientOptions.js";
import { daemonPaths } from "../lifecycle/daemonPaths.js";
import { startDaemon } from "../lifecycle/daemonStarter.js";
import { endpointPath } from "../lifecycle/endpointRecord.js";
import { dial } from "./daemonLink.js";
import { faults } from "./faults.js";

// sun_path of a Unix socket's address, less its final zero.
const maxPathBytes = 107;

const absence = ["ENOENT", "ECONNREFUSED", "ENOTDIR"];

/** Opens sockets to the daemon and reads its token, for one series of attempts. */
export class Endpoint {
  readonly #options: ResolvedOptions;
  readonly #paths;
  #started = false;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#paths = daemonPaths(options.env, options.socketPath);
    if (new TextEncoder().encode(this.#paths.socket).length > maxPathBytes) {
      throw faults.pathTooLong(this.#paths.socket);
    }
  }

  /** A connected socket. DAEMON_UNAVAILABLE where nobody listens and none is to be started. */
  async dial(signal: AbortSignal): Promise<Socket> {
    try {
      return await this.#dialAny(signal);
    } catch (cause) {
      if (!isAbsence(cause)) {
        throw isPassing(cause) || signal.aborted ? cause : faults.denied(this.#paths.socket, cause);
      }
      if (!this.#options.autoStart) {
        throw faults.nobodyAnswers(this.#paths.socket, cause);
      }
    }
    if (!this.#started) {
      await startDaemon(this.#options.binary, { ...this.#options.env, ...this.#paths.variables }, signal);
      this.#started = true;
    }
    return await dial(this.#paths.socket, signal);
  }

  /** The token; undefined while the first daemon of a new directory has not written it yet. */
  readToken(): string | undefined {
    try {
      return readFileSync(this.#paths.token, "utf8").trim();
    } catch (cause) {
      if (isAbsence(cause)) {
        return undefined;
      }
      throw faults.tokenUnreadable(this.#paths.token, cause);
    }
  }

  async #dialAny(signal: AbortSignal): Promise<Socket> {
    try {
      return await dial(this.#paths.socket, signal);
    } catch (cause) {
      const other = isAbsence(cause) ? endpointPath(this.#paths.endpointFile) : undefined;
      if (other === undefined) {
        throw cause;
      }
      return await dial(other, signal);
    }
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}

function isAbsence(cause: unknown): boolean {
  return absence.includes(codeOf(cause));
}

// The backlog is full: the daemon is starting, or busy.
function isPassing(cause: unknown): boolean {
  return codeOf(cause) === "EAGAIN";
}
