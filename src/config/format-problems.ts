import type { Problem } from './problem.js';

const codes = { red: '\u001b[31m', bold: '\u001b[1m', cyan: '\u001b[36m', dim: '\u001b[2m', off: '\u001b[0m' };

/** For people, at most five lines a problem: code, place and option; what is wrong; how to mend it; the source line with a mark. Ends with a newline. */
export function formatProblems(problems: readonly Problem[], { color }: { readonly color: boolean }): string {
  const paint = (style: Exclude<keyof typeof codes, 'off'>, text: string): string =>
    color ? `${codes[style]}${text}${codes.off}` : text;
  const blocks = problems.map(problem => {
    const { code, line, column, excerpt } = problem;
    const path = harmless(problem.path);
    const place = harmless(problem.file) + (line === undefined ? '' : `:${line}:${column}`);
    const head = [paint('red', code), paint('bold', place), ...(path === '' ? [] : [path])].join(' ');
    const number = String(line).padStart(4);
    const source = excerpt
      ? [
          paint('dim', `${number} | ${harmless(excerpt.text)}`),
          paint('dim', `${' '.repeat(number.length)} | `) +
            ' '.repeat(excerpt.from) +
            paint('red', '^'.repeat(excerpt.length)),
        ]
      : [];
    return [head, `  ${harmless(problem.message)}`, `  ${paint('cyan', harmless(problem.mend))}`, ...source].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

/** A value from the file must not steer the terminal that shows it. */
const harmless = (text: string): string => text.replaceAll(/\p{Cc}/gu, '�');
