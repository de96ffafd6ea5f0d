import { connect, type Socket } from "node:net";
import { fromJson, toJson } from "@bufbuild/protobuf";
import { FrameReceiver } from "../../src/connection/frameReceiver.js";
import { EnvelopeSchema } from "../../src/generated/holdfast/v1/envelope_pb.js";
import { FrameKind, readControl, writeControl } from "../../src/protocol/frameCodec.js";
import type { Json } from "./match.js";

/** A control message of the daemon as protobuf JSON. */
export function asJson(payload: Uint8Array): Json {
  return toJson(EnvelopeSchema, readControl(payload)) as Json;
}

/** A control frame from protobuf JSON. */
export function frameOf(envelope: Json): Uint8Array {
  return writeControl(fromJson(EnvelopeSchema, envelope));
}

/** A connection to the daemon's socket that says whatever a case wants, right or wrong. */
export class RawPeer {
  readonly #socket: Socket;
  readonly #messages: (Json | undefined)[] = [];
  #waiting: ((message: Json | undefined) => void) | undefined;

  constructor(path: string) {
    this.#socket = connect({ path });
    const receiver = new FrameReceiver((frame) => {
      if (frame.kind === FrameKind.control) {
        this.#tell(asJson(frame.payload));
      }
    });
    this.#socket.on("data", (chunk: Uint8Array) => receiver.push(chunk));
    // The daemon may close with unread bytes of ours: an end as well.
    this.#socket.on("error", () => this.#tell(undefined));
    this.#socket.on("end", () => this.#tell(undefined));
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next control message; undefined at the end of the connection. */
  receive(): Promise<Json | undefined> {
    if (this.#messages.length > 0) {
      return Promise.resolve(this.#messages.shift());
    }
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #tell(message: Json | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) {
      waiting(message);
    } else {
      this.#messages.push(message);
    }
  }
}
