import type { CloseCode } from "../../core/close_codes.ts";
import type { ServerFrame } from "../../core/protocol.ts";
import type { Transport } from "../../core/transport.ts";

/** A socket that keeps what it was given. */
export class FakeTransport implements Transport {
  /** Set by a test to make the peer look like one that stopped reading. */
  bufferedAmount = 0;
  /** Packets in the order in which they were sent, bytes decoded. */
  readonly packets: string[] = [];
  closed: CloseCode | undefined;

  send(packet: string | Uint8Array): void {
    this.packets.push(typeof packet === "string" ? packet : new TextDecoder().decode(packet));
  }

  close(code: CloseCode): void {
    this.closed = code;
  }

  /** All frames so far. */
  get frames(): ServerFrame[] {
    return this.packets.flatMap((packet) => packet.split("\n")).map((text) => JSON.parse(text));
  }

  /** All frames of one type so far. */
  framesOf<T extends ServerFrame["type"]>(type: T): Extract<ServerFrame, { type: T }>[] {
    return this.frames.filter((frame) => frame.type === type) as Extract<
      ServerFrame,
      { type: T }
    >[];
  }

  /** Texts of all messages so far. */
  get messages(): string[] {
    return this.framesOf("message").map(({ message }) => message);
  }
}
