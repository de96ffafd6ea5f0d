import type { Envelope } from "../generated/holdfast/v1/envelope_pb.js";
import type { AfterLoss } from "./afterLoss.js";
import type { DaemonLink } from "./daemonLink.js";

/** A request without its answer. Owned by the connection's table; ends with answer, failure or abort. */
export interface PendingRequest {
  readonly envelope: Envelope;
  readonly afterLoss: AfterLoss;
  /** Runs before the next frame is looked at: an attach must be known before its first output. */
  readonly onAnswer: ((answer: Envelope) => void) | undefined;
  readonly resolve: (answer: Envelope) => void;
  readonly reject: (failure: unknown) => void;
  /** The link it was sent on; undefined while it waits for one. */
  sentOn: DaemonLink | undefined;
}
