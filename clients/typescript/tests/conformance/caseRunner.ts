import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { StatusAnswerSchema } from "../../src/generated/holdfast/v1/daemon_pb.js";
import { Role } from "../../src/generated/holdfast/v1/envelope_pb.js";
import { HistoryAnswerSchema, OverflowPolicy, SessionInfoSchema } from "../../src/generated/holdfast/v1/session_pb.js";
import { type HoldfastClient, isHoldfastError } from "../../src/index.js";
import { DaemonProcess } from "../kit/daemonProcess.js";

import { type Case, type Exchange, type Step, stepsOf } from "./case.js";
import { difference, type Json, numberAt } from "./match.js";
import { frameOf, RawPeer } from "./rawPeer.js";
import { RecordedDaemon } from "./recordedDaemon.js";
import { Recording } from "./recording.js";

function json<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Json {
  return toJson(schema, message) as Json;
}

// Longer than any step of a case takes on a loaded machine, and shorter than a test: what hangs is told by its step.
const stepDeadlineMs = 120_000;

async function endsInTime(step: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the step does not end")), stepDeadlineMs);
  });
  try {
    await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw new Error(`the step has no ${what}`);
  }
  return value;
}

/** Carries out the steps of one case with this client library, on a daemon of its own. */
export class CaseRunner implements AsyncDisposable {
  readonly #case: Case;
  readonly #daemon: DaemonProcess;
  readonly #clients = new Map<string, HoldfastClient>();
  readonly #recordings = new Map<string, Recording>();
  #fake: Server | undefined;
  #recorded: RecordedDaemon | undefined;
  // The right token, while another one lies in its place.
  #token: string | undefined;

  constructor(it: Case) {
    this.#case = it;
    this.#daemon = new DaemonProcess(it.variables);
  }

