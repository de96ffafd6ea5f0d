import type { DaemonLink } from "../connection/daemonLink.js";
import { faults } from "../connection/faults.js";
import type { InputPosition } from "../generated/holdfast/v1/session_pb.js";
import { limits } from "../generated/limits.js";
import type { OffsetRange } from "./outputCursor.js";

interface Piece {
  readonly offset: bigint;
  readonly data: Uint8Array;
}

interface Waiter {
  readonly isDone: () => boolean;
  readonly resolve: () => void;
  readonly reject: (failure: unknown) => void;
}

function endOf(piece: Piece): bigint {
  return piece.offset + BigInt(piece.data.length);
}

/** This client's input to one session: numbered, within the window, kept until acknowledged, sent again after a lost connection. Owned by the attachment. */
export class InputLane {
  #unacknowledged: Piece[] = [];
  #waiters = new Set<Waiter>();
  #writing: Promise<unknown> = Promise.resolve();
  #link: DaemonLink | undefined;
  #failure: Error | undefined;
  #uncertainty: Error | undefined;
  #session = 0;
  #accepted = 0n;
  #next = 0n;
  #window = BigInt(limits.inputWindowBytes);
  #started = false;

  /** Input below this has reached the PTY. */
  get accepted(): bigint {
    return this.#accepted;
  }

  /** Takes up, on a new link, where the daemon says this input stands. Returns the range that may or may not have arrived. */
  resume(link: DaemonLink, session: number, position: InputPosition | undefined): OffsetRange | undefined {
    const accepted = position?.accepted ?? 0n;
    this.#link = link;
    this.#session = session;
    this.#window = position?.window || BigInt(limits.inputWindowBytes);
    if (!this.#started) {
      this.#started = true;
      this.#accepted = this.#next = accepted;
      return undefined;
    }
    if (accepted < this.#accepted) {
      this.#renumber(this.#accepted - accepted);
    }
    const uncertain = this.#uncertainRange(accepted, position?.uncertain ?? 0n);
    if (uncertain !== undefined) {
      this.#uncertainty = faults.inputUncertain(uncertain.from, uncertain.to);
    }
    this.#dropBelow(accepted);
    for (const piece of this.#unacknowledged) {
      link.sendInput(session, piece.offset, piece.data);
    }
    this.#signal();
    return uncertain;
  }

  /** Begins anew where the daemon says, after a refusal had ended it. */
  restart(link: DaemonLink, session: number, position: InputPosition | undefined): void {
    this.#failure = undefined;
    this.#started = false;
    this.#unacknowledged = [];
    this.resume(link, session, position);
  }

  suspend(): void {
    this.#link = undefined;
  }

  /** Queues all of `data`, waiting while the window is full. The bytes are copied. Calls are served one after the other. */
  write(data: Uint8Array): Promise<void> {
    const copy = data.slice();
    const turn = this.#writing.then(() => this.#writeAll(copy));
    // A failed write is told to its caller; the next one has its own turn.
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  /** Settles when everything written so far has reached the PTY; fails where that is not so, or not known. */
  async flush(): Promise<void> {
    await this.#writing;
    const target = this.#next;
    await this.#until(() => this.#accepted >= target);
  }

  acknowledge(accepted: bigint): void {
    if (accepted > this.#accepted) {
      this.#dropBelow(accepted);
      this.#signal();
    }
  }

  /** The lane ends: what is not acknowledged will not arrive. Attach or take anew to send more. */
  fail(why: Error): void {
    this.#failure ??= why;
    this.#unacknowledged = [];
    this.#signal();
  }

  async #writeAll(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += limits.maxInputDataBytes) {
      const part = data.subarray(at, at + limits.maxInputDataBytes);
      await this.#until(() => this.#next - this.#accepted + BigInt(part.length) <= this.#window);
      const piece = { offset: this.#next, data: part };
      this.#next = endOf(piece);
      this.#unacknowledged.push(piece);
      this.#link?.sendInput(this.#session, piece.offset, part);
    }
  }

  #until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { isDone, resolve, reject };
      this.#waiters.add(waiter);
      this.#settle(waiter);
    });
  }

  #signal(): void {
    for (const waiter of this.#waiters) {
      this.#settle(waiter);
    }
  }

  #settle(waiter: Waiter): void {
    const failure = this.#failure ?? this.#uncertainty;
    if (failure !== undefined) {
      // An uncertainty is told once; then input goes on.
      this.#uncertainty = undefined;
      this.#waiters.delete(waiter);
      waiter.reject(failure);
    } else if (waiter.isDone()) {
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #uncertainRange(accepted: bigint, uncertain: bigint): OffsetRange | undefined {
    const begin = accepted - (uncertain < accepted ? uncertain : accepted);
    const from = begin > this.#accepted ? begin : this.#accepted;
    const to = accepted < this.#next ? accepted : this.#next;
    return from < to ? { from, to } : undefined;
  }

  #dropBelow(accepted: bigint): void {
    this.#accepted = accepted;
    if (this.#next < accepted) {
      this.#next = accepted;
    }
    const rest = this.#unacknowledged.filter((piece) => endOf(piece) > accepted);
    const first = rest[0];
    if (first !== undefined && first.offset < accepted) {
      rest[0] = { offset: accepted, data: first.data.subarray(Number(accepted - first.offset)) };
    }
    this.#unacknowledged = rest;
  }

  // The daemon knows less than it had acknowledged (its record was lost): what is still to be sent follows where it stands.
  #renumber(lower: bigint): void {
    this.#accepted -= lower;
    this.#next -= lower;
    this.#unacknowledged = this.#unacknowledged.map((piece) => ({ offset: piece.offset - lower, data: piece.data }));
  }
}
