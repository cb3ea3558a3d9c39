/** Pieces that addresses, and what is cut off them, are made of. */
export const PIECES = [
  "https://",
  "http://",
  "mailto:",
  "www.",
  "a.b",
  ".com",
  "/",
  "@",
  ":",
  "\\",
  "%41",
  "../",
  "?",
  "#",
]
  .concat([..."()[]{}.,;!'’…*_~ \n\"«»<>aZ1é中\u0301\u202e\u2066😀"]);
