import {
  createBar,
  createProgress,
  each,
  element,
  fill,
  setClass,
  setText,
  updateBar,
  updateProgress,
} from './draw.js';
import { count, fromNow, orDash, size, soon, span, stamp } from './format.js';

const everyMs = 2000;
const shownSymbols = 50;
const shownFiles = 20;
const at = id => document.getElementById(id);
const ask = { search: at('search'), list: at('list'), order: at('order') };
const looks = {
  running: 'good',
  paused: 'warn',
  stopped: 'bad',
  standby: 'quiet',
  current: 'good',
  new: '',
  overdue: 'warn',
  skipped: 'warn',
  failing: 'bad',
  delisted: '',
  claimed: '',
  reading: '',
  published: '',
  archived: 'good',
  quarantined: 'bad',
  info: 'quiet',
  warn: 'warn',
  error: 'bad',
};
let answeredMs;
let timer;

/** @returns the parsed answer and how many there are in all */
async function get(path) {
  const token = sessionStorage.getItem('token');
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(path, { headers, signal: AbortSignal.timeout(8000), cache: 'no-store' });
  if (response.status === 401) throw Object.assign(new Error('a token is needed'), { isLocked: true });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return { body: await response.json(), total: Number(response.headers.get('x-total-count')) };
}

function symbolsPath() {
  const query = new URLSearchParams({ limit: String(shownSymbols), worstFirst: String(ask.order.value === 'worst') });
  const search = ask.search.value.trim();
  if (search) query.set('search', search);
  if (ask.list.value) query.set('list', ask.list.value);
  return `api/v1/symbols?${query}`;
}

function drawTop(status) {
  const { ready, draining, components, instance, version, startedAt, uptimeSeconds } = status;
  const waiting = Object.entries(components).filter(([, component]) => !component.ready);
  const word = draining ? 'stopping' : ready ? 'ready' : 'not ready';
  setText(at('ready'), word);
  setClass(at('ready'), `pill ${draining ? 'warn' : ready ? 'good' : 'bad'}`);
  setText(at('why'), waiting.map(([name, { reason }]) => (reason ? `${name}: ${reason}` : name)).join(' · '));
  setText(at('instance'), [instance, version, ...(startedAt ? [`up ${span(uptimeSeconds)}`] : [])].join(' · '));
  document.title = `${ready && !draining ? '' : `${word} · `}FinanceLake ${instance}`;
}

function drawFigures({ feeds, sources, log }, nowMs) {
  const sum = (items, key) => items.reduce((total, item) => total + item[key], 0);
  const late = Math.max(0, ...feeds.map(feed => feed.worstLatenessSeconds));
  // The largest limit of a key shapes the day; the ones below it come and go with every call.
  const left = limit => limit.max - limit.used;
  const largest = sources.flatMap(source => source.quota.toSorted((a, b) => b.max - a.max).slice(0, 1));
  const tightest = largest.toSorted((a, b) => left(a) / a.max - left(b) / b.max)[0];
  const reset = tightest?.resetsAt ? `, more ${soon(tightest.resetsAt, nowMs)}` : '';
  const figures = [
    ['Records', count(sum(feeds, 'records')), `${count(sum(feeds, 'restated'))} restated`],
    ['Calls', count(sum(sources, 'calls')), `${count(sum(sources, 'refused'))} refused`],
    [
      'Calls left',
      orDash(tightest, limit => count(Math.max(0, left(limit)))),
      tightest ? tightest.limit + reset : 'no limit known',
    ],
    [
      'Behind',
      late > 0 ? span(late) : 'on time',
      `${count(sum(feeds, 'overdue'))} of ${count(sum(feeds, 'symbols'))} overdue`,
    ],
    ['Log', size(log.bytes), `of ${size(log.maxBytes)}`],
  ];
  const create = () => {
    const box = element('div');
    box.append(element('dt'), element('dd'), element('dd', 'note'));
    return box;
  };
  each(at('figures'), figures, create, (box, texts) =>
    texts.forEach((text, index) => {
      setText(box.children[index], text);
    }),
  );
}

