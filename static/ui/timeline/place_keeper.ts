/// <reference lib="dom" />
import {
  afterScroll,
  fillAbove,
  type Place,
  seekDivider,
  type Viewport,
  wantedSide,
} from "../../model/viewport.ts";
import { type Anchor, findAnchor, findRow, growthAbove } from "./anchor.ts";
import type { TimelineWindow } from "./use_window.ts";

/** Callbacks of a {@linkcode PlaceKeeper}. */
export interface PlaceReports {
  /** The reader is elsewhere, or the window has to move on. */
  view(viewport: Viewport): void;
  /** The page beyond an end of the items is needed. */
  load(side: "older" | "newer"): void;
  /** Whether the first unread message lies above the screen; told again and again. */
  unreadAbove(isAbove: boolean): void;
}

/** The part of a timeline that is about pixels: where it is scrolled to, and where it should be. */
export class PlaceKeeper {
  readonly #scroller: HTMLElement;
  readonly #reports: PlaceReports;
  #view: TimelineWindow;
  /** The conversation on screen. */
  #conversation: string | null = null;
  /** The row that stays in place while the reader isn't at the end. */
  #anchor: Anchor | null = null;
  /** Where it was scrolled to when that was looked at last. */
  #top = 0;
  /** Whether the reader has just had a message unfold. */
  #isUnfolding = false;

  constructor(scroller: HTMLElement, view: TimelineWindow, reports: PlaceReports) {
    this.#scroller = scroller;
    this.#view = view;
    this.#reports = reports;
  }

  /** Remembers the place before the document changes to show `view`. */
  remember(view: TimelineWindow): void {
    // A window that changed its width draws the page again before the observer hears of it.
    if (!this.#view.viewport.isAtEnd) this.#stay();
    this.#view = view;
    const stay = new Set(view.keys.slice(view.span.start, view.span.end));
    this.#top = this.#scroller.scrollTop;
    this.#anchor = view.viewport.isAtEnd
      ? null
      : findAnchor(this.#scroller, (key) => stay.has(key));
  }

  /** Goes where the reader is, or wants to be, after the document has changed. */
  settle(): void {
    const { conversation, isOpening, viewport, hasMoved } = this.#view;
    const isNew = conversation.key !== this.#conversation;
    this.#conversation = conversation.key;
    if (viewport.isAtEnd || isNew) this.#scrollToEnd();
    else this.#keepPlace(this.#top);
    if (hasMoved) this.#report(viewport);
    if (!isOpening) this.#seek();
    this.#look(false);
  }

  /** Focuses the message that a search led to, after the dialog has given the focus back. */
  focusFound(): void {
    const { found } = this.#view;
    if (found !== null) findRow(this.#scroller, found)?.focus({ preventScroll: true });
  }

  /** Takes note of where the reader has scrolled to. */
  scrolled(): void {
    // Only the reader scrolls up. An end that lies lower than a moment ago moved by itself.
    if (!this.#view.viewport.isAtEnd || this.#scroller.scrollTop >= this.#top) this.#follow();
    this.#look(true);
  }

  /**
   * Keeps the place when the screen or a row changes its size: the box grows, a message unfolds.
   *
   * @returns A function that stops this.
   */
  watch(content: HTMLElement): () => void {
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(this.#scroller);
    observer.observe(content);
    const click = (event: MouseEvent) => this.#clicked(event);
    content.addEventListener("click", click, { capture: true });
    return () => {
      observer.disconnect();
      content.removeEventListener("click", click, { capture: true });
    };
  }

  #clicked({ target }: MouseEvent): void {
    this.#isUnfolding = target instanceof Element && target.closest(".text__fold") !== null;
  }

  /** Leaves the end where a message unfolds there: the reader wants its next line, not its last. */
  #followUnfolding(): void {
    const isHere = this.#isUnfolding && this.#view.viewport.isAtEnd;
    this.#isUnfolding = false;
    if (!isHere || this.#place().below < 1) return;
    this.#move({ isAtEnd: false });
    this.#note();
  }

  #resized(): void {
    this.#followUnfolding();
    this.#stay();
    // With the next picture: rows that came now would be too late for the observer.
    requestAnimationFrame(() => {
      if (!this.#scroller.isConnected) return;
      this.#stay();
      this.#look(false);
    });
  }

  /** Restores the place after sizes have changed, and takes note of it. */
  #stay(): void {
    this.#follow();
    this.#note();
  }

  #follow(): void {
    const { scrollTop } = this.#scroller;
    // Where the content got shorter, the browser may have scrolled up to its end by itself.
    const isCut = scrollTop < this.#top && this.#place().below < 1;
    if (this.#view.viewport.isAtEnd) this.#scrollToEnd();
    else this.#keepPlace(isCut ? this.#top : scrollTop);
  }

  /** @param top Where the screen would be if nothing above it had changed. */
  #keepPlace(top: number): void {
    if (this.#anchor === null) return;
    const wanted = top + growthAbove(this.#scroller, this.#anchor);
    if (wanted !== this.#scroller.scrollTop) this.#scroller.scrollTop = wanted;
  }

  /** Remembers the place on screen. */
  #note(): void {
    this.#top = this.#scroller.scrollTop;
    this.#anchor = this.#view.viewport.isAtEnd ? null : findAnchor(this.#scroller, () => true);
  }

  /** Scrolls to the wanted message as soon as it is loaded. */
  #seek(): void {
    const { viewport: { seeks }, sought, keys, conversation } = this.#view;
    if (seeks === null) return;
    const isLoaded = sought !== null && keys.includes(sought);
    if (seeks === "divider") this.#seekDivider(isLoaded);
    else if (isLoaded) {
      findRow(this.#scroller, sought)?.scrollIntoView({ block: "center" });
      this.#move({ isAtEnd: false, found: seeks.seq });
    } else if (conversation.loading === null) this.#move({});
  }

  /** A conversation opens at its first unread message, unless that is on the last screen. */
  #seekDivider(isLoaded: boolean): void {
    const { viewport: { isAtEnd }, conversation } = this.#view;
    const { unread, unreadAfter, loadError } = conversation;
    const isComing = unreadAfter !== null && loadError === null;
    if (isAtEnd && unread === 0) return this.#move({});
    if (!isLoaded) return isComing ? undefined : this.#move({});
    if (isAtEnd) return this.#pixelsToDivider() >= 0 ? this.#move({}) : this.#leaveEnd();
    this.#divider()?.scrollIntoView({ block: "start" });
    this.#move({});
  }

  /** Ends a search for something with the reader being where the change says. */
  #move(change: Partial<Viewport>): void {
    const { viewport, keys, span } = this.#view;
    const next = { ...viewport, seeks: null, ...change };
    this.#report({ ...next, first: next.isAtEnd ? null : keys[span.start] ?? null });
  }

  #leaveEnd(): void {
    this.#report(seekDivider(this.#view.viewport));
  }

  #report(viewport: Viewport): void {
    this.#view = { ...this.#view, viewport };
    this.#reports.view(viewport);
  }

