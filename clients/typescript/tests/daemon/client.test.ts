// The client against the real daemon: requests, sessions, events.
import { expect, it } from "vitest";
import { isExit, isOutput, type SessionAttachment, type SessionEvent, SessionState, SnapshotFormat } from "../../src/index.js";
import { DaemonProcess } from "../kit/daemonProcess.js";

const decoder = new TextDecoder();

async function until(attachment: SessionAttachment, wanted: string): Promise<string> {
  let said = "";
  while (!said.includes(wanted)) {
    const event = await attachment.read();
    if (event === undefined) {
      throw new Error(`ended before ${wanted}: ${said}`);
    }
    said += isOutput(event) ? decoder.decode(event.data, { stream: true }) : "";
  }
  return said;
}

it("creates, attaches, writes, reads and ends a session", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  const session = await client.create(daemon.shell("work", "stty -echo; echo ready; read line; echo got $line; exit 3"));
  expect(session.state).toBe(SessionState.RUNNING);
  await using attachment = await client.attach("work");
  await until(attachment, "ready");
  await attachment.write("abc\n");
  await attachment.flush();
  await until(attachment, "got abc");
  let exit: SessionEvent | undefined;
  do {
    exit = await attachment.read();
  } while (exit !== undefined && !isExit(exit));
  expect(exit?.exit?.code).toBe(3);
  expect((await client.waitForExit("work")).exit?.code).toBe(3);
  expect((await client.list()).map((s) => s.name)).toEqual(["work"]);
});

it("tells listeners each event by its type, and the end", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  const attachment = await client.createAndAttach(daemon.shell("work", "read x; printf '\\377\\000\\n'; exit 7"));
  const bytes: number[] = [];
  const seen: string[] = [];
  const ended = new Promise<void>((resolve) => attachment.once("end", () => resolve()));
  attachment.on("output", ({ data }) => bytes.push(...data));
  attachment.on("exit", ({ exit }) => seen.push(`exit ${exit?.code}`));
  attachment.on("closed", () => seen.push("closed"));
  attachment.on("finalized", () => seen.push("finalized"));
  attachment.on("owner_changed", ({ owner }) => seen.push(`owner ${owner.reason}`));
  expect(attachment.isOwner).toBe(true);
  await client.write("work", "go\n");
  await client.waitForExit("work");
  await client.kill("work");
  await ended;
  expect(bytes.slice(-4)).toEqual([0xff, 0, 13, 10]);
  expect(seen).toEqual(["exit 7", "closed", "finalized"]);
});

it("shows screens, history and status, resizes and renames", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  const attachment = await client.createAndAttach({ ...daemon.shell("work", "echo hello; read x"), size: { cols: 40, rows: 10 } });
  await until(attachment, "hello");
  const screen = await client.snapshot("work");
  expect(decoder.decode(screen.data).split("\n")[0]).toBe("hello");
  expect(screen.size).toMatchObject({ cols: 40, rows: 10 });
  expect((await client.snapshot("work", { format: SnapshotFormat.SNAPSHOT_REDRAW })).data.length).toBeGreaterThan(5);
  const history = await client.history("work", 0n);
  expect(decoder.decode(history.data)).toBe("hello\r\n");
  expect(await client.resize("work", 100, 30)).toBe(7n);
  expect((await client.rename("work", "other")).name).toBe("other");
  expect((await client.inspect("other")).size).toMatchObject({ cols: 100, rows: 30 });
  expect((await client.status()).sessions).toBe(1);
});

it("says what failed with a code and a hint", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  const failure = await client.inspect("nobody").catch((cause: unknown) => cause);
  expect(failure).toMatchObject({ codeName: "SESSION_GONE", isRetryable: false, scope: "request" });
  expect(failure).toHaveProperty("hint", expect.stringContaining("holdfast ls"));
  await expect(client.write("nobody", "x")).rejects.toMatchObject({ codeName: "NOT_ATTACHED" });
});

it("gives a request up by time-out and by signal, and is usable afterwards", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  await client.create(daemon.shell("work", "read x"));
  await expect(client.waitForExit("work", { timeoutMs: 50 })).rejects.toMatchObject({ codeName: "TIMEOUT" });
  const controller = new AbortController();
  const waiting = client.waitForExit("work", { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  expect((await client.inspect("work")).state).toBe(SessionState.RUNNING);
});

it("takes over, is told so, and the former owner's input is refused", async () => {
  await using daemon = new DaemonProcess();
  const first = await daemon.connect();
  const second = daemon.client();
  const mine = await first.createAndAttach(daemon.shell("work", "cat"));
  const theirs = await second.attach("work", { as: "observer" });
  await expect(theirs.write("x").then(() => theirs.flush())).rejects.toMatchObject({ codeName: "OWNER_REQUIRED" });
  await theirs.take(true);
  expect(theirs.isOwner).toBe(true);
  await theirs.write("y");
  await theirs.flush();
  let told: SessionEvent | undefined;
  do {
    told = await mine.read();
  } while (told !== undefined && told.type !== "owner_changed");
  expect(told?.type === "owner_changed" && told.owner.owner).toBe(second.clientId);
  expect(mine.isOwner).toBe(false);
  await expect(mine.write("z").then(() => mine.flush())).rejects.toMatchObject({ codeName: "OWNER_REQUIRED", scope: "input" });
  await theirs.release();
  expect((await first.inspect("work")).owner).toBe("");
});

it("asks of the attached session without naming it, and fails with it when the client ends", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect({ streamConnection: true });
  const other = daemon.client();
  const attachment = await client.createAndAttach(daemon.shell("work", "printf hello; read x; exit 5"));
  await until(attachment, "hello");
  expect(await attachment.resize(100, 30)).toBe(5n);
  expect(decoder.decode((await attachment.history(1n)).data)).toBe("ello");
  expect(decoder.decode((await attachment.snapshot()).data).trim()).toBe("hello");
  await (await other.attach("work", { from: "none", as: "observer" })).takeOver();
  await expect(attachment.signal(1)).rejects.toMatchObject({ codeName: "OWNER_REQUIRED" });
  await attachment.takeOver();
  await attachment.write("\n");
  expect((await attachment.waitForExit()).exit?.code).toBe(5);
  await attachment.kill();
  await client.close();
  await expect(client.list()).rejects.toMatchObject({ scope: "client", codeName: "DAEMON_UNAVAILABLE" });
});

it("is told why a program cannot be the next daemon, and goes on with the one there is", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  const missing = { daemon: `${daemon.directory}/none`, keeper: `${daemon.directory}/none` };
  await expect(client.upgrade(missing)).rejects.toMatchObject({ codeName: "UPGRADE_REFUSED", scope: "request" });
  expect((await client.status()).upgrade).toBeUndefined();
});

it("is attached once to a session, also by its id", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  const attachment = await client.createAndAttach(daemon.shell("work", "cat"));
  await expect(client.attach(attachment.session.id)).rejects.toMatchObject({ codeName: "USAGE" });
  await attachment.close();
  const again = await client.attach("work", { from: "now" });
  expect(() => again.on("output", () => undefined).read()).toThrow("not by both");
});
