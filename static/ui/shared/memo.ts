import { Component, type ComponentChild } from "preact";

/**
 * A component that is drawn again only when one of its properties is another one, or a context that
 * it uses. The one of `preact/compat` comes with what React needs, and slows each element down.
 */
export function memo<Props extends object>(draw: (props: Props) => ComponentChild) {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      return !hasSame(this.props, next);
    }

    override render(): ComponentChild {
      return draw(this.props);
    }
  };
}

function hasSame<Props extends object>(before: Props, after: Props): boolean {
  const keys = Object.keys(after) as (keyof Props)[];
  return keys.length === Object.keys(before).length &&
    keys.every((key) => before[key] === after[key]);
}
