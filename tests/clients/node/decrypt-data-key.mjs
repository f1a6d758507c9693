// Opens an encrypted data key: node decrypt-data-key.mjs HEX
// KMS finds the KMS key by itself. Prints the plaintext data key in hexadecimal.

import { call } from "./kms.mjs";

try {
  const blob = Buffer.from(process.argv[2], "hex").toString("base64");
  const answer = await call("Decrypt", { CiphertextBlob: blob });
  console.log(Buffer.from(answer.Plaintext, "base64").toString("hex"));
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
