/** How a connection ends: the number and reason on the wire, and whether coming back can help. */
export interface CloseCode {
  readonly code: number;
  readonly reason: string;
  /** Whether a client should connect again by itself. */
  readonly reconnect: boolean;
}

/**
 * Every code this server closes a connection with. 4000–4499 mean "connect again", 4500–4999 mean
 * that connecting again can't help; the few below 4000 are the WebSocket protocol's own
 * (RFC 6455, section 7.4.1). Codes are only ever added to.
 */
export const CLOSE_CODES = {
  normal: { code: 1000, reason: "bye", reconnect: false },
  unsupportedData: { code: 1003, reason: "unsupported data", reconnect: false },
  frameTooLarge: { code: 1009, reason: "frame too large", reconnect: false },
  shuttingDown: { code: 4001, reason: "shutting down", reconnect: true },
  slowConsumer: { code: 4008, reason: "slow consumer", reconnect: true },
  internal: { code: 4011, reason: "internal error", reconnect: true },
  serverFull: { code: 4013, reason: "server full", reconnect: true },
  serverBusy: { code: 4014, reason: "server busy", reconnect: true },
  tooManyPackets: { code: 4015, reason: "too many packets", reconnect: true },
  tooManyErrors: { code: 4500, reason: "too many errors", reconnect: false },
  invalidUsername: { code: 4501, reason: "invalid username", reconnect: false },
  usernameTaken: { code: 4502, reason: "username taken", reconnect: false },
  tooManyConnections: { code: 4503, reason: "too many connections", reconnect: false },
  signedOut: { code: 4504, reason: "signed out", reconnect: false },
  invalidQuery: { code: 4505, reason: "invalid query", reconnect: false },
  untrustedProxy: { code: 4506, reason: "untrusted proxy", reconnect: false },
} as const satisfies Record<string, CloseCode>;
