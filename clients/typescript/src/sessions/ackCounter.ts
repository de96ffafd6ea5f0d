import { create } from "@bufbuild/protobuf";
import type { DaemonLink } from "../connection/daemonLink.js";
import { EnvelopeSchema } from "../generated/holdfast/v1/envelope_pb.js";

/** Acknowledges output frames in batches as the reader takes them. Owned by the attachment. */
export class AckCounter {
  /** Frames in one acknowledgement; 0: none is sent by itself. */
  threshold: number;
  #link: DaemonLink | undefined;
  #session = 0;
  #taken = 0;

  constructor(threshold: number) {
    this.threshold = threshold;
  }

  /** Acknowledges over this link from now on, where the count begins anew; undefined: not at all. */
  use(link: DaemonLink | undefined, session: number): void {
    this.#link = link;
    this.#session = session;
    this.#taken = 0;
  }

  onTaken(): void {
    this.#taken++;
    if (this.threshold > 0 && this.#taken >= this.threshold) {
      this.send(this.#taken);
    }
  }

  /** Acknowledges so many frames now; on a lost link there is nothing to acknowledge any more. */
  send(count: number): void {
    this.#taken = Math.max(0, this.#taken - count);
    const body = { case: "ack", value: { session: this.#session, count: BigInt(count) } } as const;
    this.#link?.send(create(EnvelopeSchema, { body }));
  }
}
