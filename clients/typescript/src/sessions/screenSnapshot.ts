import type { SnapshotAnswer, TerminalSize } from "../generated/holdfast/v1/session_pb.js";

/** A session's screen at one moment; all output before `offset` is in it. */
export interface ScreenSnapshot {
  readonly offset: bigint;
  /** UTF-8 text, or escape sequences, as asked for. */
  readonly data: Uint8Array;
  readonly size: TerminalSize | undefined;
  readonly cursorColumn: number;
  readonly cursorRow: number;
  readonly alternateScreen: boolean;
  /** Lines held above the screen. */
  readonly scrollbackLines: number;
}

/** Puts the pieces of a snapshot together. */
export class SnapshotPieces {
  #pieces: Uint8Array[] = [];

  add(answer: SnapshotAnswer): void {
    // Asked again, after a daemon was lost in the middle of its answer.
    if (answer.part === 0) {
      this.#pieces = [];
    }
    this.#pieces.push(answer.data);
  }

  whole(last: SnapshotAnswer): ScreenSnapshot {
    const data = new Uint8Array(this.#pieces.reduce((bytes, piece) => bytes + piece.length, 0));
    let at = 0;
    for (const piece of this.#pieces) {
      data.set(piece, at);
      at += piece.length;
    }
    const { offset, size, cursorColumn, cursorRow, alternateScreen, scrollbackLines } = last;
    return { offset, data, size, cursorColumn, cursorRow, alternateScreen, scrollbackLines };
  }
}
