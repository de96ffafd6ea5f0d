// Input is numbered, kept until acknowledged, and sent again from where the next daemon says it stands.
import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import type { DaemonLink } from "../../src/connection/daemonLink.js";
import { faults } from "../../src/connection/faults.js";
import { InputPositionSchema } from "../../src/generated/holdfast/v1/session_pb.js";
import { limits } from "../../src/generated/limits.js";
import { InputLane } from "../../src/sessions/inputLane.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const at = (accepted: bigint, uncertain = 0n) =>
  create(InputPositionSchema, { accepted, uncertain, window: BigInt(limits.inputWindowBytes) });

function link(): { sent: string[]; link: DaemonLink } {
  const sent: string[] = [];
  const sendInput = (_: number, offset: bigint, data: Uint8Array) => sent.push(`${offset}:${new TextDecoder().decode(data)}`);
  return { sent, link: { sendInput } as unknown as DaemonLink };
}

it("sends again what the next daemon does not have, and only that", async () => {
  const lane = new InputLane();
  const first = link();
  lane.resume(first.link, 1, at(0n));
  await lane.write(bytes("abc"));
  await lane.write(bytes("defg"));
  lane.suspend();
  await lane.write(bytes("hi"));
  expect(first.sent).toEqual(["0:abc", "3:defg"]);
  const second = link();
  expect(lane.resume(second.link, 1, at(5n))).toBeUndefined();
  expect(second.sent).toEqual(["5:fg", "7:hi"]);
  const flushed = lane.flush();
  lane.acknowledge(9n);
  await flushed;
  expect(lane.accepted).toBe(9n);
});

it("does not send an uncertain range again, and tells it once", async () => {
  const lane = new InputLane();
  lane.resume(link().link, 1, at(0n));
  await lane.write(bytes("abcdef"));
  lane.suspend();
  const second = link();
  expect(lane.resume(second.link, 1, at(4n, 2n))).toEqual({ from: 2n, to: 4n });
  expect(second.sent).toEqual(["4:ef"]);
  await expect(lane.flush()).rejects.toMatchObject({ codeName: "INPUT_UNCERTAIN" });
  lane.acknowledge(6n);
  await lane.flush();
});

it("is renumbered where the daemon forgot what it had acknowledged", async () => {
  const lane = new InputLane();
  lane.resume(link().link, 1, at(0n));
  await lane.write(bytes("abc"));
  lane.acknowledge(3n);
  await lane.write(bytes("def"));
  lane.suspend();
  const second = link();
  lane.resume(second.link, 1, at(0n));
  expect(second.sent).toEqual(["0:def"]);
});

it("waits while the window is full, and fails for good after a refusal until it begins anew", async () => {
  const lane = new InputLane();
  const first = link();
  lane.resume(first.link, 1, at(0n));
  await lane.write(new Uint8Array(limits.inputWindowBytes));
  let isWritten = false;
  const waiting = lane.write(bytes("x")).then(() => {
    isWritten = true;
  });
  await Promise.resolve();
  expect(isWritten).toBe(false);
  lane.acknowledge(1n);
  await waiting;
  lane.fail(faults.detached());
  await expect(lane.write(bytes("y"))).rejects.toMatchObject({ codeName: "NOT_ATTACHED" });
  const second = link();
  lane.restart(second.link, 1, at(7n));
  await lane.write(bytes("z"));
  expect(second.sent).toEqual(["7:z"]);
});
