// The public surface of @holdfast/client; what is not named here is internal.
export type { ConnectionState } from "./connectionState.js";
export { type ErrorEntry, errorEntries } from "./generated/errors.js";
export { type StatusAnswer, StopMode, type UpgradeAnswer } from "./generated/holdfast/v1/daemon_pb.js";
export type { Welcome } from "./generated/holdfast/v1/envelope_pb.js";
export { ErrorCode } from "./generated/holdfast/v1/errors_pb.js";
export {
  type BackpressureWarningEvent,
  type ClientFacts,
  type ExitStatus,
  FlowLevel,
  type HistoryAnswer,
  OverflowPolicy,
  OwnerChange,
  type OwnerChangedEvent,
  type RecoveredEvent,
  type Resize,
  RestorePolicy,
  type SessionInfo,
  SessionState,
  SnapshotFormat,
  type TerminalSize,
} from "./generated/holdfast/v1/session_pb.js";
export { limits, protocolVersion } from "./generated/limits.js";
export { type ClientEvents, createClient, type HoldfastClient, type UpgradeOptions } from "./holdfastClient.js";
export type { HoldfastClientOptions, RequestOptions } from "./holdfastClientOptions.js";
export type { Variables } from "./lifecycle/daemonPaths.js";
export { type ErrorName, type FailureScope, HoldfastError, isHoldfastError } from "./protocol/holdfastError.js";
export type { ScreenSnapshot } from "./sessions/screenSnapshot.js";
export type { SessionAttachment } from "./sessions/sessionAttachment.js";
export * from "./sessions/sessionEvent.js";
export type { AttachOptions, CreateOptions, Size } from "./sessions/sessionOptions.js";
export type { AttachmentEvents } from "./sessions/sessionReader.js";
export type { KillOptions, ResizeOptions, SignalOptions, SnapshotOptions } from "./sessions/sessionRequests.js";
export type { TypedEmitter } from "./typedEmitter.js";
