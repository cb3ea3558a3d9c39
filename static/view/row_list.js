/** @import {Row} from "../model/rows.js" */
/** @import {RowContext} from "./row.js" */
import { isSameRow, renderRow } from "./row.js";

/**
 * Keeps the elements of a list in line with its rows: each stays as long as its row does, and
 * only what differs is made anew.
 */
export class RowList {
  #list;
  /** What is in the page now, by row key. @type {Map<string, {row: Row, element: HTMLElement}>} */
  #shown = new Map();

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /** Row keys and elements, from first to last. */
  get shown() {
    return this.#shown;
  }

  /** Empties the list. */
  clear() {
    this.#list.replaceChildren();
    this.#shown.clear();
  }

  /**
   * @param {readonly Row[]} rows
   * @param {RowContext} context
   */
  render(rows, context) {
    const focused = this.#focusedKey();
    this.#removeOthers(rows);
    this.#placeAll(rows, context);
    if (focused !== null) this.#shown.get(focused)?.element.focus({ preventScroll: true });
  }

  /**
   * The first entry below a line of the window that will stay as it is, and where it is.
   *
   * @param {number} top In pixels of the window.
   * @param {readonly Row[]} rows What will be shown.
   */
  findBelow(top, rows) {
    const next = new Map(rows.map((row) => [row.key, row]));
    for (const [key, { row, element }] of this.#shown) {
      const after = next.get(key);
      if (row.kind !== "entry" || after === undefined || !isSameRow(row, after)) continue;
      const box = element.getBoundingClientRect();
      if (box.bottom > top) return { key, top: box.top };
    }
    return null;
  }

  /** @param {readonly Row[]} rows */
  #removeOthers(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { element }] of this.#shown) {
      if (keys.has(key)) continue;
      element.remove();
      this.#shown.delete(key);
    }
  }

  /**
   * @param {readonly Row[]} rows
   * @param {RowContext} context
   */
  #placeAll(rows, context) {
    const shown = new Map();
    let next = this.#list.firstElementChild;
    for (const row of rows) {
      const old = this.#shown.get(row.key)?.element;
      const element = this.#elementOf(row, context);
      if (old !== undefined && old !== element) old.replaceWith(element);
      if (old !== undefined && next === old) next = element;
      if (element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(element, next);
      shown.set(row.key, { row, element });
    }
    this.#shown = shown;
  }

  /**
   * @param {Row} row
   * @param {RowContext} context
   */
  #elementOf(row, context) {
    const known = this.#shown.get(row.key);
    if (known !== undefined && isSameRow(known.row, row)) return known.element;
    const element = renderRow(row, context);
    element.dataset.key = row.key;
    return element;
  }

  #focusedKey() {
    const row = document.activeElement?.closest("li");
    const isOwn = row === document.activeElement && row?.parentElement === this.#list;
    return isOwn && row instanceof HTMLElement ? row.dataset.key ?? null : null;
  }
}
