// Every API's mock in one process: Prism as a library, one server per contract.
//
// Reads lines of JSON from its input, [{"name": "auth", "port": 4010, "document": {...}}, ...]: self-contained OpenAPI documents,
// parsed by whoever starts it. Prints one line of JSON per mock once it listens. A mock that is named again gets the new document.
// Ends when its input ends, or on SIGTERM; a mock that cannot start ends all.
import http from 'node:http';
import Module, { createRequire } from 'node:module';
import readline from 'node:readline';

const HOST = '127.0.0.1';

// Two parts of Prism that contracts with examples never need take a third of the time to load: they are loaded when asked for.
const UNUSED = new Set(['@faker-js/faker', '@stoplight/http-spec/postman/operation']);
const load = Module._load;
Module._load = function (request, ...others) {
  if (request === 'micri') return forgiving(load.call(this, request, ...others));
  if (!UNUSED.has(request)) return load.call(this, request, ...others);
  return new Proxy({}, { get: (_, name) => load.call(this, request, ...others)[name] });
};

// A body that cannot be read is refused with the contract's own 400 or 413. Prism would wait for the end of a request that has ended
// already (prism#2664), and then answer in a shape that no contract knows.
function forgiving(micri) {
  const reading = (read) => async (request, options) => {
    try {
      return await read(request, options);
    } catch (error) {
      request.resume();
      request.headers.prefer = error.statusCode === 413 ? 'code=413' : 'code=400';
      return null;
    }
  };
  return { ...micri, json: reading(micri.json), text: reading(micri.text) };
}

const require = createRequire(import.meta.url);
const { createServer } = require('@stoplight/prism-http-server');
const { transformOas3Operations } = require('@stoplight/http-spec/oas3/operation');

// Prism puts violations into a header as they are; a character that headers cannot hold would end the process (prism#1934).
const setHeader = http.ServerResponse.prototype.setHeader;
http.ServerResponse.prototype.setHeader = function (name, value) {
  const isText = typeof value === 'string' && /[^\x20-\x7e]/.test(value);
  return setHeader.call(this, name, isText ? value.replace(/[^\x20-\x7e]/g, escaped) : value);
};

function escaped(character) {
  return '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0');
}

const silent = () => {};
const logger = { info: silent, warn: silent, error: silent, debug: silent, trace: silent, success: silent };
logger.child = () => logger;

// `errors` is PRISM_ERRORS=true: an answer that breaks its own contract becomes a 500 instead of a lie.
const config = {
  mock: { dynamic: false },
  validateRequest: true,
  validateResponse: true,
  checkSecurity: true,
  isProxy: false,
  upstreamProxy: undefined,
  errors: true,
};

// `value` with every reference inside `document` replaced by what it names: shared, not copied. The key beside a $ref wins.
function resolved(document, value, known = new Map()) {
  if (typeof value !== 'object' || value === null) return value;
  if (known.has(value)) return known.get(value);
  const result = Array.isArray(value) ? [] : {};
  known.set(value, result);
  const { $ref: reference, ...rest } = value;
  if (typeof reference === 'string') Object.assign(result, resolved(document, target(document, reference), known));
  for (const [key, child] of Object.entries(typeof reference === 'string' ? rest : value)) {
    result[key] = resolved(document, child, known);
  }
  return result;
}

function target(document, reference) {
  const tokens = reference.slice(2).split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return tokens.reduce((found, token) => found[token], document);
}

const running = new Map();

async function start({ name, port, document }) {
  const operations = transformOas3Operations(resolved(document, document));
  // Prism would add `deprecation: true` to answers of deprecated operations; the contract's own header is a date (RFC 9745).
  for (const operation of operations) operation.deprecated = false;
  await running.get(name)?.close();
  const server = createServer(operations, { config, components: { logger }, cors: true });
  const address = await server.listen(port, HOST);
  running.set(name, server);
  console.log(JSON.stringify({ name, port: Number(new URL(address).port), operations: operations.length }));
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const started = await Promise.allSettled(JSON.parse(line).map(start));
    const failed = started.filter((result) => result.status === 'rejected');
    for (const { reason } of failed) console.error(String(reason?.message ?? reason));
    if (failed.length) process.exit(1);
  }
  process.exit(0);
}

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
await main();
