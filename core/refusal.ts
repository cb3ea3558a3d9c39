import { CLOSE_CODES, type CloseCode } from "./close_codes.ts";
import type { ChatError } from "./errors.ts";
import { encodeFrame, errorFrame } from "./protocol.ts";
import type { Transport } from "./transport.ts";

/** Tells a socket why it is not let in, and closes it with the code that goes with the reason. */
export function refuse(transport: Transport, error: ChatError): void {
  transport.send(encodeFrame(errorFrame(error)));
  transport.close(closeCodeOf(error));
}

/** The code a connection is closed with after an error that ends it. */
export function closeCodeOf(error: ChatError): CloseCode {
  switch (error.code) {
    case "invalid_username":
    case "username_reserved":
      return CLOSE_CODES.invalidUsername;
    case "invalid_query":
      return CLOSE_CODES.invalidQuery;
    case "username_taken":
      return CLOSE_CODES.usernameTaken;
    case "untrusted_proxy":
      return CLOSE_CODES.untrustedProxy;
    case "signed_out":
      return CLOSE_CODES.signedOut;
    case "too_many_connections":
      return CLOSE_CODES.tooManyConnections;
    case "too_many_errors":
      return CLOSE_CODES.tooManyErrors;
    case "too_many_packets":
      return CLOSE_CODES.tooManyPackets;
    case "server_full":
      return CLOSE_CODES.serverFull;
    case "server_busy":
      return CLOSE_CODES.serverBusy;
    case "shutting_down":
      return CLOSE_CODES.shuttingDown;
    case "frame_too_large":
      return CLOSE_CODES.frameTooLarge;
    case "unsupported_data":
      return CLOSE_CODES.unsupportedData;
    default:
      return CLOSE_CODES.internal;
  }
}
