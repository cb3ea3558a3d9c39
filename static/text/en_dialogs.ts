import { counter } from "./counts.ts";

const count = counter("en");
const messages = (number: number) => count(number, { one: "message", other: "messages" });

/** The part of the English table that dialogs say. */
export const dialogs = {
  search: {
    title: "Search",
    field: "Search messages",
    hint: 'Words or `"a phrase"`. Filters: `from:bob` `in:bob` `in:everyone` ' +
      "`before:2026-01-31` `after:2026-01-31`",
    searching: "Searching…",
    results: "Results, newest first",
    found: (number: number) => messages(number),
    foundSoFar: (number: number) => `${messages(number)} so far`,
    nothing: "No messages found.",
    nothingSoFar: "No messages found so far.",
    more: "Show more",
    toEveryone: "to everyone",
    privateToYou: "private, to you",
    privateTo: (name: string) => `private, to ${name}`,
  },

  account: {
    title: "Account",
    guest: "You are a guest, because your browser sends no cookies to this server. When this " +
      "page disconnects, you lose your name and your private messages. To keep them, allow " +
      "cookies for this site.",
    username: "Username",
    passphraseTitle: "Use this name on other devices",
    hasPassphrase: "Your passphrase lets you sign in to this name on any device.",
    noPassphrase: "Set a passphrase to sign in to this name on other devices.",
    current: "Current passphrase",
    currentMissing: "Enter your current passphrase.",
    passphrase: "New passphrase",
    passphraseMissing: "Enter a new passphrase.",
    passphraseNote: (least: number) =>
      `At least ${least} characters; several words work well. A lost passphrase can’t be recovered.`,
    tooShort: (least: number) => `Too short: use at least ${least} characters.`,
    change: "Change passphrase",
    set: "Set passphrase",
    remove: "Remove passphrase",
    saving: "Saving…",
    saved: "Passphrase saved.",
    removed: "Passphrase removed.",
    signOutTitle: "Sign out",
    signOutNote: "This deletes drafts and unsent messages from this browser.",
    otherNames: (names: string) => `It also signs out this browser’s other names: ${names}.`,
    noWayBack: "Without a passphrase, you can’t sign back in to this name. Set one first.",
    signOut: "Sign out",
    signOutEverywhere: "Sign out everywhere",
    deleteTitle: "Delete this account",
    deleteNote: "This deletes your messages and lets anyone take your name. It can’t be undone.",
    confirm: "Type the name to confirm",
    confirmMissing: "Enter your name.",
    ownPassphrase: "Your passphrase",
    ownPassphraseMissing: "Enter your passphrase.",
    delete: "Delete for good",
  },

  keys: {
    title: "Keyboard shortcuts",
    commands: "Commands",
    /** What is printed on the keys. */
    caps: {
      alt: "Alt",
      ctrl: "Ctrl",
      enter: "Enter",
      escape: "Esc",
      pageDown: "Page Down",
      pageUp: "Page Up",
      shift: "Shift",
      tab: "Tab",
    },
    send: "send",
    newLine: "new line",
    newLineTouch: "new line; the Send button sends",
    suggest: "suggest names, commands or emoji; `Tab` inserts one",
    bold: "bold",
    italic: "italic",
    code: "code",
    conversation: "previous, next conversation",
    firstUnread: "go to the first unread message",
    search: "search",
    scroll: "scroll the messages",
    message: "in the timeline: previous, next message",
    escape: "close a dialog or list; otherwise mark as read",
    showKeys: "show this list",
  },

  settings: {
    title: "Settings",
    theme: "Theme",
    themes: { system: "System", light: "Light", dark: "Dark" },
    density: "Density",
    densities: { comfortable: "Comfortable", compact: "Compact" },
    textSize: "Text size",
    textSizes: { small: "Small", normal: "Normal", large: "Large", larger: "Extra large" },
    clock: "Clock",
    clocks: { language: "Automatic", 12: "12-hour", 24: "24-hour" },
    note: "These settings are kept in this browser.",
  },

  notifications: {
    title: "Notifications",
    enable: "Show notifications",
    enabled: "Notifications are on in this browser.",
    blocked: "Your browser blocks notifications from this site. " +
      "Allow them in its settings for this site, then reload the page.",
    unsupported: "This browser can’t show notifications.",
    insecure: "Browsers show notifications only for pages loaded over HTTPS.",
    disturb: "Do not disturb",
    disturbed: "Do not disturb is on.",
    disturbNote: "No notifications and no sound until you turn this off.",
    hideText: "Hide message text in notifications",
    sound: "Play a sound",
    testSound: "Test sound",
    levelIn: (conversation: string) => `In “${conversation}”, notify me about`,
    levels: { all: "All messages", mentions: "Mentions", none: "Nothing" },
    off: "Notifications and sound are off in this browser.",
    allSettings: "Notification settings",
    /** Titles of notifications. */
    fromIn: (name: string, conversation: string) => `${name} in ${conversation}`,
    privateFrom: (name: string) => `${name}, privately`,
    /** Text of one that hides what was said. */
    hidden: (number: number) => count(number, { one: "new message", other: "new messages" }),
    /** Text of one that stands for several messages. */
    several: (number: number, newest: string) =>
      `${count(number, { one: "new message", other: "new messages" })}. ${newest}`,
  },

  invite: {
    title: "Invite people",
    lead: "Anyone who opens this address can join.",
    /** Where the address works on this machine or network only. */
    localOnly: "This address works only on this computer.",
    address: "Address",
    copy: "Copy",
    copied: "Address copied.",
    copyFailed: "Your browser didn’t let the page copy. Select the address and copy it yourself.",
    share: "Share…",
    shareText: "Chat with me on Parley",
    code: "QR code of the address",
  },
};
