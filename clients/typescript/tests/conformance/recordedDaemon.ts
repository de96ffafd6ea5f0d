import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { FrameReceiver } from "../../src/connection/frameReceiver.js";
import { type Frame, FrameKind, readControl, writeData } from "../../src/protocol/frameCodec.js";
import { root } from "../kit/repository.js";
import type { Json } from "./match.js";
import { frameOf } from "./rawPeer.js";

interface Output {
  readonly session: number;
  readonly offset: string;
  readonly hex: string;
}

interface Turn {
  /** The body of the request, or `input`. */
  readonly request: string;
  /** Envelopes as protobuf JSON, and output frames. */
  readonly says: readonly ({ readonly output: Output } | { readonly [body: string]: Json })[];
}

/** Says what a daemon once said, turn by turn. A client that asks anything else is disconnected. Owned by one case. */
export class RecordedDaemon {
  readonly #turns: Turn[];
  readonly #server: Server;

  private constructor(turns: Turn[]) {
    this.#turns = turns;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async listen(socket: string, token: string, recording: string): Promise<RecordedDaemon> {
    const { turns } = JSON.parse(readFileSync(join(root, "tests/conformance/recorded", `${recording}.json`), "utf8")) as { turns: Turn[] };
    mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
    writeFileSync(token, "token");
    const daemon = new RecordedDaemon(turns);
    await new Promise<void>((resolve) => daemon.#server.listen(socket, resolve));
    return daemon;
  }

  /** Turns that were not asked for. */
  get unsaid(): string[] {
    return this.#turns.map((turn) => turn.request);
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    const receiver = new FrameReceiver((frame) => this.#answer(socket, frame));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Uint8Array) => receiver.push(chunk));
  }

  #answer(socket: Socket, frame: Frame): void {
    const asked = frame.kind === FrameKind.input ? undefined : readControl(frame.payload);
    const turn = this.#turns[0];
    if (turn?.request !== (asked?.body.case ?? "input")) {
      socket.destroy();
      return;
    }
    this.#turns.shift();
    for (const said of turn.says) {
      socket.write("output" in said ? outputFrame(said.output as unknown as Output) : frameOf(withId(said, asked?.requestId ?? 0n)));
    }
  }
}

// Answers carry the id of their request, events none.
function withId(said: { readonly [body: string]: Json }, id: bigint): Json {
  const isAnswer = Object.keys(said).some((body) => body.endsWith("Answer") || body === "welcome" || body === "error");
  return isAnswer ? { ...said, requestId: `${id}` } : { ...said };
}

function outputFrame({ session, offset, hex }: Output): Uint8Array {
  return writeData(FrameKind.output, session, BigInt(offset), new Uint8Array(Buffer.from(hex, "hex")));
}
