// Written by tools/Holdfast.Generate from src/Holdfast.Protocol: edit that.

export const protocolVersion = 1;

export const limits = {
  maxFrameBytes: 1048576,
  maxOutputDataBytes: 65536,
  maxInputDataBytes: 65536,
  inputWindowBytes: 262144,
  maxHistoryBytes: 262144,
  maxClientIdChars: 64,
  handshakeTimeoutMs: 5000,
  maxTerminalSide: 1000,
  maxSessionNameChars: 50,
} as const;

export const features = { owners: "owners", acks: "acks", cancels: "cancels" } as const;
