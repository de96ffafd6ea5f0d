import { spawn } from "node:child_process";
import { ErrorCode } from "../generated/holdfast/v1/errors_pb.js";
import { HoldfastError } from "../protocol/holdfastError.js";
import type { Variables } from "./daemonPaths.js";

/**
 * Starts a daemon with `holdfast daemon start`, which is also right where one lives or others start one at the same time.
 * Fails with what the command says: DAEMON_START_FAILED, RUNTIME_DIR_UNSAFE, CONFIG_INVALID, …
 */
export function startDaemon(binary: string, variables: Variables, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, ["daemon", "start"], { env: { ...variables }, stdio: ["ignore", "ignore", "pipe"], signal });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.once("error", (cause) => {
      reject(
        signal.aborted
          ? signal.reason
          : new HoldfastError(
              ErrorCode.DAEMON_START_FAILED,
              `${binary} cannot be executed`,
              "Install holdfast, put it on the PATH, or name it with the option `binary`.",
              { cause },
            ),
      );
    });
    child.once("close", (code) => (code === 0 ? resolve() : reject(failure(said, code))));
  });
}

// The command's own form: "holdfast: what happened (CODE)" and a "hint:" line.
function failure(said: string, code: number | null): HoldfastError {
  const told = /^holdfast: ([\s\S]*?) \(([A-Z_]+)\)$/m.exec(said);
  const hint = /^hint: (.*)$/m.exec(said)?.[1];
  if (told?.[1] !== undefined && told[2] !== undefined) {
    return HoldfastError.named(told[2], told[1], hint);
  }
  return new HoldfastError(ErrorCode.DAEMON_START_FAILED, `\`holdfast daemon start\` ended with code ${code}: ${said.trim()}`);
}
