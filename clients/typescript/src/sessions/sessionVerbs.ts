import { create } from "@bufbuild/protobuf";
import type { ClientConnections } from "../connection/clientConnections.js";
import * as wire from "../generated/holdfast/v1/session_pb.js";
import type { RequestOptions } from "../holdfastClientOptions.js";
import type { EventQueue } from "./eventQueue.js";
import type { ScreenSnapshot } from "./screenSnapshot.js";
import { SessionReader } from "./sessionReader.js";
import type { KillOptions, ResizeOptions, SignalOptions, SnapshotOptions } from "./sessionRequests.js";

/** What can be asked of a session that is attached: the requests of the client without naming it again. The part of an attachment that keeps no state. */
export abstract class SessionVerbs extends SessionReader {
  /** @internal */
  protected readonly connections: ClientConnections;

  /** @internal */
  constructor(connections: ClientConnections, events: EventQueue) {
    super(events);
    this.connections = connections;
  }

  abstract get session(): wire.SessionInfo;

  abstract get ownerEpoch(): bigint;

  abstract take(force?: boolean, options?: RequestOptions): Promise<void>;

  /** Becomes the owner, whoever was it; that one is told. */
  takeOver(options: RequestOptions = {}): Promise<void> {
    return this.take(true, options);
  }

  /** Gives the session up and goes on watching. */
  async release(options: RequestOptions = {}): Promise<void> {
    const value = create(wire.ReleaseRequestSchema, { session: this.session.id, ownerEpoch: this.ownerEpoch });
    await this.connections.control.request({ case: "release", value }, "fail", options);
  }

  /** As the client's `resize`. */
  resize(cols: number, rows: number, options: ResizeOptions = {}): Promise<bigint> {
    return this.connections.requests.resize(this.session.id, cols, rows, options);
  }

  /** As the client's `signal`. */
  signal(signal: number, options: SignalOptions = {}): Promise<void> {
    return this.connections.requests.signal(this.session.id, signal, options);
  }

  /** As the client's `kill`. */
  kill(options: KillOptions = {}): Promise<wire.SessionInfo> {
    return this.connections.requests.kill(this.session.id, options);
  }

  /** As the client's `waitForExit`. */
  waitForExit(options: RequestOptions = {}): Promise<wire.SessionInfo> {
    return this.connections.requests.waitForExit(this.session.id, options);
  }

  /** As the client's `snapshot`. */
  snapshot(options: SnapshotOptions = {}): Promise<ScreenSnapshot> {
    return this.connections.requests.snapshot(this.session.id, options);
  }

  /** As the client's `history`. */
  history(from: bigint, mostBytes?: number, options: RequestOptions = {}): Promise<wire.HistoryAnswer> {
    return this.connections.requests.history(this.session.id, from, mostBytes, options);
  }
}
