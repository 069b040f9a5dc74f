// Runs the official SDK for a Go test: a line of JSON comes in, {"call": "payments.getPayment", "args": [...]}, and one goes out.
// Arguments are given as they are; {"buffer": "…"} is a Buffer of that base64. A call that does not end within ten seconds is an error.
import { createInterface } from "node:readline";
import sdk, { webhooks } from "onlinepayments-sdk-nodejs";

const config = JSON.parse(process.env.DIRECT_SDK_CONFIG);
const client = sdk.init(config.init);
for (const [id, secret] of Object.entries(config.webhookKeys)) {
  webhooks.inMemorySecretKeyStore.storeSecretKey(id, secret);
}
const helper = webhooks.init(webhooks.inMemorySecretKeyStore);
const roots = { ...client, helper };

const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error("no answer within ten seconds")), 10_000).unref());

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line);
  const given = args.map(a => (a && a.buffer !== undefined ? Buffer.from(a.buffer, "base64") : a));
  let out;
  try {
    const [root, method] = call.split(".");
    const value = await Promise.race([roots[root][method](...given), late()]);
    const context = given.find(a => a && a.idempotence); // the SDK notes there when a first answer is said again
    out = { value, replayed: Boolean(context && context.idempotence.requestTimestamp) };
  } catch (e) {
    out = { error: `${e.name}: ${e.message}` };
  }
  process.stdout.write(JSON.stringify(out) + "\n");
}
