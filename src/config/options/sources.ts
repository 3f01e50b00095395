import { isIP } from 'node:net';
import { list, map } from '../collections.js';
import { baseUrl, isLoopbackAddress, timeOfDay, timeZone } from '../formats.js';
import { type ObjectOf, optional, preset, required, within } from '../kind.js';
import { type Check, object } from '../object.js';
import { boolean, choice, duration, integer, reportLiteralSecret, secret, secretMend, size } from '../scalars.js';

/** The vendors a source can name; src/sources has one file for each. */
export const sourceTypes = {
  'alpha-vantage': { needsKey: true },
  kraken: { needsKey: false },
} as const satisfies Record<string, { readonly needsKey: boolean }>;

export type SourceType = keyof typeof sourceTypes;

const day = 86_400_000;

const limitFields = {
  requests: required(integer({ min: 1, max: 10_000_000 }), 'Calls (or credits) that fit into one window.'),
  per: required(duration({ min: 100, max: 366 * day }), 'Length of the window.'),
  resetsAt: optional(timeOfDay, 'The window starts anew at this time of day; without it the window slides.'),
  zone: optional(timeZone, 'Time zone of `resetsAt`; UTC when absent.'),
};

const limit = object(limitFields, ({ value: { per, resetsAt, zone }, entry, report }) => {
  if (zone !== undefined && !entry('resetsAt'))
    report(
      'zone',
      'no-effect',
      '`zone` has no meaning without `resetsAt`.',
      'Add `resetsAt: "00:00"`, or remove `zone`.',
    );
  if (per !== undefined && per > day && resetsAt !== undefined) {
    report(
      'resetsAt',
      'no-effect',
      'A window of more than a day cannot start anew at a time of day.',
      'Remove `resetsAt` (the window slides), or write `per: 1d`.',
    );
  }
});

const fields = {
  type: required(choice(Object.keys(sourceTypes) as SourceType[]), 'The vendor; its name goes into each record.'),
  apiKey: optional(secret(true), 'The key of your account, as `"${VAR}"` or `"${file:PATH}"`.'),
  baseUrl: optional(baseUrl, 'Origin, and a path in front of the vendor’s own, to call instead of the vendor.'),
  allowPrivate: preset(
    boolean,
    'false',
    'Lets the name in `baseUrl` lead to a private or loopback address. An address written there literally needs no leave.',
  ),
  limits: optional(
    list(limit, { min: 1, max: 16 }),
    'Every window that the vendor counts; those of its smallest plan when absent.',
  ),
  concurrency: optional(integer({ min: 1, max: 1_000 }), 'Calls in flight at once; chosen by vendor when absent.'),
  deadline: preset(duration({ min: 100, max: 600_000 }), '30s', 'A call that takes longer is given up.'),
  maxBytes: preset(size({ min: 1_024, max: 64 * 1024 ** 2 }), '8MiB', 'A longer answer is refused.'),
  format: preset(choice(['json', 'csv']), 'json', 'What to ask for where the vendor has both.'),
  entitlement: optional(
    choice(['realtime', 'delayed']),
    'Alpha Vantage: the data your plan includes beyond end of day.',
  ),
};

/** A literal key may stand beside the literal address of this machine: what answers there is a simulator. */
const checkLiteralKey: Check<ObjectOf<typeof fields>> = ({ value: { baseUrl: base }, at, entry }) => {
  const key = entry('apiKey');
  if (key?.value.kind !== 'scalar' || !key.value.literal || key.value.text === '') return;
  if (base !== undefined && isLoopbackAddress(new URL(base).hostname)) return;
  reportLiteralSecret(within(at, 'apiKey', key.place), key.value);
};

const checkKey: Check<ObjectOf<typeof fields>> = ({ value: { type, apiKey }, entry, report }) => {
  if (type === undefined || !sourceTypes[type].needsKey || apiKey !== undefined) return;
  const given = entry('apiKey');
  // An unset variable was reported where it stands.
  if (given?.value.kind === 'unusable') return;
  const [why, mend] = given
    ? ['its `apiKey` is empty', 'Check the variable or the file that it comes from.']
    : ['it has no `apiKey`', secretMend('apiKey')];
  report('apiKey', 'missing-key', `A source of type \`${type}\` needs a key, and ${why}.`, mend);
};

/** Everyone on the way could read a key that goes over http. Private addresses are written literally or have `allowPrivate`. */
const checkClearText: Check<ObjectOf<typeof fields>> = ({ value: { baseUrl: base, allowPrivate, apiKey }, report }) => {
  if (base === undefined || apiKey === undefined || allowPrivate === true) return;
  const { protocol, hostname } = new URL(base);
  if (protocol !== 'http:' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return;
  report(
    'baseUrl',
    'clear-text',
    'The key would go over the network in clear text.',
    'Write `https://`; for a host of your own network add `allowPrivate: true`.',
  );
};

export const sources = map(
  object(fields, checking => {
    checkLiteralKey(checking);
    checkKey(checking);
    checkClearText(checking);
  }),
);
