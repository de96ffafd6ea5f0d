import { randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { ClientConnection } from "./connection/clientConnection.js";
import { faults } from "./connection/faults.js";
import type { ConnectionState } from "./connectionState.js";
import * as daemon from "./generated/holdfast/v1/daemon_pb.js";
import type { Envelope, Welcome } from "./generated/holdfast/v1/envelope_pb.js";
import * as wire from "./generated/holdfast/v1/session_pb.js";
import { limits } from "./generated/limits.js";
import type { HoldfastClientOptions, RequestOptions, ResolvedOptions } from "./holdfastClientOptions.js";
import { isHoldfastError } from "./protocol/holdfastError.js";
import { type ScreenSnapshot, SnapshotPieces } from "./sessions/screenSnapshot.js";
import type { SessionAttachment } from "./sessions/sessionAttachment.js";
import { type AttachOptions, attachRequest, type CreateOptions, createRequest } from "./sessions/sessionOptions.js";
import { TypedEmitter } from "./typedEmitter.js";

const clientIdBytes = 16;

/** What listeners of a client are given: losses and returns of the daemon, and what became of sessions whose processes were lost. */
export interface ClientEvents {
  state: ConnectionState;
  session_recovered: wire.RecoveredEvent;
}

type Body = Envelope["body"];
type BodyCase = NonNullable<Body["case"]>;
type BodyValue<C extends BodyCase> = Extract<Body, { case: C }>["value"];

export interface KillOptions extends RequestOptions {
  /** From SIGHUP to SIGKILL. Default: as configured. */
  readonly graceMs?: number;
  /** Also where another client is the owner. */
  readonly takeover?: boolean;
}

/**
 * A client of the Holdfast daemon that outlives the daemon: it reconnects, asks again and goes on at the exact byte.
 * It connects with its first request. After a failed request it is still usable; after the state `ended` it is not.
 */
export class HoldfastClient extends TypedEmitter<ClientEvents> implements AsyncDisposable {
  readonly #clientId = randomBytes(clientIdBytes).toString("hex");
  readonly #options: ResolvedOptions;
  readonly #closing = new AbortController();
  #opening: Promise<ClientConnection> | undefined;
  #connection: ClientConnection | undefined;
  #state: ConnectionState = "connecting";

  /** @internal */
  constructor(options: HoldfastClientOptions) {
    super();
    this.#options = {
      socketPath: options.socketPath,
      autoStart: options.autoStart ?? false,
      binary: options.binary ?? "holdfast",
      env: options.env ?? process.env,
      connectDeadlineMs: options.connectDeadlineMs ?? 10_000,
      reconnectDeadlineMs: options.reconnectDeadlineMs ?? 30_000,
      reconnect: options.reconnect ?? true,
      clientName: options.clientName ?? "holdfast-typescript",
      bufferedOutputBytes: options.bufferedOutputBytes ?? 1024 * 1024,
      ackThreshold: options.ackThreshold ?? 100,
    };
  }

  /** By this the daemon knows the client again after a reconnect. */
  get clientId(): string {
    return this.#clientId;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** What the present daemon said of itself; undefined before the first connection. */
  get daemon(): Welcome | undefined {
    return this.#connection?.welcome;
  }

  /**
   * Connects where that was not done yet, waits out a reconnect, and returns what the daemon said of itself.
   * DAEMON_UNAVAILABLE, DAEMON_START_FAILED, UNAUTHENTICATED, PROTO_BREAKING_CHANGE.
   */
  async waitForConnection(options: RequestOptions = {}): Promise<Welcome> {
    const connection = await this.#connected();
    // The cheapest request: it is answered by whichever daemon is there next.
    if (connection.link === undefined) {
      await this.list(options);
    }
    return connection.welcome;
  }

  /** Creates a session, by default in this process's directory and environment. It is made once, also when the connection is lost meanwhile. */
  async create(session: CreateOptions = {}, options: RequestOptions = {}): Promise<wire.SessionInfo> {
    const value = createRequest(session, this.#options.env, () => randomBytes(clientIdBytes).toString("hex"));
    return sessionOf((await this.#ask({ case: "create", value }, "createAnswer", options)).session);
  }

  /** Attaches to a session; one attachment per session and client. */
  async attach(session: string, attach: AttachOptions = {}, options: RequestOptions = {}): Promise<SessionAttachment> {
    return await (await this.#connected()).attach(attachRequest(session, attach), options);
  }

  /** Creates a session and attaches to it from its first byte, as its owner. */
  async createAndAttach(session: CreateOptions = {}, attach: AttachOptions = {}, options: RequestOptions = {}): Promise<SessionAttachment> {
    const { id } = await this.create(session, options);
    return await this.attach(id, { as: "owner", ...attach }, options);
  }

  /** Input to a session that this client is attached to. */
  async write(session: string, data: Uint8Array | string): Promise<void> {
    await this.#attached(session).write(data);
  }

  /** Acknowledges output frames of a session that this client is attached to; for an `ackThreshold` of 0. */
  ack(session: string, count: number): void {
    this.#attached(session).ack(count);
  }

  /** Frames in one automatic acknowledgement for a session that this client is attached to; 0: only `ack` acknowledges. */
  setAckThreshold(session: string, frames: number): void {
    this.#attached(session).setAckThreshold(frames);
  }

  /** Sets the terminal's size; returns the offset from which it is in force. `ownerEpoch`: only as the owner under this epoch. */
  async resize(
    session: string,
    cols: number,
    rows: number,
    options: RequestOptions & { readonly ownerEpoch?: bigint } = {},
  ): Promise<bigint> {
    const value = create(wire.ResizeRequestSchema, { session, size: { cols, rows }, ownerEpoch: options.ownerEpoch ?? 0n });
    return (await this.#ask({ case: "resize", value }, "resizeAnswer", options)).offset;
  }

  /** Sends a signal. Not sent again after a lost connection: then it fails and says that it may have been delivered. */
  async signal(session: string, signal: number, options: RequestOptions & { readonly processGroup?: boolean } = {}): Promise<void> {
    const value = create(wire.SignalRequestSchema, { session, signal, processGroup: options.processGroup ?? false });
    await (await this.#connected()).request({ case: "signal", value }, "fail", options);
  }

  /** Ends a session and waits for its end; an exited one is forgotten. Giving up ends the waiting, not the killing. */
  async kill(session: string, options: KillOptions = {}): Promise<wire.SessionInfo> {
    const timeoutMs = options.graceMs === undefined ? 0 : Math.max(1, Math.round(options.graceMs));
    const value = create(wire.KillRequestSchema, { session, timeoutMs, takeover: options.takeover ?? false });
    return sessionOf((await this.#ask({ case: "kill", value }, "killAnswer", options)).session);
  }

  async rename(session: string, name: string, options: RequestOptions = {}): Promise<wire.SessionInfo> {
    const value = create(wire.RenameRequestSchema, { session, name });
    // Sent again it would ask for a name that is no more.
    const answer = await (await this.#connected()).request({ case: "rename", value }, "fail", options);
    return sessionOf(bodyOf(answer, "renameAnswer").session);
  }

  async list(options: RequestOptions = {}): Promise<wire.SessionInfo[]> {
    return (await this.#ask({ case: "list", value: create(wire.ListRequestSchema) }, "listAnswer", options)).sessions;
  }

  async inspect(session: string, options: RequestOptions = {}): Promise<wire.SessionInfo> {
    const value = create(wire.InspectRequestSchema, { session });
    return sessionOf((await this.#ask({ case: "inspect", value }, "inspectAnswer", options)).session);
  }

  /** One piece of what the ring holds, from the offset `from`; empty at the head. */
  async history(
    session: string,
    from: bigint,
    mostBytes: number = limits.maxHistoryBytes,
    options: RequestOptions = {},
  ): Promise<wire.HistoryAnswer> {
    const value = create(wire.HistoryRequestSchema, { session, from, maxBytes: mostBytes });
    return await this.#ask({ case: "history", value }, "historyAnswer", options);
  }

  /** The screen as of now, as text where nothing else is asked for, with at most `scrollbackLines` lines above it. */
  async snapshot(
    session: string,
    options: RequestOptions & { readonly format?: wire.SnapshotFormat; readonly scrollbackLines?: number } = {},
  ): Promise<ScreenSnapshot> {
    const { format = wire.SnapshotFormat.SNAPSHOT_TEXT, scrollbackLines = 0 } = options;
    const value = create(wire.SnapshotRequestSchema, { session, format, scrollbackLines });
    const pieces = new SnapshotPieces();
    const answer = await (await this.#connected()).request({ case: "snapshot", value }, "sendAgain", options, ({ body }) => {
      if (body.case === "snapshotAnswer") {
        pieces.add(body.value);
      }
    });
    return pieces.whole(bodyOf(answer, "snapshotAnswer"));
  }

  /** Waits until the session's program has ended. */
  async wait(session: string, options: RequestOptions = {}): Promise<wire.SessionInfo> {
    const value = create(wire.WaitRequestSchema, { session });
    return sessionOf((await this.#ask({ case: "wait", value }, "waitAnswer", options)).session);
  }

  async status(options: RequestOptions = {}): Promise<daemon.StatusAnswer> {
    return await this.#ask({ case: "status", value: create(daemon.StatusRequestSchema) }, "statusAnswer", options);
  }

  /** Stops or restarts the daemon. Use a client whose `reconnect` is false, or it will call the next one. */
  async stop(mode: daemon.StopMode, options: RequestOptions = {}): Promise<void> {
    try {
      await (await this.#connected()).request({ case: "stop", value: create(daemon.StopRequestSchema, { mode }) }, "fail", options);
    } catch (cause) {
      // It may end before its answer is read: that is what was asked.
      if (!isHoldfastError(cause, "DAEMON_UNAVAILABLE")) {
        throw cause;
      }
    }
  }

  /** Closes the connection; sessions go on. Attachments end, requests without an answer fail. */
  async close(): Promise<void> {
    this.#closing.abort(faults.ended());
    this.#connection?.close();
    // An opening that is under way ends by the signal.
    await this.#opening?.then((connection) => connection.close()).catch(() => undefined);
    this.#setState("ended");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connected(): Promise<ClientConnection> {
    this.#closing.signal.throwIfAborted();
    this.#opening ??= this.#open();
    return await this.#opening;
  }

  async #open(): Promise<ClientConnection> {
    const observer = {
      onState: (state: ConnectionState) => this.#setState(state),
      onRecovered: (event: wire.RecoveredEvent) => void this.emit("session_recovered", event),
    };
    try {
      this.#connection = await ClientConnection.open(this.#options, this.#clientId, observer, this.#closing.signal);
      return this.#connection;
    } catch (cause) {
      // The next request tries again.
      this.#opening = undefined;
      throw cause;
    }
  }

  #setState(state: ConnectionState): void {
    if (state !== this.#state) {
      this.#state = state;
      this.emit("state", state);
    }
  }

  #attached(session: string): SessionAttachment {
    const attachment = this.#connection?.attachments.named(session);
    if (attachment === undefined) {
      throw faults.notAttached(session);
    }
    return attachment;
  }

  async #ask<C extends BodyCase>(body: Body, answer: C, options: RequestOptions): Promise<BodyValue<C>> {
    return bodyOf(await (await this.#connected()).request(body, "sendAgain", options), answer);
  }
}

function bodyOf<C extends BodyCase>(envelope: Envelope, expected: C): BodyValue<C> {
  if (envelope.body.case !== expected) {
    throw faults.unexpectedAnswer(envelope.body.case);
  }
  return envelope.body.value as BodyValue<C>;
}

function sessionOf(session: wire.SessionInfo | undefined): wire.SessionInfo {
  if (session === undefined) {
    throw faults.unexpectedAnswer("an answer without a session");
  }
  return session;
}

/** A client; it connects with its first request, or with `waitForConnection`. */
export function createClient(options: HoldfastClientOptions = {}): HoldfastClient {
  return new HoldfastClient(options);
}