  /**
   * Reports what follows from the place on screen.
   *
   * @param hasScrolled Whether the reader did: nothing else leaves the end.
   */
  #look(hasScrolled: boolean): void {
    const { conversation, isOpening, keys, span, viewport } = this.#view;
    const place = this.#place();
    if (hasScrolled || (!viewport.isAtEnd && viewport.seeks === null)) {
      const next = afterScroll(viewport, place, span, keys, conversation.to === Infinity);
      if (next !== viewport) this.#report(next);
    }
    this.#note();
    this.#reports.unreadAbove(this.#isUnreadAbove());
    const side = isOpening ? null : wantedSide(conversation, place, span);
    if (side !== null) this.#reports.load(side);
    // With a later picture: what is on screen comes first.
    if (fillAbove(this.#view.viewport, place, span) !== this.#view.viewport) {
      requestAnimationFrame(() => this.#fill());
    }
  }

  #fill(): void {
    if (!this.#scroller.isConnected) return;
    const { viewport, span } = this.#view;
    const next = fillAbove(viewport, this.#place(), span);
    if (next !== viewport) this.#report(next);
  }

  #isUnreadAbove(): boolean {
    const { conversation, keys, span } = this.#view;
    const { divider, unreadAfter, from } = conversation;
    const line = this.#divider();
    if (line !== null) return this.#pixelsToDivider() + line.offsetHeight < 0;
    const index = divider === null ? -1 : keys.indexOf(divider);
    return index === -1 ? unreadAfter !== null && from > unreadAfter : index < span.start;
  }

  #divider(): HTMLElement | null {
    return this.#scroller.querySelector<HTMLElement>(".timeline__line--divider");
  }

  /** How far the divider is below the top of the screen; far above it while it has no row. */
  #pixelsToDivider(): number {
    const line = this.#divider();
    if (line === null) return -Infinity;
    return line.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
  }

  #place(): Place {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return { above: scrollTop, below: scrollHeight - scrollTop - clientHeight };
  }

  #scrollToEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }
}
