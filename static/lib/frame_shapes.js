/** @import {ServerFrame} from "../../core/protocol.ts" */

/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const isText = (value) => typeof value === "string";
/** @type {Check} */
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
/** @type {Check} */
const isFlag = (value) => typeof value === "boolean";
/** @type {Check} */
const isUser = (value) => isText(value?.username) && isText(value?.account);
/** @type {Check} */
const areUsers = (value) => Array.isArray(value) && value.every(isUser);
/** @type {(check: Check) => Check} */
const optional = (check) => (value) => value === undefined || check(value);

const isComing = { username: isText, account: isText, online: isNumber, at: isNumber };

/**
 * What the page reads of each frame: anything else there would break it later, while drawing.
 *
 * @type {Record<ServerFrame["type"], Record<string, Check>>}
 */
const SHAPES = {
  welcome: {
    username: isText,
    account: isText,
    epoch: isText,
    seq: isNumber,
    at: isNumber,
    online: isNumber,
    users: areUsers,
    limits: (value) => isNumber(value?.messageLength),
    heartbeatMs: isNumber,
  },
  message: {
    seq: isNumber,
    at: isNumber,
    from: isText,
    account: isText,
    message: isText,
    to: optional(isText),
    conversation: optional(isText),
    id: optional(isText),
  },
  ack: { id: isText, seq: isNumber, at: isNumber },
  joined: isComing,
  left: isComing,
  presence: { joined: areUsers, left: areUsers, online: isNumber, at: isNumber },
  resumed: { recovered: isFlag, seq: isNumber },
  delivered: { seq: isNumber },
  read: { conversation: isText, seq: isNumber, unread: isNumber },
  erased: { account: isText, seq: isNumber, at: isNumber },
  error: { code: isText, message: isText, id: optional(isText) },
  ping: {},
};

/**
 * Whether a value is a frame as this page reads it. Frames of types it doesn't know pass: later
 * servers say more, and the reducers ignore them.
 *
 * @param {any} value
 * @returns {value is ServerFrame}
 */
export function isFrame(value) {
  if (!isText(value?.type)) return false;
  const shape = Object.hasOwn(SHAPES, value.type)
    ? SHAPES[/** @type {ServerFrame["type"]} */ (value.type)]
    : {};
  return Object.entries(shape).every(([key, check]) => check(value[key]));
}
