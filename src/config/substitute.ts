import type { Env } from './environment.js';
import { type Problem, problemAt } from './problem.js';
import { nearest, oneOfThese } from './spelling.js';
import type { Place, Scalar, Tree } from './tree.js';

export interface Substitution {
  readonly env: Env;
  /** The text of a file, or why there is none. */
  readonly readFile: (path: string) => { readonly text: string } | { readonly fault: string };
  readonly report: (problem: Problem) => void;
  /** Stands for a variable that is not set; reported when absent. */
  readonly unset?: string;
}

/** `$${` stands for `${`; an opening without `}` is matched too, to be reported. */
const token = /\$\$\{|\$\{([^}]*)(\})?/g;
const variable = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:-|:\?)([\s\S]*))?$/;

/** Replaces `${…}` in every value of a tree. What was put in is never looked at again: a key that holds `${` stays as it is. */
export function substitute(tree: Tree, path: string, using: Substitution): Tree {
  switch (tree.kind) {
    case 'map': {
      const entries = tree.entries.map(entry => {
        const inner = path === '' ? entry.key : `${path}.${entry.key}`;
        return { ...entry, value: substitute(entry.value, inner, using) };
      });
      return { ...tree, entries };
    }
    case 'list':
      return { ...tree, items: tree.items.map((item, index) => substitute(item, `${path}[${index}]`, using)) };
    case 'scalar':
      return tree.text.includes('${') ? substituteText(tree, path, using) : tree;
    case 'unusable':
      return tree;
  }
}

function substituteText(scalar: Scalar, path: string, { env, readFile, report, unset }: Substitution): Tree {
  let failed = false;
  let replaced = false;
  let literal = false;
  let end = 0;
  let text = '';

  const fail = (code: Problem['code'], match: string, message: string, mend: string): string => {
    failed = true;
    report(problemAt(within(scalar.place, match), { code, path, message, mend }));
    return '';
  };

  const value = (match: string, body: string): string => {
    if (body.startsWith('file:')) {
      const read = readFile(body.slice('file:'.length));
      if ('text' in read) return read.text;
      return fail(
        'bad-substitution',
        match,
        `\`${match}\`: ${read.fault}.`,
        'The path is relative to the config file; check that it is there and readable.',
      );
    }
    const parts = variable.exec(body);
    if (!parts || body.includes('${')) {
      return fail(
        'bad-substitution',
        match,
        `\`${match}\` is not a substitution.`,
        'Write `${VAR}`, `${VAR:-default}`, `${VAR:?message}` or `${file:PATH}`; `$${` for the characters `${` themselves.',
      );
    }
    const [, name = '', operator, rest = ''] = parts;
    const found = Object.hasOwn(env, name) ? env[name] : operator === ':-' ? undefined : unset;
    if (operator === ':-') {
      literal ||= !found && rest !== '';
      return found || rest;
    }
    if (operator === ':?' && !found) {
      return fail(
        'unset-variable',
        match,
        rest || `The variable ${name} is not set.`,
        `Set the environment variable ${name}.`,
      );
    }
    if (found === undefined) {
      const near = nearest(name, Object.keys(env));
      const hint = near.length > 0 ? ` Did you mean ${oneOfThese(near)}?` : '';
      return fail(
        'unset-variable',
        match,
        `The environment variable ${name} is not set.${hint}`,
        `Set it, for example \`export ${name}=…\`; where it may be missing, write \`\${${name}:-}\`.`,
      );
    }
    return found;
  };

  for (const match of scalar.text.matchAll(token)) {
    const between = scalar.text.slice(end, match.index);
    literal ||= between.trim() !== '';
    text += between;
    end = match.index + match[0].length;
    if (match[0] === '$${') {
      text += '${';
      literal = true;
    } else if (match[2] === undefined) {
      fail(
        'bad-substitution',
        match[0],
        'A `${` is not closed.',
        'Close it with `}`, or write `$${` for the characters `${` themselves.',
      );
    } else {
      replaced = true;
      text += value(match[0], match[1] ?? '');
    }
  }
  if (failed) return { kind: 'unusable', place: scalar.place };
  const rest = scalar.text.slice(end);
  literal ||= rest.trim() !== '';
  return {
    ...scalar,
    text: text + rest,
    plain: replaced ? false : scalar.plain,
    shown: replaced ? scalar.text : text + rest,
    literal,
  };
}

/** The place of `piece` if it stands as written in the line of `place`. */
function within(place: Place, piece: string): Place {
  if (place.line === undefined) return place;
  const at = place.text.indexOf(piece, place.column - 1);
  return at < 0 ? place : { ...place, column: at + 1, length: piece.length };
}