function drawSources({ sources }, nowMs) {
  at('sources').parentElement.hidden = sources.length === 0;
  const create = () => {
    const card = element('li');
    const head = card.appendChild(element('header'));
    head.append(element('h3'), element('span', 'quiet'), element('span'));
    card.append(element('p', 'reason'), element('div', 'bars'), element('p', 'quiet'));
    return card;
  };
  each(at('sources'), sources, create, (card, source) => {
    const [head, reason, bars, foot] = card.children;
    setText(head.children[0], source.name);
    setText(head.children[1], source.type);
    setText(head.children[2], source.state);
    setClass(head.children[2], `pill ${looks[source.state]}`);
    const until = source.until ? `goes on ${soon(source.until, nowMs)}` : '';
    setText(reason, [source.reason, until].filter(Boolean).join(' · '));
    each(bars, source.quota, createBar, (bar, { limit, used, max, resetsAt }) =>
      updateBar(bar, {
        title: limit,
        used,
        max,
        amount: `${count(used)} of ${count(max)} used`,
        note: resetsAt ? `frees ${soon(resetsAt, nowMs)}` : 'nothing used',
      }),
    );
    setText(
      foot,
      `${count(source.calls)} calls · ${count(source.refused)} refused · ${count(source.inFlight)} in flight`,
    );
  });
}

const number = text => ({ text, className: 'n' });
const troubled = (n, look) => ({ text: count(n), className: n > 0 ? `n ${look}` : 'n' });

function drawFeeds({ feeds }, nowMs) {
  const rows = feeds.map(feed => [
    feed.name,
    feed.source,
    number(count(feed.symbols)),
    number(count(feed.due)),
    troubled(feed.overdue, 'warn'),
    number(feed.worstLatenessSeconds > 0 ? span(feed.worstLatenessSeconds) : '–'),
    ...['p50', 'p90', 'max'].map(key => number(orDash(feed.freshness, ages => span(ages[key])))),
    number(count(feed.records)),
    number(count(feed.restated)),
    troubled(feed.rejected, 'bad'),
    { ...number(orDash(feed.lastRecordAt, iso => fromNow(iso, nowMs))), title: feed.lastRecordAt },
  ]);
  fill(at('feeds'), rows, 'No feed is configured.');
}

function drawSymbols({ body, total }) {
  const rows = body.map(symbol => [
    symbol.symbol,
    { text: symbol.state, pill: looks[symbol.state] ?? '' },
    symbol.feed,
    symbol.lists.join(', '),
    { ...number(orDash(symbol.newest, stamp)), title: symbol.newest ?? '' },
    number(orDash(symbol.staleSeconds, span)),
    troubled(symbol.failures, 'bad'),
    { text: symbol.reason ?? '', className: 'text' },
  ]);
  fill(at('symbols'), rows, 'No symbol fits.');
  setText(at('found'), body.length < total ? `${count(body.length)} of ${count(total)}` : count(total));
}

function drawLists({ lists }, nowMs) {
  const rows = lists.map(({ name, symbols, loadedAt, refused }) => [
    name,
    number(count(symbols)),
    { ...number(orDash(loadedAt, iso => fromNow(iso, nowMs))), title: loadedAt },
    { text: refused ?? '', className: 'warn' },
  ]);
  fill(at('lists'), rows, 'No list is configured.');
  const names = ['', ...lists.map(list => list.name)];
  each(
    ask.list,
    names,
    () => element('option'),
    (option, name) => {
      option.value = name;
      setText(option, name || 'all');
    },
  );
}

function backlogText({ backlog }) {
  if (!backlog) return '';
  const { records, bytes, oldestSeconds } = backlog;
  if (records === 0) return '; Kafka has everything';
  return `; Kafka lacks ${count(records)} records (about ${size(bytes)}), the oldest ${span(oldestSeconds)} old`;
}

function drawLog({ log }) {
  const amount = `${size(log.bytes)} of ${size(log.maxBytes)}`;
  const bar = {
    title: 'Space',
    used: log.bytes,
    max: log.maxBytes,
    amount,
    note: `identity ${log.identity}${backlogText(log)}`,
  };
  each(at('fill'), [bar], createBar, updateBar);
  fill(
    at('topics'),
    log.topics.map(({ topic, partitions, records }) => [topic, number(count(partitions)), number(count(records))]),
    'Nothing has been written.',
  );
}

