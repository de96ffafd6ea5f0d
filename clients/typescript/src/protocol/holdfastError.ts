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

/** A failure with a code of the error registry: what happened, and what to do. After it the client is usable unless its code says otherwise. */
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

  constructor(code: ErrorCode, message: string, hint?: string, options?: { cause?: unknown; supportedVersions?: readonly number[] }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    const entry = entryOf(code);
    this.code = code;
    this.codeName = entry.name;
    this.hint = hint ?? entry.hint;
    this.exitCode = entry.exitCode;
    this.isRetryable = entry.retryable;
    this.supportedVersions = options?.supportedVersions ?? [];
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
