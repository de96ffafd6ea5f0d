import { type AttachAnswer, AttachAs, type OwnerChangedEvent } from "../generated/holdfast/v1/session_pb.js";

/** What an attachment knows of its session's owner, and in which part it attaches again. Owned by the attachment. */
export class OwnerState {
  readonly #clientId: string;
  readonly #asked: AttachAs;
  #epoch = 0n;
  #isOwner = false;
  #wasOwner = false;

  constructor(clientId: string, asked: AttachAs) {
    this.#clientId = clientId;
    this.#asked = asked;
  }

  get isOwner(): boolean {
    return this.#isOwner;
  }

  get epoch(): bigint {
    return this.#epoch;
  }

  onAttached(answer: AttachAnswer): void {
    this.#set(answer.owner, answer.ownerEpoch);
  }

  onTaken(epoch: bigint): void {
    this.#set(true, epoch);
  }

  onChanged(changed: OwnerChangedEvent): void {
    this.#set(changed.owner === this.#clientId, changed.ownerEpoch);
  }

  onLost(): void {
    this.#set(false, this.#epoch);
  }

  /** An owner comes back under its epoch; one that was and is no more comes back to watch. */
  describe(): { as: AttachAs; ownerEpoch: bigint } {
    if (this.#isOwner) {
      return { as: AttachAs.AS_OWNER, ownerEpoch: this.#epoch };
    }
    const watches = this.#wasOwner || this.#asked !== AttachAs.AS_UNSPECIFIED;
    return { as: watches ? AttachAs.AS_OBSERVER : AttachAs.AS_UNSPECIFIED, ownerEpoch: 0n };
  }

  #set(isOwner: boolean, epoch: bigint): void {
    this.#wasOwner ||= isOwner;
    this.#epoch = epoch;
    this.#isOwner = isOwner;
  }
}