function drawRecent({ recent }) {
  const create = () => {
    const item = element('li');
    item.append(element('time'), element('span'), element('span', 'text'));
    return item;
  };
  each(at('recent'), recent.toReversed(), create, (item, { at: iso, level, text, times }) => {
    const [time, badge, said] = item.children;
    time.dateTime = iso;
    time.title = iso;
    setText(time, new Date(iso).toLocaleTimeString('en-GB'));
    setText(badge, level);
    setClass(badge, `level ${looks[level]}`);
    setText(said, times > 1 ? `${text} (${count(times)} times)` : text);
  });
}

function drawFiles({ waiting, progress, recent }, nowMs) {
  at('files').hidden = waiting + progress.length + recent.length === 0;
  setText(at('waiting'), waiting > 0 ? `${count(waiting)} more in the inbox` : '');
  each(at('reading'), progress, createProgress, (bar, { file, share, rows, rowsPerSecond, secondsLeft }) =>
    updateProgress(bar, {
      title: file,
      share,
      amount: `${Math.floor(share * 100)}%`,
      note: `${count(rows)} rows · ${count(Math.round(rowsPerSecond))} a second${secondsLeft === undefined ? '' : ` · ${span(secondsLeft)} left`}`,
    }),
  );
  const rowsOf = ({ file, state, dataset, rows, records, rejected, bytes, at: iso, code, detail }) => [
    file,
    { text: state, pill: looks[state] ?? '' },
    dataset,
    number(count(rows)),
    number(count(records)),
    troubled(rejected, 'bad'),
    number(size(bytes)),
    { ...number(fromNow(iso, nowMs)), title: iso },
    { text: code === undefined ? '' : `${code}: ${detail}`, className: 'text' },
  ];
  fill(at('done'), recent.slice(0, shownFiles).map(rowsOf), 'No file was met yet.');
}

function drawFailure(error) {
  at('door').hidden = !error.isLocked;
  at('silent').hidden = Boolean(error.isLocked);
  setText(at('ready'), error.isLocked ? 'locked' : 'no answer');
  setClass(at('ready'), 'pill bad');
  setText(at('why'), '');
  const since = answeredMs ? `Shown is the state of ${new Date(answeredMs).toLocaleTimeString('en-GB')}.` : '';
  setText(at('silent'), `The instance does not answer (${error.message}). ${since}`);
  document.body.classList.toggle('old', !error.isLocked);
}

async function refresh() {
  clearTimeout(timer);
  if (document.hidden) return;
  const asked = symbolsPath();
  try {
    const [status, symbols, files] = await Promise.all([get('api/v1/status'), get(asked), get('api/v1/files')]);
    // Ages by the instance's clock: this one may be wrong, or the instance's a simulated one.
    const nowMs = Date.parse(status.body.now);
    answeredMs = Date.now();
    at('main').hidden = false;
    at('door').hidden = true;
    at('silent').hidden = true;
    document.body.classList.remove('old');
    drawTop(status.body);
    drawFigures(status.body, nowMs);
    drawSources(status.body, nowMs);
    drawFeeds(status.body, nowMs);
    drawFiles(files.body, nowMs);
    drawLists(status.body, nowMs);
    drawLog(status.body);
    drawRecent(status.body);
    // An answer to what was asked before the last key stroke would flicker.
    if (asked === symbolsPath()) drawSymbols(symbols);
    setText(at('taken'), `As of ${new Date(answeredMs).toLocaleTimeString('en-GB')}, every ${everyMs / 1000} s`);
  } catch (error) {
    drawFailure(error);
    if (error.isLocked) return;
  }
  clearTimeout(timer);
  timer = setTimeout(() => void refresh(), everyMs);
}

for (const control of Object.values(ask)) control.addEventListener('input', () => void refresh());
document.addEventListener('visibilitychange', () => void refresh());
at('door').addEventListener('submit', event => {
  event.preventDefault();
  sessionStorage.setItem('token', at('token').value);
  void refresh();
});
void refresh();
