// What is on the wire is what proto/vectors says, byte for byte, in both directions.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { FrameReceiver } from "../../src/connection/frameReceiver.js";
import { EnvelopeSchema } from "../../src/generated/holdfast/v1/envelope_pb.js";
import { limits } from "../../src/generated/limits.js";
import { type Frame, readControl, readData, readFrame, writeControl, writeData } from "../../src/protocol/frameCodec.js";
import { root } from "../kit/repository.js";

interface Vector {
  name: string;
  hex: string;
  status: "frame" | "need_more" | "too_large" | "malformed";
  kind?: number;
  envelope?: JsonValue;
  data?: { session: number; offset: string; hex: string };
  canonical?: boolean;
  garbage?: boolean;
}

const folder = join(root, "proto/vectors");
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Vector);

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function check(vector: Vector, frame: Frame): void {
  expect(frame.kind).toBe(vector.kind);
  if (vector.data !== undefined) {
    const { session, offset, data } = readData(frame.payload);
    expect({ session, offset: `${offset}`, hex: hexOf(data) }).toEqual(vector.data);
  }
  if (vector.garbage) {
    expect(() => readControl(frame.payload)).toThrow();
  }
  if (vector.envelope !== undefined) {
    const expected = fromJson(EnvelopeSchema, vector.envelope);
    // As JSON: fields that are unknown are kept for passing on, and the vector names only the known part.
    expect(toJson(EnvelopeSchema, readControl(frame.payload))).toEqual(toJson(EnvelopeSchema, expected));
  }
}

describe("golden frames", () => {
  it("are there", () => expect(vectors.length).toBeGreaterThan(30));

  it.each(vectors)("$name: a reader finds what the vector says", (vector) => {
    const bytes = bytesOf(vector.hex);
    const result = readFrame(bytes, limits.maxFrameBytes);
    expect(result.status).toBe(vector.status);
    if (result.status === "frame") {
      expect(result.consumed).toBe(bytes.length);
      check(vector, result.frame);
    }
  });

  it.each(vectors.filter((vector) => vector.canonical))("$name: a writer produces the canonical bytes", (vector) => {
    const written =
      vector.data !== undefined
        ? writeData(vector.kind as 2 | 3 | 4 | 5, vector.data.session, BigInt(vector.data.offset), bytesOf(vector.data.hex))
        : writeControl(fromJson(EnvelopeSchema, vector.envelope ?? null));
    expect(hexOf(written)).toBe(vector.hex);
  });

  it.each([1, 2, 3, 5, 7, 64, 1000])("are found in a stream that comes in pieces of %i bytes", (size) => {
    const whole = vectors.filter((vector) => vector.status === "frame" && vector.hex.length < 10_000);
    const stream = Buffer.concat(whole.map((vector) => bytesOf(vector.hex)));
    const frames: Frame[] = [];
    const receiver = new FrameReceiver((frame) => frames.push(frame));
    for (let at = 0; at < stream.length; at += size) {
      receiver.push(new Uint8Array(stream.subarray(at, at + size)));
    }
    expect(frames.length).toBe(whole.length);
    whole.forEach((vector, i) => {
      const frame = frames[i];
      expect(frame).toBeDefined();
      if (frame !== undefined) {
        check(vector, frame);
      }
    });
  });

  it.each(vectors.filter((vector) => vector.status === "malformed" || vector.status === "too_large"))(
    "$name: ends the stream, also byte by byte",
    (vector) => {
      const receiver = new FrameReceiver(() => undefined);
      expect(() => {
        for (const byte of bytesOf(vector.hex)) {
          receiver.push(Uint8Array.of(byte));
        }
      }).toThrow("no frame");
    },
  );
});
