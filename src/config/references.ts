import { type Kind, report } from './kind.js';
import { text } from './scalars.js';
import { meant } from './spelling.js';

const kinds = { sources: 'source', symbols: 'symbol list' } as const;

/** A name that must stand under `sources` or `symbols`. */
export function nameOf(section: keyof typeof kinds): Kind<string> {
  const plain = text();
  return {
    ...plain,
    title: `name under \`${section}\``,
    read(tree, at) {
      const name = plain.read(tree, at);
      if (name === undefined || tree.kind !== 'scalar') return undefined;
      if (at.names[section].includes(name)) return name;
      const mend =
        at.names[section].length > 0
          ? meant(name, at.names[section], `names under \`${section}\``)
          : `Add it under \`${section}:\`.`;
      return report(at, tree.place, 'unknown-name', `There is no ${kinds[section]} \`${tree.shown}\`.`, mend);
    },
  };
}
