/** What one connection of a client carries. Without a stream connection one carries both. */
export interface ConnectionPart {
  /** Requests with their answers, input with its acknowledgements. Role control. */
  readonly requests: boolean;
  /** Output, and the events that have their place in it. Alone: role stream. */
  readonly output: boolean;
}

export const bothParts: ConnectionPart = { requests: true, output: true };
export const requestsPart: ConnectionPart = { requests: true, output: false };
export const outputPart: ConnectionPart = { requests: false, output: true };
