// Receive a publisher's signed articles. Run: SYNDICATE_SECRET=whsec_... node receiver.mjs
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const KEY = Buffer.from(process.env.SYNDICATE_SECRET.split('whsec_')[1], 'base64');
const LIMIT = 4 * 2 ** 20; // bytes

function isSigned(body, { 'webhook-id': id, 'webhook-timestamp': sentAt, 'webhook-signature': offered = '' }) {
  const ours = Buffer.from('v1,' + createHmac('sha256', KEY).update(`${id}.${sentAt}.`).update(body).digest('base64'));
  const theirs = offered.split(' ').map((each) => Buffer.from(each)); // several while a secret is changed
  const fits = theirs.some((each) => each.length === ours.length && timingSafeEqual(each, ours));
  return fits && Math.abs(Date.now() / 1000 - sentAt) <= 300;
}

// Only what is newer counts. What is withdrawn keeps its file, without text, so that nothing late brings it back.
function keep(data) {
  const name = createHash('sha256').update(data.id).digest('hex').slice(0, 16);
  const file = `${process.env.RECEIVER_STORE ?? '.'}/${name}.json`; // stands for your own database
  if (!existsSync(file) || data.seq > JSON.parse(readFileSync(file)).seq) {
    writeFileSync(`${file}.new`, JSON.stringify(data));
    renameSync(`${file}.new`, file);
  }
  return { url: `https://your.example/articles/${name}` };
}

async function receive(request) {
  let body = Buffer.alloc(0);
  for await (const chunk of request) if (body.length <= LIMIT) body = Buffer.concat([body, chunk]);
  if (body.length > LIMIT || !isSigned(body, request.headers)) return [body.length > LIMIT ? 413 : 401, {}];
  const event = JSON.parse(body);
  return [200, event.type.startsWith('article.') ? keep(event.data) : {}]; // a test is answered, and not kept
}

createServer(async (request, response) => {
  const [status, answer] = await receive(request).catch((error) => [500, console.error(error)]);
  response.writeHead(status).end(JSON.stringify(answer));
}).listen(process.env.PORT ?? 8090, '127.0.0.1');
