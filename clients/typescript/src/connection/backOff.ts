import { setTimeout as delay } from "node:timers/promises";

const firstMilliseconds = 10;
const longestMilliseconds = 200;

/** Waits between attempts: 10 ms doubling to 200 ms, with jitter so that many clients of one daemon do not come at once. */
export class BackOff {
  #milliseconds = firstMilliseconds;

  async wait(signal: AbortSignal): Promise<void> {
    const half = this.#milliseconds / 2;
    this.#milliseconds = Math.min(this.#milliseconds * 2, longestMilliseconds);
    await delay(half + Math.random() * half, undefined, { signal });
  }
}
