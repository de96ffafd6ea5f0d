// The failures a client reports by itself: every text in one place.
import { ErrorCode } from "../generated/holdfast/v1/errors_pb.js";
import { HoldfastError } from "../protocol/holdfastError.js";

export const faults = {
  noDaemon: (deadlineMs: number, cause?: unknown) =>
    new HoldfastError(ErrorCode.DAEMON_UNAVAILABLE, `no daemon answered within ${deadlineMs / 1000} s`, undefined, { cause }),
  nobodyAnswers: (socket: string, cause?: unknown) =>
    new HoldfastError(ErrorCode.DAEMON_UNAVAILABLE, `no daemon answers at ${socket}`, undefined, { cause }),
  ended: () => new HoldfastError(ErrorCode.DAEMON_UNAVAILABLE, "the connection to the daemon has ended", undefined, { scope: "client" }),
  stopped: () =>
    new HoldfastError(ErrorCode.DAEMON_UNAVAILABLE, "the daemon was stopped", "The next `holdfast` command that needs it starts it again."),
  mayHaveHappened: (request: string) =>
    new HoldfastError(
      ErrorCode.DAEMON_UNAVAILABLE,
      `the daemon ended before it answered: the ${request} may or may not have been delivered`,
      "Look at the session before you try again.",
    ),
  unexpectedAnswer: (got: string | undefined) =>
    new HoldfastError(ErrorCode.PROTO_MALFORMED, `the daemon answered with ${got ?? "nothing"}, which is no answer to this request`),
  noFrame: () => new HoldfastError(ErrorCode.PROTO_MALFORMED, "the daemon sent something that is no frame of this protocol"),
  unreadable: (cause: unknown) =>
    new HoldfastError(ErrorCode.PROTO_MALFORMED, "the daemon sent a message that cannot be read", undefined, { cause }),
  tooLarge: (bytes: number) => new HoldfastError(ErrorCode.FRAME_TOO_LARGE, `a request of ${bytes} bytes is larger than a frame may be`),
  detached: () =>
    new HoldfastError(ErrorCode.NOT_ATTACHED, "the session was detached before this input was acknowledged", undefined, {
      scope: "attachment",
    }),
  notAttached: (session: string) => new HoldfastError(ErrorCode.NOT_ATTACHED, `this client is not attached to ${session}`, "Attach first."),
  attachedTwice: (session: string) =>
    new HoldfastError(ErrorCode.USAGE, `this client is attached to ${session} already`, "Detach first, or use another client."),
  inputRefused: (code: ErrorCode, offset: bigint) =>
    code === ErrorCode.SESSION_EXITED
      ? new HoldfastError(code, "the session has ended: it takes no input", undefined, { scope: "input" })
      : new HoldfastError(code, `the daemon refused input at offset ${offset}`, undefined, { scope: "input" }),
  outputGap: (from: bigint, to: bigint) =>
    new HoldfastError(ErrorCode.OUTPUT_GAP, `output from ${from} to ${to} was overwritten before it could be read`),
  inputUncertain: (from: bigint, to: bigint) =>
    new HoldfastError(
      ErrorCode.INPUT_UNCERTAIN,
      `the daemon was killed while it wrote input: whether bytes ${from} to ${to} arrived is not known`,
    ),
  timedOut: (request: string, timeoutMs: number) =>
    new HoldfastError(ErrorCode.TIMEOUT, `the ${request} was not answered within ${timeoutMs / 1000} s`),
  pathTooLong: (path: string) => new HoldfastError(ErrorCode.SOCKET_PATH_TOO_LONG, `the socket's path is too long: ${path}`),
  tokenUnreadable: (path: string, cause: unknown) =>
    new HoldfastError(ErrorCode.PERMISSION_DENIED, `the token ${path} cannot be read`, undefined, { cause }),
  denied: (path: string, cause: unknown) =>
    new HoldfastError(ErrorCode.PERMISSION_DENIED, `${path}: connect was refused by the system`, undefined, { cause }),
};
