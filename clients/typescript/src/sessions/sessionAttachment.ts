import { create } from "@bufbuild/protobuf";
import type { ClientConnections } from "../connection/clientConnections.js";
import type { ConnectionPart } from "../connection/connectionPart.js";
import type { DaemonLink } from "../connection/daemonLink.js";
import { faults } from "../connection/faults.js";
import type { ErrorCode } from "../generated/holdfast/v1/errors_pb.js";
import * as wire from "../generated/holdfast/v1/session_pb.js";
import type { RequestOptions, ResolvedOptions } from "../holdfastClientOptions.js";
import type { HoldfastError } from "../protocol/holdfastError.js";
import { AckCounter } from "./ackCounter.js";
import { EventQueue } from "./eventQueue.js";
import { InputLane } from "./inputLane.js";
import { type OffsetRange, OutputCursor } from "./outputCursor.js";
import { OwnerState } from "./ownerState.js";
import { SessionVerbs } from "./sessionVerbs.js";

/**
 * An attached session: its output and events in order, and the way for input. Made by `attach`, the caller's until closed.
 *
 * Read it in one of two ways: iterate over it (or call `read`), or add listeners with `on`. A listener that returns a promise is waited for, so both
 * ways hold the daemon back when the reader is slow. Output goes on across daemon restarts at the exact byte. A reader that does not read holds up the
 * connection once `bufferedOutputBytes` wait, without `streamConnection` acknowledgements of input included: then never wait for input (`flush`) where
 * output is read.
 */
export class SessionAttachment extends SessionVerbs implements AsyncDisposable {
  readonly #input = new InputLane();
  readonly #acks: AckCounter;
  readonly #request: wire.AttachRequest;
  readonly #owner: OwnerState;
  #cursor = new OutputCursor(0n);
  #start = 0n;
  #resizes: readonly wire.Resize[] = [];
  #session = create(wire.SessionInfoSchema);
  // A screen that did not arrive whole is asked for again.
  #screenDue: boolean;
  #exited = false;
  #closed = false;
  #ended = false;
  #heldUp: DaemonLink | undefined;

  /** @internal */
  constructor(connections: ClientConnections, request: wire.AttachRequest, clientId: string, options: ResolvedOptions) {
    const acks = new AckCounter(options.ackThreshold);
    super(
      connections,
      new EventQueue(
        options.bufferedOutputBytes,
        () => acks.onTaken(),
        () => this.#letGo(),
      ),
    );
    this.#acks = acks;
    this.#request = request;
    this.#screenDue = request.from.case === "screen";
    this.#owner = new OwnerState(clientId, request.as);
  }

