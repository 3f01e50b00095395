import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  Scalar as YamlScalar,
} from 'yaml';
import { type Problem, problemAt } from './problem.js';
import { independent, startsByEnd, syntaxProblem } from './syntax-problem.js';
import type { Entry, Mapping, Place, Tree } from './tree.js';

export interface Parsed {
  /** Undefined for an empty text. */
  readonly tree: Tree | undefined;
  readonly problems: readonly Problem[];
}

/** Aliases repeat what they name: without a bound ten lines could grow to gigabytes. */
const maxNodes = 200_000;
const maxDepth = 64;

/**
 * Parses one YAML document and keeps where everything stands. Every scalar stays the text that was written (YAML's failsafe schema), because only the
 * option knows what it is: the ticker `TRUE` is no boolean. Merge keys (`<<`) are understood.
 * @param at where the text came from: a file's name, or a variable or flag whose problems have no lines
 */
export function readYaml(text: string, at: { readonly file: string; readonly lines: boolean }): Parsed {
  const lineCounter = new LineCounter();
  const lines = text.split(/\r?\n/);

  const place = (start: number, end: number): Place => {
    if (!at.lines) return { file: at.file };
    const { line, col } = lineCounter.linePos(start);
    const source = lines[line - 1] ?? '';
    const length = Math.max(1, Math.min(end - start, source.length - col + 1));
    return { file: at.file, line, column: col, length, text: source };
  };

  // The parser recurses, and on very many of these it takes the process with it; nobody writes a hundred by hand.
  if (/(?:[[{]\s*){100}|(?:[-?] ){100}/.test(text))
    return { tree: undefined, problems: [tooDeep(at.lines ? startOf(at.file) : { file: at.file })] };

  const document = parseDocument(text, { schema: 'failsafe', lineCounter, prettyErrors: false, uniqueKeys: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const starts = startsByEnd(document.contents);
    // Behind a fault that confuses the parser the next ones are mostly its echo.
    const echo = faults.findIndex(fault => !independent.has(fault.code));
    const heard = echo < 0 ? faults : faults.slice(0, echo + 1);
    const problems = heard.map(fault => syntaxProblem(fault, text, place, starts));
    return { tree: undefined, problems: firstOfEachLine(problems) };
  }

  const problems: Problem[] = [];
  let nodes = 0;
  let tooMuch = false;
  /** The alias that is being written out, seen from the outside. */
  let outermost: Place | undefined;

  function tree(node: Node | null, path: string, depth: number, fallback: Place): Tree {
    if (node === null) return { kind: 'scalar', text: '', plain: true, shown: '', literal: true, place: fallback };
    const [start, end] = node.range!;
    const here = place(start, isCollection(node) ? start + 1 : end);
    if (!tooMuch && (depth > maxDepth || ++nodes > maxNodes)) {
      tooMuch = true;
      problems.push(outermost ? tooMany(outermost) : tooDeep(here));
    }
    if (tooMuch) return { kind: 'unusable', place: here };
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target) {
        const outside = outermost;
        outermost ??= here;
        const repeated = tree(target, path, depth + 1, here);
        outermost = outside;
        return repeated;
      }
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
    message: `The text is nested more than ${maxDepth} deep.`,
    mend: 'No option lies that deep: check the brackets.',
  });

const tooMany = (place: Place): Problem =>
  problemAt(place, {
    code: 'syntax',
    path: '',
    message: `This alias contains itself, or repeats more than ${maxNodes.toLocaleString('en')} values.`,
    mend: 'Write the values out.',
  });

const firstOfEachLine = (problems: readonly Problem[]): Problem[] => {
  const seen = new Set<number | undefined>();
  return problems.filter(({ line }) => !seen.has(line) && seen.add(line));
};
