/**
 * The one element of the page that has this id.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 * @throws {TypeError} When it is missing or of another kind: the page and its script don't match.
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new TypeError(`Cannot find ${kind.name} with id "${id}"`);
  return element;
}

/**
 * A fresh copy of a template's first element.
 *
 * @param {string} id
 * @returns {HTMLElement}
 * @throws {TypeError} When the template is missing or empty.
 */
export function cloneTemplate(id) {
  const first = byId(id, HTMLTemplateElement).content.firstElementChild;
  if (first === null) throw new TypeError(`Cannot copy template "${id}": it is empty`);
  return /** @type {HTMLElement} */ (document.importNode(first, true));
}

/**
 * The first element inside `root` that carries `data-part="name"`.
 *
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement}
 * @throws {TypeError} When there is none.
 */
export function part(root, name) {
  const element = root.querySelector(`[data-part="${name}"]`);
  if (!(element instanceof HTMLElement)) throw new TypeError(`Cannot find part "${name}"`);
  return element;
}

/**
 * An element with a class and text; everything people typed goes through here or `textContent`.
 *
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

/**
 * Writes text only when it changes, so that a status line is not announced again.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Whether typing goes into this element already.
 *
 * @param {EventTarget | null} target
 */
export function isTextField(target) {
  return target instanceof HTMLElement &&
    target.matches("textarea, select, input, [contenteditable]");
}
