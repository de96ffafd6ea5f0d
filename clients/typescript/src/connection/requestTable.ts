import type { Envelope } from "../generated/holdfast/v1/envelope_pb.js";
import type { RequestOptions } from "../holdfastClientOptions.js";
import { HoldfastError } from "../protocol/holdfastError.js";
import type { AfterLoss } from "./afterLoss.js";
import type { DaemonLink } from "./daemonLink.js";
import { faults } from "./faults.js";
import type { PendingRequest } from "./pendingRequest.js";

/** The requests of a connection that have no answer yet, in their order. Owned by the connection. */
export class RequestTable {
  readonly #pending = new Map<bigint, PendingRequest>();
  // 1 was the hello.
  #lastId = 1n;

  nextId(): bigint {
    return ++this.#lastId;
  }

  /** Settles with the answer, the failure, the abort or the time-out; the last two are told to `onGivenUp`. */
  add(
    envelope: Envelope,
    afterLoss: AfterLoss,
    sentOn: DaemonLink | undefined,
    options: RequestOptions,
    onAnswer?: (answer: Envelope) => void,
    onGivenUp?: () => void,
  ): Promise<Envelope> {
    const { signal, timeoutMs } = options;
    if (signal?.aborted) {
      return Promise.reject(signal.reason);
    }
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settled = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        this.#pending.delete(envelope.requestId);
      };
      const giveUp = (cause: unknown) => {
        this.refuse(envelope.requestId, cause);
        onGivenUp?.();
      };
      const aborted = () => giveUp(signal?.reason);
      this.#pending.set(envelope.requestId, {
        envelope,
        afterLoss,
        onAnswer,
        sentOn,
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (failure) => {
          settled();
          reject(failure);
        },
      });
      signal?.addEventListener("abort", aborted, { once: true });
      if (timeoutMs !== undefined) {
        timer = setTimeout(() => giveUp(faults.timedOut(envelope.body.case ?? "request", timeoutMs)), timeoutMs);
      }
    });
  }

  refuse(id: bigint, cause: unknown): void {
    this.#pending.get(id)?.reject(cause);
  }

  /** Gives an answer to its request; true where nobody waits for it any more. */
  answer(answer: Envelope): boolean {
    const request = this.#pending.get(answer.requestId);
    if (request === undefined) {
      return true;
    }
    if (answer.body.case === "error") {
      request.reject(HoldfastError.from(answer.body.value));
      return false;
    }
    request.onAnswer?.(answer);
    // A large snapshot comes in several answers.
    if (!(answer.body.case === "snapshotAnswer" && answer.body.value.more)) {
      request.resolve(answer);
    }
    return false;
  }

  /** The link is gone: what must not happen twice fails, the rest waits for the next link. */
  onLost(): void {
    for (const request of [...this.#pending.values()]) {
      if (request.afterLoss === "fail" && request.sentOn !== undefined) {
        request.reject(faults.mayHaveHappened(request.envelope.body.case ?? "request"));
      }
      request.sentOn = undefined;
    }
  }

  /** What is to be sent on the next link. */
  sendAgainOn(link: DaemonLink): Envelope[] {
    return [...this.#pending.values()].map((request) => {
      request.sentOn = link;
      return request.envelope;
    });
  }

  failAll(failure: unknown): void {
    for (const request of [...this.#pending.values()]) {
      request.reject(failure);
    }
  }
}
