// How a client finds its daemon, and what it says where there is none.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { StopMode } from "../../src/index.js";
import { DaemonProcess } from "../kit/daemonProcess.js";

it("starts one daemon for many clients at once", async () => {
  await using daemon = new DaemonProcess();
  const clients = Array.from({ length: 5 }, () => daemon.client({ autoStart: true }));
  const pids = await Promise.all(clients.map(async (client) => (await client.waitForConnection()).daemonPid));
  expect(new Set(pids).size).toBe(1);
});

it("reaches the daemon of a socket that is named, whatever the environment says", async () => {
  await using daemon = new DaemonProcess();
  await daemon.start();
  const client = daemon.client({ socketPath: daemon.socket, env: { HOME: daemon.directory } });
  expect((await client.status()).socket).toBe(daemon.socket);
});

it("says why a daemon cannot be started, and may be asked again", async () => {
  await using daemon = new DaemonProcess();
  const missing = daemon.client({ autoStart: true, binary: join(daemon.directory, "nothing") });
  await expect(missing.waitForConnection()).rejects.toMatchObject({
    codeName: "DAEMON_START_FAILED",
    hint: expect.stringContaining("binary"),
  });
  const absent = daemon.client();
  await expect(absent.list()).rejects.toMatchObject({ codeName: "DAEMON_UNAVAILABLE" });
  await daemon.start();
  expect(await absent.list()).toEqual([]);
});

it("passes on what `holdfast daemon start` says", async () => {
  await using daemon = new DaemonProcess();
  writeFileSync(join(daemon.directory, "config.json"), "{ nonsense");
  await expect(daemon.client({ autoStart: true }).list()).rejects.toMatchObject({
    name: "HoldfastError",
    message: expect.stringContaining("config.json"),
  });
});

it("refuses a socket's path that no address can hold", async () => {
  await using daemon = new DaemonProcess();
  const client = daemon.client({ socketPath: join(daemon.directory, "x".repeat(100), "socket") });
  await expect(client.list()).rejects.toMatchObject({ codeName: "SOCKET_PATH_TOO_LONG" });
});

it("ends where the daemon was stopped, and does not start the next one", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect({ autoStart: true });
  const attachment = await client.createAndAttach(daemon.shell("work", "cat"));
  const ended = new Promise((resolve) => client.on("state", (state) => state === "ended" && resolve(state)));
  await client.stop(StopMode.STOP_KILL_SESSIONS);
  await ended;
  const failure = await (async () => {
    for await (const event of attachment) {
      expect(event.type).not.toBe("gap");
    }
  })().catch((cause: unknown) => cause);
  expect(failure === undefined || (failure as { codeName: string }).codeName === "DAEMON_UNAVAILABLE").toBe(true);
  await expect(client.list()).rejects.toMatchObject({ codeName: "DAEMON_UNAVAILABLE" });
});
