import { options } from './options.js';
import { type Step, walk } from './walk.js';

/** Every option as Markdown: one table for each top name, in the order of the declaration. Stands in docs/configuration.md. */
export function optionsMarkdown(): string {
  const sections = new Map<string, Step[]>();
  for (const step of walk(options)) {
    const top = step.path.split(/[.[]/, 1)[0]!;
    sections.set(top, [...(sections.get(top) ?? []), step]);
  }
  return [...sections].map(([top, steps]) => section(top, steps)).join('\n');
}

function section(top: string, [first, ...rest]: readonly Step[]): string {
  const { doc, notYet } = first!.field;
  const later = notYet === undefined ? '' : '\n\nNot in this version.';
  const rows = (rest.length > 0 ? rest : [first!]).filter(step => !isPlainMap(step)).map(row);
  return [
    `### ${top}\n\n${doc}${later}\n`,
    '| Option | Value | Default | Meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** A section that only groups has nothing to say in the table that its rows do not. */
const isPlainMap = ({ field }: Step): boolean => field.preset === '{}' && field.kind.inside.kind === 'object';

function row({ path, field: { kind, doc, presence, preset, from, notYet }, only }: Step): string {
  const fallback = preset === undefined ? '' : from || preset === '{}' ? preset : `\`${preset}\``;
  const cells = [
    `\`${path}\``,
    kind.title,
    presence === 'required' ? '**required**' : fallback === '{}' ? '' : fallback,
    [only && `(\`${only}\`)`, notYet && 'Not in this version.', doc].filter(Boolean).join(' '),
  ];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
