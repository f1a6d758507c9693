// Makes a data key under the KMS key given: node generate-data-key.mjs KEY_ARN
// Prints one JSON object with the plaintext and the encrypted data key in hexadecimal.

import { call } from "./kms.mjs";

const hex = (base64) => Buffer.from(base64, "base64").toString("hex");

try {
  const answer = await call("GenerateDataKey", { KeyId: process.argv[2], KeySpec: "AES_256" });
  console.log(JSON.stringify({ plaintext: hex(answer.Plaintext), encrypted: hex(answer.CiphertextBlob) }));
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
