/**
 * Whether the client has a daemon at the moment. `reconnecting`: the connection was lost, and requests and input wait until the next daemon answers.
 * `ended`: no daemon came back within the deadline, or the client was closed.
 */
export type ConnectionState = "connecting" | "connected" | "reconnecting" | "ended";
