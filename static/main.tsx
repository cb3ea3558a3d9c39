/// <reference lib="dom" />
import { assemble } from "./app/assemble.ts";
import { mount } from "./ui/app.tsx";

const isVisible = () => document.visibilityState === "visible";
const { app, begin, becameVisible } = await assemble({
  language: document.documentElement.lang,
  baseUri: document.baseURI,
  icon: new URL("favicon.svg", import.meta.url).href,
  isVisible,
  isInFront: () => isVisible() && document.hasFocus(),
});

/** Input in the document's form before the components replaced it. */
const begun = readForm();
document.addEventListener("visibilitychange", () => isVisible() && becameVisible());
mount(rootElement(), app);
begin(begun);

function readForm() {
  const name = document.querySelector<HTMLInputElement>("#join-name");
  // Nobody can touch this hidden field, so only a submission of its form makes it match.
  const isPressed = CSS.supports("selector(:user-valid)") &&
    document.querySelector("#join-pressed:user-valid") !== null;
  return { username: name?.value ?? "", isPressed };
}

function rootElement(): HTMLElement {
  const root = document.getElementById("root");
  if (root === null) throw new TypeError("Cannot find the element that the page is drawn in");
  return root;
}
