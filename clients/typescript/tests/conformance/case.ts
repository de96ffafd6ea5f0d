import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../kit/repository.js";
import type { Json } from "./match.js";

export interface Exchange {
  hex?: string;
  envelope?: Json;
  answer?: Json;
  closed?: boolean;
}

/** A step; tests/conformance/README.md says what each key means. */
export interface Step {
  do: string;
  client?: string;
  options?: {
    autoStart?: boolean;
    reconnect?: boolean;
    streamConnection?: boolean;
    ackThreshold?: number;
    bufferedOutputBytes?: number;
    connectDeadlineMs?: number;
  };
  fails?: string;
  for?: number;
  name?: string;
  script?: string;
  ringBytes?: number;
  overflow?: "OVERFLOW_GAP" | "OVERFLOW_PAUSE";
  session?: string;
  at?: string;
  from?: "start" | "now" | "none" | number;
  part?: "owner" | "observer" | "takeover";
  held?: boolean;
  force?: boolean;
  count?: number;
  frames?: number;
  text?: string;
  hex?: string;
  bytes?: number;
  sha256?: string;
  event?: Json;
  events?: Json[];
  only?: string[];
  last?: Json;
  accounted?: number;
  gaps?: number;
  call?: string;
  cols?: number;
  rows?: number;
  signal?: number;
  expect?: Json;
  until?: Record<string, number>;
  giveUpMs?: number;
  times?: number;
  everyBytes?: number;
  hello?: string;
  exchange?: Exchange[];
  says?: Json;
  recording?: string;
}

export interface Case {
  name: string;
  promise: string;
  variables?: Record<string, string>;
  start?: boolean;
  steps: Step[];
}

const folder = join(root, "tests/conformance");

export const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Case);

// A key that is misspelt, or that only another runner knows, must not be passed over.
const known: Record<string, string[]> = {
  client: ["options"],
  create: ["name", "script", "ringBytes", "overflow"],
  attach: ["at", "session", "from", "part", "held"],
  read: ["at"],
  write: ["at", "text", "hex"],
  flush: ["at"],
  take: ["at", "force"],
  release: ["at"],
  detach: ["at"],
  ack: ["at", "count"],
  setAckThreshold: ["at", "frames"],
  until: ["at", "text", "bytes", "event"],
  expect: ["at", "text", "hex", "bytes", "sha256", "only", "events", "last", "accounted", "gaps"],
  ask: ["call", "session", "name", "cols", "rows", "signal", "from", "expect", "until", "giveUpMs"],
  kill9: ["at", "times", "everyBytes"],
  raw: ["hello", "exchange"],
  writeToken: [],
  fakeDaemon: ["says"],
  recordedDaemon: ["recording"],
};

/** The steps of a case one by one, with `for` unrolled. */
export function* stepsOf({ steps }: Case): Generator<Step> {
  for (const step of steps) {
    const keys = known[step.do];
    const unknown = Object.keys(step).filter((key) => !["do", "client", "fails", "for", ...(keys ?? [])].includes(key));
    if (keys === undefined || unknown.length > 0) {
      throw new Error(`unknown step ${step.do} or keys ${unknown.join(", ")}`);
    }
    for (let n = 0; n < (step.for ?? 1); n++) {
      yield JSON.parse(JSON.stringify(step).replaceAll("{n}", `${n}`)) as Step;
    }
  }
}
