import type { Envelope } from "../generated/holdfast/v1/envelope_pb.js";
import type { RecoveredEvent } from "../generated/holdfast/v1/session_pb.js";
import { type Frame, FrameKind, readControl, readData } from "../protocol/frameCodec.js";
import { HoldfastError } from "../protocol/holdfastError.js";
import type { AttachmentTable } from "./attachmentTable.js";
import type { DaemonLink } from "./daemonLink.js";
import { faults } from "./faults.js";

/** Hands the frames of a link to requests and attachments, in order. Owned by the connection; what it throws ends the link. */
export class FrameDispatcher {
  readonly #attachments: AttachmentTable;
  readonly #answered: (answer: Envelope) => void;
  readonly #recovered: (event: RecoveredEvent) => void;

  constructor(attachments: AttachmentTable, answered: (answer: Envelope) => void, recovered: (event: RecoveredEvent) => void) {
    this.#attachments = attachments;
    this.#answered = answered;
    this.#recovered = recovered;
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
    switch (body.case) {
      case "error":
        throw HoldfastError.from(body.value);
      case "inputAck":
        this.#attachments.find(body.value.session)?.onInputAcknowledged(body.value.accepted);
        break;
      case "inputRefused":
        this.#attachments.find(body.value.session)?.onInputRefused(body.value);
        break;
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
        this.#attachments.find(body.value.session)?.onRenamed(body.value.name);
        break;
      case "ownerChanged":
        this.#attachments.find(body.value.session)?.onOwnerChanged(body.value);
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
        this.#finalize(body.value.session);
        break;
      case "recovered":
        this.#recovered(body.value);
        break;
      case "stopping":
        // To come back would start a new daemon against the will of who stopped this one. A restarting daemon closes the connection next.
        if (!body.value.restart) {
          throw faults.stopped();
        }
        break;
      default:
        // Events of a newer daemon mean nothing here.
        break;
    }
  }

  #finalize(session: number): void {
    const attachment = this.#attachments.find(session);
    if (attachment !== undefined) {
      this.#attachments.remove(attachment);
      attachment.onFinalized();
    }
  }
}
