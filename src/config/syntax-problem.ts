import { isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';
import { type Problem, problemAt } from './problem.js';
import type { Place } from './tree.js';

/** Where each text and each bracket begins, by where it ends: what is not closed is noticed far below the place to mend. */
export function startsByEnd(contents: Node | null): Map<number, number> {
  const starts = new Map<number, number>();
  visit(contents, {
    Node(_, node) {
      const open = isScalar(node) || (isCollection(node) && node.flow === true);
      if (open && node.range) starts.set(node.range[1], node.range[0]);
    },
  });
  return starts;
}

type Words = readonly [message: string, mend: string];

const quoteIt: Words = [
  'This text cannot stand here without quotes.',
  'Put quotes around the value, or check the indentation of this line and the one above.',
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
  BAD_SCALAR_START: ['A value without quotes cannot begin with this character.', 'Put quotes around the value.'],
  BLOCK_AS_IMPLICIT_KEY: [
    'A second `key:` follows where only a value fits.',
    'If the next line is an option of its own, indent it like this one; put quotes around a value that contains `: `.',
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
  RESOURCE_EXHAUSTION: ['The text is nested far too deep.', 'No option lies that deep: check the brackets.'],
  TAG_RESOLVE_FAILED: [
    'Tags (`!…`) are not understood here.',
    'Remove the tag; put quotes around a value that begins with `!`.',
  ],
};

/** Faults that leave the parser knowing where it is. */
export const independent: ReadonlySet<YAMLError['code']> = new Set([
  'TAB_AS_INDENT',
  'BAD_SCALAR_START',
  'TAG_RESOLVE_FAILED',
  'BAD_DQ_ESCAPE',
]);

/** The parser's complaint in words for people who do not know YAML's terms. Marks no more than is safe to show: a secret may follow. */
export function syntaxProblem(
  fault: YAMLError,
  text: string,
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
  const open = starts.get(from);
  if (fault.message.startsWith('Flow ') && open !== undefined) {
    return problemAt(place(open, open + 1), {
      code: 'syntax',
      path: '',
      message: `The \`${text[open]}\` that begins here is not closed, or what it holds is indented too little.`,
      mend: `Close it with \`${text[open] === '[' ? ']' : '}'}\`, and indent each of its lines.`,
    });
  }
  if (text.startsWith('${', from - 1)) {
    return problemAt(place(from - 1, text.indexOf('}', from) + 1), {
      code: 'syntax',
      path: '',
      message: 'Within `{…}` and `[…]` a substitution needs quotes.',
      mend: 'Write `"${VAR}"`, with the quotes.',
    });
  }
  const [message, mend] = words[fault.code] ?? [
    `This is not YAML: ${fault.message.split(/[:"]/, 1)[0]}.`,
    'Check quotes, brackets and indentation.',
  ];
  return problemAt(place(from, fault.code === 'TAG_RESOLVE_FAILED' ? to : from + 1), {
    code: 'syntax',
    path: '',
    message,
    mend,
  });
}
