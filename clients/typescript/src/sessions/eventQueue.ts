import type { SessionEvent } from "./sessionEvent.js";

// Taken events are dropped from the front of the array once there are so many: a shift for each would move the rest each time.
const compactAt = 256;

interface Reader {
  readonly resolve: (event: SessionEvent | undefined) => void;
  readonly reject: (failure: unknown) => void;
}

/** What was received for an attachment and not read yet, with a bound on its bytes. Owned by the attachment; one reader. */
export class EventQueue {
  readonly #mostBytes: number;
  readonly #onOutputTaken: () => void;
  readonly #onRoom: () => void;
  #events: SessionEvent[] = [];
  #next = 0;
  #bytes = 0;
  #reader: Reader | undefined;
  #abandoned = false;
  #completed: { failure: unknown } | undefined;

  /** `onRoom` is called when the reader has taken half of what it may have waiting. */
  constructor(mostBytes: number, onOutputTaken: () => void, onRoom: () => void) {
    this.#mostBytes = mostBytes;
    this.#onOutputTaken = onOutputTaken;
    this.#onRoom = onRoom;
  }

  get isFull(): boolean {
    return !this.#abandoned && this.#bytes > this.#mostBytes;
  }

  add(event: SessionEvent): void {
    if (this.#abandoned || this.#completed !== undefined) {
      return;
    }
    if (this.#reader !== undefined) {
      const reader = this.#reader;
      this.#reader = undefined;
      if (event.type === "output") {
        this.#onOutputTaken();
      }
      reader.resolve(event);
      return;
    }
    this.#events.push(event);
    if (event.type === "output") {
      this.#bytes += event.data.length;
    }
  }

  /** What is queued can still be read; then comes the failure, or the end. */
  complete(failure: unknown): void {
    if (this.#completed !== undefined) {
      return;
    }
    this.#completed = { failure };
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) {
      this.#end(reader);
    }
    this.#onRoom();
  }

  /** Nobody will read any more: the connection must never wait for this queue again. */
  abandon(): void {
    this.#abandoned = true;
    this.#events = [];
    this.#next = 0;
    this.#bytes = 0;
    this.#onRoom();
  }

  /** The next event; undefined at the end. */
  read(): Promise<SessionEvent | undefined> {
    const event = this.take();
    if (event !== undefined) {
      return Promise.resolve(event);
    }
    return new Promise((resolve, reject) => {
      if (this.#reader !== undefined) {
        throw new TypeError("an attachment has one reader: the call before this one still waits");
      }
      if (this.#completed !== undefined) {
        this.#end({ resolve, reject });
      } else {
        this.#reader = { resolve, reject };
      }
    });
  }

  /** The next event if there is one already. */
  take(): SessionEvent | undefined {
    const event = this.#events[this.#next];
    if (event === undefined) {
      return undefined;
    }
    this.#next++;
    if (this.#next === this.#events.length || this.#next >= compactAt) {
      this.#events = this.#events.slice(this.#next);
      this.#next = 0;
    }
    if (event.type === "output") {
      this.#bytes -= event.data.length;
      this.#onOutputTaken();
      if (this.#bytes <= this.#mostBytes / 2) {
        this.#onRoom();
      }
    }
    return event;
  }

  #end(reader: Reader): void {
    const failure = this.#completed?.failure;
    if (failure === undefined) {
      reader.resolve(undefined);
    } else {
      reader.reject(failure);
    }
  }
}
