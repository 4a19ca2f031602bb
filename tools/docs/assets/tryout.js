// Sends the form of an operation and shows the reply; keeps every sample ready to paste: this server, the token of the
// last login, a fresh id. Server and tokens are remembered in this tab only.
const BASE = 'http://127.0.0.1:8000';
const server = document.getElementById('server');
const token = document.getElementById('token');

if (location.protocol.startsWith('http')) server.value = location.origin;
for (const input of [server, token]) {
  const known = sessionStorage.getItem(input.id);
  if (known) input.value = known;
  input.addEventListener('input', () => { sessionStorage.setItem(input.id, input.value); personalise(); });
}

// Samples and fields

const uuid = () => {
  // Not crypto.randomUUID, which a page without TLS on another machine does not have.
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte, i) =>
    (i === 6 ? (byte & 15) | 64 : i === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};
const FRESH = /(X-(?:Correlation-ID|Idempotency-Key)["']?: ["']?)[0-9a-f]{8}-[0-9a-f-]{27}/gi;

function withTokens(text) {
  const refresh = sessionStorage.getItem('refresh');
  if (token.value) text = text.replaceAll('example.access.token', token.value);
  return refresh ? text.replaceAll('example.refresh.token', refresh) : text;
}

function personalise() {
  for (const sample of document.querySelectorAll('.samples pre')) {
    sample.original ??= sample.textContent;
    const here = sample.original.replaceAll(BASE, server.value).replace(FRESH, (_, name) => name + uuid());
    sample.textContent = withTokens(here);
  }
  for (const field of document.querySelectorAll('form[data-form] input, form[data-form] textarea')) {
    field.original ??= field.value;
    if (/example\.(access|refresh)\.token/.test(field.original)) field.value = withTokens(field.original);
  }
}

function copyButton(sample) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(sample.textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  const frame = document.createElement('div');
  frame.className = 'frame';
  sample.replaceWith(frame);
  frame.append(sample, button);
}

personalise();
if (navigator.clipboard) document.querySelectorAll('.samples pre').forEach(copyButton);

// Requests

const encode = (value) => encodeURIComponent(value).replaceAll('%2C', ',');

function request(form) {
  const headers = {};
  const query = [];
  let path = form.dataset.path;
  for (const { name, value } of form.elements) {
    const [place, ...rest] = name.split(':');
    const parameter = rest.join(':');
    if (place === 'path') path = path.replace(`{${parameter}}`, encodeURIComponent(value));
    if (place === 'query' && value) query.push(`${encode(parameter)}=${encode(value)}`);
    if (place === 'header' && value) headers[parameter] = value;
  }
  const body = form.elements.body?.value || undefined;
  return [server.value + path + (query.length ? `?${query.join('&')}` : ''), { method: form.dataset.method, headers, body }];
}

async function send(form) {
  const began = performance.now();
  const response = await fetch(...request(form));
  const text = await response.text();
  remember(text);
  const taken = Math.round(performance.now() - began);
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return `${response.status} ${response.statusText} (${taken} ms)\n${headers}\n\n${pretty(text)}`;
}

// After a login its tokens are used for everything that follows.
function remember(text) {
  const access = /"access_token"\s*:\s*"([^"]+)"/.exec(text);
  const refresh = /"refresh_token"\s*:\s*"([^"]+)"/.exec(text);
  if (!access) return;
  token.value = access[1];
  sessionStorage.setItem('token', access[1]);
  if (refresh) sessionStorage.setItem('refresh', refresh[1]);
  personalise();
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// A key is for one intention: the next click is another one, unless the reader wrote the key themselves.
function renewKey(form) {
  const key = form.elements['header:X-Idempotency-Key'];
  if (key && !key.isOwn) key.value = uuid();
}

for (const form of document.querySelectorAll('form[data-form]')) {
  renewKey(form);
  form.elements['header:X-Idempotency-Key']?.addEventListener('input', (event) => { event.target.isOwn = true; });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const shown = document.createElement('pre');
    shown.textContent = 'Waiting for the reply ...';
    form.querySelector('output').replaceChildren(shown);
    try {
      shown.textContent = await send(form);
      renewKey(form);
    } catch (error) {
      shown.textContent = `No reply from ${server.value}: ${error.message}. Is it running? A page from a file may only ask mocks;\nthe service answers pages that it serves itself, at ${server.value}/docs/.`;
    }
  });
}

// Operations that this service does not answer yet

async function markUnwritten() {
  const reply = await fetch('unwritten.json');
  if (!reply.ok) return;
  for (const id of await reply.json()) {
    for (const place of document.querySelectorAll(`[data-for="${id}"], [data-operation="${id}"] > h2`)) {
      const badge = document.createElement('span');
      badge.className = 'badge';
      badge.textContent = 'answers 501';
      badge.title = 'Part of the contract, but not implemented yet.';
      place.append(' ', badge);
    }
  }
}
if (location.protocol.startsWith('http')) markUnwritten();

// Menu and search

const menu = document.getElementById('menu');
const narrow = matchMedia('(max-width: 45rem)');
const fold = () => {
  menu.open = !narrow.matches;
  if (narrow.matches) for (const answer of document.querySelectorAll('.answer')) answer.open = false;
};
fold();
narrow.addEventListener('change', fold);

const find = document.getElementById('find');
const hits = document.getElementById('hits');
find.addEventListener('input', () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length ? SEARCH.filter((entry) => {
    const text = `${entry[0]} ${entry[1]}`.toLowerCase();
    return words.every((word) => text.includes(word));
  }) : [];
  hits.hidden = !words.length;
  document.getElementById('pages').hidden = !!words.length;
  if (words.length) menu.open = true;
  const rows = found.slice(0, 30).map(([title, text, href]) => {
    const link = Object.assign(document.createElement('a'), { href, textContent: title });
    link.append(Object.assign(document.createElement('small'), { textContent: text.replace(/ \S+$/, '') }));
    const row = document.createElement('li');
    row.append(link);
    return row;
  });
  if (!rows.length) rows.push(Object.assign(document.createElement('li'), { textContent: 'Nothing was found.' }));
  hits.replaceChildren(...rows);
});
hits.addEventListener('click', () => { if (narrow.matches) menu.open = false; });
document.getElementById('pages').addEventListener('click', () => { if (narrow.matches) menu.open = false; });