  async run(): Promise<void> {
    if (this.#case.start !== false) {
      await this.#daemon.start();
    }
    for (const step of stepsOf(this.#case)) {
      try {
        await endsInTime(this.#carryOut(step));
      } catch (cause) {
        throw new Error(`${JSON.stringify(step).slice(0, 300)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
      }
    }
    expect(this.#recorded?.unsaid ?? []).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#fake?.close();
    this.#recorded?.close();
    if (this.#token !== undefined) {
      writeFileSync(this.#daemon.token, this.#token);
    }
    await this.#daemon[Symbol.asyncDispose]();
  }

  async #carryOut(step: Step): Promise<void> {
    if (step.fails === undefined) {
      await this.#do(step);
      return;
    }
    const failure = await this.#do(step).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(isHoldfastError(failure) ? failure.codeName : failure).toBe(step.fails);
    expect(isHoldfastError(failure) && failure.message.length > 0).toBe(true);
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case "client":
        await this.#client(step).waitForConnection();
        break;
      case "create":
        await this.#create(step);
        break;
      case "attach":
        await this.#attach(step);
        break;
      case "read":
        this.#recording(step).read();
        break;
      case "write":
        await this.#recording(step).attachment.write(
          step.hex === undefined ? given(step.text, "text") : new Uint8Array(Buffer.from(step.hex, "hex")),
        );
        break;
      case "flush":
        await this.#recording(step).attachment.flush();
        break;
      case "take":
        await this.#recording(step).attachment.take(step.force);
        break;
      case "release":
        await this.#recording(step).attachment.release();
        break;
      case "ack":
        this.#recording(step).attachment.ack(given(step.count, "count"));
        break;
      case "setAckThreshold":
        this.#recording(step).attachment.setAckThreshold(given(step.frames, "frames"));
        break;
      case "detach":
        await this.#recording(step).attachment.close();
        break;
      case "until":
        await this.#until(step);
        break;
      case "expect":
        this.#expect(step);
        break;
      case "ask":
        await this.#ask(step);
        break;
      case "kill9":
        await this.#kill(step);
        break;
      case "raw":
        await this.#raw(step);
        break;
      case "writeToken":
        this.#token = readFileSync(this.#daemon.token, "utf8");
        writeFileSync(this.#daemon.token, "0".repeat(64));
        break;
      case "fakeDaemon":
        await this.#listen(frameOf(given(step.says, "says")));
        break;
      case "recordedDaemon":
        this.#recorded = await RecordedDaemon.listen(this.#daemon.socket, this.#daemon.token, given(step.recording, "recording"));
        break;
      default:
        throw new Error("an unknown step");
    }
  }

  #client(step: Step): HoldfastClient {
    const name = step.client ?? "a";
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = this.#daemon.client(step.options ?? {});
      this.#clients.set(name, client);
    }
    return client;
  }

  #recording(step: Step): Recording {
    return given(this.#recordings.get(given(step.at, "at")), "attachment of that name");
  }

  async #create(step: Step): Promise<void> {
    const overflow = OverflowPolicy[step.overflow ?? "OVERFLOW_GAP"];
    await this.#client(step).create({
      ...this.#daemon.shell(given(step.name, "name"), given(step.script, "script")),
      ringBytes: step.ringBytes ?? 0,
      overflow,
    });
  }

  async #attach(step: Step): Promise<void> {
    const from = typeof step.from === "number" ? BigInt(step.from) : given(step.from, "from");
    const attachment = await this.#client(step).attach(given(step.session, "session"), { from, ...(step.part && { as: step.part }) });
    const recording = new Recording(attachment);
    this.#recordings.set(given(step.at, "at"), recording);
    if (!step.held) {
      recording.read();
    }
  }

  async #until(step: Step): Promise<void> {
    const recording = this.#recording(step);
    if (step.text !== undefined) {
      await recording.ends(step.text);
    } else if (step.bytes !== undefined) {
      await recording.reached(step.bytes);
    } else {
      await recording.told(given(step.event, "event"));
    }
  }

  #expect(step: Step): void {
    const recording = this.#recording(step);
    const events = recording.events.filter((event) => step.only?.includes(String(event["type"])));
    const actual: Json = {
      bytes: recording.bytes,
      sha256: recording.sha256(),
      text: recording.kept.toString("latin1"),
      hex: recording.kept.toString("hex"),
      events,
      last: events.at(-1) ?? null,
      accounted: recording.bytes + recording.gapBytes,
    };
    const { do: _do, for: _for, at: _at, only: _only, gaps, ...expected } = step;
    expect(difference(actual, expected as Json)).toBeUndefined();
    expect(recording.gaps).toBeGreaterThanOrEqual(gaps ?? 0);
  }

  async #ask(step: Step): Promise<void> {
    if (step.giveUpMs !== undefined) {
      await expect(this.#call(step, step.giveUpMs)).rejects.toMatchObject({ codeName: "TIMEOUT" });
      return;
    }
    const isReached = (answer: Json) => Object.entries(step.until ?? {}).every(([path, least]) => numberAt(answer, path) >= least);
    let answer = await this.#call(step);
    while (!isReached(answer)) {
      answer = await this.#call(step);
    }
    expect(difference(answer, step.expect ?? {})).toBeUndefined();
  }

  async #call(step: Step, timeoutMs?: number): Promise<Json> {
    const client = this.#client(step);
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    const session = step.session ?? "";
    switch (step.call) {
      case "list": {
        const sessions = await client.list(options);
        return { count: sessions.length, names: sessions.map(({ name }) => name) };
      }
      case "status":
        return json(StatusAnswerSchema, await client.status(options));
      case "inspect":
        return json(SessionInfoSchema, await client.inspect(session, options));
      case "wait":
        return json(SessionInfoSchema, await client.waitForExit(session, options));
      case "kill":
        return json(SessionInfoSchema, await client.kill(session, options));
      case "rename":
        return json(SessionInfoSchema, await client.rename(session, given(step.name, "name"), options));
      case "history":
        return json(HistoryAnswerSchema, await client.history(session, BigInt(given(step.from, "from")), undefined, options));
      case "resize":
        return { offset: `${await client.resize(session, given(step.cols, "cols"), given(step.rows, "rows"), options)}` };
      case "signal":
        await client.signal(session, given(step.signal, "signal"), options);
        return {};
      default:
        throw new Error(`an unknown call: ${step.call}`);
    }
  }

  async #kill(step: Step): Promise<void> {
    const client = this.#client(step);
    for (let i = 0; i < (step.times ?? 1); i++) {
      if (step.at !== undefined) {
        const recording = this.#recording(step);
        await recording.reached(recording.bytes + given(step.everyBytes, "everyBytes"));
      }
      const dead = await this.#daemon.killDaemon(client);
      // Asked again by the client itself, of the next daemon.
      expect((await client.status()).daemonPid).not.toBe(dead);
    }
  }

  async #raw(step: Step): Promise<void> {
    const peer = new RawPeer(this.#daemon.socket);
    try {
      if (step.hello !== undefined) {
        const role = Role[step.hello as keyof typeof Role];
        peer.send(
          frameOf((await this.#filled({ requestId: "1", hello: { protocolVersion: 1, clientId: "raw", role, token: "{token}" } })) as Json),
        );
        expect(difference(await peer.receive(), { welcome: {} })).toBeUndefined();
      }
      for (const part of (await this.#filled(step.exchange ?? [])) as Exchange[]) {
        if (part.hex !== undefined) {
          peer.send(Buffer.from(part.hex, "hex"));
        }
        if (part.envelope !== undefined) {
          peer.send(frameOf(part.envelope));
        }
        if (part.answer !== undefined) {
          expect(difference(await this.#answer(peer, part.answer), part.answer)).toBeUndefined();
        }
        if (part.closed) {
          expect(await peer.receive()).toBeUndefined();
        }
      }
    } finally {
      peer.close();
    }
  }

  // Events may come between answers.
  async #answer(peer: RawPeer, expected: Json): Promise<Json | undefined> {
    const isAnswer = typeof expected === "object" && expected !== null && "requestId" in expected;
    let message = await peer.receive();
    while (
      isAnswer &&
      message !== undefined &&
      difference(message, { requestId: (expected as { requestId: Json }).requestId }) !== undefined
    ) {
      message = await peer.receive();
    }
    return message;
  }

  async #filled(value: unknown): Promise<unknown> {
    let text = JSON.stringify(value);
    if (text.includes("{token}")) {
      text = text.replaceAll("{token}", readFileSync(this.#daemon.token, "utf8").trim());
    }
    for (const [whole, name] of [...text.matchAll(/"\{number:([^}]*)\}"/g)]) {
      text = text.replace(whole, `${(await this.#client({ do: "" }).inspect(name ?? "")).number}`);
    }
    return JSON.parse(text);
  }

  async #listen(says: Uint8Array): Promise<void> {
    mkdirSync(dirname(this.#daemon.socket), { recursive: true, mode: 0o700 });
    writeFileSync(this.#daemon.token, "token");
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => socket.end(says));
    });
    this.#fake = server;
    await new Promise<void>((resolve) => server.listen(this.#daemon.socket, resolve));
  }
}
