type Listener<T> = (value: T) => unknown;

/** Listeners by event, typed; after the manner of Node's EventEmitter, without its dependence on Node. */
export class TypedEmitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    const known = this.#listeners.get(event) ?? new Set();
    known.add(listener);
    this.#listeners.set(event, known);
    return this;
  }

  once<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    const first: Listener<Events[K]> = (value) => {
      this.off(event, first);
      return listener(value);
    };
    return this.on(event, first);
  }

  off<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    this.#listeners.get(event)?.delete(listener);
    return this;
  }

  /** Calls the listeners in their order; returns the promises among what they returned. */
  protected emit<K extends keyof Events>(event: K, value: Events[K]): PromiseLike<unknown>[] {
    const waiting: PromiseLike<unknown>[] = [];
    for (const listener of [...(this.#listeners.get(event) ?? [])] as Listener<Events[K]>[]) {
      const returned = listener(value);
      if (typeof returned === "object" && returned !== null && "then" in returned) {
        waiting.push(returned as PromiseLike<unknown>);
      }
    }
    return waiting;
  }

  protected hasListeners(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }
}
