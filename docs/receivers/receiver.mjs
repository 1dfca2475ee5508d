// Receive a publisher's signed articles: verify, keep the newest, delete what is withdrawn, answer the address.
// Run: SYNDICATE_SECRET=whsec_... node receiver.mjs 8090
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const KEY = Buffer.from(process.env.SYNDICATE_SECRET.replace(/^whsec_/, ''), 'base64');
const LIMIT = 1024 * 1024; // bytes; no event is larger
// These stand for your own database, where an id and its copy are written in one transaction.
const seen = new Set();
const copies = new Map();

function isSigned(headers, body) {
  const sentAt = headers['webhook-timestamp'] ?? '';
  if (!/^\d+$/.test(sentAt) || Math.abs(Date.now() / 1000 - Number(sentAt)) > 300) return false;
  const hmac = createHmac('sha256', KEY).update(`${headers['webhook-id']}.${sentAt}.`).update(body);
  const ours = Buffer.from(`v1,${hmac.digest('base64')}`);
  // Two are offered while a secret is changed; one that fits is enough.
  return (headers['webhook-signature'] ?? '').split(' ').map((one) => Buffer.from(one))
    .some((one) => one.length === ours.length && timingSafeEqual(one, ours));
}

function keep(webhookId, data) {
  const page = '/articles/' + createHash('sha256').update(data.id).digest('hex').slice(0, 16);
  // Unless it is older than what we hold; a withdrawn article keeps its place, so that nothing late brings it back.
  if (!seen.has(webhookId) && data.seq >= (copies.get(page)?.seq ?? 0)) copies.set(page, data);
  seen.add(webhookId);
  return page;
}

async function receive(request) {
  let [chunks, bytes] = [[], 0];
  for await (const chunk of request) if ((bytes += chunk.length) <= LIMIT) chunks.push(chunk);
  if (bytes > LIMIT) return [413, {}];
  const body = Buffer.concat(chunks);
  if (!isSigned(request.headers, body)) return [401, {}];
  const event = JSON.parse(body);
  if (!event.type.startsWith('article.')) return [200, {}]; // a test, or an event of a later version
  return [200, { url: `http://${request.headers.host}${keep(request.headers['webhook-id'], event.data)}` }];
}

function show(path) {
  const copy = copies.get(path);
  return copy === undefined ? [404, {}] : copy.article === null ? [410, {}] : [200, copy.article];
}

createServer(async (request, response) => {
  const [status, value] = request.method === 'POST' ? await receive(request) : show(request.url);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}).listen(Number(process.argv[2]), '127.0.0.1');
