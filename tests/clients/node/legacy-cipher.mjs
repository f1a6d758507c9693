// The lab's first cipher: node legacy-cipher.mjs encrypt|decrypt PASSWORD TEXT
// Node dropped createCipher, so its key derivation stands here by hand: EVP_BytesToKey with MD5, one round, no salt.

import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

function bytesToKey(password, length) {
  let key = Buffer.alloc(0);
  let block = Buffer.alloc(0);
  while (key.length < length) {
    block = createHash("md5").update(block).update(password).digest();
    key = Buffer.concat([key, block]);
  }
  return key.subarray(0, length);
}

const [verb, password, text] = process.argv.slice(2);
const key = bytesToKey(password, 32);
if (verb === "encrypt") {
  const cipher = createCipheriv("aes-256-ecb", key, null);
  console.log(cipher.update(text, "utf8", "base64") + cipher.final("base64"));
} else {
  const decipher = createDecipheriv("aes-256-ecb", key, null);
  console.log(decipher.update(text, "base64", "utf8") + decipher.final("utf8"));
}
