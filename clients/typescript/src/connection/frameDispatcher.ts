import type { Envelope } from "../generated/holdfast/v1/envelope_pb.js";
import type { RecoveredEvent } from "../generated/holdfast/v1/session_pb.js";
import { type Frame, FrameKind, readControl, readData } from "../protocol/frameCodec.js";
import { HoldfastError } from "../protocol/holdfastError.js";
import type { AttachmentTable } from "./attachmentTable.js";
import type { ConnectionPart } from "./connectionPart.js";
import type { DaemonLink } from "./daemonLink.js";
import { faults } from "./faults.js";

/** Hands the frames of a link to requests and attachments, in order. Owned by the connection; what it throws ends the link. */
export class FrameDispatcher {
  readonly #part: ConnectionPart;
  readonly #attachments: AttachmentTable;
  readonly #answered: (answer: Envelope) => void;
  readonly #recovered: (event: RecoveredEvent) => void;

  #stopped = false;

  constructor(
    part: ConnectionPart,
    attachments: AttachmentTable,
    answered: (answer: Envelope) => void,
    recovered: (event: RecoveredEvent) => void,
  ) {
    this.#part = part;
    this.#attachments = attachments;
    this.#answered = answered;
    this.#recovered = recovered;
  }

  /** The daemon said that it stops for good. */
  get hasStopped(): boolean {
    return this.#stopped;
  }

  dispatch(link: DaemonLink, frame: Frame): void {
    if (frame.kind === FrameKind.output) {
      this.#dispatchOutput(link, frame.payload);
    } else if (frame.kind === FrameKind.control) {
      this.#dispatchControl(readControl(frame.payload));
    }
  }

  #dispatchOutput(link: DaemonLink, payload: Uint8Array): void {
    const { session, offset, data } = readData(payload);
    const attachment = this.#attachments.find(session);
    attachment?.onOutput(offset, data);
    attachment?.holdUpIfFull(link);
  }

  #dispatchControl(envelope: Envelope): void {
    if (envelope.requestId !== 0n) {
      this.#answered(envelope);
      return;
    }
    const { body } = envelope;
    if (body.case === "error") {
      throw HoldfastError.from(body.value);
    }
    // To come back would start a new daemon against the will of who stopped this one. A restarting daemon closes the connection next.
    if (body.case === "stopping" && !body.value.restart) {
      this.#stopped = true;
      throw faults.stopped();
    }
    // Both connections of a client hear of everything that is not an answer: each keeps to its part. Events of a newer daemon mean nothing here.
    if (this.#part.requests) {
      this.#dispatchState(body);
    }
    if (this.#part.output) {
      this.#dispatchEvent(body);
    }
    if (body.case === "finalized") {
      this.#attachments.forget(body.value.session);
    }
  }

  // What is true at once, wherever the reader stands.
  #dispatchState(body: Envelope["body"]): void {
    switch (body.case) {
      case "inputAck":
        this.#attachments.find(body.value.session)?.onInputAcknowledged(body.value.accepted);
        break;
      case "inputRefused":
        this.#attachments.find(body.value.session)?.onInputRefused(body.value);
        break;
      case "ownerChanged":
        this.#attachments.find(body.value.session)?.onOwnerChanged(body.value);
        break;
      case "renamed":
        this.#attachments.find(body.value.session)?.onRenamed(body.value.name);
        break;
      case "recovered":
        this.#recovered(body.value);
        break;
      default:
        break;
    }
  }

  // What the reader is told in its order.
  #dispatchEvent(body: Envelope["body"]): void {
    switch (body.case) {
      case "gap":
        this.#attachments.find(body.value.session)?.onGap(body.value);
        break;
      case "screen":
        this.#attachments.find(body.value.session)?.onScreen(body.value);
        break;
      case "resized":
        this.#attachments.find(body.value.session)?.onResized(body.value.resize);
        break;
      case "renamed":
        this.#attachments.find(body.value.session)?.tellName(body.value.name);
        break;
      case "ownerChanged":
        this.#attachments.find(body.value.session)?.tellOwner(body.value);
        break;
      case "backpressureWarning":
        this.#attachments.find(body.value.session)?.onBackpressure(body.value);
        break;
      case "exited":
        this.#attachments.find(body.value.session)?.onExited(body.value);
        break;
      case "closed":
        this.#attachments.find(body.value.session)?.onClosed(body.value.endOffset);
        break;
      case "finalized":
        this.#attachments.find(body.value.session)?.onFinalized();
        break;
      default:
        break;
    }
  }
}
