import { randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { type BodyCase, type BodyValue, bodyOf } from "./connection/answers.js";
import { ClientConnections } from "./connection/clientConnections.js";
import { faults } from "./connection/faults.js";
import type { ConnectionState } from "./connectionState.js";
import * as daemon from "./generated/holdfast/v1/daemon_pb.js";
import type { Envelope, Welcome } from "./generated/holdfast/v1/envelope_pb.js";
import * as wire from "./generated/holdfast/v1/session_pb.js";
import type { HoldfastClientOptions, RequestOptions, ResolvedOptions } from "./holdfastClientOptions.js";
import { isHoldfastError } from "./protocol/holdfastError.js";
import type { ScreenSnapshot } from "./sessions/screenSnapshot.js";
import type { SessionAttachment } from "./sessions/sessionAttachment.js";
import { type AttachOptions, attachRequest, type CreateOptions, createRequest } from "./sessions/sessionOptions.js";
import {
  type KillOptions,
  type ResizeOptions,
  type SessionRequests,
  type SignalOptions,
  type SnapshotOptions,
  sessionOf,
} from "./sessions/sessionRequests.js";
import { TypedEmitter } from "./typedEmitter.js";

const clientIdBytes = 16;

/** What listeners of a client are given: losses and returns of the daemon, and what became of sessions whose processes were lost. */
export interface ClientEvents {
  state: ConnectionState;
  session_recovered: wire.RecoveredEvent;
}

/** What a daemon is replaced by. */
export interface UpgradeOptions {
  /** Absolute path of `holdfast`. */
  readonly daemon: string;
  /** Absolute path of `holdfast-keeper`. */
  readonly keeper: string;
  /** By this the status of the next daemon names it. Default: chosen at random. */
  readonly id?: string;
  /** Also where both run already. */
  readonly force?: boolean;
}

/**
 * A client of the Holdfast daemon that outlives the daemon: it reconnects, asks again and goes on at the exact byte.
 * It connects with its first request. After a failed request it is still usable; after the state `ended` it is not.
 */
export class HoldfastClient extends TypedEmitter<ClientEvents> implements AsyncDisposable {
  readonly #clientId = randomBytes(clientIdBytes).toString("hex");
  readonly #options: ResolvedOptions;
  readonly #closing = new AbortController();
  #opening: Promise<ClientConnections> | undefined;
  #connections: ClientConnections | undefined;
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
      streamConnection: options.streamConnection ?? false,
      bufferedOutputBytes: options.bufferedOutputBytes ?? 1024 * 1024,
      ackThreshold: options.ackThreshold ?? 100,
      acknowledges: options.acknowledges ?? true,
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
    return this.#connections?.control.welcome;
  }

  /**
   * Connects where that was not done yet, waits out a reconnect, and returns what the daemon said of itself.
   * DAEMON_UNAVAILABLE, DAEMON_START_FAILED, UNAUTHENTICATED, PROTO_BREAKING_CHANGE.
   */
  async waitForConnection(options: RequestOptions = {}): Promise<Welcome> {
    const { control } = await this.#connected();
    // The cheapest request: it is answered by whichever daemon is there next.
    if (control.link === undefined) {
      await this.list(options);
    }
    return control.welcome;
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

  /** Sets the terminal's size; returns the offset from which it is in force. */
  async resize(session: string, cols: number, rows: number, options: ResizeOptions = {}): Promise<bigint> {
    return await (await this.#requests()).resize(session, cols, rows, options);
  }

  /** Sends a signal. Not sent again after a lost connection: then it fails and says that it may have been delivered. */
  async signal(session: string, signal: number, options: SignalOptions = {}): Promise<void> {
    await (await this.#requests()).signal(session, signal, options);
  }

  /** Ends a session and waits for its end; an exited one is forgotten. Giving up ends the waiting, not the killing. */
  async kill(session: string, options: KillOptions = {}): Promise<wire.SessionInfo> {
    return await (await this.#requests()).kill(session, options);
  }

  async rename(session: string, name: string, options: RequestOptions = {}): Promise<wire.SessionInfo> {
    return await (await this.#requests()).rename(session, name, options);
  }

  async list(options: RequestOptions = {}): Promise<wire.SessionInfo[]> {
    return (await this.#ask({ case: "list", value: create(wire.ListRequestSchema) }, "listAnswer", options)).sessions;
  }

  async inspect(session: string, options: RequestOptions = {}): Promise<wire.SessionInfo> {
    return await (await this.#requests()).inspect(session, options);
  }

  /** One piece of what the ring holds, from the offset `from`; empty at the head. */
  async history(session: string, from: bigint, mostBytes?: number, options: RequestOptions = {}): Promise<wire.HistoryAnswer> {
    return await (await this.#requests()).history(session, from, mostBytes, options);
  }

  /** The screen as of now, as text where nothing else is asked for, with at most `scrollbackLines` lines above it. */
  async snapshot(session: string, options: SnapshotOptions = {}): Promise<ScreenSnapshot> {
    return await (await this.#requests()).snapshot(session, options);
  }

  /** Waits until the session's program has ended; its status is in `exit`. */
  async waitForExit(session: string, options: RequestOptions = {}): Promise<wire.SessionInfo> {
    return await (await this.#requests()).waitForExit(session, options);
  }

  async status(options: RequestOptions = {}): Promise<daemon.StatusAnswer> {
    return await this.#ask({ case: "status", value: create(daemon.StatusRequestSchema) }, "statusAnswer", options);
  }

  /** Stops or restarts the daemon. Use a client whose `reconnect` is false, or it will call the next one. */
  async stop(mode: daemon.StopMode, options: RequestOptions = {}): Promise<void> {
    try {
      await (await this.#connected()).control.request({ case: "stop", value: create(daemon.StopRequestSchema, { mode }) }, "fail", options);
    } catch (cause) {
      // It may end before its answer is read: that is what was asked.
      if (!isHoldfastError(cause, "DAEMON_UNAVAILABLE")) {
        throw cause;
      }
    }
  }

  /**
   * Has the daemon checked and replaced by another program, its keeper too, with all sessions. After the answer it leaves, unless that says that nothing
   * changes; its successor's status says how it ended. Never sent again by itself: ask the status first. UPGRADE_REFUSED, UPGRADE_FAILED;
   * REQUEST_UNKNOWN by a daemon that knows no upgrades.
   */
  async upgrade(programs: UpgradeOptions, options: RequestOptions = {}): Promise<daemon.UpgradeAnswer> {
    const value = create(daemon.UpgradeRequestSchema, { id: randomBytes(clientIdBytes).toString("hex"), ...programs });
    return bodyOf(await (await this.#connected()).control.request({ case: "upgrade", value }, "fail", options), "upgradeAnswer");
  }

  /** Closes the connection; sessions go on. Attachments end, requests without an answer fail. */
  async close(): Promise<void> {
    this.#closing.abort(faults.ended());
    this.#connections?.close();
    // An opening that is under way ends by the signal.
    await this.#opening?.then((connections) => connections.close()).catch(() => undefined);
    this.#setState("ended");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connected(): Promise<ClientConnections> {
    this.#closing.signal.throwIfAborted();
    this.#opening ??= this.#open();
    return await this.#opening;
  }

  async #open(): Promise<ClientConnections> {
    const observer = {
      onState: (state: ConnectionState) => this.#setState(state),
      onRecovered: (event: wire.RecoveredEvent) => void this.emit("session_recovered", event),
    };
    try {
      this.#connections = await ClientConnections.open(this.#options, this.#clientId, observer, this.#closing.signal);
      return this.#connections;
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
    const attachment = this.#connections?.control.attachments.named(session);
    if (attachment === undefined) {
      throw faults.notAttached(session);
    }
    return attachment;
  }

  async #requests(): Promise<SessionRequests> {
    return (await this.#connected()).requests;
  }

  async #ask<C extends BodyCase>(body: Envelope["body"], answer: C, options: RequestOptions): Promise<BodyValue<C>> {
    return bodyOf(await (await this.#connected()).control.request(body, "sendAgain", options), answer);
  }
}

/** A client; it connects with its first request, or with `waitForConnection`. */
export function createClient(options: HoldfastClientOptions = {}): HoldfastClient {
  return new HoldfastClient(options);
}
