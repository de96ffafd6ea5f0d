// kill -9 of the daemon: output goes on at the exact byte, input is neither lost nor repeated, requests are answered by the next daemon.
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { HoldfastClient, SessionAttachment } from "../../src/index.js";
import { DaemonProcess } from "../kit/daemonProcess.js";

// `seq 1 N`: about 100 MB.
const lines = 12_500_000;
const bytes = 101_388_897;

// Each line once, with its number: what the whole stream must be.
function expectedHash(): string {
  const hash = createHash("sha256");
  for (let first = 1; first <= lines; first += 10_000) {
    let text = "";
    for (let n = first; n < first + 10_000 && n <= lines; n++) {
      text += `${n}\n`;
    }
    hash.update(text);
  }
  return hash.digest("hex");
}

it("loses and repeats no byte of 100 MB while the daemon is killed again and again", async () => {
  await using daemon = new DaemonProcess();
  const control = await daemon.connect();
  const reader = daemon.client();
  const attachment = await reader.createAndAttach(daemon.shell("load", `stty raw -echo; echo 1; read go; exec seq 2 ${lines}`));
  const states: string[] = [];
  reader.on("state", (state) => states.push(state));
  const hash = createHash("sha256");
  let end = 0n;
  let nextKill = 5_000_000n;
  let kills = 0;
  let reconnects = 0;
  const killing: Promise<number>[] = [];
  for await (const event of attachment) {
    if (event.type === "output") {
      expect(event.from).toBe(end);
      hash.update(event.data);
      end = event.to;
      if (end === 2n) {
        // The terminal is raw: nothing of this is echoed.
        await attachment.write("\n");
      }
      if (end >= nextKill && kills < 8) {
        kills++;
        nextKill += 12_000_000n;
        killing.push(daemon.killDaemon(control));
      }
    } else if (event.type === "reconnected") {
      expect(event.from).toBe(end);
      reconnects++;
    } else if (event.type === "exit") {
      expect(event.to).toBe(BigInt(bytes));
      break;
    } else {
      expect(event.type).toMatch(/backpressure_warning|owner_changed|closed/);
    }
  }
  expect(end).toBe(BigInt(bytes));
  expect(hash.digest("hex")).toBe(expectedHash());
  expect(new Set(await Promise.all(killing)).size).toBe(8);
  expect(reconnects).toBeGreaterThanOrEqual(7);
  expect(states.slice(0, 2)).toEqual(["reconnecting", "connected"]);
  expect(attachment.isOwner).toBe(true);
});

async function killed(daemon: DaemonProcess, client: HoldfastClient): Promise<void> {
  const before = await daemon.killDaemon(client);
  expect((await client.status()).daemonPid).not.toBe(before);
}

// Writes, also where the write before it is told to be uncertain: that is said once, and this piece was not taken then.
async function written(attachment: SessionAttachment, piece: string): Promise<void> {
  await attachment.write(piece).catch((cause: unknown) => {
    expect(cause).toMatchObject({ codeName: "INPUT_UNCERTAIN" });
    return attachment.write(piece);
  });
}

it("delivers input written across kills once, in its order, and tells what is uncertain", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  const attachment = await client.createAndAttach(daemon.shell("work", "stty raw -echo; echo r; exec cat"));
  const uncertain: { from: bigint; to: bigint }[] = [];
  let got = "";
  const ready = new Promise((resolve) => attachment.once("output", resolve));
  const all = new Promise<void>((resolve) => {
    attachment.on("input_uncertain", (range) => uncertain.push(range));
    attachment.on("output", ({ data }) => {
      got += Buffer.from(data).toString();
      if (got.endsWith("END")) {
        resolve();
      }
    });
  });
  await ready;
  let sent = "";
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 50; i++) {
      const piece = `${round}.${i};`;
      await written(attachment, piece);
      sent += piece;
    }
    await killed(daemon, client);
  }
  await written(attachment, "END");
  sent += "END";
  await attachment.flush().catch(() => attachment.flush());
  await all;
  // Of an uncertain range any beginning may have arrived; everything else did, once.
  let rest = got.slice(2);
  let at = 0;
  for (const { from, to } of uncertain) {
    const before = sent.slice(at, Number(from));
    expect(rest.startsWith(before)).toBe(true);
    rest = rest.slice(before.length);
    const range = sent.slice(Number(from), Number(to));
    const after = sent.slice(Number(to), Number(to) + 20);
    const arrived = [range.length, 0].find((length) => rest.startsWith(range.slice(0, length) + after));
    expect(arrived).toBeDefined();
    rest = rest.slice(arrived);
    at = Number(to);
  }
  expect(rest).toBe(sent.slice(at));
  expect(attachment.inputAccepted).toBe(BigInt(sent.length));
});

it("asks the next daemon what the last one did not answer, and creates once", async () => {
  await using daemon = new DaemonProcess({ HOLDFAST_RESTART_DELAYS_MS: "0,300" });
  const client = await daemon.connect();
  await killed(daemon, client);
  await daemon.killDaemon(client);
  const [made, refused] = await Promise.all([
    client.create(daemon.shell("work", "read x; exit 5")),
    client.waitForExit("nobody").catch((error: unknown) => error),
  ]);
  expect(refused).toMatchObject({ codeName: "SESSION_GONE" });
  const waiting = client.waitForExit("work");
  await killed(daemon, client);
  const attachment = await client.attach("work");
  await attachment.write("\n");
  expect((await waiting).exit?.code).toBe(5);
  expect((await client.list()).map((session) => session.id)).toEqual([made.id]);
});

it("says that a signal may have been delivered, and does not send it again", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  await client.create(daemon.shell("work", "read x"));
  const { daemonPid } = await client.status();
  process.kill(daemonPid, "SIGSTOP");
  const signalling = client.signal("work", 18);
  const inspecting = client.inspect("work");
  process.kill(daemonPid, "SIGKILL");
  await expect(signalling).rejects.toMatchObject({ codeName: "DAEMON_UNAVAILABLE", message: expect.stringContaining("may or may not") });
  expect((await inspecting).name).toBe("work");
});
