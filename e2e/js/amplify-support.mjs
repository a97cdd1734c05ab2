// What the tests of aws-amplify share: an application with its own pool, tokens kept
// in memory, and the checks that every sign-in ends with.
import assert from 'node:assert/strict';
import { Amplify } from 'aws-amplify';
import { confirmSignIn, fetchAuthSession, signIn, signOut } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { ConsoleLogger } from 'aws-amplify/utils';
import { AdminCreateUserCommand, AdminSetUserPasswordCommand, SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';
import { api, endpoint, newClient, newPool } from './support.mjs';

export { totp, wrongTotp } from './support.mjs';

export const password = 'Analytical-1843';

// After signUp the library waits three minutes in the background for confirmSignUp,
// which must not keep a test's process alive.
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (call, ms, ...args) => (ms > 60_000 ? later(call, ms, ...args).unref() : later(call, ms, ...args));

ConsoleLogger.LOG_LEVEL = 'ERROR'; // it warns of every endpoint that isn't the service's

// Devices are named after it, and node 20 has none.
globalThis.navigator ??= { userAgent: `Node.js/${process.version}`, platform: process.platform };

/** A browser's storage, for one test. */
class Memory {
  #items = new Map();
  async setItem(key, value) {
    this.#items.set(key, value);
  }
  async getItem(key) {
    return this.#items.get(key) ?? null;
  }
  async removeItem(key) {
    this.#items.delete(key);
  }
  async clear() {
    this.#items.clear();
  }
}

export const ownMail = {
  EmailConfiguration: { EmailSendingAccount: 'DEVELOPER', SourceArn: 'arn:aws:ses:eu-central-1:000000000000:identity/example.org' },
};
export const sms = { SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms', ExternalId: 'idpond' } };
export const recoverByAdmin = { AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'admin_only', Priority: 1 }] } };

/** Members of SetUserPoolMfaConfig, by the names of the challenges. */
const factors = {
  SOFTWARE_TOKEN_MFA: { SoftwareTokenMfaConfiguration: { Enabled: true } },
  SMS_MFA: { SmsMfaConfiguration: sms },
  EMAIL_OTP: { EmailMfaConfiguration: {} },
};

/**
 * Makes an application: a pool and a client with these flows alone, and Amplify pointed
 * at them with nothing in its storage. mfa is MfaConfiguration and the factors.
 */
export async function application({ pool = {}, client = {}, flows = ['USER_SRP_AUTH'], mfa, firstFactors } = {}) {
  const policies = firstFactors && { Policies: { SignInPolicy: { AllowedFirstAuthFactors: firstFactors } } };
  const { Id } = await newPool({ ...pool, ...policies });
  if (mfa) {
    const [MfaConfiguration, ...names] = mfa;
    await api.send(new SetUserPoolMfaConfigCommand({ UserPoolId: Id, MfaConfiguration, ...Object.assign({}, ...names.map((n) => factors[n])) }));
  }
  const { ClientId } = await newClient(Id, {
    ExplicitAuthFlows: flows.map((flow) => `ALLOW_${flow}`),
    EnableTokenRevocation: true,
    ...client,
  });
  Amplify.configure({ Auth: { Cognito: { userPoolId: Id, userPoolClientId: ClientId, userPoolEndpoint: endpoint } } });
  cognitoUserPoolsTokenProvider.setKeyValueStorage(new Memory());
  return { UserPoolId: Id, ClientId };
}

/** Makes a user with verified addresses whose password is temporary. */
export async function invite({ UserPoolId }, Username, attributes = {}) {
  const verified = Object.keys(attributes).filter((name) => name === 'email' || name === 'phone_number');
  const all = { ...attributes, ...Object.fromEntries(verified.map((name) => [`${name}_verified`, 'true'])) };
  await api.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username,
      TemporaryPassword: password,
      MessageAction: 'SUPPRESS',
      UserAttributes: Object.entries(all).map(([Name, Value]) => ({ Name, Value })),
    }),
  );
}

/** Makes a confirmed user with verified addresses. */
export async function addUser(app, Username, attributes) {
  await invite(app, Username, attributes);
  await api.send(new AdminSetUserPasswordCommand({ UserPoolId: app.UserPoolId, Username, Password: password, Permanent: true }));
}

/** Begins a sign-in and checks the step that follows; flow is its authFlowType and more options. */
export async function begin(username, authFlowType, step, more = {}) {
  const { secret = password, ...options } = more;
  const { isSignedIn, nextStep } = await signIn({ username, password: secret, options: { authFlowType, ...options } });
  assert.equal(nextStep.signInStep, step);
  assert.equal(isSignedIn, step === 'DONE');
  return nextStep;
}

/** Answers a step and checks the one that follows. */
export async function go(challengeResponse, step, options) {
  const { isSignedIn, nextStep } = await confirmSignIn({ challengeResponse, options });
  assert.equal(nextStep.signInStep, step);
  assert.equal(isSignedIn, step === 'DONE');
  return nextStep;
}

/** Checks that a call is refused with one of the service's errors. */
export const refused = (call, name, message) => assert.rejects(call, message ? { name, message } : { name });

export const wrongCode = ['CodeMismatchException', 'Invalid code or auth state for the user.'];
export const wrongPassword = ['NotAuthorizedException', 'Incorrect username or password.'];

/** Another code of the same length. */
export const other = (code) => code.replace(/\d/g, (digit) => (Number(digit) + 1) % 10);

/** Checks whom the tokens of the session speak for, and gives their claims. */
export async function claims({ UserPoolId, ClientId }, username, attributes = {}) {
  const { tokens, userSub } = await fetchAuthSession();
  assert.ok(tokens, 'nobody is signed in');
  const access = tokens.accessToken.payload;
  const id = tokens.idToken.payload;
  const now = Date.now() / 1000;
  for (const payload of [access, id]) {
    assert.equal(payload.iss, `${endpoint}/${UserPoolId}`);
    assert.equal(payload.sub, userSub);
    assert.ok(Math.abs(payload.auth_time - now) < 120, `auth_time ${payload.auth_time} at ${now}`);
    assert.equal(payload.exp - payload.iat, 3600);
    assert.equal(payload.origin_jti, access.origin_jti);
  }
  assert.deepEqual(
    [access.token_use, access.client_id, access.username, access.scope],
    ['access', ClientId, username, 'aws.cognito.signin.user.admin'],
  );
  assert.deepEqual([id.token_use, id.aud, id['cognito:username']], ['id', ClientId, username]);
  for (const [name, value] of Object.entries(attributes)) assert.equal(id[name], value, name);
  return { access, id, text: tokens.accessToken.toString() };
}

/** Checks the claims and ends the session, for the next sign-in. */
export async function checkAndLeave(app, username, attributes) {
  const found = await claims(app, username, attributes);
  await signOut();
  assert.equal((await fetchAuthSession()).tokens, undefined);
  return found;
}
