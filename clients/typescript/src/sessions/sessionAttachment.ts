import { create } from "@bufbuild/protobuf";
import type { ClientConnection } from "../connection/clientConnection.js";
import type { DaemonLink } from "../connection/daemonLink.js";
import { faults } from "../connection/faults.js";
import type { ErrorCode } from "../generated/holdfast/v1/errors_pb.js";
import * as wire from "../generated/holdfast/v1/session_pb.js";
import type { RequestOptions, ResolvedOptions } from "../holdfastClientOptions.js";
import type { HoldfastError } from "../protocol/holdfastError.js";
import { TypedEmitter } from "../typedEmitter.js";
import { AckCounter } from "./ackCounter.js";
import { EventQueue } from "./eventQueue.js";
import { InputLane } from "./inputLane.js";
import { type OffsetRange, OutputCursor } from "./outputCursor.js";
import { OwnerState } from "./ownerState.js";
import type { SessionEvent, SessionEventOf, SessionEventType } from "./sessionEvent.js";

/** What listeners of an attachment are given: each event by its type, all of them as `event`, then `end` or `error`. */
export type AttachmentEvents = { [T in SessionEventType]: SessionEventOf<T> } & {
  event: SessionEvent;
  end: undefined;
  error: HoldfastError;
};

/**
 * An attached session: its output and events in order, and the way for input. Made by `attach`, the caller's until closed.
 *
 * Read it in one of two ways: iterate over it (or call `read`), or add listeners with `on`. A listener that returns a promise is waited for, so both
 * ways hold the daemon back when the reader is slow. Output goes on across daemon restarts at the exact byte. A reader that does not read holds up the
 * whole connection once `bufferedOutputBytes` wait, acknowledgements of input included: never wait for input (`flush`) where output is read.
 */
export class SessionAttachment extends TypedEmitter<AttachmentEvents> implements AsyncIterable<SessionEvent>, AsyncDisposable {
  readonly #connection: ClientConnection;
  readonly #events: EventQueue;
  readonly #input = new InputLane();
  readonly #acks: AckCounter;
  readonly #request: wire.AttachRequest;
  readonly #owner: OwnerState;
  readonly #cursor: OutputCursor;
  readonly #start: bigint;
  readonly #resizes: readonly wire.Resize[];
  #session: wire.SessionInfo;
  // A screen that did not arrive whole is asked for again.
  #screenDue: boolean;
  #exited = false;
  #closed = false;
  #ended = false;
  #heldUp: DaemonLink | undefined;
  #reads: "nobody" | "iterator" | "listeners" = "nobody";

