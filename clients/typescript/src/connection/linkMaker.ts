import { create } from "@bufbuild/protobuf";
import { HelloSchema, type Role } from "../generated/holdfast/v1/envelope_pb.js";
import { ErrorCode } from "../generated/holdfast/v1/errors_pb.js";
import { protocolVersion } from "../generated/limits.js";
import type { ResolvedOptions } from "../holdfastClientOptions.js";
import { HoldfastError } from "../protocol/holdfastError.js";
import { BackOff } from "./backOff.js";
import { DaemonLink } from "./daemonLink.js";
import { Endpoint } from "./endpoint.js";
import { faults } from "./faults.js";

const passing: readonly ErrorCode[] = [
  ErrorCode.DAEMON_STOPPING,
  ErrorCode.HANDSHAKE_TIMEOUT,
  ErrorCode.LIMIT_CONNECTIONS,
  ErrorCode.LIMIT_CONNECTION_RATE,
];

// While a daemon is being replaced, also its absence and a token of its predecessor are waited out.
const passingWhileReplaced: readonly ErrorCode[] = [
  ...passing,
  ErrorCode.DAEMON_UNAVAILABLE,
  ErrorCode.DAEMON_START_FAILED,
  ErrorCode.UNAUTHENTICATED,
];

/** Makes a link that has been welcomed, trying until a deadline. Owned by the connection; one series of attempts at a time. */
export class LinkMaker {
  readonly #options: ResolvedOptions;
  readonly #clientId: string;
  readonly #role: Role;
  #token: string | undefined;

  constructor(options: ResolvedOptions, clientId: string, role: Role) {
    this.#options = options;
    this.#clientId = clientId;
    this.#role = role;
  }

  /** `patient` while a daemon is being replaced. */
  async make(deadlineMs: number, patient: boolean, closing: AbortSignal): Promise<DaemonLink> {
    const limit = AbortSignal.timeout(deadlineMs);
    const signal = AbortSignal.any([closing, limit]);
    const backOff = new BackOff();
    const endpoint = new Endpoint(this.#options);
    let last: unknown;
    while (true) {
      try {
        return await this.#attempt(endpoint, signal);
      } catch (cause) {
        closing.throwIfAborted();
        if (!limit.aborted && cause instanceof HoldfastError && !this.#isPassing(cause, patient, endpoint)) {
          throw cause;
        }
        last = limit.aborted ? last : cause;
      }
      try {
        await backOff.wait(signal);
      } catch {
        closing.throwIfAborted();
        throw last instanceof HoldfastError ? last : faults.noDaemon(deadlineMs, last);
      }
    }
  }

  async #attempt(endpoint: Endpoint, signal: AbortSignal): Promise<DaemonLink> {
    const socket = await endpoint.dial(signal);
    this.#token = endpoint.readToken();
    if (this.#token === undefined) {
      // The socket is there, the token not yet: the first daemon of a directory is still starting.
      socket.destroy();
      throw new Error("the token is not written yet");
    }
    const hello = create(HelloSchema, {
      protocolVersion,
      clientId: this.#clientId,
      role: this.#role,
      token: this.#token,
      clientName: this.#options.clientName,
    });
    return await DaemonLink.greet(socket, hello, signal);
  }

  #isPassing(failure: HoldfastError, patient: boolean, endpoint: Endpoint): boolean {
    if ((patient ? passingWhileReplaced : passing).includes(failure.code)) {
      return true;
    }
    // A daemon that starts writes its token before it answers: what we read before may be its predecessor's.
    return failure.code === ErrorCode.UNAUTHENTICATED && endpoint.readToken() !== this.#token;
  }
}
