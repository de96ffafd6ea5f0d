import { create } from "@bufbuild/protobuf";
import * as wire from "../generated/holdfast/v1/session_pb.js";
import type { Variables } from "../lifecycle/daemonPaths.js";

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** What a session is made of. */
export interface CreateOptions {
  /** Default: the daemon makes one. */
  readonly name?: string;
  /** Default: the user's shell. */
  readonly command?: readonly string[];
  /** Absolute. Default: this process's directory. */
  readonly cwd?: string;
  /** All of it; nothing is added but what the session says of itself. Default: the client's environment. */
  readonly environment?: Variables;
  /** Default: 80x24. */
  readonly size?: Size;
  /** How much output is held, a power of two. Default: as configured. */
  readonly ringBytes?: number | bigint;
  readonly overflow?: wire.OverflowPolicy;
  readonly restore?: wire.RestorePolicy;
  /** Chosen at random where it is not given, so that a lost connection never makes two sessions. */
  readonly creationKey?: string;
  /** Secrets in the environment are written to the journal too, for a restore after a reboot. */
  readonly keepSecrets?: boolean;
}

/** How to attach. */
export interface AttachOptions {
  /** The oldest byte held (`start`, the default), the head (`now`), an offset, the screen as a snapshot, or `none`: events and input only. */
  readonly from?: "start" | "now" | "screen" | "none" | bigint;
  /** With `from: "screen"`: lines above the screen that are drawn too, at most. */
  readonly scrollbackLines?: number;
  /** Default: nobody's part, which becomes the owner with its first input where there is none. */
  readonly as?: "owner" | "observer" | "takeover";
  /** The client's terminal: the session takes this size before anything is sent. */
  readonly size?: Size;
  /** Output goes to a terminal that answers queries. */
  readonly terminal?: boolean;
  /** After a gap the screen is sent as a snapshot, before output goes on. */
  readonly screenAfterGap?: boolean;
}

// What a session tells its programs about itself is not true in another one.
const sessionVariables = ["HOLDFAST_SESSION", "HOLDFAST_SESSION_ID", "HOLDFAST_SOCKET"];

export function createRequest(options: CreateOptions, environment: Variables, newKey: () => string): wire.CreateRequest {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.environment ?? environment)) {
    if (value !== undefined && !sessionVariables.includes(name)) {
      variables[name] = value;
    }
  }
  const request = create(wire.CreateRequestSchema, {
    name: options.name ?? "",
    command: [...(options.command ?? [])],
    cwd: options.cwd ?? process.cwd(),
    environment: variables,
    ringBytes: BigInt(options.ringBytes ?? 0),
    overflow: options.overflow ?? wire.OverflowPolicy.OVERFLOW_GAP,
    restore: options.restore ?? wire.RestorePolicy.RESTORE_SHELL,
    creationKey: options.creationKey || newKey(),
    keepSecrets: options.keepSecrets ?? false,
  });
  if (options.size !== undefined) {
    request.size = create(wire.TerminalSizeSchema, { ...options.size });
  }
  return request;
}

const parts = { owner: wire.AttachAs.AS_OWNER, observer: wire.AttachAs.AS_OBSERVER, takeover: wire.AttachAs.AS_TAKEOVER };

function beginOf({ from = "start", scrollbackLines = 0 }: AttachOptions): wire.AttachRequest["from"] {
  switch (from) {
    case "start":
      return { case: "start", value: true };
    case "now":
      return { case: "now", value: true };
    case "none":
      return { case: "noOutput", value: true };
    case "screen":
      return { case: "screen", value: create(wire.ScreenStartSchema, { scrollbackLines }) };
    default:
      return { case: "offset", value: from };
  }
}

export function attachRequest(session: string, options: AttachOptions): wire.AttachRequest {
  const request = create(wire.AttachRequestSchema, {
    session,
    from: beginOf(options),
    as: options.as === undefined ? wire.AttachAs.AS_UNSPECIFIED : parts[options.as],
    terminal: options.terminal ?? false,
    screenAfterGap: options.screenAfterGap ?? false,
  });
  if (options.size !== undefined) {
    request.size = create(wire.TerminalSizeSchema, { ...options.size });
  }
  return request;
}
