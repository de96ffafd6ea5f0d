import type { Variables } from "./lifecycle/daemonPaths.js";

/** How a client finds its daemon and how long it tries. */
export interface HoldfastClientOptions {
  /** The daemon's socket; its token lies beside it. Default: as the environment says. */
  readonly socketPath?: string;
  /** Start a daemon when none is there. Default false: it is never started, only waited for while it is replaced. */
  readonly autoStart?: boolean;
  /** The `holdfast` program that `autoStart` runs. Default: the one on the PATH. */
  readonly binary?: string;
  /** The environment in which paths are looked up and a daemon is started. Default: this process's. */
  readonly env?: Variables;
  /** Longest time for the first connection, in which a daemon may have to be started. Default 10 s. */
  readonly connectDeadlineMs?: number;
  /** Longest time without a daemon before a client that was connected gives up. A restart takes well under a second. Default 30 s. */
  readonly reconnectDeadlineMs?: number;
  /** False: a lost connection ends the client. For requests that end the daemon, and for who wants to see the loss. Default true. */
  readonly reconnect?: boolean;
  /** Names the program in the daemon's log. */
  readonly clientName?: string;
  /**
   * True: output has a second connection of its own, so that no answer and no acknowledgement of input ever waits behind it. For programs that watch
   * more than they can read at once. A new attachment waits still: its output comes behind what the others have not read. Default false.
   */
  readonly streamConnection?: boolean;
  /**
   * Most bytes of output that wait for a slow reader of an attachment. Above it the client stops reading the socket, which holds up all output of
   * this client until the reader goes on and, without `streamConnection`, every answer. Default 1 MiB.
   */
  readonly bufferedOutputBytes?: number;
  /**
   * Output is acknowledged to the daemon each time the reader of an attachment has taken so many frames, so that the daemon knows how far behind
   * it is. Far below the daemon's yellow threshold (1024). 0: never by itself; then call `ack`. Default 100.
   */
  readonly ackThreshold?: number;
  /** False: nothing is ever acknowledged, and what the socket took counts as read. Default true. */
  readonly acknowledges?: boolean;
}

/** How long one request may take, and how it is given up. What the daemon did already is not undone. */
export interface RequestOptions {
  /** Rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Rejects with TIMEOUT. */
  readonly timeoutMs?: number;
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly socketPath: string | undefined;
  readonly autoStart: boolean;
  readonly binary: string;
  readonly env: Variables;
  readonly connectDeadlineMs: number;
  readonly reconnectDeadlineMs: number;
  readonly reconnect: boolean;
  readonly clientName: string;
  readonly streamConnection: boolean;
  readonly bufferedOutputBytes: number;
  readonly ackThreshold: number;
  readonly acknowledges: boolean;
}
