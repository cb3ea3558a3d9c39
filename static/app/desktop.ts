/// <reference lib="dom" />
import type { Clock } from "../../core/clock.ts";
import type { JsonStorage } from "../net/storage.ts";
import type { Desktop, DesktopNotification } from "./notifier.ts";

/** How often a tab in front notes that it is, in milliseconds. */
const NOTE_EVERY_MS = 5_000;
/** A note older than this is of a tab that ended without taking it back. */
const NOTE_VALID_MS = 2 * NOTE_EVERY_MS;
/** Two short tones, rising: pitch in hertz, and when they begin in seconds. */
const TONES = [{ pitch: 660, at: 0 }, { pitch: 880, at: 0.09 }];
const TONE_S = 0.14;
const LOUDNESS = 0.08;

/**
 * Asks the browser for permission to show notifications; only a press of a button may lead here.
 */
export async function allowNotifications(): Promise<"granted" | "denied"> {
  return await Notification.requestPermission() === "granted" ? "granted" : "denied";
}

/** The browser's own notifications, sound and badges. */
export class BrowserDesktop implements Desktop {
  readonly #remembered: JsonStorage;
  readonly #clock: Clock;
  readonly #icon: string;
  readonly #shown = new Map<string, Notification>();
  #audio: AudioContext | null = null;
  #badge = 0;

  /**
   * @param remembered Shared by this browser's tabs.
   * @param icon Address of the page's icon.
   */
  constructor(remembered: JsonStorage, clock: Clock, icon: string) {
    this.#remembered = remembered;
    this.#clock = clock;
    this.#icon = icon;
    addEventListener("focus", () => this.#noteFront());
    addEventListener("blur", () => this.#remembered.set("front", undefined));
    addEventListener(
      "pagehide",
      () => document.hasFocus() && this.#remembered.set("front", undefined),
    );
    this.#noteFront();
  }

  isActive(): boolean {
    if (this.#isInFront()) return true;
    const at = this.#remembered.get("front");
    return typeof at === "number" && Math.abs(this.#clock.now() - at) < NOTE_VALID_MS;
  }

  show({ tag, title, body, onClick }: DesktopNotification): void {
    if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
    const notification = new Notification(title, { tag, body, icon: this.#icon, silent: true });
    notification.onclick = () => {
      focus();
      notification.close();
      onClick();
    };
    this.#shown.set(tag, notification);
  }

  close(tag: string): void {
    this.#shown.get(tag)?.close();
    this.#shown.delete(tag);
  }

  play(): void {
    this.#audio ??= new AudioContext();
    const { currentTime, destination } = this.#audio;
    for (const { pitch, at } of TONES) {
      const tone = this.#audio.createOscillator();
      const volume = this.#audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(LOUDNESS, currentTime + at);
      volume.gain.exponentialRampToValueAtTime(0.0001, currentTime + at + TONE_S);
      tone.connect(volume).connect(destination);
      tone.start(currentTime + at);
      tone.stop(currentTime + at + TONE_S);
    }
  }

  badge(count: number): void {
    if (count === this.#badge) return;
    this.#badge = count;
    for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="icon"]')) {
      link.href = link.href.replace(
        /favicon(_unread)?\.svg/,
        count > 0 ? "favicon_unread.svg" : "favicon.svg",
      );
    }
    // Only an installed page has such a badge; elsewhere the browser refuses, and nothing is lost.
    if ("setAppBadge" in navigator) navigator.setAppBadge(count).catch(() => {});
  }

  #isInFront(): boolean {
    return document.visibilityState === "visible" && document.hasFocus();
  }

  #noteFront(): void {
    if (!this.#isInFront()) return;
    this.#remembered.set("front", this.#clock.now());
    this.#clock.schedule(() => this.#noteFront(), NOTE_EVERY_MS);
  }
}
