// Reads one call a line, as JSON, and answers each with one line: {"op": "...", "members": {...}}.
// Usage: node client.js WSDL-URL
"use strict";
const readline = require("node:readline");
const soap = require("soap");

function answered(error, result) {
  if (!error) {
    return { members: (result && result.return) || null };
  }
  const fault = error.root && error.root.Envelope.Body.Fault;
  if (!fault) {
    return { failed: String(error.message).slice(0, 200) };
  }
  const detail = fault.detail || {};
  const element = Object.keys(detail).find((name) => /Erreur$/.test(name));
  const { code, libelle } = (element && detail[element]) || {};
  return { fault: { element: element || null, code: code || null, libelle: libelle || null, string: String(fault.faultstring) } };
}

soap.createClient(process.argv[2], {}, (error, client) => {
  if (error) {
    console.error(error.message);
    process.exit(1);
  }
  let last = Promise.resolve();
  readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const { op, members } = JSON.parse(line);
    last = last.then(() => new Promise((done) => {
      client[op]({ arg0: members }, (err, result) => {
        console.log(JSON.stringify(answered(err, result)));
        done();
      });
    }));
  });
});
