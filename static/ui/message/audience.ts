import type { Message } from "../../model/item.ts";
import { withNames, type Word } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";

/** Who reads a message, if not everyone: "private, to bob". */
export function audienceOf({ isMine }: Message, peer: string | null): readonly Word[] {
  if (peer === null) return [];
  if (isMine) return withNames(strings.message.privateTo, peer);
  return [{ text: strings.message.privateToYou, isName: false }];
}
