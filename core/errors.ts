/**
 * Every code that an `error` frame or an HTTP problem can carry, with the English sentence people
 * read. Codes are for programs and are only ever added to; `{name}` in a sentence is filled from
 * the error's params.
 */
export const ERROR_SENTENCES = {
  // Frames
  invalid_json: "That isn’t JSON.",
  invalid_frame: "That isn’t a frame this server knows: {reason}",
  message_empty: "There is nothing in that message.",
  message_too_long: "That message is too long: at most {limit} characters fit.",
  frame_too_large: "That frame is too large: at most {limit} bytes fit.",
  unsupported_data: "Binary packets are not understood here; send JSON text.",
  unknown_user: "There is nobody called “{username}” here.",
  name_moved: "The name “{username}” belongs to somebody else by now.",
  user_away: "“{username}” is away.",
  too_many_conversations: "That would be one new conversation too many. Try again later.",
  id_reused: "That id was used before, for another message.",
  rate_limited: "You are sending too quickly.",
  signed_out: "You have been signed out.",
  too_many_errors: "Too many bad frames.",
  too_many_packets: "Too many packets have come from {scope}.",
  unavailable: "Nothing can be stored at the moment. Try again soon.",
  unknown_conversation: "That is not a conversation of yours.",
  internal: "Something went wrong on the server.",
  // Joining
  invalid_username: "That username can’t be used: it {reason}.",
  username_reserved: "The username “{username}” is reserved.",
  username_taken: "The username “{username}” is taken.",
  server_full: "The server is full. Try again later.",
  server_busy: "Too many people are coming at once. Try again in a moment.",
  too_many_connections: "Too many connections are open from {scope}.",
  shutting_down: "The server is restarting.",
  // HTTP
  bad_host: "The Host header is missing or malformed.",
  forbidden_host: "“{host}” is not a host this server answers to; add it with --hosts.",
  forbidden_origin: "Pages from “{origin}” may not connect here; add it with --origins.",
  untrusted_proxy: "This page came by https; name its proxy with --trusted-proxies.",
  upgrade_required: "Connect here with a WebSocket, as in ws://{host}/ws/{username}.",
  invalid_handshake: "The Sec-WebSocket-Key header must be 16 bytes in base64.",
  not_found: "There is nothing here.",
  method_not_allowed: "That method is not allowed here.",
  invalid_query: "That query can’t be answered: {reason}",
  invalid_body: "That request can’t be followed: {reason}",
  body_too_large: "That request is too large: at most {limit} bytes fit.",
  json_required: "Send that as application/json.",
  request_timeout: "That request took too long to arrive.",
  account_required: "That needs a name of your own; with several, say which with “as”.",
  not_your_name: "The name “{username}” is not yours.",
  sign_in_failed: "That name and passphrase don’t belong together.",
  wrong_passphrase: "That is not the current passphrase.",
  invalid_passphrase: "That passphrase can’t be used: it {reason}.",
  search_busy: "Too many searches are under way. Try again in a moment.",
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
