import type { AttachRequest } from "../generated/holdfast/v1/session_pb.js";
import type { RequestOptions, ResolvedOptions } from "../holdfastClientOptions.js";
import { SessionAttachment } from "../sessions/sessionAttachment.js";
import { SessionRequests } from "../sessions/sessionRequests.js";
import { ClientConnection, type ConnectionObserver } from "./clientConnection.js";
import { bothParts, type ConnectionPart, outputPart, requestsPart } from "./connectionPart.js";
import { faults } from "./faults.js";
import { JointState } from "./jointState.js";

/** The connections of a client: one for everything, or with `streamConnection` a second one for output. They live and end together. Owned by the client. */
export class ClientConnections {
  readonly #options: ResolvedOptions;
  readonly #clientId: string;
  readonly #observer: ConnectionObserver;
  readonly #state = new JointState();
  #control: ClientConnection | undefined;
  #output: ClientConnection | undefined;
  #ended = false;

  private constructor(options: ResolvedOptions, clientId: string, observer: ConnectionObserver) {
    this.#options = options;
    this.#clientId = clientId;
    this.#observer = observer;
  }

  /** For requests and input. */
  get control(): ClientConnection {
    if (this.#control === undefined) {
      throw faults.ended();
    }
    return this.#control;
  }

  /** For output; the same where there is only one. */
  get output(): ClientConnection {
    return this.#output ?? this.control;
  }

  get requests(): SessionRequests {
    return new SessionRequests(this.control);
  }

  static async open(
    options: ResolvedOptions,
    clientId: string,
    observer: ConnectionObserver,
    closing: AbortSignal,
  ): Promise<ClientConnections> {
    const connections = new ClientConnections(options, clientId, observer);
    const open = (part: ConnectionPart) =>
      ClientConnection.open(
        options,
        clientId,
        part,
        { onState: (state) => connections.#onState(part, state), onRecovered: (event) => observer.onRecovered(event) },
        closing,
      );
    if (!options.streamConnection) {
      connections.#control = await open(bothParts);
      return connections;
    }
    connections.#state.set(outputPart, "connecting");
    connections.#control = await open(requestsPart);
    try {
      connections.#output = await open(outputPart);
    } catch (cause) {
      connections.close();
      throw cause;
    }
    // It ended before there was another one to end with it.
    if (connections.control.failure !== undefined) {
      connections.close();
      throw connections.control.failure;
    }
    return connections;
  }

  async attach(request: AttachRequest, options: RequestOptions): Promise<SessionAttachment> {
    // The daemon would move the first attachment.
    if (this.control.attachments.named(request.session) !== undefined) {
      throw faults.attachedTwice(request.session);
    }
    const attachment = new SessionAttachment(this, request, this.#clientId, this.#options);
    // First who is the owner and what size the terminal has: the screen is drawn for it.
    await this.control.attach(attachment, options);
    if (this.#output === undefined) {
      return attachment;
    }
    try {
      await this.#output.attach(attachment, options);
      return attachment;
    } catch (cause) {
      await this.detach(attachment);
      throw cause;
    }
  }

  async detach(attachment: SessionAttachment): Promise<void> {
    // Its answer would wait behind what other attachments have not read, and says nothing.
    void this.#output?.detach(attachment);
    await this.control.detach(attachment);
  }

  /** The client is closed; its closing signal is aborted already. */
  close(): void {
    this.#ended = true;
    this.#output?.close();
    this.#control?.close();
  }

  #onState(part: ConnectionPart, state: Parameters<ConnectionObserver["onState"]>[0]): void {
    if (state === "ended" && !this.#ended && this.#output !== undefined) {
      this.#ended = true;
      const [ended, other] = part.requests ? [this.control, this.#output] : [this.#output, this.control];
      other.endWith(ended.failure ?? faults.ended(), !ended.hasStopped);
    }
    this.#observer.onState(this.#state.set(part, state));
  }
}