  /** The session as it was when attached last. */
  override get session(): wire.SessionInfo {
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
  override get ownerEpoch(): bigint {
    return this.#owner.epoch;
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
  override take(force = false, options: RequestOptions = {}): Promise<void> {
    return this.connections.control.take(this, force, options);
  }

  /** Has the screen sent again, as a `screen` event in its place among the others; output goes on behind it. */
  async redraw(scrollbackLines = 0, options: RequestOptions = {}): Promise<void> {
    this.#screenDue = true;
    const { output } = this.connections;
    const value = this.resumeRequest(output.part);
    value.from = { case: "screen", value: create(wire.ScreenStartSchema, { scrollbackLines }) };
    value.acks = output.acknowledges;
    await output.request({ case: "attach", value }, "sendAgain", options);
  }

  /** Detaches. Events that were not read are dropped. */
  async close(): Promise<void> {
    this.events.abandon();
    await this.connections.detach(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #hasOutput(): boolean {
    return this.#request.from.case !== "noOutput";
  }

  /** @internal */
  override get hasEnded(): boolean {
    return this.#ended;
  }

  // The stream of the owner is no observer; it need not, and may not, ask to be the owner.
  get #streamPart(): wire.AttachAs {
    return this.#request.as === wire.AttachAs.AS_OBSERVER ? wire.AttachAs.AS_OBSERVER : wire.AttachAs.AS_UNSPECIFIED;
  }

  /** @internal */
  firstRequest(part: ConnectionPart): wire.AttachRequest {
    if (part.requests && part.output) {
      return this.#request;
    }
    const { session, as, ownerEpoch, size, terminal, screenAfterGap, from } = this.#request;
    if (part.requests) {
      const request = create(wire.AttachRequestSchema, { session, as, ownerEpoch, from: { case: "noOutput", value: true } });
      if (size !== undefined) {
        request.size = size;
      }
      return request;
    }
    return create(wire.AttachRequestSchema, { session: this.#session.id, as: this.#streamPart, terminal, screenAfterGap, from });
  }

  /** @internal */
  resumeRequest(part: ConnectionPart): wire.AttachRequest {
    const { terminal, screenAfterGap, from } = this.#request;
    const { as, ownerEpoch } = part.requests ? this.#owner.describe() : { as: this.#streamPart, ownerEpoch: 0n };
    if (!part.output) {
      return create(wire.AttachRequestSchema, { session: this.#session.id, as, ownerEpoch, from: { case: "noOutput", value: true } });
    }
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
    if (this.events.isFull && this.#heldUp !== link) {
      this.#heldUp = link;
      link.pause();
    }
  }

  /** @internal */
  onAttached(part: ConnectionPart, link: DaemonLink, answer: wire.AttachAnswer, session: wire.SessionInfo, acks: boolean): void {
    if (part.requests) {
      this.#session = session;
      this.#owner.onAttached(answer);
      this.#input.resume(link, session.number, answer.input);
    }
    if (part.output) {
      this.#acks.use(acks ? link : undefined, session.number);
      this.#cursor = new OutputCursor(answer.offset);
      this.#start = answer.offset;
      this.#resizes = answer.resizes;
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
    this.#input.fail(why.within("input"));
  }

  /** @internal */
  onResumed(part: ConnectionPart, link: DaemonLink, answer: wire.AttachAnswer, session: wire.SessionInfo, acks: boolean): void {
    if (part.output) {
      this.#acks.use(acks ? link : undefined, session.number);
      this.events.add({ type: "reconnected", from: this.#cursor.received });
      if (this.#hasOutput && !this.#screenDue) {
        this.#tellGap(this.#cursor.skipTo(answer.offset));
      }
    }
    if (!part.requests) {
      return;
    }
    this.#session = session;
    this.#owner.onAttached(answer);
    const uncertain = this.#input.resume(link, session.number, answer.input);
    if (uncertain !== undefined) {
      this.events.add({ type: "input_uncertain", ...uncertain });
    }
  }

  /** @internal */
  onLost(part: ConnectionPart): void {
    if (part.output) {
      this.#acks.use(undefined, 0);
    }
    if (part.requests) {
      this.#input.suspend();
    }
  }

  /** @internal The next daemon does not know the session any more. Where output has a connection of its own, that hears it too, in its place. */
  onGone(part: ConnectionPart, why: HoldfastError): void {
    if (part.output) {
      this.onFinalized();
    } else {
      this.#input.fail(why.within("input"));
    }
  }

  /** @internal */
  onStopped(part: ConnectionPart, why: HoldfastError): void {
    if (part.output) {
      this.end(why);
    } else {
      this.#input.fail(why);
    }
  }

  /** @internal */
  onOutput(offset: bigint, data: Uint8Array): void {
    const { repeated, gap } = this.#cursor.accept(offset, data.length);
    this.#tellGap(gap);
    if (repeated < data.length) {
      const from = offset + BigInt(repeated);
      this.events.add({ type: "output", from, to: this.#cursor.received, data: data.subarray(repeated) });
    }
  }

  /** @internal */
  onScreen(screen: wire.SnapshotEvent): void {
    this.#cursor.skipTo(screen.offset);
    this.#screenDue = screen.more;
    this.events.add({ type: "screen", to: screen.offset, data: screen.data, size: screen.size, more: screen.more });
  }

  /** @internal */
  onGap(gap: wire.GapEvent): void {
    this.#tellGap(this.#cursor.skipTo(gap.to));
  }

  /** @internal */
  onResized(resize: wire.Resize | undefined): void {
    this.events.add({ type: "resized", from: resize?.offset ?? 0n, size: resize?.size });
  }

  /** @internal */
  onRenamed(name: string): void {
    this.#session.name = name;
  }

  /** @internal */
  tellName(name: string): void {
    this.events.add({ type: "renamed", name });
  }

  /** @internal */
  onOwnerChanged(owner: wire.OwnerChangedEvent): void {
    this.#owner.onChanged(owner);
  }

  /** @internal */
  tellOwner(owner: wire.OwnerChangedEvent): void {
    this.events.add({ type: "owner_changed", owner });
  }

  /** @internal */
  onBackpressure(warning: wire.BackpressureWarningEvent): void {
    this.events.add({ type: "backpressure_warning", warning });
  }

  /** @internal A daemon that took over tells the end again: it cannot know who heard it. */
  onExited(exited: wire.ExitedEvent): void {
    if (!this.#exited) {
      this.#exited = true;
      this.events.add({ type: "exit", to: exited.endOffset, exit: exited.exit });
    }
  }

  /** @internal */
  onClosed(to: bigint): void {
    if (!this.#closed) {
      this.#closed = true;
      this.events.add({ type: "closed", to });
    }
  }

  /** @internal */
  onFinalized(): void {
    if (!this.#ended) {
      this.events.add({ type: "finalized" });
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

  /** @internal Ends after what was received before, on both connections. */
  async endWith(failure: HoldfastError): Promise<void> {
    this.end(failure.within("attachment"));
    await this.connections.detach(this);
  }

  /** @internal */
  end(failure: HoldfastError | undefined): void {
    this.#ended = true;
    this.#input.fail(failure ?? faults.detached());
    this.events.complete(failure);
  }

  #letGo(): void {
    this.#heldUp?.resume();
    this.#heldUp = undefined;
  }

  #tellGap(gap: OffsetRange | undefined): void {
    if (gap !== undefined) {
      this.events.add({ type: "gap", ...gap });
    }
  }
}
