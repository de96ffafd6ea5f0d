/** A range of offsets, `to` not included. */
export interface OffsetRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Where an attachment's output stands: drops what was received before, tells what is missing. Owned by the attachment. */
export class OutputCursor {
  #received: bigint;

  constructor(offset: bigint) {
    this.#received = offset;
  }

  /** Everything below was handed on, or told as a gap. */
  get received(): bigint {
    return this.#received;
  }

  /** How many leading bytes of a chunk to drop because they came already; advances over the rest and tells a gap before it. */
  accept(offset: bigint, length: number): { repeated: number; gap: OffsetRange | undefined } {
    const gap = this.skipTo(offset);
    const behind = this.#received - offset;
    const repeated = behind < BigInt(length) ? Number(behind) : length;
    this.#received += BigInt(length - repeated);
    return { repeated, gap };
  }

  /** Goes on at `offset` if that is ahead; what lies between is the gap. */
  skipTo(offset: bigint): OffsetRange | undefined {
    if (offset <= this.#received) {
      return undefined;
    }
    const gap = { from: this.#received, to: offset };
    this.#received = offset;
    return gap;
  }
}
