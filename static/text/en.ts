import { dialogs } from "./en_dialogs.ts";
import { counter } from "./counts.ts";

const count = counter("en");

/**
 * Everything the page says, in English: plain strings, or functions of their parameters. Other
 * languages have the same shape, and `strings.ts` hands out the one that is spoken. Text between
 * backticks is shown as code.
 */
export const en = {
  /** Language tag of this table, for dates and numbers. */
  language: "en",
  /** The product, which keeps its name in every language. */
  product: "Parley",

  common: {
    cancel: "Cancel",
    close: "Close",
    everyone: "Everyone",
    tryAgain: "Try again",
    you: "You",
    /** A list of names: "bob, carol and 3 others". */
    listSeparator: ", ",
    listLast: " and ",
    others: (number: number) => count(number, { one: "other", other: "others" }),
  },

  join: {
    lead: "Chat with everyone here, or privately with one person.",
    name: "Your name",
    nameHint: "Up to 32 letters, digits, “_”, “-” and “.”; no spaces.",
    nameMissing: "Enter a name.",
    nameEmpty: "A name must contain a letter or a digit.",
    ownName: (name: string) => `Sign in as ${name}`,
    passphrase: "Passphrase for this name",
    passphraseMissing: "Enter the passphrase.",
    join: "Join",
    joining: "Joining…",
    signingIn: "Signing in…",
    tryingAgain: (reason: string) => `${reason} Trying again…`,
    needsScript: "Parley needs JavaScript.",
  },

  sidebar: {
    label: "Conversations and people",
    close: "Close the sidebar",
    conversations: "Conversations",
    people: "People",
    peopleHint: "Choose a person to message them privately.",
    more: (number: number) => `and ${number} more`,
    you: "you",
    notes: "Notes to yourself",
    messagePrivately: (name: string) => `Message ${name} privately`,
    /** Said before a name by a screen reader; sighted people see a lock. */
    privatePrefix: "Private: ",
    draft: "Draft",
    unread: "unread",
    unreadMention: "unread, mentions you",
    unreadMixed: "unread, some for you",
    muted: "notifications off",
    account: "Account",
    invite: "Invite people",
    settings: "Settings",
    shortcuts: "Shortcuts",
    leave: "Leave",
    leaveHint: "Leave the chat; you stay signed in",
  },

  header: {
    back: "Back to everyone",
    search: "Search",
    searchTitle: "Search (Ctrl K)",
    notifications: "Notifications for this conversation",
    notificationsOff: "Notifications for this conversation: off",
    online: "Online",
    offline: "Offline",
    alone: "Only you are online",
    peopleOnline: (number: number) =>
      count(number, { one: "person online", other: "people online" }),
    onlyYou: "Only you can see this",
    /** Neither known to be online nor to be away. */
    privateConversation: "Private conversation",
    otherHolder: "Someone else has this name now",
  },

  timeline: {
    label: "Messages",
    loadingOlder: "Loading older messages…",
    loadingNewer: "Loading newer messages…",
    olderFailed: (reason: string) => `Couldn’t load older messages. ${reason}`,
    newerFailed: (reason: string) => `Couldn’t load newer messages. ${reason}`,
    firstUnread: "First unread message",
    newest: "Newest messages",
    newMessages: "New messages",
    newCount: (number: number) => count(number, { one: "new message", other: "new messages" }),
    joined: (names: string) => `${names} joined the chat`,
    left: (names: string) => `${names} left the chat`,
    emptyTitle: "No messages yet",
    emptyLobby: "Say hello: everyone here can read it.",
    emptyPrivate: (name: string) => `Only you and ${name} can read this conversation.`,
    emptyNotes: "Only you can read what you write here.",
    emptyInvite: "Invite others",
    emptyKeys: "Press `?` to see the keyboard shortcuts.",
    emptyMsg: "To write to one person, choose a name in the list or type `/msg name text`.",
    guestMissed: (name: string) =>
      `You were disconnected. Messages from ${name} don’t wait for a guest.`,
    reset: "The server was reset.",
    resetPeer: (name: string) => `The server was reset. Check that this is still the same ${name}.`,
  },

  message: {
    mentionsYou: "mentions you",
    privateToYou: "private, to you",
    privateTo: (name: string) => `private, to ${name}`,
    waiting: (name: string) => `Will be delivered when ${name} is back`,
    pending: "Not sent yet",
    failed: (reason: string) => `Not sent: ${reason}`,
    retry: "Retry",
    discard: "Discard",
    showAll: (number: number) => `Show all ${count(number, { one: "line", other: "lines" })}`,
    showLess: "Show less",
    copyCode: "Copy code",
    codeCopied: "Copied",
    code: "Code",
    directionControl: "Invisible character that changes text direction",
    /** After a link whose text is not its address. */
    linkTarget: (host: string) => `(${host})`,
    announced: (from: string, text: string) => `${from}: ${text}`,
    announcedPrivate: (from: string, text: string) => `${from}, privately: ${text}`,
  },

  /** Why a message in the outbox was not sent. */
  unsent: {
    reset: "The server was reset, so this message may be lost. Check before you send it again.",
    otherAccount: "You wrote this message under another account.",
    samePerson: (name: string) =>
      `The server was reset. Check that this is still the same ${name}.`,
    otherHolder: (name: string) =>
      `Someone else has the name ${name} now, so this message was not sent.`,
  },

  composer: {
    toEveryone: "to everyone",
    privateTo: (name: string) => `private, to ${name}`,
    messageEveryone: "Message everyone",
    messagePrivately: (name: string) => `Message ${name} privately`,
    notes: "Write a note to yourself",
    send: "Send",
    left: (number: number) => `${number} left`,
    /** Told to screen readers now and then. */
    fewerLeft: (number: number) => `Fewer than ${number} characters left`,
    overLimit: "Over the limit",
    over: (number: number) => `${number} over the limit`,
    tooLong: (number: number) =>
      `This message is ${count(number, { one: "character", other: "characters" })} too long.`,
    sentPrivately: (name: string) => `Sent privately to ${name}.`,
    openConversation: (name: string) => `Go to ${name}`,
    /** The conversation changed without the writer's doing; said before the box takes text. */
    nowPrivate: (name: string) => `Private to ${name}: the conversation changed.`,
    nowEveryone: "To everyone: the conversation changed.",
    writeHere: "Write here",
  },

  commands: {
    msg: { usage: "/msg name text", does: "send a private message" },
    me: { usage: "/me text", does: "say what you are doing" },
    shrug: { usage: "/shrug text", does: "add ¯\\_(ツ)_/¯" },
    search: { usage: "/search words", does: "search messages" },
    keys: { usage: "/keys", does: "show keyboard shortcuts" },
    help: { usage: "/help", does: "show commands and shortcuts" },
    unknown: (word: string) =>
      `“/${word}” is not a command. Type /help to see them all, or start with “//” to send a slash.`,
    msgNeedsName: "Add a name and a message: /msg bob hello",
    meNeedsText: "Add what you are doing: /me waves",
  },

  suggestions: {
    label: "Suggestions",
    count: (number: number) => count(number, { one: "suggestion", other: "suggestions" }),
    away: "away",
  },

  title: {
    urgent: (number: number) => `(${number}) Parley`,
    unread: "• Parley",
  },

  connection: {
    reconnecting: "Reconnecting… Your messages will be sent once you’re back online.",
    reconnect: "Reconnect",
    joinAgain: "Join again",
    chooseName: "Choose another name",
    silentStore: "Your browser’s database isn’t responding, so Parley continues without it. " +
      "Unsent messages from an earlier visit may be missing until you reload the page.",
  },

  /** Why a connection ended for good, by what its close code means. */
  endings: {
    unknown: "The server ended the connection.",
    closed: "You are disconnected.",
    misunderstood: "The server couldn’t understand this page. Reload the page.",
    tooLarge: "The last message was too large for the server.",
    invalidName: "That name can’t be used.",
    nameTaken: "Someone else uses this name now.",
    signedOut: "You have been signed out.",
    tooManyConnections: "Too many connections are open. Close another tab, then reconnect.",
    untrustedProxy: "The server doesn’t trust the proxy in front of it. " +
      "Its operator can see how to fix this in the log.",
  },

  /** Failures that no sentence of the server tells. */
  errors: {
    unreachable: "The server can’t be reached.",
    internal: "Something went wrong on the server.",
  },

  dates: {
    unknown: "Unknown date",
  },

  ...dialogs,
};

/** A table with the shape of the English one, whatever its words are. */
type Widened<T> = T extends string ? string
  : T extends (...parameters: infer P) => string ? (...parameters: P) => string
  : { readonly [key in keyof T]: Widened<T[key]> };

/** All words of the page in one language. */
export type Strings = Widened<typeof en>;
