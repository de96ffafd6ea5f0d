import { faults } from "../connection/faults.js";
import type { HoldfastError } from "../protocol/holdfastError.js";
import { TypedEmitter } from "../typedEmitter.js";
import type { EventQueue } from "./eventQueue.js";
import type { SessionEvent, SessionEventOf, SessionEventType } from "./sessionEvent.js";

/** What listeners of an attachment are given: each event by its type, all of them as `event`, then `end` or `error`. */
export type AttachmentEvents = { [T in SessionEventType]: SessionEventOf<T> } & {
  event: SessionEvent;
  end: undefined;
  error: HoldfastError;
};

/** How an attachment is read: by iteration or by listeners, one event after the other. The reading half of an attachment. */
export abstract class SessionReader extends TypedEmitter<AttachmentEvents> implements AsyncIterable<SessionEvent> {
  /** @internal */
  protected readonly events: EventQueue;
  #reads: "nobody" | "iterator" | "listeners" = "nobody";

  /** @internal */
  constructor(events: EventQueue) {
    super();
    this.events = events;
  }

  /** @internal */
  abstract get hasEnded(): boolean;

  /** The next event; undefined after the last one. Rejects with the failure that ended the client. */
  read(): Promise<SessionEvent | undefined> {
    this.#readBy("iterator");
    return this.events.read();
  }

  /** All events in order, until the session is forgotten or this attachment closed. Leaving the loop does not detach. */
  async *[Symbol.asyncIterator](): AsyncGenerator<SessionEvent, void, undefined> {
    for (let event = await this.read(); event !== undefined; event = await this.read()) {
      yield event;
    }
  }

  /** The bytes of output alone, in order. A gap is an OUTPUT_GAP failure here: where it may be skipped, iterate over the attachment itself. */
  async *output(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const event of this) {
      if (event.type === "output") {
        yield event.data;
      } else if (event.type === "gap") {
        throw faults.outputGap(event.from, event.to);
      } else if (event.type === "closed") {
        return;
      }
    }
  }

  /** Adds a listener. From the first one on, events are read as they come. */
  override on<K extends keyof AttachmentEvents>(event: K, listener: (value: AttachmentEvents[K]) => unknown): this {
    super.on(event, listener);
    if (this.#reads !== "listeners") {
      this.#readBy("listeners");
      void this.#pump();
    }
    return this;
  }

  async #pump(): Promise<void> {
    try {
      for (let event = await this.events.read(); event !== undefined; event = this.events.take() ?? (await this.events.read())) {
        const waiting = [...this.emit(event.type, event as never), ...this.emit("event", event)];
        if (waiting.length > 0) {
          await Promise.all(waiting);
        }
      }
    } catch (failure) {
      if (!this.hasEnded || !this.hasListeners("error")) {
        throw failure;
      }
      this.emit("error", failure as HoldfastError);
    }
    this.emit("end", undefined);
  }

  #readBy(reader: "iterator" | "listeners"): void {
    if (this.#reads !== "nobody" && this.#reads !== reader) {
      throw new TypeError("an attachment is read either by iteration or by listeners, not by both");
    }
    this.#reads = reader;
  }
}
