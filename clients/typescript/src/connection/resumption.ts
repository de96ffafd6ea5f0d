import { ErrorCode } from "../generated/holdfast/v1/errors_pb.js";
import { AttachAs, type AttachRequest } from "../generated/holdfast/v1/session_pb.js";
import { HoldfastError, isHoldfastError } from "../protocol/holdfastError.js";
import type { SessionAttachment } from "../sessions/sessionAttachment.js";
import type { ClientConnection } from "./clientConnection.js";
import { faults } from "./faults.js";

/** Takes attachments up on the next daemon, where they stood, or as near to it as that daemon allows. Owned by one connection. */
export class Resumption {
  readonly #connection: ClientConnection;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
  }

  async resume(attachment: SessionAttachment, request: AttachRequest): Promise<void> {
    const { attachments, part, acknowledges } = this.#connection;
    request.acks = acknowledges;
    try {
      await this.#connection.request({ case: "attach", value: request }, "fail", {}, ({ body }) => {
        const link = this.#connection.link;
        if (attachment.hasEnded || body.case !== "attachAnswer" || body.value.session === undefined || link === undefined) {
          return;
        }
        attachments.add(body.value.session.number, attachment);
        attachment.onResumed(part, link, body.value, body.value.session, request.acks);
      });
    } catch (cause) {
      await this.#refused(attachment, request, cause);
    }
  }

  async #refused(attachment: SessionAttachment, request: AttachRequest, cause: unknown): Promise<void> {
    const { attachments, part } = this.#connection;
    const failure = cause instanceof HoldfastError ? cause : faults.ended();
    if (isHoldfastError(cause, "OFFSET_NOT_HELD") && request.from.case !== "start") {
      request.from = { case: "start", value: true };
      await this.resume(attachment, request);
    } else if (isHoldfastError(cause, "OWNER_REQUIRED") && request.as !== AttachAs.AS_OBSERVER) {
      // Somebody took the session over meanwhile: it goes on as an observer, and its unacknowledged input will not arrive.
      attachment.onOwnershipLost(cause);
      await this.resume(attachment, attachment.resumeRequest(part));
    } else if (isHoldfastError(cause, "SESSION_GONE")) {
      attachments.remove(attachment);
      attachment.onGone(part, cause);
    } else if (failure.code !== ErrorCode.DAEMON_UNAVAILABLE) {
      // With DAEMON_UNAVAILABLE this link was lost as well: whoever takes up the next one asks again.
      attachments.remove(attachment);
      await attachment.endWith(failure);
    }
  }
}
