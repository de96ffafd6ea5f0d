import { create } from "@bufbuild/protobuf";
import type { ConnectionState } from "../connectionState.js";
import { type Envelope, EnvelopeSchema, Role, type Welcome } from "../generated/holdfast/v1/envelope_pb.js";
import { ErrorCode } from "../generated/holdfast/v1/errors_pb.js";
import type { RecoveredEvent } from "../generated/holdfast/v1/session_pb.js";
import { features } from "../generated/limits.js";
import type { RequestOptions, ResolvedOptions } from "../holdfastClientOptions.js";
import { HoldfastError } from "../protocol/holdfastError.js";
import type { SessionAttachment } from "../sessions/sessionAttachment.js";
import type { AfterLoss } from "./afterLoss.js";
import { AttachmentTable } from "./attachmentTable.js";
import type { ConnectionPart } from "./connectionPart.js";
import type { DaemonLink } from "./daemonLink.js";
import { faults } from "./faults.js";
import { FrameDispatcher } from "./frameDispatcher.js";
import { LinkMaker } from "./linkMaker.js";
import { RequestTable } from "./requestTable.js";
import { Resumption } from "./resumption.js";

export interface ConnectionObserver {
  onState(state: ConnectionState): void;
  onRecovered(event: RecoveredEvent): void;
}

/**
 * A client's connection, or one of its two, over all the daemons it meets: requests wait and are sent again, attachments are taken up where they stood.
 * Owned by the client's connections. Lives from the first welcome until closed or given up.
 */
export class ClientConnection {
  readonly attachments = new AttachmentTable();
  readonly part: ConnectionPart;
  readonly #options: ResolvedOptions;
  readonly #observer: ConnectionObserver;
  readonly #closing: AbortSignal;
  readonly #maker: LinkMaker;
  readonly #requests = new RequestTable();
  readonly #dispatcher: FrameDispatcher;
  readonly #resumption = new Resumption(this);
  #link: DaemonLink | undefined;
  #welcome: Welcome;
  #failure: HoldfastError | undefined;
  // Why the client's other connection has ended for good.
  #told: HoldfastError | undefined;

