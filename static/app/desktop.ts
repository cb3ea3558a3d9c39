/// <reference lib="dom" />
import type { Clock } from "../../core/clock.ts";
import { strings } from "../text/strings.ts";
import type { NotificationAnswer } from "./actions.ts";
import type { Desktop, DesktopNotification } from "./notifier.ts";
import type { Tabs } from "./tabs.ts";

/** Two short tones, rising: pitch in hertz, and when they begin in seconds. */
const TONES = [{ pitch: 660, at: 0 }, { pitch: 880, at: 0.09 }];
const TONE_S = 0.14;
const LOUDNESS = 0.08;
/** A browser may delay a sound until a click. After this time it is no longer played. */
const LATE_MS = 1_000;

/** Lets the other tabs know when this one comes to the front and leaves it. */
export function noteFront(tabs: Tabs): void {
  addEventListener("focus", () => tabs.come());
  addEventListener("pageshow", () => tabs.come());
  addEventListener("blur", () => tabs.leave());
  addEventListener("pagehide", () => tabs.leave());
  tabs.come();
}

/** The browser's own notifications, sound and badges. */
export class BrowserDesktop implements Desktop {
  readonly #clock: Clock;
  readonly #icon: string;
  readonly #shown = new Map<string, Notification>();
  #audio: AudioContext | null = null;
  /** An installed page may have a badge from its last visit. */
  #badge = -1;

  /** @param icon Address of the page's icon. */
  constructor(clock: Clock, icon: string) {
    this.#clock = clock;
    this.#icon = icon;
  }

  /**
   * Asks the browser for permission to show notifications; only a press of a button may lead here.
   * A first notification says that it worked, and shows what they look like.
   */
  async allowNotifications(): Promise<NotificationAnswer> {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return permission;
    const { enabled } = strings.notifications;
    const isShown = this.#tryToShow({ tag: "", title: strings.product, body: enabled });
    return isShown ? "granted" : "unsupported";
  }

  show(notification: DesktopNotification): void {
    if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
    this.#tryToShow(notification);
  }

  close(tag: string): void {
    this.#shown.get(tag)?.close();
    this.#shown.delete(tag);
  }

  play(): void {
    const asked = this.#clock.monotonic();
    const audio = this.#audio ??= new AudioContext();
    audio.resume().then(() => {
      if (this.#clock.monotonic() - asked < LATE_MS) sound(audio);
    }, reportError);
  }

  badge(count: number): void {
    if (count === this.#badge) return;
    this.#badge = count;
    // Only an installed page has a badge; elsewhere the browser refuses, and nothing is lost.
    if ("setAppBadge" in navigator) navigator.setAppBadge(count).catch(() => {});
  }

  /** False on phones whose browsers show notifications of service workers alone. */
  #tryToShow({ tag, title, body, onClick }: Shown): boolean {
    try {
      // The page has a sound of its own.
      const notification = new Notification(title, { tag, body, icon: this.#icon, silent: true });
      notification.onclick = () => {
        focus();
        notification.close();
        onClick?.();
      };
      this.#shown.set(tag, notification);
      return true;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  }
}

/** A notification that may lead nowhere. */
type Shown = Omit<DesktopNotification, "onClick"> & Partial<DesktopNotification>;

function sound(audio: AudioContext): void {
  const { currentTime, destination } = audio;
  for (const { pitch, at } of TONES) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(LOUDNESS, currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.0001, currentTime + at + TONE_S);
    tone.connect(volume).connect(destination);
    tone.start(currentTime + at);
    tone.stop(currentTime + at + TONE_S);
  }
}
