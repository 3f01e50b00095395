import type { Breakage } from '../../sim/mutations/broken-copy.js';

/** What the crash tests are worth is seen by what they find. */
export interface Mutation extends Breakage {
  /** Of `test:crash -- --only`, or a file of tests. */
  readonly part: string;
  /** In the words of the test that fails. */
  readonly says: RegExp;
}

export const mutations: readonly Mutation[] = [
  {
    name: 'answer-before-commit',
    file: 'src/log/embedded/embedded-log.ts',
    search: '          await environment.commit([',
    replace:
      '          for (const { waiting, positions } of taken) waiting.resolve(positions);\n          await environment.commit([',
    part: 'calls/empty/fdatasync',
    says: /\d+ × \w+ lost/,
  },
  {
    name: 'no-flush',
    file: 'src/log/embedded/environment.ts',
    search: 'overlappingSync: false,',
    replace: 'overlappingSync: false, noSync: true,',
    part: 'power/good',
    says: /\d+ × \w+ lost|damaged/,
  },
  {
    name: 'flush-behind-answer',
    file: 'src/log/embedded/environment.ts',
    search: 'overlappingSync: false,',
    replace: 'overlappingSync: true,',
    part: 'power/good',
    says: /\d+ × \w+ lost|damaged/,
  },
  {
    name: 'commit-in-two',
    file: 'src/log/embedded/embedded-log.ts',
    search: 'await environment.commit([...declarations, ...retirement.changes, ...draft.changes()], claim.id);',
    replace:
      'const all = draft.changes();\n          await environment.commit([...declarations, ...retirement.changes, ...all.slice(0, 1)], claim.id);\n          await environment.commit(all.slice(1), claim.id);',
    part: 'calls/empty/fdatasync',
    says: /\d+ × \w+ (lost|that nobody wrote)/,
  },
  {
    name: 'fence-dropped',
    file: 'src/log/embedded/environment.ts',
    search: 'fence === undefined ? await store.batch(apply)',
    replace: 'fence !== -1 ? await store.batch(apply)',
    part: 'build/test/log/embedded.test.js',
    says: /a writer that was overtaken behind its back writes nothing more/,
  },
  {
    name: 'torn-block-served',
    file: 'src/log/embedded/block.ts',
    search: 'if (bytes.readUInt32LE(0) !== crc32(bytes.subarray(4)))',
    replace: 'if (bytes.length === 0)',
    part: 'damage/0',
    says: /false|served|nobody wrote/,
  },
  {
    name: 'entry-unchecked',
    file: 'src/log/embedded/keys.ts',
    search: 'return crc32(value, crc32(key)) === entry.readUInt32LE(0) ? value : undefined;',
    replace: 'return value;',
    part: 'damage/0',
    says: /served/,
  },
  {
    name: 'failed-commit-built-on',
    file: 'src/log/embedded/environment.ts',
    search: 'hasFailed = true;\n        await drop(store);',
    replace: '',
    part: 'disk',
    says: /expected that it goes on/,
  },
  {
    name: 'settled-unreserved',
    file: 'src/ingest/blueprint.ts',
    search: 'log.append({ batches: [], state }).then(',
    replace: 'Promise.resolve().then(',
    part: 'graph/0',
    says: /calls reached the vendor/,
  },
  {
    name: 'block-understated',
    file: 'src/schedule/bookings.ts',
    search: 'const entry = ({ seq: at, untilMs, weight }: Booking): StateChange =>',
    replace: 'const entry = ({ seq: at, untilMs, used: weight }: Booking): StateChange =>',
    part: 'graph/0',
    says: /calls reached the vendor/,
  },
  {
    name: 'refused-commit-dropped',
    file: 'src/ingest/commit-stage.ts',
    search: 'from(log.append(commit))',
    replace: 'from(log.append(commit).catch(() => undefined))',
    part: 'graph-disk/full',
    says: /fl-seq \d+ at/,
  },
  {
    name: 'cursor-left-behind',
    file: 'src/ingest/settle.ts',
    search: 'state.push([`cursor/${key}`, encodeCursor(after)]);',
    replace: 'void after;',
    part: 'graph/0',
    says: /id \S+ twice/,
  },
  {
    name: 'numbers-not-stored',
    file: 'src/log/writer.ts',
    search: 'state: [...prepared.flatMap(part => part.state), ...state],',
    replace: 'state: [...state],',
    part: 'graph/0',
    says: /fl-seq \d+ at/,
  },
];
