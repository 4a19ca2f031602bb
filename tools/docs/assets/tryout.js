// Sends the form of an operation and shows what came back. Server and token are remembered in this browser only.
const server = document.getElementById('server');
const token = document.getElementById('token');

if (location.protocol.startsWith('http')) server.value = location.origin;
for (const input of [server, token]) {
  const known = sessionStorage.getItem(input.id);
  if (known) input.value = known;
  input.addEventListener('change', () => sessionStorage.setItem(input.id, input.value));
}

function request(form) {
  const headers = {};
  for (const { name, value } of form.elements) {
    if (name.startsWith('header:') && value) headers[name.slice('header:'.length)] = value;
  }
  if (token.value && headers.Authorization) headers.Authorization = `Bearer ${token.value}`;
  const body = form.elements.body?.value || undefined;
  return [server.value + form.elements.path.value, { method: form.dataset.method, headers, body }];
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

// After a login the token is used for everything that follows.
function remember(text) {
  const found = /"access_token"\s*:\s*"([^"]+)"/.exec(text);
  if (!found) return;
  token.value = found[1];
  sessionStorage.setItem('token', token.value);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

for (const form of document.querySelectorAll('form[data-form]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const shown = document.createElement('pre');
    shown.textContent = 'Waiting for the reply ...';
    form.querySelector('output').replaceChildren(shown);
    try {
      shown.textContent = await send(form);
    } catch (error) {
      shown.textContent = `No reply from ${server.value}: ${error.message}. Is it running? A page from a file may only ask mocks;\nthe service answers pages that it serves itself, at ${server.value}/docs/.`;
    }
  });
}
