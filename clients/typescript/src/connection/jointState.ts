import type { ConnectionState } from "../connectionState.js";
import type { ConnectionPart } from "./connectionPart.js";

const order: readonly ConnectionState[] = ["connected", "connecting", "reconnecting", "ended"];

/** One state out of those of a client's connections: it has a daemon when all of them have, and none any more when one has given up. */
export class JointState {
  readonly #states = new Map<ConnectionPart, ConnectionState>();

  /** Takes the state of one connection; returns that of all. */
  set(part: ConnectionPart, state: ConnectionState): ConnectionState {
    this.#states.set(part, state);
    return [...this.#states.values()].reduce((worst, one) => (order.indexOf(one) > order.indexOf(worst) ? one : worst));
  }
}
