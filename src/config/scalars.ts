import { orSubstitution } from './json-schema.js';
import { type JsonSchema, type Kind, type Reading, report, wrongType } from './kind.js';
import { type Secret, secret as seal } from './secret.js';
import { meant } from './spelling.js';
import { isNothing, type Scalar, type Tree } from './tree.js';
import {
  durationPattern,
  guessDuration,
  guessSize,
  parseDuration,
  parseSize,
  showDuration,
  showSize,
  sizePattern,
} from './units.js';

/** A kind whose value is one text. `wanted` and `mend` are what a person reads when it is something else. */
function scalar<T>(
  title: string,
  schema: JsonSchema,
  wanted: string,
  mend: string,
  read: (text: string, at: Reading, node: Scalar) => T | undefined,
): Kind<T> {
  return {
    title,
    schema,
    inside: { kind: 'scalar' },
    read(tree: Tree, at: Reading) {
      if (tree.kind !== 'scalar' || isNothing(tree)) return wrongType(at, tree, wanted, mend);
      return read(tree.text, at, tree);
    },
  };
}

/** A text, `pattern` as people would say it in `wanted`. */
export function text(
  options: {
    readonly title?: string;
    readonly pattern?: RegExp;
    readonly wanted?: string;
    readonly mend?: string;
  } = {},
): Kind<string> {
  const {
    title = 'text',
    pattern = /\S/,
    wanted = 'a text',
    mend = 'Write it on one line; put quotes around it if it holds `: ` or ` #`.',
  } = options;
  return scalar(title, orSubstitution({ type: 'string', pattern: pattern.source }), wanted, mend, (value, at, node) => {
    if (value.length <= 4_096 && pattern.test(value)) return value;
    const found = value.trim() === '' ? 'an empty text' : `\`${node.shown.slice(0, 60)}\``;
    return report(at, node.place, 'wrong-value', `Expected ${wanted}, found ${found}.`, mend);
  });
}

/** Exactly this word: the value of a tag. */
export const constant = (name: string): Kind<string> =>
  scalar(`\`${name}\``, { const: name }, `\`${name}\``, `Write \`${name}\`.`, value => value);

/** One of a few words. `notYet` are words of the design that this version cannot do, with the mend. */
export function choice<const T extends string>(words: readonly T[], notYet: Partial<Record<T, string>> = {}): Kind<T> {
  return scalar(
    words.map(word => `\`${word}\``).join(' | '),
    orSubstitution({ enum: words }),
    'a word',
    `Write one of: ${words.join(', ')}.`,
    (value, at, node) => {
      const word = words.find(known => known === value);
      if (word === undefined) {
        return report(
          at,
          node.place,
          'wrong-value',
          `\`${node.shown}\` is not a value of \`${at.path}\`.`,
          meant(value, words, 'values'),
        );
      }
      const later = notYet[word];
      if (later !== undefined)
        return report(at, node.place, 'not-yet', `This version does not have \`${at.path}: ${word}\`.`, later);
      return word;
    },
  );
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function bounded(
  title: string,
  { min, max }: Bounds,
  show: (value: number) => string,
  schema: JsonSchema,
  wanted: string,
  parse: (text: string) => number | undefined,
  guess: (text: string) => string | undefined = () => undefined,
): Kind<number> {
  const range = `from ${show(min)} to ${show(max)}`;
  return scalar(`${title}, ${show(min)} to ${show(max)}`, schema, wanted, `Write one ${range}.`, (value, at, node) => {
    const number = parse(value);
    if (number === undefined) {
      const meant = guess(value);
      return wrongType(at, node, wanted, meant ? `Did you mean \`${meant}\`?` : `Write one ${range}.`);
    }
    if (number >= min && number <= max) return number;
    const bound = number < min ? `less than ${show(min)}` : `more than ${show(max)}`;
    return report(at, node.place, 'out-of-bounds', `\`${node.shown}\` is ${bound}.`, `Write a value ${range}.`);
  });
}

const plain = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 6, useGrouping: false });

export const integer = (bounds: Bounds): Kind<number> =>
  bounded(
    'integer',
    bounds,
    plain,
    orSubstitution({ type: 'integer', minimum: bounds.min, maximum: bounds.max }),
    'a whole number',
    value => (/^[+-]?\d{1,15}$/.test(value) ? Number(value) : undefined),
  );

export const number = (bounds: Bounds): Kind<number> =>
  bounded(
    'number',
    bounds,
    plain,
    orSubstitution({ type: 'number', minimum: bounds.min, maximum: bounds.max }),
    'a number',
    value => (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?$/.test(value) ? Number(value) : undefined),
  );

/** Read as milliseconds. */
export const duration = (bounds: Bounds): Kind<number> =>
  bounded(
    'duration',
    bounds,
    showDuration,
    orSubstitution({ type: 'string', pattern: durationPattern.source }),
    'a duration like `30s`, `500ms`, `5m`, `1h` or `1d`',
    parseDuration,
    guessDuration,
  );

/** Read as bytes. */
export const size = (bounds: Bounds): Kind<number> =>
  bounded(
    'size',
    bounds,
    showSize,
    orSubstitution({ type: 'string', pattern: sizePattern.source }),
    'a size like `64MiB` or `1GiB`',
    parseSize,
    guessSize,
  );

export const boolean: Kind<boolean> = scalar(
  '`true` | `false`',
  orSubstitution({ type: 'boolean' }),
  '`true` or `false`',
  'Write `true` or `false`.',
  (value, at, node) => {
    if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true';
    return wrongType(at, node, '`true` or `false`', 'Write `true` or `false`.');
  },
);

/** How to give a secret without writing it down: `apiKey` → `"${API_KEY}"`. */
export const secretMend = (option: string): string => {
  const name = option.replaceAll(/([A-Z])/g, '_$1').toUpperCase();
  return `Put it into an environment variable and write \`${option}: "\${${name}}"\`, or into a file and write \`"\${file:PATH}"\`.`;
};

/** A text that stands in the configuration itself is no secret: files are committed, copied and pasted into questions. The text is not shown. */
export const reportLiteralSecret = (at: Reading, node: Scalar): undefined =>
  report(
    at,
    node.place,
    'literal-secret',
    'A secret stands in the configuration itself.',
    secretMend(at.path.split('.').at(-1)!),
    false,
  );

/** Wrapped as soon as it is read. An empty text is no secret: the option counts as left out. With `mayBeLiteral` the object around it judges. */
export const secret = (mayBeLiteral = false): Kind<Secret> =>
  scalar('secret', { type: 'string' }, 'a secret', 'Write `"${VAR}"` or `"${file:PATH}"`.', (value, at, node) => {
    if (value === '') return undefined;
    return node.literal && !mayBeLiteral ? reportLiteralSecret(at, node) : seal(value);
  });
