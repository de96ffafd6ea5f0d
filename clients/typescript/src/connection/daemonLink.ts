import { connect, type Socket } from "node:net";
import { create } from "@bufbuild/protobuf";
import { type Envelope, EnvelopeSchema, type Hello, type Welcome } from "../generated/holdfast/v1/envelope_pb.js";
import { limits } from "../generated/limits.js";
import { type Frame, FrameKind, lengthPrefixBytes, readControl, writeControl, writeData } from "../protocol/frameCodec.js";
import { HoldfastError } from "../protocol/holdfastError.js";
import { faults } from "./faults.js";
import { FrameReceiver } from "./frameReceiver.js";

/** The socket ended, with or without an error of the system: another attempt may do better. */
export class LinkLostError extends Error {
  override readonly name = "LinkLostError";

  constructor(cause?: unknown) {
    super("the connection to the daemon was lost", cause === undefined ? undefined : { cause });
  }
}

/** Opens a socket; rejects with the system's error. */
export function dial(path: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ path });
    const failed = (cause: unknown) => {
      socket.destroy();
      signal.removeEventListener("abort", aborted);
      reject(cause);
    };
    const aborted = () => failed(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    socket.once("error", failed);
    socket.once("connect", () => {
      signal.removeEventListener("abort", aborted);
      socket.removeListener("error", failed);
      resolve(socket);
    });
  });
}

/** One socket after its handshake: sends whole frames, hands on received ones. Owned by the connection, which replaces it when it is lost. */
export class DaemonLink {
  readonly #socket: Socket;
  readonly #receiver: FrameReceiver;
  #onFrame: ((frame: Frame) => void) | undefined;
  #onLost: ((cause: HoldfastError | undefined) => void) | undefined;
  // Frames that came behind the welcome, before the connection took the link over.
  #early: Frame[] = [];
  #lost: { cause: HoldfastError | undefined } | undefined;
  #holders = 0;
  #welcome: Welcome | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#receiver = new FrameReceiver((frame) => this.#receive(frame));
    socket.on("data", (chunk: Uint8Array) => this.#guard(() => this.#receiver.push(plain(chunk))));
    socket.on("error", () => this.#lose(undefined));
    socket.on("close", () => this.#lose(undefined));
  }

  get welcome(): Welcome {
    if (this.#welcome === undefined) {
      throw faults.ended();
    }
    return this.#welcome;
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Says hello on a fresh socket, which the link then owns. A socket that ends before the welcome is a LinkLostError: try again. */
  static greet(socket: Socket, hello: Hello, signal: AbortSignal): Promise<DaemonLink> {
    const link = new DaemonLink(socket);
    return new Promise((resolve, reject) => {
      const aborted = () => fail(signal.reason);
      const fail = (cause: unknown) => {
        signal.removeEventListener("abort", aborted);
        // Before the close, which is a reason of its own.
        reject(cause);
        link.close();
      };
      signal.addEventListener("abort", aborted, { once: true });
      link.#onLost = (cause) => fail(cause ?? new LinkLostError());
      link.#onFrame = (frame) => {
        if (frame.kind !== FrameKind.control) {
          return;
        }
        const { body } = decode(frame);
        if (body.case === "error") {
          fail(HoldfastError.from(body.value));
        } else if (body.case === "welcome") {
          signal.removeEventListener("abort", aborted);
          link.#welcome = body.value;
          link.#onFrame = undefined;
          link.#onLost = undefined;
          resolve(link);
        }
      };
      link.send(create(EnvelopeSchema, { requestId: 1n, body: { case: "hello", value: hello } }));
    });
  }

  /** Frames go to `onFrame` from now on, first those that came before; `onLost` is told once. */
  start(onFrame: (frame: Frame) => void, onLost: (cause: HoldfastError | undefined) => void): void {
    this.#onFrame = onFrame;
    this.#onLost = onLost;
    const early = this.#early;
    this.#early = [];
    this.#guard(() => {
      for (const frame of early) {
        onFrame(frame);
      }
    });
    if (this.#lost !== undefined) {
      onLost(this.#lost.cause);
    }
  }

  send(envelope: Envelope): void {
    const frame = writeControl(envelope);
    if (frame.length - lengthPrefixBytes > limits.maxFrameBytes) {
      throw faults.tooLarge(frame.length);
    }
    this.#write(frame);
  }

  sendInput(session: number, offset: bigint, data: Uint8Array): void {
    this.#write(writeData(FrameKind.input, session, offset, data));
  }

  /** Stops reading until as many `resume` follow. */
  pause(): void {
    this.#holders++;
    this.#socket.pause();
  }

  resume(): void {
    this.#holders--;
    if (this.#holders === 0) {
      this.#socket.resume();
    }
  }

  /** Ends the socket; `onLost` is told. */
  close(cause?: HoldfastError): void {
    this.#lose(cause);
  }

  #write(frame: Uint8Array): void {
    // A lost link needs no more: what was sent on it is still pending, and goes over the next one.
    if (this.#lost === undefined) {
      this.#socket.write(frame);
    }
  }

  #receive(frame: Frame): void {
    if (this.#lost !== undefined) {
      return;
    }
    if (this.#onFrame === undefined) {
      this.#early.push(frame);
    } else {
      this.#onFrame(frame);
    }
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.#lose(cause instanceof HoldfastError ? cause : faults.unreadable(cause));
    }
  }

  #lose(cause: HoldfastError | undefined): void {
    if (this.#lost !== undefined) {
      return;
    }
    this.#lost = { cause };
    this.#socket.destroy();
    this.#onLost?.(cause);
  }
}

// What users get to see of a chunk is no Buffer.
function plain(chunk: Uint8Array): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function decode(frame: Frame): Envelope {
  try {
    return readControl(frame.payload);
  } catch (cause) {
    throw faults.unreadable(cause);
  }
}
