// One event of an attachment, a value: a union over `type`, and a guard for each.
import type { BackpressureWarningEvent, ExitStatus, OwnerChangedEvent, TerminalSize } from "../generated/holdfast/v1/session_pb.js";

/** `data` begins at `from`. It is the receiver's to keep. */
export interface OutputEvent {
  readonly type: "output";
  readonly from: bigint;
  readonly to: bigint;
  readonly data: Uint8Array;
}

/** The bytes from `from` to `to` were overwritten before they could be sent. */
export interface GapEvent {
  readonly type: "gap";
  readonly from: bigint;
  readonly to: bigint;
}

/** `data` draws the screen of `size` with all output before `to` in it; with `more`, further pieces of it follow. */
export interface ScreenEvent {
  readonly type: "screen";
  readonly to: bigint;
  readonly data: Uint8Array;
  readonly size: TerminalSize | undefined;
  readonly more: boolean;
}

/** The terminal has `size` since `from`. */
export interface ResizedEvent {
  readonly type: "resized";
  readonly from: bigint;
  readonly size: TerminalSize | undefined;
}

/** The session is called `name` now. */
export interface RenamedEvent {
  readonly type: "renamed";
  readonly name: string;
}

/** Another client is the owner now, or none. */
export interface OwnerChanged {
  readonly type: "owner_changed";
  readonly owner: OwnerChangedEvent;
}

/** The daemon holds output back, or no longer. */
export interface BackpressureWarning {
  readonly type: "backpressure_warning";
  readonly warning: BackpressureWarningEvent;
}

/** The program ended with `exit`; its last byte is before `to`. */
export interface ExitEvent {
  readonly type: "exit";
  readonly to: bigint;
  readonly exit: ExitStatus | undefined;
}

/** No process holds the terminal any more: nothing follows `to`. */
export interface ClosedEvent {
  readonly type: "closed";
  readonly to: bigint;
}

/** The session was forgotten: the last event. */
export interface FinalizedEvent {
  readonly type: "finalized";
}

/** Another daemon, or the same one on a new connection, goes on at `from`. */
export interface ReconnectedEvent {
  readonly type: "reconnected";
  readonly from: bigint;
}

/** A daemon was killed while it wrote input: whether the bytes from `from` to `to` arrived is not known. */
export interface InputUncertainEvent {
  readonly type: "input_uncertain";
  readonly from: bigint;
  readonly to: bigint;
}

/** What an attachment tells its reader. */
export type SessionEvent =
  | OutputEvent
  | GapEvent
  | ScreenEvent
  | ResizedEvent
  | RenamedEvent
  | OwnerChanged
  | BackpressureWarning
  | ExitEvent
  | ClosedEvent
  | FinalizedEvent
  | ReconnectedEvent
  | InputUncertainEvent;

export type SessionEventType = SessionEvent["type"];

/** The event of a type. */
export type SessionEventOf<T extends SessionEventType> = Extract<SessionEvent, { readonly type: T }>;

function guard<T extends SessionEventType>(type: T): (event: SessionEvent) => event is SessionEventOf<T> {
  return (event): event is SessionEventOf<T> => event.type === type;
}

export const isOutput = guard("output");
export const isGap = guard("gap");
export const isScreen = guard("screen");
export const isResized = guard("resized");
export const isRenamed = guard("renamed");
export const isOwnerChanged = guard("owner_changed");
export const isBackpressureWarning = guard("backpressure_warning");
export const isExit = guard("exit");
export const isClosed = guard("closed");
export const isFinalized = guard("finalized");
export const isReconnected = guard("reconnected");
export const isInputUncertain = guard("input_uncertain");