  /** @internal */
  constructor(
    connection: ClientConnection,
    answer: wire.AttachAnswer,
    session: wire.SessionInfo,
    request: wire.AttachRequest,
    clientId: string,
    options: ResolvedOptions,
    link: DaemonLink,
  ) {
    super();
    this.#connection = connection;
    this.#session = session;
    this.#acks = new AckCounter(options.ackThreshold);
    this.#acks.use(request.acks ? link : undefined, session.number);
    this.#request = request;
    this.#screenDue = request.from.case === "screen";
    this.#owner = new OwnerState(clientId, request.as);
    this.#owner.onAttached(answer);
    this.#events = new EventQueue(
      options.bufferedOutputBytes,
      () => this.#acks.onTaken(),
      () => this.#letGo(),
    );
    this.#cursor = new OutputCursor(answer.offset);
    this.#start = answer.offset;
    this.#resizes = answer.resizes;
    this.#input.resume(link, session.number, answer.input);
  }

  /** The session as it was when attached last. */
  get session(): wire.SessionInfo {
    return this.#session;
  }

  /** The offset of the first byte of output. */
  get start(): bigint {
    return this.#start;
  }

  /** Resizes at or after `start` that the daemon still knew; the first is the size in force there. */
  get resizes(): readonly wire.Resize[] {
    return this.#resizes;
  }

  /** This client's input below this has reached the PTY. */
  get inputAccepted(): bigint {
    return this.#input.accepted;
  }

  /** True while this client is the owner: its input, size and signals are the session's. */
  get isOwner(): boolean {
    return this.#owner.isOwner;
  }

  /** Counts the owners of the session; give it with requests that are meant only while this one holds. */
  get ownerEpoch(): bigint {
    return this.#owner.epoch;
  }

  /** The next event; undefined after the last one. Rejects with the failure that ended the client. */
  read(): Promise<SessionEvent | undefined> {
    this.#readBy("iterator");
    return this.#events.read();
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

  /** Takes all of `data` as input; waits only while the window is full. Text is sent as UTF-8. */
  write(data: Uint8Array | string): Promise<void> {
    return this.#input.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  /** Waits until all input written so far has reached the PTY. INPUT_UNCERTAIN names a range that may or may not have arrived; it is not sent again. */
  flush(): Promise<void> {
    return this.#input.flush();
  }

  /** Acknowledges so many more output frames now; for an `ackThreshold` of 0. */
  ack(count: number): void {
    this.#acks.send(count);
  }

  /** Frames in one automatic acknowledgement from now on; 0: only `ack` acknowledges. */
  setAckThreshold(frames: number): void {
    this.#acks.threshold = frames;
  }

  /** Becomes the owner, of a session without one or with `force` of any. Input that was refused before is not sent again. */
  take(force = false, options: RequestOptions = {}): Promise<void> {
    return this.#connection.take(this, force, options);
  }

  /** Gives the session up and goes on watching. */
  async release(options: RequestOptions = {}): Promise<void> {
    const value = create(wire.ReleaseRequestSchema, { session: this.#session.id, ownerEpoch: this.ownerEpoch });
    await this.#connection.request({ case: "release", value }, "fail", options);
  }

  /** Has the screen sent again, as a `screen` event in its place among the others; output goes on behind it. */
  async redraw(scrollbackLines = 0, options: RequestOptions = {}): Promise<void> {
    this.#screenDue = true;
    const value = this.resumeRequest();
    value.from = { case: "screen", value: create(wire.ScreenStartSchema, { scrollbackLines }) };
    value.acks = this.#request.acks;
    await this.#connection.request({ case: "attach", value }, "sendAgain", options);
  }

  /** Detaches. Events that were not read are dropped. */
  async close(): Promise<void> {
    this.#events.abandon();
    await this.#connection.detach(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #hasOutput(): boolean {
    return this.#request.from.case !== "noOutput";
  }

  /** @internal */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** @internal */
  resumeRequest(): wire.AttachRequest {
    const { terminal, screenAfterGap, from } = this.#request;
    const { as, ownerEpoch } = this.#owner.describe();
    let begin: wire.AttachRequest["from"] = { case: "offset", value: this.#cursor.received };
    if (!this.#hasOutput) {
      begin = { case: "noOutput", value: true };
    } else if (this.#screenDue) {
      begin = { case: "screen", value: from.case === "screen" ? from.value : create(wire.ScreenStartSchema) };
    }
    return create(wire.AttachRequestSchema, {
      session: this.#session.id,
      terminal,
      screenAfterGap: screenAfterGap || from.case === "screen",
      as,
      ownerEpoch,
      from: begin,
    });
  }

  /** @internal */
  holdUpIfFull(link: DaemonLink): void {
    if (this.#events.isFull && this.#heldUp !== link) {
      this.#heldUp = link;
      link.pause();
    }
  }

  /** @internal */
  onTaken(link: DaemonLink, taken: wire.TakeAnswer): void {
    this.#owner.onTaken(taken.ownerEpoch);
    this.#input.restart(link, this.#session.number, taken.input);
  }

  /** @internal */
  onOwnershipLost(why: HoldfastError): void {
    this.#owner.onLost();
    this.#input.fail(why);
  }

  /** @internal */
  onResumed(link: DaemonLink, answer: wire.AttachAnswer, session: wire.SessionInfo, acks: boolean): void {
    this.#acks.use(acks ? link : undefined, session.number);
    this.#session = session;
    this.#owner.onAttached(answer);
    this.#events.add({ type: "reconnected", from: this.#cursor.received });
    if (this.#hasOutput && !this.#screenDue) {
      this.#tellGap(this.#cursor.skipTo(answer.offset));
    }
    const uncertain = this.#input.resume(link, session.number, answer.input);
    if (uncertain !== undefined) {
      this.#events.add({ type: "input_uncertain", ...uncertain });
    }
  }

  /** @internal */
  onLost(): void {
    this.#acks.use(undefined, 0);
    this.#input.suspend();
  }

  /** @internal */
  onOutput(offset: bigint, data: Uint8Array): void {
    const { repeated, gap } = this.#cursor.accept(offset, data.length);
    this.#tellGap(gap);
    if (repeated < data.length) {
      const from = offset + BigInt(repeated);
      this.#events.add({ type: "output", from, to: this.#cursor.received, data: data.subarray(repeated) });
    }
  }

  /** @internal */
  onScreen(screen: wire.SnapshotEvent): void {
    this.#cursor.skipTo(screen.offset);
    this.#screenDue = screen.more;
    this.#events.add({ type: "screen", to: screen.offset, data: screen.data, size: screen.size, more: screen.more });
  }

  /** @internal */
  onGap(gap: wire.GapEvent): void {
    this.#tellGap(this.#cursor.skipTo(gap.to));
  }

  /** @internal */
  onResized(resize: wire.Resize | undefined): void {
    this.#events.add({ type: "resized", from: resize?.offset ?? 0n, size: resize?.size });
  }

  /** @internal */
  onRenamed(name: string): void {
    this.#session.name = name;
    this.#events.add({ type: "renamed", name });
  }

  /** @internal */
  onOwnerChanged(owner: wire.OwnerChangedEvent): void {
    this.#owner.onChanged(owner);
    this.#events.add({ type: "owner_changed", owner });
  }

  /** @internal */
  onBackpressure(warning: wire.BackpressureWarningEvent): void {
    this.#events.add({ type: "backpressure_warning", warning });
  }

  /** @internal A daemon that took over tells the end again: it cannot know who heard it. */
  onExited(exited: wire.ExitedEvent): void {
    if (!this.#exited) {
      this.#exited = true;
      this.#events.add({ type: "exit", to: exited.endOffset, exit: exited.exit });
    }
  }

  /** @internal */
  onClosed(to: bigint): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#events.add({ type: "closed", to });
    }
  }

  /** @internal */
  onFinalized(): void {
    if (!this.#ended) {
      this.#events.add({ type: "finalized" });
      this.end(undefined);
    }
  }

  /** @internal */
  onInputAcknowledged(accepted: bigint): void {
    this.#input.acknowledge(accepted);
  }

  /** @internal */
  onInputRefused(refused: wire.InputRefusedEvent): void {
    this.#input.fail(faults.inputRefused(refused.code as ErrorCode, refused.offset));
  }

  /** @internal */
  end(failure: HoldfastError | undefined): void {
    this.#ended = true;
    this.#input.fail(failure ?? faults.detached());
    this.#events.complete(failure);
  }

  async #pump(): Promise<void> {
    try {
      for (let event = await this.#events.read(); event !== undefined; event = this.#events.take() ?? (await this.#events.read())) {
        const waiting = [...this.emit(event.type, event as never), ...this.emit("event", event)];
        if (waiting.length > 0) {
          await Promise.all(waiting);
        }
      }
    } catch (failure) {
      if (!this.#ended || !this.hasListeners("error")) {
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

  #letGo(): void {
    this.#heldUp?.resume();
    this.#heldUp = undefined;
  }

  #tellGap(gap: OffsetRange | undefined): void {
    if (gap !== undefined) {
      this.#events.add({ type: "gap", ...gap });
    }
  }
}
