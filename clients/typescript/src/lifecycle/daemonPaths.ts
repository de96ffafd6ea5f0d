import { existsSync, readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { dirname, join, resolve } from "node:path";

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where a user's daemon keeps what a client needs of it; all paths are absolute. */
export interface DaemonPaths {
  readonly socket: string;
  readonly token: string;
  /** How to reach the keeper's socket where its path is gone. */
  readonly endpointFile: string;
  /** The variables by which a daemon that is started takes the same paths. */
  readonly variables: Variables;
}

/** The paths that the environment names; a socket that is given decides the runtime directory. */
export function daemonPaths(variables: Variables, socketPath?: string): DaemonPaths {
  const chosen = socketPath !== undefined ? dirname(resolve(socketPath)) : chosenDirectory(variables, "HOLDFAST_RUNTIME_DIR");
  const usual = under(variables, "XDG_RUNTIME_DIR", "holdfast") ?? `/tmp/holdfast-${process.getuid?.() ?? 0}`;
  // Who names the usual directory has chosen nothing.
  const isChosen = chosen !== undefined && !(socketPath !== undefined && chosen === usual);
  const runtime = chosen ?? usual;
  const home = variables["HOME"] || homedir();
  const state =
    chosenDirectory(variables, "HOLDFAST_STATE_DIR") ??
    under(variables, "XDG_STATE_HOME", "holdfast") ??
    join(home, ".local/state/holdfast");
  return {
    socket: socketPath !== undefined ? resolve(socketPath) : join(runtime, "socket"),
    token: join(runtime, "token"),
    endpointFile: join(state, `endpoint-${identity(isChosen ? runtime : undefined)}.json`),
    variables: isChosen ? { HOLDFAST_RUNTIME_DIR: runtime } : {},
  };
}

function chosenDirectory(variables: Variables, name: string): string | undefined {
  const value = variables[name];
  return value ? resolve(value) : undefined;
}

// The XDG specification: a relative path is invalid and to be ignored.
function under(variables: Variables, name: string, below: string): string | undefined {
  const value = variables[name];
  return value?.startsWith("/") ? join(value, below) : undefined;
}

// Named by host and boot, because a state directory may be shared by machines.
function identity(runtime: string | undefined): string {
  const bootFile = "/proc/sys/kernel/random/boot_id";
  const boot = existsSync(bootFile) ? readFileSync(bootFile, "utf8").trim() : "";
  const machine = `${hostname().split(".")[0]}-${boot}`;
  return runtime === undefined ? machine : `${machine}-${fnv64(runtime).toString(16).padStart(16, "0")}`;
}

function fnv64(text: string): bigint {
  let hash = 14695981039346656037n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n);
  }
  return hash;
}
