import type { CloseCode } from "./close_codes.ts";

/** The few things a connection needs of a socket. `routes/ws.ts` implements it on a WebSocket. */
export interface Transport {
  /** Bytes handed over by {@linkcode Transport.send} that the kernel has not taken yet. */
  readonly bufferedAmount: number;
  /** Hands over one packet: text, or UTF-8 bytes as a binary packet. Never throws on a closed socket. */
  send(packet: string | Uint8Array<ArrayBuffer>): void;
  /** Starts the closing handshake. The socket is gone only when its close event says so. */
  close(code: CloseCode): void;
}
