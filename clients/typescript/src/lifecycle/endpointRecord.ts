import { readFileSync } from "node:fs";

// Field 22 of /proc/PID/stat, counted behind the program's name, which may hold blanks itself.
const startTimeAfterName = 19;

/** The way to the living keeper's socket through the keeper's own descriptor; undefined where no living keeper wrote one. */
export function endpointPath(file: string): string | undefined {
  try {
    const record = JSON.parse(readFileSync(file, "utf8")) as { keeper_pid: number; keeper_start_time: number; socket_fd: number };
    const stat = readFileSync(`/proc/${record.keeper_pid}/stat`, "utf8");
    const startTime = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[startTimeAfterName];
    return startTime === `${record.keeper_start_time}` ? `/proc/${record.keeper_pid}/fd/${record.socket_fd}` : undefined;
  } catch {
    // No record, a damaged one, or no such process any more: all mean that there is no such way.
    return undefined;
  }
}
