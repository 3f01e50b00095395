/** An element with text. Text is always set as text: names and reasons come from files and vendors. */
export function element(tag, className = '', text = '') {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** Writes only what differs, so that a selection, a screen reader's place and the scroll position survive a refresh. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setClass(node, className) {
  if (node.className !== className) node.className = className;
}

/** Makes `parent` have one child for each item, reusing those that are there. */
export function each(parent, items, create, update) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  items.forEach((item, index) => {
    const known = parent.children[index] ?? parent.appendChild(create());
    update(known, item);
  });
}

/**
 * Fills a table's body. A row is a list of cells: a text, or `{ text, className, title, pill }`; the first cell is the row's heading.
 */
export function fill(body, rows, none) {
  const width = body.closest('table').querySelectorAll('thead th').length;
  const shown = rows.length > 0 ? rows : [[{ text: none, className: 'none', span: width }]];
  const createRow = () => element('tr');
  each(body, shown, createRow, (row, cells) => {
    // A row of another shape (the one that says there is none) is built anew.
    if (row.dataset.cells !== String(cells.length)) {
      row.dataset.cells = String(cells.length);
      const heads = cells.map((_, index) => element(index === 0 && rows.length > 0 ? 'th' : 'td'));
      row.replaceChildren(...heads);
      if (row.firstElementChild.tagName === 'TH') row.firstElementChild.scope = 'row';
    }
    cells.forEach((cell, index) => {
      const { text, className = '', title = '', pill, span } = typeof cell === 'string' ? { text: cell } : cell;
      const node = row.children[index];
      setClass(node, className);
      if (node.title !== title) node.title = title;
      if (span) node.colSpan = span;
      if (pill === undefined) {
        setText(node, text);
        return;
      }
      const badge = node.firstElementChild ?? node.appendChild(element('span'));
      setClass(badge, `pill ${pill}`);
      setText(badge, text);
    });
  });
}

/** A bar that says in words what it shows: title and amount above, remark below. */
export function createBar() {
  const bar = element('div', 'bar');
  const head = bar.appendChild(element('p'));
  head.append(element('span'), element('span'));
  const track = bar.appendChild(element('div', 'track'));
  track.append(element('span'));
  track.setAttribute('role', 'meter');
  track.setAttribute('aria-valuemin', '0');
  bar.append(element('p', 'note'));
  return bar;
}

export function updateBar(bar, { title, used, max, amount, note }) {
  const [head, track, remark] = bar.children;
  const share = max > 0 ? Math.min(1, used / max) : 0;
  setText(head.children[0], title);
  setText(head.children[1], amount);
  setText(remark, note);
  setClass(track, share >= 1 ? 'track bad' : share >= 0.8 ? 'track warn' : 'track');
  track.firstElementChild.style.width = `${share * 100}%`;
  track.setAttribute('aria-label', title);
  track.setAttribute('aria-valuemax', String(max));
  track.setAttribute('aria-valuenow', String(Math.min(used, max)));
  track.setAttribute('aria-valuetext', amount);
}

/** How far something has come: title and amount above, remark below. */
export function createProgress() {
  const bar = element('div', 'bar');
  const head = bar.appendChild(element('p'));
  head.append(element('span'), element('span'));
  bar.append(element('progress'), element('p', 'note'));
  return bar;
}

export function updateProgress(bar, { title, share, amount, note }) {
  const [head, track, remark] = bar.children;
  setText(head.children[0], title);
  setText(head.children[1], amount);
  setText(remark, note);
  track.max = 1;
  track.value = share;
  track.setAttribute('aria-label', title);
}
