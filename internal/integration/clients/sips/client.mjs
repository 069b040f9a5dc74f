// Reads one task a line, as JSON, and answers each with one line; see clients_test.go for the tasks.
import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import { createInterface } from 'node:readline';

// The values of a message in the order of their names.
const values = (part) => {
  if (Array.isArray(part)) return part.map(values).join('');
  if (part !== null && typeof part === 'object') return Object.keys(part).sort().map((name) => values(part[name])).join('');
  return part === null ? '' : String(part);
};

const seal = (text, algorithm, key) =>
  algorithm === 'SHA-256'
    ? createHash('sha256').update(text + key, 'utf8').digest('hex')
    : createHmac(algorithm.replace('HMAC-', '').replace('SHA-', 'sha'), key).update(text, 'utf8').digest('hex');

const sealOfMessage = ({ keyVersion, seal: old, sealAlgorithm, ...message }, algorithm, key) => seal(values(message), algorithm, key);

const data = (fields) =>
  Object.entries(fields)
    .flatMap(([name, value]) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(value).map(([inner, of]) => `${name}.${inner}=${of}`)
        : [`${name}=${value}`])
    .join('|');

// The body is written in two pieces without a length, as a stream is.
const post = (url, type, body) => new Promise((resolve, reject) => {
  const r = request(url, { method: 'POST', headers: { 'Content-Type': type, Accept: 'application/json' }, timeout: 60000 }, (answer) => {
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (piece) => { text += piece; });
    answer.on('end', () => resolve([text, answer.headers['not-simulated'] ?? '']));
  });
  r.on('error', reject);
  r.write(body.slice(0, 10));
  r.end(body.slice(10));
});

const plain = (s) => s.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&#43;', '+').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const tasks = {
  async json(task) {
    const algorithm = task.announced || 'HMAC-SHA-256';
    const message = { ...task.fields, ...(task.announced ? { sealAlgorithm: task.announced } : {}) };
    message.seal = sealOfMessage(message, algorithm, task.key);
    const [text, ignored] = await post(task.url, 'application/json', JSON.stringify(message));
    const answer = JSON.parse(text);
    return { answer, sealed: answer.seal === sealOfMessage(answer, algorithm, task.key), ignored };
  },
  async form(task) {
    let sent = data(task.fields);
    if (task.encode) sent = Buffer.from(sent, 'utf8').toString('base64');
    let form = { Data: sent, InterfaceVersion: task.version, Seal: seal(sent, task.announced || 'SHA-256', task.key) };
    if (task.announced) form.SealAlgorithm = task.announced;
    if (task.encode) form.Encode = task.encode;
    if (task.capitals) {
      form = Object.fromEntries(Object.entries(form).map(([n, v]) => [task.capitals === 'small' ? n.toLowerCase() : n.toUpperCase(), v]));
    }
    const [page, ignored] = await post(task.url, 'application/x-www-form-urlencoded', new URLSearchParams({ ...form, ...task.beside }).toString());
    const action = /<form[^>]* action="([^"]*)"/.exec(page);
    if (!action) return { answer: { page: plain(page.replaceAll(/<[^>]*>/g, ' ')) }, sealed: true, ignored };
    const answer = { redirectionUrl: plain(action[1]) };
    for (const [, n, v] of page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) answer[n] = plain(v);
    return { answer, sealed: true, ignored };
  },
  async read(task) {
    let text = task.form.Data;
    const sealed = task.form.Seal === seal(text, task.announced || 'SHA-256', task.key);
    if (task.form.Encode) text = Buffer.from(text, 'base64').toString('utf8');
    const names = [];
    const told = {};
    for (const piece of text.split('|')) {
      const at = piece.indexOf('=');
      names.push(piece.slice(0, at));
      told[piece.slice(0, at)] = piece.slice(at + 1);
    }
    return { sealed, names, values: told };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  process.stdout.write(JSON.stringify(await tasks[task.do](task)) + '\n');
}
