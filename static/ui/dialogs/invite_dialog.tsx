/// <reference lib="dom" />
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../../text/error_message.ts";
import { strings } from "../../text/strings.ts";
import { Dialog } from "../shared/dialog.tsx";
import { Icon } from "../shared/icon.tsx";

/** Hosts that only this computer reaches. */
const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$|\.localhost$/;

/** The chat's address, to be copied, shared or read by a phone's camera. */
export function InviteDialog() {
  const address = new URL("./", document.baseURI).href;
  return (
    <Dialog id="invite" title={strings.invite.title}>
      <p class="dialog__hint">{strings.invite.lead}</p>
      {LOCAL.test(new URL(address).hostname) && (
        <p class="dialog__notice">{strings.invite.localOnly}</p>
      )}
      <Address address={address} />
      <QrCode text={address} />
    </Dialog>
  );
}

function Address({ address }: { readonly address: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [status, say] = useState("");
  const words = strings.invite;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      say(words.copied);
    } catch {
      // Not available over plain http, or not allowed: the selected address can be copied by hand.
      field.current?.select();
      say(words.copyFailed);
    }
  };
  return (
    <div class="invite">
      <label class="dialog__label" for="invite-address">{words.address}</label>
      <div class="invite__line">
        <input
          ref={field}
          id="invite-address"
          class="dialog__input"
          dir="ltr"
          readOnly
          value={address}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <button class="button" type="button" onClick={() => void copy()}>
          <Icon name="copy" /> {words.copy}
        </button>
        {"share" in navigator && (
          <button
            class="button"
            type="button"
            onClick={() => void share(address, say)}
          >
            {words.share}
          </button>
        )}
      </div>
      <p class="dialog__status" role="status">{status}</p>
    </div>
  );
}

async function share(url: string, say: (status: string) => void): Promise<void> {
  try {
    await navigator.share({ url, text: strings.invite.shareText });
  } catch (error) {
    const isCancelled = error instanceof DOMException && error.name === "AbortError";
    if (!isCancelled) say(messageOf(error));
  }
}

/** Pixels of a code's module, and modules of quiet around it, which readers need. */
const MODULE_PX = 6;
const QUIET_MODULES = 4;

/** The address as a QR code. The encoder is loaded when one is first shown. */
function QrCode({ text }: { readonly text: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    drawCode(canvas.current, text).catch((error) => setProblem(messageOf(error)));
  }, [text]);
  return (
    <figure class="invite__code">
      <canvas ref={canvas} role="img" aria-label={strings.invite.code} hidden={problem !== ""} />
      <p role="status">{problem}</p>
    </figure>
  );
}

async function drawCode(canvas: HTMLCanvasElement | null, text: string): Promise<void> {
  const { generate } = await import("lean-qr/nano");
  const code = generate(text);
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  canvas.width = canvas.height = (code.size + 2 * QUIET_MODULES) * MODULE_PX;
  // Always dark on light: many readers know nothing else.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "black";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      const [left, top] = [x + QUIET_MODULES, y + QUIET_MODULES].map((at) => at * MODULE_PX);
      if (code.get(x, y)) context.fillRect(left!, top!, MODULE_PX, MODULE_PX);
    }
  }
}
