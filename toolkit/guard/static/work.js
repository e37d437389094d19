// Solves one challenge (ALTCHA's proof of work, version 2): of the counters first, first + step, … the one whose key
// begins as the challenge says. In: {parameters, first, step, last}. Out: {counter, derivedKey} or {done: true}.
"use strict";

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

onmessage = async ({ data: { parameters, first, step, last } }) => {
  const nonce = bytesOf(parameters.nonce);
  const prefix = bytesOf(parameters.keyPrefix);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(parameters.salt), iterations: parameters.cost };
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const counterAt = new DataView(password.buffer, nonce.length);
  for (let counter = first; counter <= last; counter += step) {
    counterAt.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derived = new Uint8Array(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
    if (prefix.every((byte, at) => derived[at] === byte)) {
      postMessage({ counter, derivedKey: hexOf(derived) });
      return;
    }
  }
  postMessage({ done: true });
};
