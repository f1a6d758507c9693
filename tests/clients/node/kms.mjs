// A small KMS client in plain Node: AWS Signature Version 4 over HTTP, no package needed.
// It reads the variables that `kmscourse sandbox env` prints, as AWS's own SDK does.

import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();

/** Calls one operation of KMS, as in `await call("Decrypt", { CiphertextBlob: base64 })`. */
export function call(operation, parameters) {
  const endpoint = new URL(process.env.AWS_ENDPOINT_URL);
  const body = JSON.stringify(parameters);
  const headers = signed(endpoint, body, {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `TrentService.${operation}`,
  });
  return new Promise((resolve, reject) => {
    const sent = request(endpoint, { method: "POST", headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString());
        if (response.statusCode === 200) resolve(answer);
        else reject(Object.assign(new Error(answer.message), { name: answer.__type }));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function signed(endpoint, body, named) {
  const { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  const region = process.env.AWS_REGION;
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const headers = { ...named, host: endpoint.host, "x-amz-date": time };
  if (token) headers["x-amz-security-token"] = token;

  const names = Object.keys(headers).sort();
  const canonical = ["POST", "/", "", ...names.map((name) => `${name}:${headers[name]}`), "", names.join(";"), sha256(body)];
  const scope = `${day}/${region}/kms/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical.join("\n"))].join("\n");
  const key = [day, region, "kms", "aws4_request"].reduce(hmac, `AWS4${secret}`);
  const signature = hmac(key, toSign).toString("hex");
  const credential = `AWS4-HMAC-SHA256 Credential=${keyId}/${scope}`;
  return { ...headers, authorization: `${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}` };
}
