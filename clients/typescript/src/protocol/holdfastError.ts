import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type ErrorEntry, errorEntries } from "../generated/errors.js";
import { ErrorCode, ErrorSchema, type Error as WireError } from "../generated/holdfast/v1/errors_pb.js";

// EX_SOFTWARE of sysexits: a code that this build does not know came from a newer peer.
const unknownExitCode = 70;

/** Names of all error codes this version knows. */
export type ErrorName = keyof typeof ErrorCode;

function entryOf(code: number): ErrorEntry {
  return (
    errorEntries.find((entry) => entry.number === code) ?? {
      number: code,
      name: `ERROR_${code}`,
      meaning: "The peer reports an error that this version does not know.",
      hint: undefined,
      exitCode: unknownExitCode,
      retryable: false,
    }
  );
}

/**
 * What a failure has ended, and so what still works after it. `request`: that request alone. `input`: the input of one attachment, whose output goes on;
 * take the session, or attach again, to send more. `attachment`: one attachment, while its client goes on; attach again. `client`: the client with all
 * its attachments, while the sessions go on; make another one.
 */
export type FailureScope = "request" | "input" | "attachment" | "client";

interface Details {
  readonly cause?: unknown;
  readonly supportedVersions?: readonly number[];
  readonly scope?: FailureScope;
}

/** A failure with a code of the error registry: what happened, and what to do. `scope` says what still works after it. */
export class HoldfastError extends Error {
  override readonly name = "HoldfastError";
  /** The stable number. */
  readonly code: ErrorCode;
  /** The stable name of the code, such as "SESSION_GONE". */
  readonly codeName: string;
  /** What to do; undefined where there is nothing to do. */
  readonly hint: string | undefined;
  /** Exit code of the command line. */
  readonly exitCode: number;
  /** True where the same request may succeed later without any change. */
  readonly isRetryable: boolean;
  /** With PROTO_BREAKING_CHANGE: every protocol version the daemon speaks. */
  readonly supportedVersions: readonly number[];
  /** What this failure has ended; everything beyond that is still usable. */
  readonly scope: FailureScope;

  constructor(code: ErrorCode, message: string, hint?: string, options?: Details) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    const entry = entryOf(code);
    this.code = code;
    this.codeName = entry.name;
    this.hint = hint ?? entry.hint;
    this.exitCode = entry.exitCode;
    this.isRetryable = entry.retryable;
    this.supportedVersions = options?.supportedVersions ?? [];
    this.scope = options?.scope ?? "request";
  }

  /** The same failure, where it has ended more than the request. */
  within(scope: FailureScope): HoldfastError {
    if (scope === this.scope) {
      return this;
    }
    return new HoldfastError(this.code, this.message, this.hint, { cause: this.cause, supportedVersions: this.supportedVersions, scope });
  }

  /** What a peer answered; its hint wins, because it knows its own version and state. */
  static from(error: WireError): HoldfastError {
    const message = error.message.length > 0 ? error.message : entryOf(error.code).meaning;
    return new HoldfastError(error.code, message, error.hint.length > 0 ? error.hint : undefined, {
      supportedVersions: error.supportedVersions,
    });
  }

  /** The failure with the code of that name. */
  static named(name: string, message: string, hint?: string, cause?: unknown): HoldfastError {
    const entry = errorEntries.find((known) => known.name === name);
    return new HoldfastError(entry?.number ?? ErrorCode.DAEMON_UNAVAILABLE, message, hint, { cause });
  }

  /** This failure as an answer on the wire. */
  toError(): WireError {
    const init: MessageInitShape<typeof ErrorSchema> = { code: this.code, message: this.message, hint: this.hint ?? "" };
    return create(ErrorSchema, init);
  }
}

/** True for a failure of Holdfast, and of that code where one is named. */
export function isHoldfastError(value: unknown, code?: ErrorName): value is HoldfastError {
  return value instanceof HoldfastError && (code === undefined || value.codeName === code);
}
