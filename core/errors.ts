/**
 * Every code that an `error` frame or an HTTP problem can carry, with the English sentence people
 * read. Codes are for programs and are only ever added to; `{name}` in a sentence is filled from
 * the error's params.
 */
export const ERROR_SENTENCES = {
  // Frames
  invalid_json: "That is not valid JSON.",
  invalid_frame: "Invalid frame: {reason}",
  message_empty: "The message is empty.",
  message_too_long: "The message is too long; the limit is {limit} characters.",
  frame_too_large: "The packet is too large; the limit is {limit} bytes.",
  unsupported_data: "Binary packets are not supported; send JSON text.",
  unknown_user: "There is no user called “{username}”.",
  name_moved: "The name “{username}” now belongs to someone else.",
  user_away: "“{username}” is away, and this server keeps no messages.",
  too_many_conversations: "You have started too many new conversations. Try again later.",
  id_reused: "This id was already used for a different message.",
  rate_limited: "You are sending too quickly.",
  signed_out: "You have been signed out.",
  too_many_errors: "Too many invalid frames.",
  too_many_packets: "Too many packets from {scope}.",
  unavailable: "The server’s storage is unavailable. Try again shortly.",
  unknown_conversation: "You have no such conversation.",
  internal: "Something went wrong on the server.",
  // Joining
  invalid_username: "That username can’t be used: it {reason}.",
  username_reserved: "The username “{username}” is reserved.",
  username_taken: "The username “{username}” is taken.",
  server_full: "The server is full. Try again later.",
  server_busy: "Too many people are connecting at once. Try again in a moment.",
  too_many_connections: "Too many connections are open from {scope}.",
  shutting_down: "The server is restarting.",
  // HTTP
  bad_host: "The Host header is missing or malformed.",
  forbidden_host: "This server does not accept the host “{host}”; to allow it, add it to --hosts.",
  forbidden_origin:
    "Pages from “{origin}” may not use this server; to allow them, add the origin to --origins.",
  untrusted_proxy:
    "This page came over https, through a proxy the server does not trust; add it to --trusted-proxies.",
  upgrade_required: "Use a WebSocket client here: ws://{host}/ws/{username}.",
  invalid_handshake: "The Sec-WebSocket-Key header must be 16 bytes in base64.",
  not_found: "There is nothing at this address.",
  method_not_allowed: "That HTTP method is not allowed here.",
  invalid_query: "Invalid query: {reason}",
  invalid_body: "Invalid request body: {reason}",
  body_too_large: "The request body is too large; the limit is {limit} bytes.",
  json_required: "Send the request body as application/json.",
  request_timeout: "The request took too long to arrive.",
  account_required:
    "Join the chat under a name first; if you hold several names, choose one with “as”.",
  not_your_name: "The name “{username}” is not yours.",
  sign_in_failed: "Wrong name or passphrase.",
  wrong_passphrase: "That is not the current passphrase.",
  invalid_passphrase: "That passphrase can’t be used: it {reason}.",
  search_busy: "Too many searches are running. Try again in a moment.",
  too_many_attempts: "Too many attempts. Try again later.",
} as const satisfies Record<string, string>;

/** Name of one refusal; the closed set of {@linkcode ERROR_SENTENCES}. */
export type ErrorCode = keyof typeof ERROR_SENTENCES;

/** Details of a refusal, for programs: a name, a limit, a delay. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** A refusal that the one who asked hears about: an `error` frame, or problem details over HTTP. */
export class ChatError extends Error {
  /** Which refusal this is. */
  readonly code: ErrorCode;
  /** What fills the sentence, and what a program may act on. */
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: ErrorOptions) {
    super(sentenceOf(code, params), options);
    this.name = "ChatError";
    this.code = code;
    this.params = params;
  }
}

function sentenceOf(code: ErrorCode, params: ErrorParams): string {
  return ERROR_SENTENCES[code].replace(/\{(\w+)\}/g, (_, key: string) => String(params[key] ?? ""));
}
