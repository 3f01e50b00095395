import { readdirSync } from 'node:fs';

/** `npm run bench -- NAME [ARGUMENTS]`: one file of this directory. Without a name: the path of a poll, appends, records and HTTP clients in turn. */
const [name] = process.argv.slice(2);
const names = readdirSync(new URL('.', import.meta.url))
  .filter(file => file.endsWith('.js') && file !== 'main.js')
  .map(file => file.slice(0, -3));
if (name === undefined) for (const one of ['polls', 'append', 'records', 'http']) await import(`./${one}.js`);
else if (names.includes(name)) await import(`./${name}.js`);
else {
  console.error(`npm run bench -- [NAME], which is one of: ${names.join(', ')}`);
  process.exitCode = 2;
}
