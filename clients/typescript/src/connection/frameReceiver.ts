import { limits } from "../generated/limits.js";
import { type Frame, payloadAt, readFrame } from "../protocol/frameCodec.js";
import { faults } from "./faults.js";

/** Cuts what a socket delivers into frames: in place where a chunk holds them whole, else put together in a buffer of the frame's size. Owned by one link. */
export class FrameReceiver {
  readonly #onFrame: (frame: Frame) => void;
  // What is held of a frame that is not whole yet.
  #partial: Uint8Array | undefined;
  #held = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Takes a chunk and hands on the frames it completes. The chunk must not be changed afterwards: payloads are views into it. */
  push(chunk: Uint8Array): void {
    let at = this.#complete(chunk);
    while (at < chunk.length) {
      const result = readFrame(chunk, limits.maxFrameBytes, at);
      if (result.status === "need_more") {
        this.#keep(chunk.subarray(at), result.frameBytes);
        return;
      }
      if (result.status !== "frame") {
        throw faults.noFrame();
      }
      at += result.consumed;
      this.#onFrame(result.frame);
    }
  }

  // Fills the frame that is not whole; returns how much of the chunk that took.
  #complete(chunk: Uint8Array): number {
    let at = 0;
    while (this.#partial !== undefined && at < chunk.length) {
      const partial = this.#partial;
      const taken = Math.min(partial.length - this.#held, chunk.length - at);
      partial.set(chunk.subarray(at, at + taken), this.#held);
      this.#held += taken;
      at += taken;
      // The head of a frame is judged as it comes, the rest of it when it is whole.
      if (this.#held === partial.length || partial.length === payloadAt) {
        this.#judge(partial.subarray(0, this.#held));
      }
    }
    return at;
  }

  #judge(partial: Uint8Array): void {
    const result = readFrame(partial, limits.maxFrameBytes);
    if (result.status === "need_more") {
      this.#keep(partial, result.frameBytes);
    } else if (result.status === "frame") {
      this.#partial = undefined;
      this.#onFrame(result.frame);
    } else {
      throw faults.noFrame();
    }
  }

  #keep(rest: Uint8Array, frameBytes: number | undefined): void {
    const isHeadKnown = frameBytes !== undefined && rest.length >= payloadAt;
    this.#partial = new Uint8Array(isHeadKnown ? frameBytes : payloadAt);
    this.#partial.set(rest);
    this.#held = rest.length;
  }
}
