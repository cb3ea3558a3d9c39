import type { Connection } from "./connection.ts";
import type { Packet } from "./outbox.ts";
import { type Dialect, packFrames, packShared } from "./packets.ts";

/** What a moment holds for some connections only: frames in their order among the public ones. */
export interface Personal {
  readonly frames: string[];
  /** Called once all of them have been handed to the connection. */
  readonly whenSent: (() => void)[];
  /** Public frames of the moment that are already among `frames`, or were before its time. */
  publicTaken: number;
}

/** Frames that wait to go out together. */
export interface Moment {
  /** Frames for everyone, in order. */
  readonly publicFrames: string[];
  readonly personal: Map<Connection, Personal>;
}

/** The public frames of a moment as packets, made once for each dialect that is asked for. */
export class SharedPackets {
  #frames: readonly string[];
  #packets = new Map<Dialect, Packet[]>();

  constructor(frames: readonly string[]) {
    this.#frames = frames;
  }

  in(dialect: Dialect): Packet[] {
    let packets = this.#packets.get(dialect);
    if (!packets) this.#packets.set(dialect, packets = packShared(this.#frames, dialect));
    return packets;
  }
}

/** A moment that holds nothing yet. */
export function newMoment(): Moment {
  return { publicFrames: [], personal: new Map() };
}

/** Whether a moment holds nothing. */
export function isEmpty(moment: Moment): boolean {
  return moment.publicFrames.length === 0 && moment.personal.size === 0;
}

/** Puts the public frames so far before what comes next for a connection. */
export function takePublic(own: Personal, publicFrames: readonly string[]): void {
  while (own.publicTaken < publicFrames.length) own.frames.push(publicFrames[own.publicTaken++]!);
}

/** What a connection gets of a moment. */
export function packetsFor(
  connection: Connection,
  moment: Moment,
  shared: SharedPackets,
): Packet[] {
  const own = moment.personal.get(connection);
  if (!own) return shared.in(connection.dialect);
  takePublic(own, moment.publicFrames);
  return packFrames(own.frames, connection.dialect);
}
