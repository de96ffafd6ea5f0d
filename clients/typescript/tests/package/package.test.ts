// The package as it is installed: what is in it, that its examples run, and the sample.
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DaemonProcess } from "../kit/daemonProcess.js";
import { installedPackage } from "../kit/packed.js";
import { holdfast, home, root } from "../kit/repository.js";

let place = "";

beforeAll(() => {
  execFileSync("npm", ["run", "build"], { cwd: home, stdio: ["ignore", "pipe", "inherit"] });
  place = installedPackage();
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

async function node(
  daemon: DaemonProcess,
  script: string,
  variables: Record<string, string> = {},
): Promise<{ code: unknown; out: string }> {
  const bin = join(daemon.directory, "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(holdfast, join(bin, "holdfast"));
  const child = spawn(process.execPath, [script], {
    cwd: daemon.directory,
    env: { ...daemon.variables, PATH: `${bin}:${process.env["PATH"]}`, ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, out };
}

const examples = [...readFileSync(join(home, "README.md"), "utf8").matchAll(/## ([^\n]+)\n+```ts\n([\s\S]*?)```/g)].map(
  ([, title, source]) => ({
    title: title ?? "",
    source: source ?? "",
  }),
);

const promised: Record<string, { code: number; out: RegExp }> = {
  "A build that survives": { code: 3, out: /^compiling\r\n$/ },
  "Coming back": { code: 0, out: /hello\r\n/ },
  "Somebody else's screen": { code: 0, out: /^a screen\nSESSION_GONE .*holdfast ls/ },
};

describe("the README's examples", () => {
  it("are all known here", () => expect(examples.map(({ title }) => title)).toEqual(Object.keys(promised)));

  it.each(examples)("$title", async ({ title, source }) => {
    await using daemon = new DaemonProcess();
    const script = join(place, `example-${examples.findIndex((example) => example.title === title)}.mjs`);
    writeFileSync(script, source);
    const { code, out } = await node(daemon, script);
    expect(out).toMatch(promised[title]?.out ?? /never/);
    expect(code).toBe(promised[title]?.code);
  });
});

it("holds what an installation needs, and nothing else", () => {
  const files = readdirSync(join(place, "node_modules/@holdfast/client"), { recursive: true }).map(String);
  expect(files).toContain("dist/index.js");
  expect(files).toContain("dist/index.d.ts");
  expect(files.filter((name) => !/^(dist(\/.*)?|package\.json|README\.md|LICENSE)$/.test(name))).toEqual([]);
  const types = files
    .filter((name) => name.endsWith(".d.ts"))
    .map((name) => readFileSync(join(place, "node_modules/@holdfast/client", name), "utf8"));
  expect(types.filter((text) => /\bBuffer\b(?!s)/.test(text.replaceAll(/\/\*[\s\S]*?\*\//g, "")))).toEqual([]);
});

it("the sample terminal goes on at the exact byte when the daemon is killed", async () => {
  await using daemon = new DaemonProcess();
  const client = await daemon.connect();
  copyFileSync(join(root, "samples/node-terminal/terminal.mjs"), join(place, "terminal.mjs"));
  const child = spawn(process.execPath, [join(place, "terminal.mjs"), "work"], {
    cwd: daemon.directory,
    env: { ...daemon.variables, HOLDFAST: holdfast },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  let out = "";
  let said = "";
  let look: () => void = () => undefined;
  child.stdout.on("data", (text) => {
    out += text;
    look();
  });
  child.stderr.on("data", (text) => {
    said += text;
    look();
  });
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (isThere()) {
          resolve();
        }
      };
      look();
    });
  await until(() => out.includes("$ ") || out.includes("# "));
  child.stdin.write("stty -echo; PS1=; echo rea''dy\n");
  await until(() => out.includes("ready\r\n"));
  const begin = out.length;
  child.stdin.write("for i in $(seq 20000); do echo $i; done; echo ov''er\n");
  for (let kills = 0; kills < 3; kills++) {
    const dead = await daemon.killDaemon(client);
    expect((await client.status()).daemonPid).not.toBe(dead);
    await until(() => said.split("a new daemon goes on").length > kills + 1);
  }
  await until(() => out.includes("over\r\n"));
  const numbers = out.slice(begin, out.indexOf("over\r\n")).match(/^\d+\r$/gm) ?? [];
  expect(numbers.length).toBe(20_000);
  expect(numbers.map((text) => Number.parseInt(text, 10))).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
  child.stdin.write("exit 9\n");
  expect(await ended).toBe(9);
});

it("the sample host draws many terminals on one client as the daemon does, and a flood holds nobody up", async () => {
  await using daemon = new DaemonProcess();
  await daemon.start();
  for (const file of ["host.mjs", "terminalHost.mjs"]) {
    copyFileSync(join(root, "samples/host-sketch", file), join(place, file));
  }
  mkdirSync(join(place, "node_modules/@xterm"), { recursive: true });
  symlinkSync(join(home, "node_modules/@xterm/headless"), join(place, "node_modules/@xterm/headless"));
  const { code, out } = await node(daemon, join(place, "host.mjs"));
  const rows = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; last: string; same: boolean });
  expect(rows.filter(({ same }) => !same)).toEqual([]);
  expect(rows.map(({ last }) => last)).toEqual(["the end of the flood", ...Array.from({ length: 20 }, (_, n) => `got line ${n}`)]);
  expect(code).toBe(0);
});

it("every package of the lockfile has its hash and no registry", () => {
  const { packages } = JSON.parse(readFileSync(join(home, "package-lock.json"), "utf8")) as {
    packages: Record<string, { integrity?: string; resolved?: string }>;
  };
  const entries = Object.entries(packages).filter(([path]) => path !== "");
  expect(entries.length).toBeGreaterThan(50);
  expect(entries.filter(([, one]) => one.integrity === undefined || one.resolved !== undefined).map(([path]) => path)).toEqual([]);
});
