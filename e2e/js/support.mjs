// What the tests share: the server under test, its administrator's client, and
// the codes that it sent.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';

export const endpoint = process.env.IDPOND_URL;
assert.ok(endpoint, 'IDPOND_URL must name the server under test');

export const region = 'eu-central-1';

export const api = new CognitoIdentityProviderClient({
  region,
  endpoint,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-that-nobody-checks' },
});

/** Makes a pool whose users sign up with an e-mail address that gets a code. */
export async function newPool(settings = {}) {
  const { UserPool } = await api.send(
    new CreateUserPoolCommand({ PoolName: 'js', AutoVerifiedAttributes: ['email'], ...settings }),
  );
  return UserPool;
}

/** Makes an app client and gives its id and secret. */
export async function newClient(UserPoolId, settings = {}) {
  const { UserPoolClient } = await api.send(
    new CreateUserPoolClientCommand({ UserPoolId, ClientName: 'js', ...settings }),
  );
  return UserPoolClient;
}

/** The newest code that was sent to an address. */
export async function codeSentTo(address) {
  const answer = await fetch(`${endpoint}/_idpond/inbox?format=json&to=${encodeURIComponent(address)}`);
  const { messages } = await answer.json();
  assert.ok(messages.length > 0, `nothing was sent to ${address}`);
  return messages[0].code;
}

/** A code that a TOTP generator shows at no time near now. */
export function wrongTotp(secret) {
  const near = [-3, -2, -1, 0, 1, 2, 3].map((steps) => totp(secret, steps));
  return ['000000', '000001', '000002', '000003', '000004', '000005', '000006', '000007'].find((code) => !near.includes(code));
}

/** What a TOTP generator shows (RFC 6238), some steps of 30 seconds from now. */
export function totp(secret, steps = 0) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const mac = createHmac('sha1', key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}
