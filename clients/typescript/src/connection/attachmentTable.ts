import type { SessionAttachment } from "../sessions/sessionAttachment.js";

/** The attachments of a client, and which session number leads to which of them on the present link. Owned by the connection. */
export class AttachmentTable {
  readonly #all = new Set<SessionAttachment>();
  readonly #byNumber = new Map<number, SessionAttachment>();

  add(number: number, attachment: SessionAttachment): void {
    this.#all.add(attachment);
    this.#byNumber.set(number, attachment);
  }

  remove(attachment: SessionAttachment): boolean {
    for (const [number, known] of this.#byNumber) {
      if (known === attachment) {
        this.#byNumber.delete(number);
        break;
      }
    }
    return this.#all.delete(attachment);
  }

  forget(number: number): void {
    const attachment = this.find(number);
    if (attachment !== undefined) {
      this.remove(attachment);
    }
  }

  find(number: number): SessionAttachment | undefined {
    return this.#byNumber.get(number);
  }

  /** The attachment to the session of that name or id. */
  named(session: string): SessionAttachment | undefined {
    return [...this.#all].find((attachment) => attachment.session.id === session || attachment.session.name === session);
  }

  /** The link is gone: numbers mean nothing until each attachment was taken up again. */
  forgetNumbers(): SessionAttachment[] {
    this.#byNumber.clear();
    return [...this.#all];
  }

  takeAll(): SessionAttachment[] {
    const all = this.forgetNumbers();
    this.#all.clear();
    return all;
  }
}
