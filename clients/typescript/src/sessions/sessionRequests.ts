import { create } from "@bufbuild/protobuf";
import { type BodyCase, type BodyValue, bodyOf } from "../connection/answers.js";
import type { ClientConnection } from "../connection/clientConnection.js";
import { faults } from "../connection/faults.js";
import type { Envelope } from "../generated/holdfast/v1/envelope_pb.js";
import * as wire from "../generated/holdfast/v1/session_pb.js";
import { limits } from "../generated/limits.js";
import type { RequestOptions } from "../holdfastClientOptions.js";
import { type ScreenSnapshot, SnapshotPieces } from "./screenSnapshot.js";

export interface ResizeOptions extends RequestOptions {
  /** Only as the owner under this epoch. */
  readonly ownerEpoch?: bigint;
}

export interface SignalOptions extends RequestOptions {
  /** To the whole process group of the program. */
  readonly processGroup?: boolean;
}

export interface KillOptions extends RequestOptions {
  /** From SIGHUP to SIGKILL. Default: as configured. */
  readonly graceMs?: number;
  /** Also where another client is the owner. */
  readonly takeover?: boolean;
}

export interface SnapshotOptions extends RequestOptions {
  /** Default: as text. */
  readonly format?: wire.SnapshotFormat;
  readonly scrollbackLines?: number;
}

/** The requests about one session that is named, for the client and for its attachments. A view of the control connection. */
export class SessionRequests {
  readonly #connection: ClientConnection;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
  }

  async resize(session: string, cols: number, rows: number, options: ResizeOptions): Promise<bigint> {
    const value = create(wire.ResizeRequestSchema, { session, size: { cols, rows }, ownerEpoch: options.ownerEpoch ?? 0n });
    return (await this.#ask({ case: "resize", value }, "resizeAnswer", options)).offset;
  }

  async signal(session: string, signal: number, options: SignalOptions): Promise<void> {
    const value = create(wire.SignalRequestSchema, { session, signal, processGroup: options.processGroup ?? false });
    await this.#connection.request({ case: "signal", value }, "fail", options);
  }

  async kill(session: string, options: KillOptions): Promise<wire.SessionInfo> {
    const timeoutMs = options.graceMs === undefined ? 0 : Math.max(1, Math.round(options.graceMs));
    const value = create(wire.KillRequestSchema, { session, timeoutMs, takeover: options.takeover ?? false });
    return sessionOf((await this.#ask({ case: "kill", value }, "killAnswer", options)).session);
  }

  async rename(session: string, name: string, options: RequestOptions): Promise<wire.SessionInfo> {
    const value = create(wire.RenameRequestSchema, { session, name });
    // Sent again it would ask for a name that is no more.
    const answer = await this.#connection.request({ case: "rename", value }, "fail", options);
    return sessionOf(bodyOf(answer, "renameAnswer").session);
  }

  async inspect(session: string, options: RequestOptions): Promise<wire.SessionInfo> {
    const value = create(wire.InspectRequestSchema, { session });
    return sessionOf((await this.#ask({ case: "inspect", value }, "inspectAnswer", options)).session);
  }

  async history(session: string, from: bigint, mostBytes: number | undefined, options: RequestOptions): Promise<wire.HistoryAnswer> {
    const value = create(wire.HistoryRequestSchema, { session, from, maxBytes: mostBytes ?? limits.maxHistoryBytes });
    return await this.#ask({ case: "history", value }, "historyAnswer", options);
  }

  async snapshot(session: string, options: SnapshotOptions): Promise<ScreenSnapshot> {
    const { format = wire.SnapshotFormat.SNAPSHOT_TEXT, scrollbackLines = 0 } = options;
    const value = create(wire.SnapshotRequestSchema, { session, format, scrollbackLines });
    const pieces = new SnapshotPieces();
    const answer = await this.#connection.request({ case: "snapshot", value }, "sendAgain", options, ({ body }) => {
      if (body.case === "snapshotAnswer") {
        pieces.add(body.value);
      }
    });
    return pieces.whole(bodyOf(answer, "snapshotAnswer"));
  }

  async waitForExit(session: string, options: RequestOptions): Promise<wire.SessionInfo> {
    const value = create(wire.WaitRequestSchema, { session });
    return sessionOf((await this.#ask({ case: "wait", value }, "waitAnswer", options)).session);
  }

  async #ask<C extends BodyCase>(body: Envelope["body"], answer: C, options: RequestOptions): Promise<BodyValue<C>> {
    return bodyOf(await this.#connection.request(body, "sendAgain", options), answer);
  }
}

/** The session in an answer, which must have one. */
export function sessionOf(session: wire.SessionInfo | undefined): wire.SessionInfo {
  if (session === undefined) {
    throw faults.unexpectedAnswer("an answer without a session");
  }
  return session;
}
