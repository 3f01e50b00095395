import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
  Scalar as YamlScalar,
} from 'yaml';
import { type Problem, problemAt } from './problem.js';
import type { Entry, Mapping, Place, Tree } from './tree.js';

export interface Parsed {
  /** Undefined for an empty text. */
  readonly tree: Tree | undefined;
  readonly problems: readonly Problem[];
}

/** Aliases repeat what they name: without a bound ten lines could grow to gigabytes. */
const maxNodes = 500_000;
const maxDepth = 64;

/**
 * Parses one YAML document and keeps where everything stands. Every scalar stays the text that was written (YAML's failsafe schema), because only the
 * option knows what it is: the ticker `TRUE` is no boolean. Merge keys (`<<`) are understood.
 * @param at where the text came from: a file's name, or a variable or flag whose problems have no lines
 */
export function readYaml(text: string, at: { readonly file: string; readonly lines: boolean }): Parsed {
  const lineCounter = new LineCounter();
  const lines = text.split(/\r\n|\n|\r/);

  const place = (start: number, end: number): Place => {
    if (!at.lines) return { file: at.file };
    const { line, col } = lineCounter.linePos(start);
    const source = lines[line - 1] ?? '';
    const length = Math.max(1, Math.min(end - start, source.length - col + 1));
    return { file: at.file, line, column: col, length, text: source };
  };

  // The parser recurses and dies with the process on thousands of these; nobody writes a hundred by hand.
  const deep = /(?:[[{]\s*){100}/.exec(text);
  if (deep) return { tree: undefined, problems: [tooDeep(at.lines ? startOf(at.file) : { file: at.file })] };

  const document = parseDocument(text, { schema: 'failsafe', lineCounter, prettyErrors: false, uniqueKeys: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const starts = openQuotes(document.contents);
    const problems = faults.map(fault => syntaxProblem(fault, place, starts));
    return { tree: undefined, problems: firstOfEachLine(problems) };
  }

  const problems: Problem[] = [];
  let nodes = 0;
  let tooMuch = false;

  function tree(node: Node | null, path: string, depth: number, fallback: Place): Tree {
    if (node === null) return { kind: 'scalar', text: '', plain: true, shown: '', literal: true, place: fallback };
    const [start, end] = node.range!;
    const here = place(start, isCollection(node) ? start + 1 : end);
    if (!tooMuch && (depth > maxDepth || ++nodes > maxNodes)) {
      tooMuch = true;
      problems.push(tooDeep(here));
    }
    if (tooMuch) return { kind: 'unusable', place: here };
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target) return tree(target, path, depth + 1, here);
      problems.push(
        problemAt(here, {
          code: 'syntax',
          path,
          message: `The alias \`*${node.source}\` names no anchor above it.`,
          mend: `Write \`&${node.source}\` at the value that it should repeat, or put quotes around a value that begins with \`*\`.`,
        }),
      );
      return { kind: 'unusable', place: here };
    }
    if (isScalar(node)) return scalar(node, start, end);
    if (isMap(node)) return mapping(node, path, depth, here);
    const items = isCollection(node) ? node.items : [];
    return {
      kind: 'list',
      items: items.map((item, index) =>
        tree(isPair(item) ? null : (item as Node), `${path}[${index}]`, depth + 1, here),
      ),
      place: here,
    };
  }

  function scalar(node: YamlScalar, start: number, end: number): Tree {
    const value = String(node.value);
    const plain = node.type === YamlScalar.PLAIN;
    const here = place(start, end);
    return { kind: 'scalar', text: value, plain, shown: value, literal: true, place: here };
  }

  function mapping(
    node: { items: { key: unknown; value: unknown }[] },
    path: string,
    depth: number,
    here: Place,
  ): Mapping {
    const entries = new Map<string, Entry>();
    const merged: Entry[] = [];
    for (const { key, value } of node.items) {
      const keyNode = key as Node;
      const keyPlace = keyNode?.range ? place(keyNode.range[0], keyNode.range[1]) : here;
      if (!isScalar(keyNode)) {
        problems.push(
          problemAt(keyPlace, {
            code: 'syntax',
            path,
            message: 'A key must be a plain word.',
            mend: 'If this is a `{…}` or `[…]` value, put it behind `KEY: `; put quotes around a text that begins with a brace.',
          }),
        );
        continue;
      }
      const name = String(keyNode.value);
      const childPath = path === '' ? name : `${path}.${name}`;
      const child = tree(value as Node | null, childPath, depth + 1, keyPlace);
      if (name === '<<' && keyNode.type === YamlScalar.PLAIN) {
        for (const from of child.kind === 'list' ? child.items : [child])
          if (from.kind === 'map') merged.push(...from.entries);
        continue;
      }
      const first = entries.get(name);
      if (first) {
        const line = first.place.line === undefined ? '' : ` in line ${first.place.line}`;
        problems.push(
          problemAt(keyPlace, {
            code: 'duplicate-key',
            path: childPath,
            message: `\`${name}\` is given twice; the first stands${line}.`,
            mend: 'Keep one of them.',
          }),
        );
        continue;
      }
      entries.set(name, { key: name, place: keyPlace, value: child });
    }
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return { kind: 'map', entries: [...entries.values()], place: here };
  }

  const contents = document.contents;
  return { tree: contents ? tree(contents, '', 0, place(0, 1)) : undefined, problems };
}

/** A file as a whole. */
export const startOf = (file: string): Place => ({ file, line: 1, column: 1, length: 0, text: '' });

const tooDeep = (place: Place): Problem =>
  problemAt(place, {
    code: 'syntax',
    path: '',
    message: `The text is nested more than ${maxDepth} deep, or its aliases repeat more than ${maxNodes.toLocaleString('en')} values.`,
    mend: 'Write the values out, or use fewer aliases (`*NAME`).',
  });

/** Where each quoted text begins, by where it ends: a missing quote is noticed far below the place to mend. */
function openQuotes(contents: Node | null): Map<number, number> {
  const starts = new Map<number, number>();
  visit(contents, {
    Scalar(_, node) {
      if (node.range) starts.set(node.range[1], node.range[0]);
    },
  });
  return starts;
}

const firstOfEachLine = (problems: readonly Problem[]): Problem[] => {
  const seen = new Set<number | undefined>();
  return problems.filter(({ line }) => !seen.has(line) && seen.add(line));
};

type Words = readonly [message: string, mend: string];

const quoteIt: Words = [
  'This text cannot stand here without quotes.',
  'Put quotes around the value, for example `"${VAR}"` within braces, or check the indentation of this line and the one above.',
];

const words: Partial<Record<YAMLError['code'], Words>> = {
  TAB_AS_INDENT: ['This line is indented by a tab.', 'Use spaces: YAML does not take tabs there.'],
  BAD_INDENT: [
    'The indentation does not fit, or a bracket above is not closed.',
    'Indent keys of one block by the same number of spaces, and close each `[` and `{`.',
  ],
  MULTIPLE_DOCS: [
    'The file holds more than one YAML document.',
    'Keep one: remove the `---` or `...` line and what follows.',
  ],
  BAD_SCALAR_START: [
    'A value without quotes cannot begin with this character.',
    'Put quotes around the value: `"@…"`.',
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    'A second `key:` follows where only a value fits.',
    'Put nested keys on lines of their own, indented below; put quotes around a value that contains `: `.',
  ],
  MULTILINE_IMPLICIT_KEY: [
    'This line has no `:` or continues the one above by accident.',
    'Write `key: value`, and check the indentation.',
  ],
  UNEXPECTED_TOKEN: quoteIt,
  BAD_DQ_ESCAPE: [
    'A backslash within double quotes begins an unknown escape.',
    'Use single quotes, or write `\\\\` for a backslash.',
  ],
  TAG_RESOLVE_FAILED: [
    'Tags (`!…`) are not understood here.',
    'Remove the tag; put quotes around a value that begins with `!`.',
  ],
};

function syntaxProblem(
  fault: YAMLError,
  place: (start: number, end: number) => Place,
  starts: ReadonlyMap<number, number>,
): Problem {
  const [from, to] = fault.pos;
  if (fault.code === 'MISSING_CHAR' && fault.message.includes('quote')) {
    const start = starts.get(from) ?? from;
    return problemAt(place(start, start + 1), {
      code: 'syntax',
      path: '',
      message: 'The text that begins here has no closing quote.',
      mend: 'Close it on the same line with the same kind of quote.',
    });
  }
  const [message, mend] = words[fault.code] ?? [
    `This is not YAML: ${fault.message}.`,
    'Check quotes, brackets and indentation.',
  ];
  return problemAt(place(from, Math.min(to, from + 20)), { code: 'syntax', path: '', message, mend });
}
