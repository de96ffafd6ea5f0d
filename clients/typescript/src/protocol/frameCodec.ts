// Reads and writes the frames of protocol v1; docs/protocol.md draws them. All numbers are big endian.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Envelope, EnvelopeSchema } from "../generated/holdfast/v1/envelope_pb.js";

export const FrameKind = { control: 1, output: 2, input: 3, lentInput: 4, shownOutput: 5 } as const;

export const lengthPrefixBytes = 4;

/** Everything before the bytes of an output or input frame: 4 length, 1 kind, 4 session, 8 offset. */
export const dataHeaderBytes = 17;

const kindAt = lengthPrefixBytes;
export const payloadAt = kindAt + 1;
const sessionBytes = 4;
const dataPrefixBytes = dataHeaderBytes - payloadAt;
// What the bytes of a lent input frame begin with.
const shownCountBytes = 4;

export interface Frame {
  readonly kind: number;
  /** A view into what was read. */
  readonly payload: Uint8Array;
}

export type FrameReadResult =
  | { readonly status: "frame"; readonly frame: Frame; readonly consumed: number }
  /** `frameBytes` is the whole frame's size where it is known already. */
  | { readonly status: "need_more"; readonly frameBytes: number | undefined }
  | { readonly status: "too_large" }
  | { readonly status: "malformed" };

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads the frame that begins at `at`. */
export function readFrame(buffer: Uint8Array, maxFrameBytes: number, at = 0): FrameReadResult {
  const held = buffer.length - at;
  if (held < lengthPrefixBytes) {
    return { status: "need_more", frameBytes: undefined };
  }
  const length = viewOf(buffer).getUint32(at);
  if (length === 0) {
    return { status: "malformed" };
  }
  if (length > maxFrameBytes) {
    return { status: "too_large" };
  }
  const consumed = lengthPrefixBytes + length;
  if (held < payloadAt) {
    return { status: "need_more", frameBytes: consumed };
  }
  const kind = buffer[at + kindAt] ?? 0;
  // Told as soon as it is known: a peer that sends this would otherwise be waited for.
  if (length - 1 < leastPayload(kind)) {
    return { status: "malformed" };
  }
  if (held < consumed) {
    return { status: "need_more", frameBytes: consumed };
  }
  return { status: "frame", frame: { kind, payload: buffer.subarray(at + payloadAt, at + consumed) }, consumed };
}

// 0: the kind has no session and offset. Lent input has a count before its bytes.
function leastPayload(kind: number): number {
  switch (kind) {
    case FrameKind.output:
    case FrameKind.input:
    case FrameKind.shownOutput:
      return dataPrefixBytes;
    case FrameKind.lentInput:
      return dataPrefixBytes + shownCountBytes;
    default:
      return 0;
  }
}

/** An output or input frame as one piece. */
export function writeData(kind: 2 | 3 | 4 | 5, session: number, offset: bigint, data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(dataHeaderBytes + data.length);
  const view = viewOf(frame);
  view.setUint32(0, dataHeaderBytes - lengthPrefixBytes + data.length);
  view.setUint8(kindAt, kind);
  view.setUint32(payloadAt, session);
  view.setBigUint64(payloadAt + sessionBytes, offset);
  frame.set(data, dataHeaderBytes);
  return frame;
}

/** Splits the payload of an output or input frame. */
export function readData(payload: Uint8Array): { session: number; offset: bigint; data: Uint8Array } {
  const view = viewOf(payload);
  return { session: view.getUint32(0), offset: view.getBigUint64(sessionBytes), data: payload.subarray(dataPrefixBytes) };
}

/** An envelope as a control frame. */
export function writeControl(envelope: Envelope): Uint8Array {
  const message = toBinary(EnvelopeSchema, envelope);
  const frame = new Uint8Array(payloadAt + message.length);
  viewOf(frame).setUint32(0, 1 + message.length);
  frame[kindAt] = FrameKind.control;
  frame.set(message, payloadAt);
  return frame;
}

/** The envelope in a control frame's payload; throws where it is no protobuf message. */
export function readControl(payload: Uint8Array): Envelope {
  return fromBinary(EnvelopeSchema, payload);
}
