import { createHash } from "node:crypto";
import { OwnerChange } from "../../src/generated/holdfast/v1/session_pb.js";
import { FlowLevel, type SessionAttachment, type SessionEvent } from "../../src/index.js";
import { deadlineMs } from "../kit/daemonProcess.js";
import { difference, type Json } from "./match.js";

// Enough for every case that looks at the bytes themselves; longer streams are compared by hash.
const keptBytes = 1024 * 1024;

const levels = { [FlowLevel.FLOW_GREEN]: "green", [FlowLevel.FLOW_YELLOW]: "yellow", [FlowLevel.FLOW_RED]: "red" };

interface Watcher {
  readonly isDone: () => boolean;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** What was read of an attachment, checked as it comes: offsets without a hole but for gaps, no byte twice. Owned by one case. */
export class Recording {
  readonly attachment: SessionAttachment;
  readonly events: { [key: string]: Json }[] = [];
  bytes = 0;
  gaps = 0;
  gapBytes = 0;
  readonly #hash = createHash("sha256");
  #kept: Uint8Array[] = [];
  #keptLength = 0;
  #tail = "";
  #next: bigint;
  #watchers = new Set<Watcher>();
  #failure: unknown;

  constructor(attachment: SessionAttachment) {
    this.attachment = attachment;
    this.#next = attachment.start;
  }

  get kept(): Buffer {
    return Buffer.concat(this.#kept);
  }

  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  read(): void {
    this.#readAll().catch((cause: unknown) => {
      this.#failure = cause;
      this.#look();
    });
  }

  async reached(bytes: number): Promise<void> {
    await this.#until(`${bytes} bytes`, () => this.bytes >= bytes);
  }

  async ends(text: string): Promise<void> {
    await this.#until(JSON.stringify(text), () => this.#tail.endsWith(text));
  }

  async told(event: Json): Promise<void> {
    await this.#until(JSON.stringify(event), () => this.events.some((known) => difference(known, event) === undefined));
  }

  async #readAll(): Promise<void> {
    for await (const event of this.attachment) {
      this.#take(event);
      this.#look();
    }
    this.events.push({ type: "end" });
    this.#look();
  }

  #take(event: SessionEvent): void {
    if (event.type === "output") {
      if (event.from !== this.#next || event.to - event.from !== BigInt(event.data.length)) {
        throw new Error(`output from ${event.from} to ${event.to} after ${this.#next}`);
      }
      this.#next = event.to;
      this.#keep(event.data);
      return;
    }
    if (event.type === "gap") {
      if (event.from !== this.#next) {
        throw new Error(`a gap from ${event.from} after ${this.#next}`);
      }
      this.#next = event.to;
      this.gaps++;
      this.gapBytes += Number(event.to - event.from);
    }
    this.events.push(described(event));
  }

  #keep(data: Uint8Array): void {
    this.bytes += data.length;
    this.#hash.update(data);
    this.#tail = (this.#tail + Buffer.from(data.subarray(-100)).toString("latin1")).slice(-100);
    if (this.#keptLength < keptBytes) {
      this.#kept.push(data);
      this.#keptLength += data.length;
    }
  }

  #until(what: string, isDone: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(watcher);
        reject(
          new Error(
            `waited for ${what}; there are ${this.bytes} bytes ending with ${JSON.stringify(this.#tail)}, ${JSON.stringify(this.events)}`,
          ),
        );
      }, deadlineMs);
      const watcher: Watcher = {
        isDone,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (cause) => {
          clearTimeout(timer);
          reject(cause);
        },
      };
      this.#watchers.add(watcher);
      this.#look();
    });
  }

  #look(): void {
    for (const watcher of this.#watchers) {
      if (watcher.isDone()) {
        this.#watchers.delete(watcher);
        watcher.resolve();
      } else if (this.#failure !== undefined) {
        this.#watchers.delete(watcher);
        watcher.reject(this.#failure);
      }
    }
  }
}

function described(event: Exclude<SessionEvent, { type: "output" }>): { [key: string]: Json } {
  switch (event.type) {
    case "gap":
    case "input_uncertain":
      return { type: event.type, from: Number(event.from), to: Number(event.to) };
    case "resized":
      return { type: event.type, cols: event.size?.cols ?? 0, rows: event.size?.rows ?? 0 };
    case "renamed":
      return { type: event.type, name: event.name };
    case "owner_changed":
      return { type: event.type, reason: OwnerChange[event.owner.reason] ?? "" };
    case "backpressure_warning":
      return { type: event.type, level: levels[event.warning.level] };
    case "exit":
      return { type: event.type, code: event.exit?.code ?? 0, signal: event.exit?.signal ?? 0 };
    default:
      return { type: event.type };
  }
}