  private constructor(
    options: ResolvedOptions,
    part: ConnectionPart,
    observer: ConnectionObserver,
    closing: AbortSignal,
    maker: LinkMaker,
    link: DaemonLink,
  ) {
    this.#options = options;
    this.part = part;
    this.#observer = observer;
    this.#closing = closing;
    this.#maker = maker;
    this.#link = link;
    this.#welcome = link.welcome;
    this.#dispatcher = new FrameDispatcher(
      part,
      this.attachments,
      (answer) => this.#answered(answer),
      (event) => observer.onRecovered(event),
    );
  }

  /** What the present or last daemon said of itself. */
  get welcome(): Welcome {
    return this.#welcome;
  }

  get failure(): HoldfastError | undefined {
    return this.#failure;
  }

  get link(): DaemonLink | undefined {
    return this.#link;
  }

  /** The daemon said that it stops for good. */
  get hasStopped(): boolean {
    return this.#dispatcher.hasStopped;
  }

  // A daemon that does not know acknowledgements would take them for a fault.
  get acknowledges(): boolean {
    return this.#options.acknowledges && this.part.output && this.#welcome.features.includes(features.acks);
  }

  static async open(
    options: ResolvedOptions,
    clientId: string,
    part: ConnectionPart,
    observer: ConnectionObserver,
    closing: AbortSignal,
  ): Promise<ClientConnection> {
    const maker = new LinkMaker(options, clientId, part.requests ? Role.CONTROL : Role.STREAM);
    const link = await maker.make(options.connectDeadlineMs, false, closing);
    const connection = new ClientConnection(options, part, observer, closing, maker, link);
    observer.onState("connected");
    connection.#start(link);
    return connection;
  }

  request(
    body: Envelope["body"],
    afterLoss: AfterLoss,
    options: RequestOptions = {},
    onAnswer?: (answer: Envelope) => void,
  ): Promise<Envelope> {
    if (this.#failure !== undefined) {
      return Promise.reject(this.#failure);
    }
    const envelope = create(EnvelopeSchema, { requestId: this.#requests.nextId(), body });
    const answer = this.#requests.add(envelope, afterLoss, this.#link, options, onAnswer, () => this.#takeBack(envelope));
    try {
      this.#link?.send(envelope);
    } catch (cause) {
      this.#requests.refuse(envelope.requestId, cause);
    }
    return answer;
  }

  /** Attaches on this connection what `attachment` wants of it. */
  async attach(attachment: SessionAttachment, options: RequestOptions): Promise<void> {
    let refusal: HoldfastError | undefined;
    let isAttached = false;
    const attach = attachment.firstRequest(this.part);
    attach.acks = this.acknowledges;
    await this.request({ case: "attach", value: attach }, "sendAgain", options, ({ body }) => {
      const info = body.case === "attachAnswer" ? body.value.session : undefined;
      if (attachment.hasEnded || body.case !== "attachAnswer" || info === undefined || this.#link === undefined) {
        return;
      }
      if (this.attachments.find(info.number) !== undefined) {
        refusal = faults.attachedTwice(info.name);
        return;
      }
      attachment.onAttached(this.part, this.#link, body.value, info, attach.acks);
      this.attachments.add(info.number, attachment);
      isAttached = true;
    });
    if (!isAttached) {
      throw refusal ?? faults.ended();
    }
  }

  /** Becomes the owner of an attached session; its input continues where the answer says. */
  async take(attachment: SessionAttachment, force: boolean, options: RequestOptions): Promise<void> {
    const request = { session: attachment.session.id, force };
    await this.request(create(EnvelopeSchema, { body: { case: "take", value: request } }).body, "fail", options, ({ body }) => {
      if (body.case === "takeAnswer" && this.#link !== undefined) {
        attachment.onTaken(this.#link, body.value);
      }
    });
  }

  async detach(attachment: SessionAttachment): Promise<void> {
    if (!this.attachments.remove(attachment)) {
      return;
    }
    attachment.end(undefined);
    // Without a link there is nothing to detach from: the next daemon is not told of this attachment.
    if (this.#link === undefined) {
      return;
    }
    try {
      await this.request(create(EnvelopeSchema, { body: { case: "detach", value: { session: attachment.session.id } } }).body, "fail");
    } catch (cause) {
      // The session or the daemon is gone, and the attachment with it.
      if (!(cause instanceof HoldfastError)) {
        throw cause;
      }
    }
  }

  /** The client is closed; its closing signal is aborted already. */
  close(): void {
    this.#giveUp(faults.ended(), undefined);
    this.#link?.close();
    this.#link = undefined;
  }

  /** The client's other connection has ended for good, and so does this one: at once, or where the daemon has stopped with what it had sent before. */
  endWith(failure: HoldfastError, atOnce: boolean): void {
    this.#told = failure;
    if (atOnce || this.#link === undefined) {
      this.#giveUp(failure, failure);
      this.#link?.close();
      this.#link = undefined;
    }
  }

  // The daemon would keep a wait until the program ends.
  #takeBack({ requestId, body }: Envelope): void {
    if (body.case === "wait" && this.#welcome.features.includes(features.cancels)) {
      this.#link?.send(create(EnvelopeSchema, { requestId, body: { case: "cancel", value: {} } }));
    }
  }

  #start(link: DaemonLink): void {
    link.start(
      (frame) => this.#dispatcher.dispatch(link, frame),
      (cause) => this.#onLost(link, cause),
    );
  }

  #onLost(link: DaemonLink, cause: HoldfastError | undefined): void {
    if (this.#link !== link || this.#failure !== undefined) {
      return;
    }
    this.#link = undefined;
    this.#requests.onLost();
    for (const attachment of this.attachments.forgetNumbers()) {
      attachment.onLost(this.part);
    }
    if (this.#told !== undefined) {
      this.#giveUp(this.#told, this.#told);
      return;
    }
    const final = cause !== undefined && (!cause.isRetryable || cause.code === ErrorCode.DAEMON_UNAVAILABLE) ? cause : undefined;
    if (final !== undefined || !this.#options.reconnect) {
      const failure = final ?? cause ?? faults.ended();
      this.#giveUp(failure, failure);
      return;
    }
    this.#observer.onState("reconnecting");
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    let link: DaemonLink;
    try {
      link = await this.#maker.make(this.#options.reconnectDeadlineMs, true, this.#closing);
    } catch (cause) {
      const failure = cause instanceof HoldfastError ? cause : faults.ended();
      this.#giveUp(failure, failure);
      return;
    }
    if (this.#failure !== undefined) {
      link.close();
      return;
    }
    this.#takeUp(link);
    this.#observer.onState("connected");
    this.#start(link);
  }

  // Sends on a fresh link what the lost one still owed: attachments first, so that a session's input and output go on at once.
  #takeUp(link: DaemonLink): void {
    this.#link = link;
    this.#welcome = link.welcome;
    const unsent = this.#requests.sendAgainOn(link);
    for (const attachment of this.attachments.forgetNumbers()) {
      void this.#resumption.resume(attachment, attachment.resumeRequest(this.part));
    }
    for (const envelope of unsent) {
      link.send(envelope);
    }
  }

  #answered(answer: Envelope): void {
    const stray = this.#requests.answer(answer);
    // An attach that was given up before its answer: nobody would read its output.
    const info = stray && answer.body.case === "attachAnswer" ? answer.body.value.session : undefined;
    if (info !== undefined && this.attachments.find(info.number) === undefined) {
      void this.request(create(EnvelopeSchema, { body: { case: "detach", value: { session: info.id } } }).body, "fail").catch(
        () => undefined,
      );
    }
  }

  #giveUp(failure: HoldfastError, told: HoldfastError | undefined): void {
    if (this.#failure !== undefined) {
      return;
    }
    this.#failure = failure.within("client");
    this.#requests.failAll(this.#failure);
    for (const attachment of this.attachments.takeAll()) {
      // A daemon that stops says so on both connections: output ends where it says so there.
      if (this.hasStopped) {
        attachment.onStopped(this.part, this.#failure);
      } else {
        attachment.end(told?.within("client"));
      }
    }
    this.#observer.onState("ended");
  }
}
